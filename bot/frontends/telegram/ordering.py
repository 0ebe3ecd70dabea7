"""The order in which updates are handled: one chat's strictly one after another, chats side by side."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class _Lane:
    """The queue of one chat; it exists only as long as somebody stands in it."""

    __slots__ = ("standing", "turn")

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.standing = 0


class InOrder(BaseUpdateProcessor):
    """Handle updates of one chat in the order of arrival, and up to `most` chats at once.

    An update that waits for its turn takes no slot: a chat that floods the bot holds up only itself. (The
    library's own limit would count it, so that limit is set out of reach and ours stands behind the turn.)
    """

    __slots__ = ("_lanes", "_slots", "most")

    def __init__(self, most: int) -> None:
        super().__init__(sys.maxsize)
        if most < 1:
            raise ValueError("at least one update must be handled at once")
        self.most = most
        self._slots = asyncio.Semaphore(most)
        self._lanes: dict[object, _Lane] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine` when it is its chat's turn and a slot is free."""
        try:
            key = lane_of(update)
            if key is None:
                async with self._slots:
                    await coroutine
                return
            lane = self._lanes.get(key)
            if lane is None:
                lane = self._lanes[key] = _Lane()
            lane.standing += 1
            try:
                async with lane.turn, self._slots:
                    await coroutine
            finally:
                lane.standing -= 1
                if not lane.standing:
                    del self._lanes[key]
        finally:
            # Cancelled while it waited: without this Python warns that it was never awaited.
            close = getattr(coroutine, "close", None)
            if close is not None:
                close()

    async def initialize(self) -> None:
        """Do nothing: there is nothing to open."""

    async def shutdown(self) -> None:
        """Do nothing: there is nothing to close."""


def lane_of(update: object) -> object | None:
    """Return what an update must keep its order with: its chat, else its user, else nothing."""
    if not isinstance(update, Update):
        return None
    chat = update.effective_chat
    if chat is not None:
        return ("chat", chat.id)
    user = update.effective_user
    return None if user is None else ("user", user.id)
