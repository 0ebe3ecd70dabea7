"""What a button carries: its command, or the digest of a command that is too long for the platform.

The record keeps the long ones, so a button works for as long as its message stands, also after a restart.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.domain.clock import moment_text
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from storage.record import Record

DIGEST = re.compile(r"#[0-9a-f]{1,63}")
# What is no command holds words that somebody filled in, and that they will take up soon or never; so does
# the next page of an answer, which is asked for by the question.
WORDS_KEPT = timedelta(days=1)
_ASKING = "/ask "

logger = logging.getLogger(__name__)


class ButtonData:
    """Turn commands into the data of buttons, and back; `fits` tells which commands a button can carry."""

    def __init__(self, record: Record, fits: Callable[[str], bool]) -> None:
        self._record = record
        self._fits = fits

    async def data_of(self, command: str) -> str | None:
        """Return a button's data; None where the command cannot be kept, which is logged."""
        command = command.strip()
        is_command = command.startswith("/")
        if is_command and self._fits(command):
            return command
        try:
            until = (
                None
                if is_command and not command.startswith(_ASKING)
                else moment_text(self._record.ledger.clock() + WORDS_KEPT)
            )
            return "#" + await self._record.buttons.button(command, until=until)
        except RecordError as error:
            logger.warning("a button was left out: %s", type(error).__name__)
            return None

    async def take(self, data: str) -> bool:
        """Forget the command behind a button that works once; tell whether it was kept until now."""
        return await self._record.buttons.take(data[1:])

    async def command_of(self, data: str | None) -> str | None:
        """Return the command behind a button's data, None if there is none (any more)."""
        if data is None or data.startswith("/"):
            return data
        return await self._record.buttons.pressed(data[1:]) if DIGEST.fullmatch(data) else None
