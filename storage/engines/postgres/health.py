"""What a server and a record's schema on it are like, as far as serving depends on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from time import perf_counter
from typing import NamedTuple

from storage.engines.postgres import migrations
from storage.engines.postgres.connection import Plain

TRIPS = 9
# Seconds after which a transaction keeps the server from tidying up.
LONG = 300
_SERVER = """
SELECT current_setting('server_version'), current_setting('server_encoding'), pg_is_in_recovery(),
    current_setting('default_transaction_read_only') = 'on', current_setting('fsync') = 'on'
"""
# PostgreSQL compares texts as their column says.
_ORDERED_OTHERWISE = """
SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
    AND c.relkind IN ('r', 'p') AND c.relname <> 'moved'
    AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
    AND a.attcollation <> 'pg_catalog."C"'::regcollation
ORDER BY 1
"""
_CONNECTIONS = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user),
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),
    (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database())
"""
_LONG = """
SELECT coalesce(application_name, ''), pid, extract(epoch FROM clock_timestamp() - xact_start)::float8
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND xact_start < clock_timestamp() - make_interval(secs => %s)
UNION ALL
SELECT 'prepared ' || gid, 0, extract(epoch FROM clock_timestamp() - prepared)::float8
FROM pg_prepared_xacts WHERE database = current_database()
ORDER BY 3 DESC
"""
_INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
_WITHOUT_RIGHTS = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p') AND NOT (
    has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
    AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
)
ORDER BY 1
"""
_UPGRADABLE = """
SELECT has_schema_privilege(current_schema(), 'CREATE') AND NOT EXISTS (
    SELECT 1 FROM pg_class c WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
        AND c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
)
"""


class Crowd(NamedTuple):
    """Connections that there are, and how many may be; `whose` limit is the nearest one."""

    used: int
    most: int
    whose: str


class Long(NamedTuple):
    """A transaction that is open: whose, the number of its process, and for how many seconds."""

    name: str
    process: int
    seconds: float


class Health(NamedTuple):
    """What a server and a schema are like.

    `trip` is the seconds that a statement takes which does nothing, `ahead` how far the server's clock is
    ahead of this machine's. `missing` are statements that make indexes which are not there.
    """

    version: str
    encoding: str
    read_only: bool
    durable: bool
    ordered_otherwise: list[str]
    trip: float
    crowd: Crowd
    long: list[Long]
    missing: list[str]
    without_rights: list[str]
    upgradable: bool
    ahead: timedelta


def look(plain: Plain, now: datetime) -> Health:
    """Look at a server; `now` is this machine's moment, with its zone. Raises psycopg's errors."""
    version, encoding, copy, read_only, durable = plain.execute(_SERVER).fetchall()[0]
    begun = perf_counter()
    there = plain.execute("SELECT clock_timestamp()").fetchall()[0][0]
    # The server looked at its clock half way, and that was so much later than `now`.
    ahead = there - now - timedelta(seconds=(perf_counter() - begun) / 2)
    return Health(
        version=str(version),
        encoding=str(encoding),
        read_only=bool(copy or read_only),
        durable=bool(durable),
        ordered_otherwise=_first(plain, _ORDERED_OTHERWISE),
        trip=_trip(plain),
        crowd=_crowd(plain),
        long=[Long(*row) for row in plain.execute(_LONG.encode(), (LONG,))],
        missing=_missing(plain),
        without_rights=_first(plain, _WITHOUT_RIGHTS),
        upgradable=bool(plain.execute(_UPGRADABLE).fetchall()[0][0]),
        ahead=ahead,
    )


def indexes() -> dict[str, str]:
    """Return the statements that make the indexes which the migrations leave, by name."""
    made: dict[str, str] = {}
    for _number, sql in migrations.migrations():
        told = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
        for words in (statement.split() for statement in told.split(";")):
            if words[:2] == ["CREATE", "INDEX"] or words[:3] == ["CREATE", "UNIQUE", "INDEX"]:
                made[words[words.index("INDEX") + 1]] = " ".join(words)
            elif words[:2] == ["DROP", "INDEX"]:
                made.pop(words[-1], None)
    return made


def _first(plain: Plain, sql: str) -> list[str]:
    return [str(row[0]) for row in plain.execute(sql.encode())]


def _missing(plain: Plain) -> list[str]:
    there = set(_first(plain, _INDEXES))
    return [sql for name, sql in sorted(indexes().items()) if name not in there]


def _trip(plain: Plain) -> float:
    times = []
    for _ in range(TRIPS):
        begun = perf_counter()
        plain.execute("SELECT 1").fetchall()
        times.append(perf_counter() - begun)
    return median(times)


def _crowd(plain: Plain) -> Crowd:
    used, most, of_role, role_most, of_database, database_most = plain.execute(_CONNECTIONS).fetchall()[0]
    crowds = [Crowd(used, most, "the server")]
    if role_most >= 0:
        crowds.append(Crowd(of_role, role_most, "the role"))
    if database_most >= 0:
        crowds.append(Crowd(of_database, database_most, "the database"))
    return min(crowds, key=lambda crowd: crowd.most - crowd.used)
