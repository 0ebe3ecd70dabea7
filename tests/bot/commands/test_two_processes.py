"""What readers are told while another process changes the record: each answer is of one version of it."""

from __future__ import annotations

import shutil

import pytest

from bot.commands import commands
from bot.requests import Role
from storage.domain.changes import MergeEntity
from storage.record import Record
from storage.trail.audit import Actor
from tests.bot.desk import BOB, OWNER, Desk, Moments, assert_short


@pytest.fixture
async def both(stocked, tmp_path):
    """Open one record twice, as two processes do."""
    path = tmp_path / "both.db"
    shutil.copyfile(stocked, path)
    here, there = await Record.open(path, clock=Moments()), await Record.open(path, clock=Moments())
    yield here, there
    await here.close()
    await there.close()


@pytest.mark.parametrize(("command", "places"), [("/who", False), ("/where", True)])
async def test_a_name_that_another_process_merged_is_told_whole_at_once(both, command, places):
    here, there = both
    bob = Desk(here, Moments()).person(BOB)
    (gone, _), (into, _), *_others = await here.entities.directory(1, places=places, limit=9)
    await bob.says(f"{command} {gone.name}")
    await there.ledger.make(MergeEntity(story_id=1, entity_id=gone.id, into_id=into.id), by=Actor(OWNER))
    await bob.says(f"{command} {gone.name}")
    assert bob.seen.startswith(into.name) and "Nothing" not in bob.seen


async def test_a_retraction_by_another_process_is_seen_by_the_next_request(both):
    here, there = both
    bob = Desk(here, Moments()).person(BOB)
    await bob.says("/who Lubinets")
    (lubinets,) = await here.entities.find_named(1, "Lubinets")
    told = (await here.listings.mentioning(lubinets.id, {"speaker": 0}, limit=1))["speaker"][0]
    assert told.statement in bob.seen
    ann = Desk(there, Moments()).person(OWNER)
    await ann.tells(f"/retract F{told.id} misread", "[Confirm]")
    await bob.says("/who Lubinets")
    assert told.statement not in bob.seen


# What these change has to stand on record before it is acknowledged.
WAITING = frozenset("story subscribe unsubscribe settings mute link tellme suggest forgetme cancel".split())


async def test_no_answer_waits_for_another_process_that_writes(both, subtests):
    here, there = both
    bob = Desk(here, Moments()).person(BOB)
    asked = [command.example for command in commands if command.role is Role.READER]
    assert len(asked) > 20
    # Who has to wait is told at once, and does not wait for what this test is not about.
    await here.database._writer.execute("PRAGMA busy_timeout = 1")
    async with there.database.transaction():
        for text in [*asked, "When did the zeppelin land in Minsk?", "Who owns the lighthouse?"]:
            with subtests.test(text=text):
                await bob.says(text)
                waits = text.split()[0].removeprefix("/") in WAITING
                assert waits or "busy" not in bob.seen, bob.seen
                assert "went wrong" not in bob.seen and "cannot be read" not in bob.seen
        await bob.says("/subscribe")
        assert_short(bob.reply, "busy", "nothing was changed", "try again")
    await bob.says("When did the zeppelin land in Minsk?")
    await bob.presses("Tell me")
    assert "You will be told" in bob.seen
    assert [question.asked for question in await here.questions.ranked(1, limit=1)] == [2]
