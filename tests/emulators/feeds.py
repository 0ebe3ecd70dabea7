"""Queues from which a test takes what the bot did, each thing once, waiting without sleeping."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Feed(Generic[T]):
    """Hand out items in the order of their arrival, each of them once."""

    def __init__(self, name: str) -> None:
        """Name the feed for the message of a failed wait."""
        self._name = name
        self._unread: deque[T] = deque()
        self._arrived = asyncio.Event()

    def add(self, item: T) -> None:
        """Append an item and wake whoever waits."""
        self._unread.append(item)
        self._arrived.set()

    @property
    def unread(self) -> list[T]:
        """Return the items that nobody has taken yet, without taking them."""
        return list(self._unread)

    async def next(self, timeout: float = 10.0, matching: Callable[[T], bool] | None = None) -> T:
        """Take the first unread item that matches, waiting for it up to `timeout` real seconds.

        Items that do not match stay unread. Raises AssertionError when the time is over.
        """
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for index, item in enumerate(self._unread):
                        if matching is None or matching(item):
                            del self._unread[index]
                            return item
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(
                f"no {self._name} within {timeout:g} s; unread: {list(self._unread) or 'nothing'}"
            ) from None
