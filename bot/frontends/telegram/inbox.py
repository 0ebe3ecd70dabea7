"""The updates that have been taken and are being answered."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram import Update
from telegram.ext import Application

from bot.frontends.shared.shutdown import drain

logger = logging.getLogger("onrecord.telegram")


class Inbox:
    """Start the handling of each update as it comes, and know what is still open.

    `most` bounds what is open: whoever takes updates waits for `room`, or turns them away when `full`.
    """

    def __init__(self, application: Application[Any, Any, Any, Any, Any, Any], *, most: int) -> None:
        self._application = application
        self._most = most
        self._open: set[asyncio.Task[None]] = set()
        # Not `asyncio.wait` on what is open: that would put a callback on hundreds for each one answered.
        self._closed = asyncio.Event()

    @property
    def full(self) -> bool:
        """Tell whether as much is open as may be."""
        return len(self._open) >= self._most

    def take(self, data: object) -> bool:
        """Start handling an update as it came from Telegram; tell whether it could be read."""
        update = self._read(data)
        if update is None:
            return False
        application = self._application
        handling = application.process_update(update)
        task = asyncio.create_task(application.update_processor.process_update(update, handling))
        self._open.add(task)
        task.add_done_callback(self._close)
        return True

    async def room(self) -> None:
        """Wait until not too much is open."""
        while self.full:
            self._closed.clear()
            await self._closed.wait()

    async def drain(self, seconds: float) -> None:
        """Wait until everything taken is answered; give up what is not after `seconds`."""
        await drain(self._open, seconds, logger)

    def _read(self, data: object) -> Update | None:
        if not isinstance(data, dict):
            logger.warning("malformed update without a number is left out (%s)", type(data).__name__)
            return None
        try:
            return Update.de_json(data, self._application.bot)
        except Exception as error:  # noqa: BLE001  # reason: a malformed update may raise anything
            number = data.get("update_id")
            shown = number if isinstance(number, int) else "without a number"
            logger.warning("malformed update %s is left out (%s)", shown, type(error).__name__)
            return None

    def _close(self, task: asyncio.Task[None]) -> None:
        self._open.discard(task)
        self._closed.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an update could not be handled (%s)", type(error).__name__)
