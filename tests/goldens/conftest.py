"""A dispatcher over the stocked record, for what it answers to be rendered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.replies import Reply
from bot.requests import Request, Role
from storage.record import Record
from tests.bot.desk import Desk, Moments
from tests.conftest import open_copy

Answer = Callable[..., Awaitable[Reply]]
Desks = Callable[[str], AbstractAsyncContextManager[Desk]]


def answering(record: Record) -> Answer:
    """Return a function that asks in a new chat (or in one), where the shipped story is in use."""
    dispatcher = Dispatcher(record, commands, Settings())
    numbers = count()

    async def ask(
        text: str, *, role: Role = Role.READER, story: str = "belarus", chat: str | None = None
    ) -> Reply:
        if chat is None:
            chat = f"terminal:{next(numbers)}"
            await dispatcher.answer(Request(f"/story {story}", chat=chat, user=chat, role=role))
        reply = await dispatcher.answer(Request(text, chat=chat, user=chat, role=role))
        assert isinstance(reply, Reply)
        return reply

    return ask


@pytest.fixture
def answer(record: Record) -> Answer:
    """Return what asks the stocked record."""
    return answering(record)


@pytest.fixture
def desks(stocked: Path, tmp_path: Path) -> Desks:
    """Return a function that opens a desk of its own for each case that changes something."""

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Desk]:
        async with open_copy(stocked, tmp_path / f"{name}.db") as record:
            yield Desk(record, Moments())

    return opened


@pytest.fixture
def desk(record: Record) -> Desk:
    """Return a desk over the stocked record, at the clock at which it was stocked."""
    return Desk(record, Moments())
