"""Messages that a platform hands over again after a crash: what they have done is not done twice.

A platform that was not told that a message is handled sends it again to the next process. Whatever a message
leads to that must not happen twice notes it in the same transaction, and is undone where it was noted before.
Messages that change nothing note nothing: to answer them again does no harm.
"""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from datetime import timedelta
from typing import NamedTuple

from storage.domain.clock import Clock, moment_text, utc_now
from storage.domain.errors import AlreadyDone
from storage.engines.database import Database, Transaction

# Telegram sends an update again for a day: https://core.telegram.org/bots/api#getting-updates
KEPT = timedelta(days=2)


class Handling(NamedTuple):
    """A message by its platform's number, and which process's handling of it this is."""

    message: str
    by: str


_PROCESS = secrets.token_hex(8)
# Each message is handled in a task of its own, and so has a context of its own.
_handling: ContextVar[Handling | None] = ContextVar("handling", default=None)


async def once(tx: Transaction) -> None:
    """Note that the message being handled has led to a write, if it is one that may be repeated.

    Raises AlreadyDone if another process noted it: nothing is to be done again.
    """
    handling = _handling.get()
    if handling is None:
        return
    # One handling may write more than once.
    rows = await tx.fetch(
        "INSERT INTO handled (message, handling, at) VALUES (?, ?, ?) ON CONFLICT (message)"
        " DO UPDATE SET at = excluded.at WHERE handled.handling = excluded.handling RETURNING message",
        (*handling, moment_text(utc_now())),
    )
    if not rows:
        raise AlreadyDone("That was done already, before a restart")


class Repeats:
    """Look up, and forget, what was noted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def handle(self, message: str) -> None:
        """Say which message this task handles from now on, if its platform may send it again."""
        _handling.set(Handling(message, _PROCESS))

    async def is_one(self) -> bool:
        """Tell whether the message being handled has led to a write in another process before."""
        handling = _handling.get()
        if handling is None:
            return False
        rows = await self._database.read(
            "SELECT 1 FROM handled WHERE message = ? AND handling <> ?", tuple(handling)
        )
        return bool(rows)

    async def forget(self) -> None:
        """Forget the messages that no platform sends again."""
        last = (moment_text(self._clock() - KEPT),)
        if await self._database.read("SELECT 1 FROM handled WHERE at < ? LIMIT 1", last):
            async with self._database.transaction(durable=False) as tx:
                await tx.run("DELETE FROM handled WHERE at < ?", last)
