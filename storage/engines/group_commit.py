"""Group commit: what several ask for at about the same time reaches the disk together.

Each durable transaction waits for the disk. Where many small ones follow each other, those that come while
one is being committed share the next one, so that none waits for more than two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from storage.domain.errors import BusyRecord
from storage.engines.database import Database, Statements

Work = Callable[[Statements], None]


class _Asked(NamedTuple):
    work: Work
    done: asyncio.Future[None]


class GroupCommit:
    """Run pieces of work, each whole or not at all; those that are asked for at once in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[_Asked] = []
        self._turn = asyncio.Lock()

    async def run(self, work: Work) -> None:
        """Return when some work is on disk; raise what went wrong with it. It may be run more than once."""
        asked = _Asked(work, asyncio.get_running_loop().create_future())
        # Whoever asked may have been cancelled meanwhile.
        asked.done.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._asked.append(asked)
        async with self._turn:
            if not asked.done.done():
                group, self._asked = self._asked, []
                await self._commit(group)
        await asked.done

    async def _commit(self, group: list[_Asked]) -> None:
        try:
            async with self._database.transaction() as tx:
                await tx.work(lambda rows: [each.work(rows) for each in group])
        except Exception as error:  # noqa: BLE001  # reason: it belongs to whoever asked
            if len(group) == 1:
                _tell(group, error)
                return
            # One may have spoilt it for all.
            for each in group:
                await self._commit([each])
        except BaseException:
            # Whoever has the turn is cancelled; the others ask again.
            _tell(group, BusyRecord("The record was left in the middle: try again"))
            raise
        else:
            _tell(group, None)


def _tell(group: list[_Asked], error: Exception | None) -> None:
    """Tell those who still wait how it went."""
    for done in (each.done for each in group if not each.done.done()):
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
