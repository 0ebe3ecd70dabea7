"""A paper with a feed, people who may watch it, and a poller; time passes as it is told to."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from zlib import crc32

from bot.intake.reading import reader
from bot.intake.reading.worker import answered
from bot.intake.watching.polling import Poller
from storage.record import Record
from tests.bot.desk import Desk, Moments, Person, assert_short, said
from tests.bot.intake.feeds import item, rss
from tests.bot.intake.fetching.site import page, site


class Paper:
    def __init__(self, running, record: Record, moments: Moments) -> None:
        self.running, self.record, self.moments = running, record, moments
        self.desk = Desk(record, moments, hosts=[f"127.0.0.1:{running.port}"])
        self.poller = self.another()
        self.url = running.url("/feed.xml")
        self.entries = [item(2, "harbour closed"), item(1, "gate open")]
        self.answer: bytes | None = None
        self.robots = page(b"", status="404 None")

    def another(self, record: Record | None = None) -> Poller:
        """Return a poller, as another process has one."""
        record = record or self.record
        may = self.desk.dispatcher.roles.still_moderates
        return Poller(record, self.desk.dispatcher.desk, may, minutes=15, retention=timedelta(days=30))

    async def write(self, path, writer):
        head = self.running.requests[-1][1]
        if path == "/robots.txt":
            writer.write(self.robots)
        elif self.answer is not None:
            writer.write(self.answer)
        elif f"If-None-Match: {self.mark}" in head:
            writer.write(page(b"", status="304 Not Modified"))
        else:
            writer.write(page(rss(*self.entries), f"ETag: {self.mark}", kind="application/rss+xml"))

    @property
    def mark(self) -> str:
        return f'"{crc32(rss(*self.entries))}"'

    def brings(self, *entries: dict[str, str]) -> None:
        self.entries = [*entries, *self.entries]

    def asked(self, path: str = "/feed.xml") -> int:
        return sum(each == path for each, _head in self.running.requests)

    async def watched(self, person: Person, text: str = "", **fields) -> str:
        """Let somebody watch the feed, and return what they are told of it."""
        assert_short(await person.says(text or f"/watch {self.url}", **fields), "Looking at the feed")
        await asyncio.gather(*self.desk.dispatcher.desk._working)
        return await self.told(person)

    async def polled(self, person: Person, **passed: float) -> str:
        """Let time pass and what is due be polled; return what somebody is told."""
        self.moments.pass_by(**passed or {"minutes": 16})
        await self.poller.once()
        return await self.told(person)

    async def told(self, person: Person) -> str:
        """Return what somebody is told now, "" for nothing; buttons of it can be pressed."""
        due = await self.desk.due(person.fields.get("alone") or person.chat)
        person.reply = due[-1] if due else None
        return "\n".join(map(said, due))


async def _read_here(content, asked):
    return answered(content, asked)


@asynccontextmanager
async def open_paper(stocked: Path, folder: Path) -> AsyncIterator[Paper]:
    """Open a paper over a copy of a record.

    A process for each poll takes long: what is fetched is read here, and a process is tried with the reader.
    """
    shutil.copyfile(stocked, folder / "desk.db")
    moments = Moments()
    record = await Record.open(folder / "desk.db", clock=moments)

    async def answer(path, writer):
        await made.write(path, writer)

    async with site(answer) as running:
        made = Paper(running, record, moments)
        with patch.object(reader, "_worked", _read_here):
            yield made
        await made.desk.dispatcher.desk.close()
    await record.close()
