"""A message that comes again after a crash changes nothing twice; one handling may write more than once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from storage.domain.changes import OpenStory
from storage.domain.entries import StoryEntry
from storage.domain.errors import AlreadyDone
from storage.people import repeats
from storage.record import Record
from storage.trail.audit import Actor

BY = Actor("telegram:1", "telegram:1")


def story(name: str) -> OpenStory:
    return OpenStory(story=StoryEntry(name=name, title=name))


async def handling(record: Record, message: str, *names: str) -> None:
    """Handle a message that opens some stories, in a task of its own, as each message is."""

    async def work() -> None:
        record.repeats.handle(message)
        for name in names:
            await record.ledger.make(story(name), by=BY)

    await asyncio.create_task(work())


async def test_what_a_message_has_done_is_not_done_again_after_a_restart(record, monkeypatch) -> None:
    await handling(record, "telegram:9:1", "one", "two")
    before = await record.audit.last()
    monkeypatch.setattr(repeats, "_PROCESS", "another")
    with pytest.raises(AlreadyDone):
        await handling(record, "telegram:9:1", "three")
    assert await record.audit.last() == before
    assert await record.stories.find("three") is None
    await handling(record, "telegram:9:2", "three")


async def test_a_change_that_fails_notes_nothing(record, monkeypatch) -> None:
    await record.ledger.make(story("one"), by=BY)
    with pytest.raises(Exception, match="one"):
        await handling(record, "telegram:9:1", "one")
    monkeypatch.setattr(repeats, "_PROCESS", "another")
    await handling(record, "telegram:9:1", "two")


async def test_a_dialogue_is_led_on_once_by_each_message(record, monkeypatch) -> None:
    async def at(message: str, work: Any) -> Any:
        async def handled() -> Any:
            record.repeats.handle(message)
            return await work()

        return await asyncio.create_task(handled())

    begin = lambda: record.dialogues.begin("telegram:1", "telegram:1", "add", {"a": 1})  # noqa: E731  # reason: short
    begun = await at("m1", begin)
    await at("m2", lambda: record.dialogues.go_on(begun, {"a": 2}))
    monkeypatch.setattr(repeats, "_PROCESS", "another")
    standing = await record.dialogues.find("telegram:1", "telegram:1")
    for message, work in (
        ("m1", begin),
        ("m2", lambda: record.dialogues.go_on(standing, {"a": 3})),
        ("m2", lambda: record.dialogues.end(standing)),
    ):
        with pytest.raises(AlreadyDone):
            await at(message, work)
    assert await record.dialogues.find("telegram:1", "telegram:1") == standing


async def test_what_no_platform_repeats_is_neither_noted_nor_asked_for(record) -> None:
    await record.ledger.make(story("one"), by=BY)
    assert not await record.repeats.is_one()
    assert await record.database.read("SELECT * FROM handled") == []
