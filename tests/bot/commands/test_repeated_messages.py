"""Messages that come again after a kill: nothing is done twice, and who sent them hears how things are."""

from __future__ import annotations

import asyncio

import pytest

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.terminal.render import plain
from bot.replies import Reply
from bot.requests import Request
from storage.people import repeats
from storage.record import Record

OWNER = "telegram:1"
OPEN = "I had read that already, before I was restarted. This is open now:"
ADDED = "/add A ship came in\nwho: Lubinets\ncue: said that\nat: ¶1\nsource: S1"


class Desk:
    """An owner in a private chat, whose messages have numbers."""

    def __init__(self, record: Record, *, time_limit: float = 60.0) -> None:
        self.record = record
        self.dispatcher = Dispatcher(record, commands, Settings(owners=(OWNER,)), time_limit=time_limit)

    async def say(self, number: int, text: str) -> str:
        async def handle() -> Reply:
            self.record.repeats.handle(f"telegram:9:{number}")
            reply = await self.dispatcher.answer(Request(text, OWNER, OWNER))
            assert isinstance(reply, Reply)
            return reply

        return plain(await asyncio.create_task(handle()))

    async def changes(self) -> int:
        return await self.record.audit.last()


@pytest.fixture
async def desk(record: Record) -> Desk:
    await record.stories.use(OWNER, 1)
    return Desk(record)


@pytest.fixture
def restart(monkeypatch: pytest.MonkeyPatch):
    """Return a function after which all that was handled counts as another process's work."""
    return lambda: monkeypatch.setattr(repeats, "_PROCESS", "another")


async def test_a_whole_stream_that_comes_again_is_made_once(desk: Desk, restart) -> None:
    stream = [ADDED, "/confirm", ADDED.replace("ship", "boat"), "/confirm"]
    before = await desk.changes()
    for number, text in enumerate(stream[:3]):
        await desk.say(number, text)
    restart()
    told = [await desk.say(number, text) for number, text in enumerate(stream)]
    assert await desk.changes() == before + 2
    assert "F" in told[3] and "is on record" in told[3]
    # Until the last, each is answered with the question that is open.
    assert all(each.startswith(OPEN) and "a boat came in" in each for each in told[:3])


async def test_an_answer_that_comes_again_does_not_answer_the_next_question(desk: Desk, restart) -> None:
    await desk.say(1, "/add")
    asked = await desk.say(2, "A ship came in")
    restart()
    again = await desk.say(2, "A ship came in")
    assert again.startswith(OPEN) and asked in again


async def test_what_was_done_is_said_to_be_done(desk: Desk, restart) -> None:
    await desk.say(1, ADDED)
    await desk.say(2, "/confirm")
    await desk.say(3, "/undo")
    before = await desk.changes()
    restart()
    for number, text in ((1, ADDED), (2, "/confirm"), (3, "/undo")):
        assert await desk.say(number, text) == "I had read that already, before I was restarted: it is done."
    assert await desk.changes() == before
    assert await desk.record.dialogues.find(OWNER, OWNER) is None


async def test_what_changes_nothing_is_answered_again(desk: Desk, restart) -> None:
    answer = await desk.say(1, "/who lubinets")
    refused = await desk.say(2, "/fact F9999")
    restart()
    assert await desk.say(1, "/who lubinets") == answer
    assert await desk.say(2, "/fact F9999") == refused


async def test_appointments_are_not_repeated(desk: Desk, restart) -> None:
    stream = ("/appoint 77", "/dismiss 77")
    for number, text in enumerate(stream):
        await desk.say(number, text)
    before = await desk.changes()
    restart()
    for number, text in enumerate(stream):
        await desk.say(number, text)
    assert await desk.changes() == before


async def test_what_takes_too_long_is_given_up_with_a_word(record: Record, caplog) -> None:
    async def never() -> bool:
        await asyncio.Event().wait()
        return True

    desk = Desk(record, time_limit=0.05)
    request = Request("/subscribe", "telegram:-5", OWNER, shared=True, administers=never, private=False)
    reply = await desk.dispatcher.answer(request)
    assert isinstance(reply, Reply)
    assert (
        plain(reply) == "That took too long, so I stopped. See whether it is done before you send it again."
    )
    assert "took more than 0.05 s" in caplog.text
