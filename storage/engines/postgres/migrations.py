"""Numbered migrations of a schema in PostgreSQL, each in a transaction of its own.

The numbers are those of SQLite's migrations. Number N is `N_name.postgres.sql` where the two differ, else
`N_name.sql`. No record in PostgreSQL is older than `FIRST`, which makes all that came before at once.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from psycopg.pq import TransactionStatus

from storage.domain.errors import UnreadableRecord
from storage.engines.away import mark
from storage.engines.postgres.connection import Plain

FIRST = 32
_OWN = ".postgres.sql"
NUMBER = "SELECT number FROM onrecord"
# Of all transactions that write to one schema, one at a time goes on from here ("ONRC", and which schema).
LOCK = "SELECT pg_advisory_xact_lock(1330532931, hashtext(current_schema()))"
# What SQLite's types are called here: its numbers have 64 bits, and it compares texts by code points.
_TYPES = {"INTEGER": "BIGINT", "REAL": "DOUBLE PRECISION", "BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"'}
_TYPE = re.compile(r"\b(?:INTEGER|REAL|BLOB|TEXT)\b")
# The tables of a record, but for that number.
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = CAST(quote_ident(current_schema()) AS regnamespace)"
    " AND relkind IN ('r', 'p') AND relname NOT IN ('onrecord', 'moved') ORDER BY relname"
)
# How many tables there are, and whether one is what marks a record: others have tables of that name, too.
_TABLES = """
SELECT count(*), count(*) FILTER (WHERE relname = 'onrecord' AND EXISTS (
    SELECT 1 FROM pg_attribute
    WHERE attrelid = pg_class.oid AND attname = 'number' AND atttypid = 'bigint'::regtype
))
FROM pg_class
WHERE relnamespace = CAST(quote_ident(current_schema()) AS regnamespace) AND relkind IN ('r', 'p')
"""
_NO_SCHEMA = "{place} has no schema that its role may use: create one, or let the role use the schema public"
_EMPTY = "There is no record in {place} yet: check storage.url, or run 'onrecord migrate' to create it"
_FOREIGN = (
    "{place} holds other tables, and no record of OnRecord. It was left as it was: give the bot a database"
    " or a schema of its own"
)
_NEWER = (
    "{place} was made by a newer OnRecord (schema {version}, this program knows {latest}). It was left as it"
    " was: upgrade the program"
)


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Return all migrations as (number, SQL), in order."""
    folder = resources.files("storage") / "migrations"
    found: dict[int, str] = {}
    # PostgreSQL's own comes after the other of its number.
    for name in sorted((item.name for item in folder.iterdir()), key=lambda name: (name[:4], _OWN in name)):
        if name.endswith(".sql") and int(name[:4]) >= FIRST:
            found[int(name[:4])] = name
    read = ((number, name, (folder / name).read_text(encoding="utf-8")) for number, name in found.items())
    return tuple((number, sql if name.endswith(_OWN) else _typed(sql)) for number, name, sql in read)


def latest() -> int:
    """Return the number of the newest migration."""
    return migrations()[-1][0]


def migrate(plain: Plain, place: str, *, create: bool) -> None:
    """Apply the migrations that a schema lacks; several processes may do so at once.

    Raises UnreadableRecord where the schema is not to be opened: then it was left as it was.
    """
    for number, sql in migrations():
        if _inspected(plain, place, create=create) < number:
            _apply(plain, place, number, sql)


def make(plain: Plain, place: str) -> None:
    """Apply the migrations that a schema lacks in the transaction that is open, of which LOCK is held."""
    for number, sql in migrations():
        if _inspected(plain, place, create=True) < number:
            plain.execute(sql)
            plain.execute("UPDATE onrecord SET number = %s", (number,))


def _typed(sql: str) -> str:
    return _TYPE.sub(lambda found: _TYPES[found[0]], sql)


def _inspected(plain: Plain, place: str, *, create: bool) -> int:
    """Return the number of the last migration that a schema has, 0 for an empty one."""
    if plain.execute("SELECT current_schema()").fetchall()[0][0] is None:
        raise UnreadableRecord(_NO_SCHEMA.format(place=place))
    tables, marked = plain.execute(_TABLES).fetchall()[0]
    if not tables:
        if not create:
            raise UnreadableRecord(_EMPTY.format(place=place))
        return 0
    if not marked or (number := _number(plain)) is None:
        raise UnreadableRecord(_FOREIGN.format(place=place))
    if number > mark.MOVED:
        place_now, at, done = plain.execute(mark.READ).fetchall()[0]
        raise mark.refusal(place, mark.Mark(place_now, at, bool(done)))
    if number > latest():
        raise UnreadableRecord(_NEWER.format(place=place, version=number, latest=latest()))
    return number


def _number(plain: Plain) -> int | None:
    found = plain.execute(NUMBER).fetchall()
    return int(found[0][0]) if len(found) == 1 else None


def number_of(plain: Plain) -> int | None:
    """Return the number of a record's last migration, more if it was moved away; None without a record."""
    _tables, marked = plain.execute(_TABLES).fetchall()[0]
    return _number(plain) if marked else None


def _apply(plain: Plain, place: str, number: int, sql: str) -> None:
    """Apply one migration; a failure, or a kill, leaves the schema at the migration before."""
    plain.execute(f"BEGIN; {LOCK}")
    try:
        # Another process may have applied it while this one waited for the lock.
        if _inspected(plain, place, create=True) < number:
            plain.execute(sql)
            plain.execute("UPDATE onrecord SET number = %s", (number,))
        plain.execute("COMMIT")
    except BaseException:
        if not plain.closed and plain.info.transaction_status != TransactionStatus.IDLE:
            plain.execute("ROLLBACK")
        raise
