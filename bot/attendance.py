"""Attendance: a process that serves the record shows that it lives, and how Telegram's updates come to it.

Telegram hands updates out to who polls, or by webhook, never both: so all processes of a record take them in
one way, and one that is set otherwise ends with clear words.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.notifying.processes import Process
    from storage.record import Record

# Signs of life while one is believed: two may fail. And seconds between two looks whether another has ended.
SIGNS, LOOK = 3, 1.0
_MIXED = (
    'telegram.mode is "{own}" here, and the process {name} on the same record has "{other}": Telegram hands'
    " updates out in one way only. Set the same mode for all, or end the other process first"
)

logger = logging.getLogger(__name__)


class Attendance:
    """Show that this process lives until it ends."""

    def __init__(self, settings: Settings, record: Record) -> None:
        self._record = record
        self._mode = settings.telegram.mode if settings.telegram.token is not None else ""

    async def begin(self, stop: asyncio.Event) -> None:
        """Show this process, once no other takes Telegram's updates in another way.

        One that was killed is believed to live while a lease lasts. Raises SettingsError where it lives on.
        """
        patience = self._record.roles.seconds + LOOK
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        while (other := await self._show()) is not None and not stop.is_set():
            if loop.time() > end:
                raise self._mixed(other)
            logger.warning("%s. Waiting up to %.0f s for its end", self._mixed(other), patience)
            await _wait(stop, LOOK if loop.time() + LOOK > end else patience / SIGNS)

    async def go_on(self, stop: asyncio.Event) -> None:
        """Show it again and again until `stop` is set, then no more; raises SettingsError as `begin` does."""
        try:
            while not stop.is_set():
                await _wait(stop, self._record.roles.seconds / SIGNS)
                if not stop.is_set() and (other := await self._show()) is not None:
                    raise self._mixed(other)
        finally:
            with contextlib.suppress(RecordError):
                await self._record.processes.leave()

    async def _show(self) -> Process | None:
        try:
            return await self._record.processes.show(self._mode)
        except RecordError as error:
            # What only reads goes on.
            logger.warning("it cannot be shown that this process lives: %s", error)
            return None

    def _mixed(self, other: Process) -> SettingsError:
        return SettingsError(_MIXED.format(own=self._mode, name=other.name, other=other.telegram))


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
