"""Turn PostgreSQL's errors into the record's own, once, at the boundary; bugs in SQL pass through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from storage.domain.errors import (
    BusyRecord,
    MovedRecord,
    RecordError,
    UnreachableRecord,
    UnreadableRecord,
    UnwritableRecord,
)
from storage.engines.away import mark
from storage.engines.postgres.addresses import is_torn

OLDEST = 15
_Kind = tuple[type[RecordError], str]
BUSY = "{place} is in use by another process: try again in a moment. Nothing was changed"
_BUSY: _Kind = (BusyRecord, BUSY)
_FULL: _Kind = (
    UnwritableRecord,
    "The disk of the server of {place} is full: make room there and try again. Nothing was changed",
)
_CROWDED: _Kind = (
    UnreachableRecord,
    "{place} takes no more connections: let others end, or raise its max_connections. Nothing was changed",
)
_RIGHTS: _Kind = (
    UnwritableRecord,
    "{place} may not be written by the role {user}: let it own a schema there. Nothing was changed",
)
_READ_ONLY: _Kind = (
    UnwritableRecord,
    "{place} takes no changes: it is read-only, or a copy of another server. Nothing was changed",
)
_LOST: _Kind = (
    UnreachableRecord,
    "The connection to {place} was lost: try again in a moment. Nothing was changed",
)
_DAMAGED: _Kind = (
    UnreadableRecord,
    "{place} is damaged: its server says so. It was left as it was: restore a backup",
)
_PASSWORD: _Kind = (UnreadableRecord, "{place} refuses the role {user} or its password: check storage.url")
_NO_DATABASE: _Kind = (
    UnreadableRecord,
    "There is no such database: {place}. Check storage.url, or create it: createdb {name}",
)
_OTHERS = (
    "{place} holds something of others by a name that a record needs. It was left as it was: give the bot a"
    " database or a schema of its own"
)
_TAKEN: _Kind = (UnreadableRecord, _OTHERS)
_ENDED = (
    "{place} ended what took it too long: try again, and see its statement_timeout and transaction_timeout."
    " Nothing was changed"
)
_LONG: _Kind = (BusyRecord, _ENDED)
_STATES: tuple[tuple[type[psycopg.Error], _Kind], ...] = (
    (errors.LockNotAvailable, _BUSY),
    (errors.DeadlockDetected, _BUSY),
    (errors.SerializationFailure, _BUSY),
    (errors.QueryCanceled, _LONG),
    (errors.TransactionTimeout, _LONG),
    (errors.DuplicateTable, _TAKEN),
    (errors.DuplicateObject, _TAKEN),
    (errors.DuplicateFunction, _TAKEN),
    (errors.DiskFull, _FULL),
    (errors.TooManyConnections, _CROWDED),
    (errors.InsufficientPrivilege, _RIGHTS),
    (errors.ReadOnlySqlTransaction, _READ_ONLY),
    (errors.DataCorrupted, _DAMAGED),
    (errors.IndexCorrupted, _DAMAGED),
    (errors.AdminShutdown, _LOST),
    (errors.CrashShutdown, _LOST),
    (errors.CannotConnectNow, _LOST),
    (errors.IdleInTransactionSessionTimeout, _LOST),
    (errors.InvalidPassword, _PASSWORD),
    (errors.InvalidAuthorizationSpecification, _PASSWORD),
    (errors.InvalidCatalogName, _NO_DATABASE),
)
# While it connects, psycopg has the server's words alone. In other languages they are told as they are.
_WORDS: tuple[tuple[str, _Kind], ...] = (
    (
        r"closed the connection|connection (?:is|was) (?:lost|closed)|reset by peer|broken pipe",
        _LOST,
    ),
    (r"password authentication failed|no password supplied|role .* does not exist|pg_hba\.conf", _PASSWORD),
    (r"database .* does not exist", _NO_DATABASE),
    (r"too many (?:clients|connections)|connection slots", _CROWDED),
    (r"permission denied for database", _PASSWORD),
    (
        r"(?:translate|resolve) host",
        (UnreachableRecord, "There is no such server: {place}. Check storage.url, and the network"),
    ),
    (
        r"refused|timeout|timed out|No such file|starting up|shutting down|recovery|unreachable",
        (UnreachableRecord, "{place} cannot be reached: see that its server runs, and check storage.url"),
    ),
)
_OLD = "{place} is PostgreSQL {version}: OnRecord needs {oldest} or newer. It was left as it was"
_ENCODING = (
    "{place} keeps texts as {encoding}: OnRecord needs a database in UTF8 (createdb --encoding UTF8"
    " --template template0). It was left as it was"
)
_UNREAD = "storage.url cannot be read: "
_BAD_URL = (
    f"{_UNREAD}it should be like postgresql://role:password@host:5432/database, where a"
    " password's @ and / are written as %40 and %2F"
)


class Place:
    """Where a record is: a URL, and how it is shown to people, which is without its password."""

    def __init__(self, url: str) -> None:
        try:
            given = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            # Without the cause: it repeats the URL.
            raise UnreadableRecord(_BAD_URL) from None
        self.parameters: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        ports = str(self.parameters.get("port", ""))
        if is_torn(url) or "@" in str(self.parameters.get("host", "")) or ports.strip(",0123456789"):
            raise UnreadableRecord(_BAD_URL)
        self._user = self.parameters.get("user", "")
        self._name = self.parameters.get("dbname", self._user)
        host = self.parameters.get("host", "localhost")
        port = f":{self.parameters['port']}" if "port" in self.parameters else ""
        self.shown = f"postgresql://{f'{self._user}@' if self._user else ''}{host}{port}/{self._name}"

    def lost(self) -> str:
        """Return that the connection was lost, in words that may be shown."""
        return self._told(_LOST[1])

    def unread(self, error: psycopg.ProgrammingError) -> UnreadableRecord:
        """Return the error for an address of which psycopg says what is wrong with a part."""
        return UnreadableRecord(_UNREAD + self._without_secret(error))

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise the record's own error in the place of one that the operator can do something about."""
        try:
            yield
        except psycopg.Error as error:
            if (own := self._own(error)) is None:
                raise
            raise own from error

    def _own(self, error: psycopg.Error) -> RecordError | None:
        if mark.tells(error):
            return MovedRecord(error.diag.message_primary or "")
        for kind, (own, text) in _STATES:
            if isinstance(error, kind):
                return own(self._told(text))
        if not isinstance(error, psycopg.OperationalError) or error.sqlstate is not None:
            return None
        for words, (own, text) in _WORDS:
            if re.search(words, str(error), re.IGNORECASE):
                return own(self._told(text))
        return UnreachableRecord(f"The connection to {self.shown} failed: {self._without_secret(error)}")

    def _without_secret(self, error: psycopg.Error) -> str:
        text = " ".join(str(error).split())
        secret = str(self.parameters.get("password", ""))
        return text.replace(secret, "***") if secret else text

    def _told(self, text: str) -> str:
        return text.format(place=self.shown, user=self._user, name=self._name)


def refuse_server(connection: psycopg.Connection[Any], place: Place) -> None:
    """Raise UnreadableRecord for a server, or a database, that no record can be kept in."""
    version = connection.info.server_version // 10_000
    if version < OLDEST:
        raise UnreadableRecord(_OLD.format(place=place.shown, version=version, oldest=OLDEST))
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise UnreadableRecord(_ENCODING.format(place=place.shown, encoding=encoding))
