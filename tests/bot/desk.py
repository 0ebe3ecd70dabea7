"""People at a dispatcher over a record: what each says, presses and is shown, and what the record keeps."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.intake.fetching.fetcher import Fetcher
from bot.intake.fetching.places import Gate
from bot.replies import Line, Modal, Reply
from bot.requests import Request
from storage.domain.changes import Appoint
from storage.record import Record
from storage.trail.audit import Actor

# What belongs to conversations, not to the record: asked questions, dialogues, buttons, what is on its way.
PASSING = frozenset(
    "dialogue question asker button chat link_code listener subscription notice delivery said receipt"
    " amendment progress lookup_version sqlite_sequence spoken_of intake desk feed feed_key watch"
    " offer called".split()
)
OWNER, ANN, BOB, EVE = "telegram:1", "telegram:7", "telegram:8", "telegram:66"


class Moments:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def still() -> float:
    return 0.0


def kept(path: Path, passing: Iterable[str] = PASSING) -> dict[str, int]:
    """Return of each of the record's own tables a number that changes with any of its rows."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = (name for name in names if name not in passing and not name.startswith("fact_text"))
        return {name: hash(tuple(connection.execute(f"SELECT * FROM {name}"))) for name in own}
    finally:
        connection.close()


def said(reply: Reply | None) -> str:
    """Return all the words of a reply, a block a line, each line's mark and label with it."""
    assert reply is not None
    rows = []
    for block in reply.blocks:
        label, mark = getattr(block, "label", None), getattr(block, "mark", None)
        rows.append(" ".join(filter(None, (label, block.text, f"({mark})" if mark else None))))
    return "\n".join(rows)


def buttons(reply: Reply | None) -> list[str]:
    assert reply is not None
    return [action.label for action in reply.actions]


def assert_short(reply: Reply | None, *words: str) -> None:
    """Fail unless a reply is one short refusal that states nothing of the story and holds all the words."""
    text = said(reply)
    assert reply is not None and not any(isinstance(block, Line) for block in reply.blocks), text
    assert len(text) <= 400, text
    assert "went wrong" not in text and "cannot be read" not in text and "Traceback" not in text, text
    for word in words:
        assert word in text, text


async def _nowhere(host: str, _port: int) -> Sequence[str]:
    raise OSError(f"no host {host}")


class Person:
    """Somebody in a chat; `reply` is what was last shown to them."""

    def __init__(self, desk: Desk, user: str, chat: str, **fields) -> None:
        self.desk, self.user, self.chat, self.fields = desk, user, chat, fields
        self.reply: Reply | None = None

    async def says(self, text: str, **fields) -> Reply | None:
        asked = Request(text, self.chat, self.user, **self.fields | fields)
        reply = await self.desk.dispatcher.answer(asked)
        assert not isinstance(reply, Modal)
        self.reply = reply
        return self.reply

    async def reads(self, text: str) -> str:
        """Return all pages of an answer as one text."""
        pages = [said(await self.says(text))]
        while self.reply is not None and (turn := [each for each in self.reply.turns if each.turn == "next"]):
            pages.append(said(await self.says(turn[0].command)))
        return "\n".join(pages)

    async def tells(self, *turns: str) -> Reply | None:
        """Say one thing after the other; what stands in brackets is a button to press."""
        for turn in turns:
            pressed = re.fullmatch(r"\[(.+)\]", turn)
            await (self.presses(pressed[1]) if pressed else self.says(turn))
        return self.reply

    def button(self, label: str) -> str:
        """Return the command of the button whose label begins so."""
        assert self.reply is not None
        found = [action.command for action in self.reply.actions if action.label.startswith(label)]
        assert found, (label, self.reply)
        return found[0]

    async def presses(self, label: str) -> Reply | None:
        return await self.says(self.button(label))

    @property
    def seen(self) -> str:
        return said(self.reply)


class Desk:
    """A dispatcher over a record; with no limit on how fast people may ask."""

    def __init__(
        self, record: Record, moments: Moments, *, four_eyes: bool = False, hosts: Collection[str] = ()
    ) -> None:
        self.record, self.moments = record, moments
        self.settings = Settings.model_validate(
            {
                "owners": [OWNER],
                "review": {"four_eyes": four_eyes},
                "intake": {"hosts": list(hosts)},
                "limits": {"messages_per_minute": 100_000, "burst": 100_000},
            }
        )
        self.dispatcher = Dispatcher(record, commands, self.settings, still)
        # No name of the outside is resolved: nothing is fetched but from the hosts of a test.
        self.dispatcher.desk._fetcher = Fetcher(Gate(hosts, _nowhere), clock=moments)
        self.undelivered: list[tuple[str, Reply]] = []

    def person(self, user: str, chat: str | None = None, **fields) -> Person:
        return Person(self, user, chat or user, **fields)

    async def appoint(self, user: str, story: str | None = "belarus", handle: str | None = None) -> None:
        found = await self.record.stories.find(story) if story else None
        change = Appoint(address=user, story_id=found.id if found else None, handle=handle)
        await self.record.ledger.make(change, by=Actor(OWNER))

    async def moderator(
        self, user: str = ANN, story: str | None = "belarus", chat: str | None = None, **fields
    ) -> Person:
        await self.appoint(user, story, fields.get("handle"))
        return self.person(user, chat, **fields)

    def kept(self) -> dict[str, int]:
        return kept(self.record.database.path)

    async def revisions(self, fact_id: int) -> int:
        found = await self.record.facts.find(fact_id)
        assert found is not None
        return found.revision

    async def told(self, chat: str) -> list[str]:
        """Take what is due to a chat, as words."""
        return [said(reply) for reply in await self.due(chat)]

    async def due(self, chat: str) -> list[Reply]:
        """Take what is due to a chat; what was due to others at the same time is kept for them."""
        platform = chat.partition(":")[0]
        self.undelivered += await self.dispatcher.waiting(platform)
        taken = [reply for to, reply in self.undelivered if to == chat]
        self.undelivered = [(to, reply) for to, reply in self.undelivered if to != chat]
        return taken
