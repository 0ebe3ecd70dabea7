"""Mark and lock a record on a server that is moved away."""

from __future__ import annotations

import psycopg

from storage.engines.away.mark import DONE, HAS, HEAD, MOVED, READ, TABLE, WRITE, Head, Mark, locked
from storage.engines.database import Statements
from storage.engines.postgres.connection import Plain
from storage.engines.postgres.migrations import LOCK, TABLES, number_of
from storage.engines.postgres.texts import for_postgres

# What the server says to a process that writes to a record which was moved away.
STATE = "OR001"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
    " AND application_name = 'onrecord' AND pid <> pg_backend_pid()"
)


def find(plain: Plain) -> Mark | None:
    """Return where a record was moved to, or None."""
    if (number_of(plain) or 0) <= MOVED:
        return None
    place, at, done = plain.execute(READ).fetchall()[0]
    return Mark(place, at, bool(done))


def head(plain: Plain) -> Head:
    """Return the last entry of a record's trail and its hash; None without any."""
    found = plain.execute(HEAD).fetchall()
    return (found[0][0], found[0][1]) if found else None


def has(plain: Plain, entry: Head) -> bool:
    """Tell whether there is a record whose trail has an entry; None is the trail without any."""
    if number_of(plain) is None:
        return False
    return entry is None or bool(plain.execute(for_postgres(HAS), entry).fetchall())


def others(plain: Plain) -> int:
    """Return how many connections of OnRecord this role has to the database, besides this one."""
    return int(plain.execute(_OTHERS).fetchall()[0][0])


def lock(tx: Statements, here: str, place: str, at: str) -> None:
    """Mark a record as being moved, and refuse all that is written to it from now on."""
    names = [row[0] for row in tx.fetch(TABLES)]
    tx.run(TABLE)
    tx.run(WRITE, (place, at))
    text = locked(here, place).replace("'", "''").replace("$", "")
    tx.run(
        "CREATE FUNCTION moved_away() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{STATE}', MESSAGE = '{text}'; END $$"
    )
    for name in names:
        tx.run(
            f"CREATE TRIGGER moved_away BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION moved_away()"
        )
    tx.run(f"UPDATE onrecord SET number = {MOVED} + number")


def end(plain: Plain) -> None:
    """Note that a move has ended."""
    plain.execute(DONE)


def unlock(plain: Plain) -> None:
    """Make what is left of a record one again."""
    plain.execute(f"BEGIN; {LOCK}")
    try:
        plain.execute("DROP FUNCTION IF EXISTS moved_away() CASCADE")
        plain.execute("DROP TABLE IF EXISTS moved")
        plain.execute(f"UPDATE onrecord SET number = number % {MOVED}".encode())
        plain.execute("COMMIT")
    except psycopg.Error:
        if not plain.closed:
            plain.execute("ROLLBACK")
        raise
