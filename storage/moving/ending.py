"""The last steps of a move, in an order in which a kill leaves no two records."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from storage.domain.errors import UnsureRecord
from storage.engines.database import Database, Statements, Transaction
from storage.moving.place import Place

_UNSURE = (
    "The connection to {there} was lost in the last step: it is not known whether the record is there now."
    " Run the same command again: it finds out. Until then {here} is locked"
)


class _Undone(Exception):
    """Nothing is to be locked, so all is undone."""


class Last:
    """What is done once all was copied and compared: `lock` in the old record, then `commit` in the new.

    Without them all is undone. `tx` is the old record's transaction, in which nothing is written before.
    """

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.lock: Callable[[Statements], None] | None = None
        self.commit: Callable[[], Awaitable[object]] | None = None


@asynccontextmanager
async def ending(database: Database, here: Place, there: Place) -> AsyncIterator[Last]:
    """Keep others from writing to the old record in the block, then take the last steps.

    Raises RecordError, and then the old record is as it was; but for UnsureRecord.
    """
    with contextlib.suppress(_Undone):
        async with database.transaction() as tx:
            last = Last(tx)
            yield last
            await _lock(last)
    if last.lock is None or last.commit is None:
        return
    # From here on nobody writes to the old record, also after a kill.
    try:
        await last.commit()
    except UnsureRecord as error:
        raise UnsureRecord(_UNSURE.format(here=here.name, there=there.name)) from error
    except Exception:
        # Nothing was committed. Who is cancelled meanwhile does not know that, and leaves it to the next.
        await here.unlock()
        raise
    await here.end()


async def _lock(last: Last) -> None:
    if last.lock is None:
        raise _Undone
    await last.tx.work(last.lock)
