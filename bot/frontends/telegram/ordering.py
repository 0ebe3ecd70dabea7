"""The order in which updates are handled: one chat's strictly one after another, chats side by side."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Hashable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.frontends.shared.keyed_lock import KeyedLock


class InOrder(BaseUpdateProcessor):
    """Handle updates of one chat in the order of arrival, and up to `most` chats at once.

    The library's own limit would count updates that wait for their turn as well, so that limit is set out of
    reach and that of the lanes stands behind the turn.
    """

    __slots__ = ("_lanes", "most")

    def __init__(self, most: int) -> None:
        super().__init__(sys.maxsize)
        self.most = most
        self._lanes = KeyedLock(most)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine` when it is its chat's turn and a slot is free."""
        try:
            async with self._lanes.turn(lane_of(update)):
                await coroutine
        finally:
            # Cancelled while it waited: without this Python warns that it was never awaited.
            close = getattr(coroutine, "close", None)
            if close is not None:
                close()

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""


def lane_of(update: object) -> Hashable | None:
    """Return what an update must keep its order with: its chat, else its user, else nothing."""
    if not isinstance(update, Update):
        return None
    chat = update.effective_chat
    if chat is not None:
        return ("chat", chat.id)
    user = update.effective_user
    return None if user is None else ("user", user.id)
