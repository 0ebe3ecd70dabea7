"""One connection to PostgreSQL, used by one thread of its own, and made anew when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

import psycopg

from storage.domain.errors import RecordError, UnreachableRecord
from storage.engines.postgres.errors import Place, refuse_server
from storage.engines.postgres.rows import Named, adapt, rows

Plain = psycopg.Connection[Named]
T = TypeVar("T")
# What the operator's URL may say otherwise. A server that says no more is noticed after half a minute.
_DEFAULTS = {
    "application_name": "onrecord",
    "connect_timeout": "5",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# What it may not say: texts come and go in this encoding, whatever the role or the environment is set to.
_FIXED = {"client_encoding": "UTF8"}
# Compiling a query, planning it anew or starting others to help takes longer than any of ours runs; and where
# reading ahead pays, there is room to keep it all in memory. Moments are read in one form alone.
_SESSION = (
    "SET jit = off; SET plan_cache_mode = force_generic_plan; SET max_parallel_workers_per_gather = 0;"
    " SET random_page_cost = 1.1; SET client_min_messages = warning; SET datestyle = ISO"
)
# How often a query is asked until the server keeps it, and how many it keeps.
_ASKED, _KEPT = 2, 500
# A server may end transactions that take long, or that seem to do nothing; not one after this.
LASTING = (
    "SELECT set_config(name, '0', true) FROM pg_settings"
    " WHERE name IN ('idle_in_transaction_session_timeout', 'statement_timeout', 'transaction_timeout')"
)
_ENDED = (
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
# Seconds for which a server that could not be reached is not tried again: nobody need wait for it then.
PAUSE = 1.0


class Link:
    """A connection that is there when it is needed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="onrecord-postgres")
        self._plain: Plain | None = None
        self._ended = False
        self._failed: tuple[float, RecordError] | None = None

    async def run(self, work: Callable[[Plain], T], *, begins: bool = False) -> T:
        """Return what `work` makes of the connection, in its thread; raises the record's own errors.

        Work that `begins` something finds a connection, and is done once more where it was lost meanwhile:
        so nothing of it may have been kept. Other work fails on a lost connection.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, work, begins)

    def soon(self, work: Callable[[Plain], object]) -> None:
        """Let some work be done before what comes next; nobody waits for it, and its errors are nobody's."""
        self._thread.submit(self._run, work, False)

    async def close(self) -> None:
        """Close the connection and end its thread; whoever has done so may do it again."""
        if self._ended:
            return
        self._ended = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _run(self, work: Callable[[Plain], T], begins: bool) -> T:  # noqa: FBT001  # reason: an executor takes no names
        with self.place.translated():
            if not begins:
                return work(self._there())
            try:
                return work(self._opened())
            except psycopg.OperationalError as error:
                if not self._is_lost(error):
                    raise
            return work(self._opened())

    def _is_lost(self, error: psycopg.OperationalError) -> bool:
        if self._plain is not None and isinstance(error, _ENDED):
            # The server has said so; that the connection is closed libpq finds out later.
            self._plain.close()
        return self._plain is not None and self._plain.closed

    def _there(self) -> Plain:
        if self._plain is None or self._plain.closed:
            raise UnreachableRecord(self.place.lost())
        return self._plain

    def _opened(self) -> Plain:
        if self._plain is None or self._plain.closed:
            if self._failed and monotonic() < self._failed[0]:
                raise self._failed[1]
            try:
                with self.place.translated():
                    self._plain = connected(self.place)
            except RecordError as error:
                self._failed = (monotonic() + PAUSE, error)
                raise
            self._failed = None
        return self._plain

    def _close(self) -> None:
        if self._plain is not None:
            self._plain.close()
        self._plain = None


def connected(place: Place) -> Plain:
    """Return a new connection, on which no transaction begins by itself.

    Raises psycopg's errors, and UnreadableRecord for an address of which a part cannot be read, and for a
    server that no record can be kept on.
    """
    given = _DEFAULTS | place.parameters | _FIXED
    try:
        made: Plain = psycopg.connect("", **given, autocommit=True, row_factory=rows)
    except psycopg.ProgrammingError as error:
        raise place.unread(error) from None
    try:
        refuse_server(made, place)
        adapt(made)
        made.execute(_SESSION)
        made.prepare_threshold, made.prepared_max = _ASKED, _KEPT
    except BaseException:
        made.close()
        raise
    return made
