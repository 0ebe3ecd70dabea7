"""A dispatcher that says what a test has it say, as slowly as the test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from bot.commands import commands
from bot.commands.core.declarations import Command, Offer
from bot.commands.dispatch import Dispatcher, Parsed
from bot.frontends.discord import conversation
from bot.frontends.discord.showing import Stage
from bot.metrics import Metrics
from bot.replies import Action, Citation, Line, Note, Reply
from bot.requests import Request

CITED = (Citation(source=1, entry="An article"),)
MORE = Action(label="Next", command="/who >8", turn="next")


def note(text: str = "said", *, aside: bool = False, actions: tuple[Action, ...] = ()) -> Reply:
    return Reply(blocks=(Note(text=text),), aside=aside, actions=actions)


def fact(number: int = 5, *, aside: bool = False, actions: tuple[Action, ...] = ()) -> Reply:
    line = Line(text=f"The fact F{number}", citations=CITED, fact=number, revision=2)
    return Reply(blocks=(line,), aside=aside, actions=actions)


def long(*, aside: bool = False, actions: tuple[Action, ...] = (MORE,)) -> Reply:
    """Return a reply of three messages."""
    lines = tuple(
        Line(text=f"{number} " + "word " * 800, citations=CITED, fact=number, revision=1)
        for number in range(1, 4)
    )
    return Reply(blocks=lines, aside=aside, actions=actions)


class Scripted:
    """Say `reply` to everything, or raise it; whatever has a gate is answered once that is open.

    One with a semaphore, `announced`, says each thing only when it was released once more.
    """

    def __init__(
        self, reply: Reply | Exception | None = None, announced: asyncio.Semaphore | None = None
    ) -> None:
        self.announced = announced
        self.registry = commands
        self.metrics = Metrics(lambda: 0.0)
        self.reply: Reply | Exception | None = reply
        self.opens: Any = None
        self.requests: list[Request] = []
        self.done: list[str] = []
        self.given_up: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def answer(self, request: Request) -> Any:
        if request.modals and self.opens is not None:
            if isinstance(self.opens, Exception):
                raise self.opens
            return self.opens
        self.requests.append(request)
        try:
            if gate := self.gates.get(request.text):
                await gate.wait()
            if self.announced is not None:
                await self.announced.acquire()
        except asyncio.CancelledError:
            self.given_up.append(request.text)
            raise
        self.done.append(request.text)
        return self._said()

    async def offers(
        self, request: Request, command: str, argument: int, typed: str, given: Sequence[str] = ()
    ) -> list[Offer]:
        self._said()
        return [Offer(typed, "|".join(given))]

    def parse(self, request: Request) -> Parsed | None:
        return Dispatcher.parse(cast("Any", self), request)

    def command_of(self, request: Request) -> Command | None:
        return Dispatcher.command_of(cast("Any", self), request)

    def _said(self) -> Reply | None:
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


class Impatient:
    """What asyncio offers, but that nothing waited for is ever done in time; and no time passes."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def wait(self, tasks: set[asyncio.Task[Any]], **_how: Any) -> tuple[set[Any], set[Any]]:
        await asyncio.sleep(0)
        return set(), tasks


class Pace:
    """How answers come: at once, or only after they were announced, which this sees to by itself."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, announced: bool) -> None:
        self.announced = announced
        if announced:
            # A real clock would not do: in a simulated Discord time goes on only when all have come to rest.
            monkeypatch.setattr(conversation, "asyncio", Impatient())
        self._released = asyncio.Semaphore(0) if announced else None
        announce = Stage.announce

        async def announcing(stage: Stage) -> None:
            await announce(stage)
            if self._released is not None:
                self._released.release()

        monkeypatch.setattr(Stage, "announce", announcing)

    def script(self, reply: Reply | Exception | None = None) -> Scripted:
        return Scripted(reply, self._released)
