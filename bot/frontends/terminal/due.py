"""Notices that are due in the terminal, which has no sender: they are taken after each answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.frontends.terminal.lines import PLATFORM
from bot.replies import Reply
from storage.domain.errors import BusyRecord

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher

logger = logging.getLogger(__name__)


async def due(dispatcher: Dispatcher) -> list[Reply]:
    """Return the notices that are due; while the record is busy or away they wait, and the chat goes on."""
    try:
        return [reply for _, reply in await dispatcher.waiting(PLATFORM)]
    except BusyRecord as error:
        logger.warning("notices wait: %s", error)
        return []
