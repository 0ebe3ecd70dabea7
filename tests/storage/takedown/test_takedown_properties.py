"""Random changes with takedowns among them: the chain verifies, and no moment shows a word of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from storage.domain.changes import OpenStory, TakeDown
from storage.domain.entries import StoryEntry
from storage.domain.errors import Refused
from storage.record import Record
from tests.conftest import examples
from tests.storage.conftest import Ticking
from tests.storage.making import (
    BO,
    check_tables,
    content,
    exported,
    publish,
    restore,
    retract,
    revise,
    supersede,
)

STEPS = 25


async def step(
    record: Record, chance: random.Random, secrets: dict[int, list[str]], number: int
) -> int | None:
    """Make one change at random; return the fact that was taken down, if one was."""
    words = f"secret{number:03} stands at door{number} of house{number}"
    facts = sorted(secrets)
    what = chance.choice(("publish", "correct", "retract", "restore", "supersede", "relate", "take down"))
    if what == "publish" or not facts:
        fact = await publish(record, f"ref{number}", words)
        secrets[fact.id] = [f"secret{number:03}"]
        return None
    one, other = chance.choice(facts), chance.choice(facts)
    refs = {each.id: each.ref for each in await record.facts.load(facts)}
    if what == "correct":
        await revise(record, one, statement=words)
        secrets[one].append(f"secret{number:03}")
    elif what == "retract":
        await retract(record, one, f"not so: {words}")
        secrets[one].append(f"secret{number:03}")
    elif what == "restore":
        await restore(record, one)
    elif what == "supersede":
        await supersede(record, one, refs[other])
    elif what == "relate":
        await revise(record, one, "related", contradicts=[{"fact": refs[other]}])
    else:
        await record.ledger.make(TakeDown(story_id=1, subject=f"F{one}", ground="safety"), by=BO)
        return one
    return None


@pytest.mark.at_length
@pytest.mark.parametrize("seed", range(examples(30)))
async def test_no_moment_shows_a_word_that_was_taken_down(tmp_path: Path, seed: int) -> None:
    chance, secrets, down = random.Random(seed), dict[int, list[str]](), dict[int, list[str]]()
    record = await Record.open(tmp_path / "record.db", clock=Ticking())
    try:
        await record.ledger.make(OpenStory(story=StoryEntry(name="s", title="S")), by=BO)
        for number in range(STEPS):
            try:
                gone = await step(record, chance, secrets, number)
            except Refused:
                continue
            if gone is not None:
                down[gone] = secrets.pop(gone)
        assert (await record.audit.verify()).problem is None
        await check_tables(record)
        kept, sheet = content(record.database.path), await exported(record)
        for fact_id, words in down.items():
            for word in words:
                assert word not in kept and word not in sheet, (fact_id, word)
                assert await record.search.find(word) == []
            for revision in await record.facts.revisions(fact_id):
                (then,) = await record.facts.load([fact_id], moment=revision.at)
                assert then.taken_down is not None
    finally:
        await record.close()
