"""kill -9 in a stream of moderators' messages: all that was sent to the bot is done, and nothing twice."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.conftest import HELD, LIMITS, Launch
from tests.acceptance.newsroom import OWNERS, moderator, rows
from tests.acceptance.process import until
from tests.acceptance.test_changes_survive import check_record
from tests.conftest import KILLS
from tests.emulators.telegram import Fault, TelegramEmulator

MODERATORS = 6
# Each takes a moderator two messages.
CHANGES = 5
SPEAKERS = ("Lubinets", "Putin", "PACE", "NAM", "Yale")


def change(mark: str, number: int, chance: random.Random) -> str:
    """Return a change that could be made twice, of the moderator's own fact, or one that adds a fact."""
    if chance.random() < 0.7:
        day = f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        lines = [
            f"/correct F{number + 1}",
            f"when: {day}",
            "note: none",
            f"figure: at least {mark[-5:]} ships",
        ]
        return "\n".join([*lines, "material: yes", f"reason: {mark}"])
    lines = [f"/add Ship {mark} came in", f"who: {chance.choice(SPEAKERS)}", "cue: said that", "at: ¶1"]
    return "\n".join([*lines, "source: S1"])


def made(record: Path) -> Counter[str]:
    """Count the revisions that were made for each mark: it stands in a new fact, or is the reason."""
    query = "SELECT CASE number WHEN 1 THEN state ELSE coalesce(reason, '') END FROM revision"
    return Counter(mark for (text,) in rows(record, query) for mark in re.findall(r"mark-\d{5}", text))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_kill_loses_and_repeats_no_update(
    api: TelegramEmulator, launch: Launch, tmp_path: Path, mode: str
) -> None:
    record = tmp_path / "record.db"
    chance = random.Random(20_260_104)
    bot = await launch(mode=mode, owners=OWNERS, limits=LIMITS)
    people = [await moderator(api, f"Mona{number}", "belarus") for number in range(MODERATORS)]
    reader = api.user("Alice")
    slow = api.private(reader)
    asked: set[str] = set()
    for kill in range(KILLS):
        hanging = kill % 2 == 0
        if hanging:
            # One answer that hangs keeps all behind it unconfirmed: it comes again though it was handled.
            api.fail_next("sendMessage", Fault.stalled(HELD), when=lambda asked: asked["chat_id"] == slow.id)
            await slow.say(reader, "/who")
        for number in range(CHANGES * MODERATORS):
            mark = f"mark-{len(asked):05d}"
            asked.add(mark)
            person = people[number % MODERATORS]
            # The change whole, and the word that makes it: nobody waits for the bot.
            for text in (change(mark, number % MODERATORS, chance), "/confirm"):
                await person.chat.say(person.user, text)
        # Somewhere in the stream: just behind an answer, or a little later.
        most = 2 * CHANGES * MODERATORS
        answers = len(api.calls_of("sendMessage")) + chance.randrange(most // 2 if hanging else 0, most)
        await until(lambda answers=answers: len(api.calls_of("sendMessage")) >= answers, "answers", 60)
        await asyncio.sleep(chance.uniform(0, 0.02))
        await bot.kill()
        found = made(record)
        assert set(found.values()) <= {1} and set(found) <= asked, f"kill {kill}"
        await bot.start()
    await until(lambda: not api.updates.pending, "the handling of all updates", 60 + 12 * KILLS)
    found = made(record)
    assert set(found.values()) == {1}, "a change was made twice"
    assert asked - set(found) == set(), "a message to the bot was lost"
    assert await bot.stop() == 0
    await check_record(record)


@pytest.mark.slow  # the limit on what waits is eighteen seconds
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_more_than_a_hundred_that_wait_behind_one_that_hangs_hold_up_no_other_chat(
    api: TelegramEmulator, launch: Launch, mode: str
) -> None:
    alice, bob = api.user("Alice"), api.user("Bob")
    slow, other = api.private(alice), api.private(bob)
    bot = await launch(mode=mode, limits=LIMITS)
    api.fail_next("sendMessage", Fault.stalled(HELD), when=lambda asked: asked["chat_id"] == slow.id)
    for _ in range(120):
        await slow.say(alice, "/who lubinets")
    await other.say(bob, "/who lubinets")
    assert "Dmytro" in (await other.next_message(timeout=30)).text
    # Those that waited are answered, too, when the one has been given up.
    for _ in range(120):
        await slow.next_message(timeout=40)
    await until(lambda: not api.updates.pending, "the handling of all updates", 60)
    assert await bot.stop() == 0
