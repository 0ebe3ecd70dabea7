"""Of the names that comparing with all of them would find for a slip, the index of names finds nearly all."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from bot.parsing.matching import match
from storage.reading.entities import Name
from storage.record import Record
from tests.benchmarks import naming

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# The share that has to be found. Measured at 10,000 names: all.
ENOUGH = 0.98


def slip(chance: random.Random, word: str) -> str:
    """Return a word with one slip of the pen: a letter left out, doubled, swapped, replaced or put in."""
    at = chance.randrange(len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + chance.choice("aeiou") + word[at + 1 :],
            word[:at] + chance.choice(LETTERS) + word[at:],
        ]
    )


def misspelt(chance: random.Random, name: str) -> str:
    """Return a name or its last word, with a slip or two."""
    given, family = name.split()
    slipped = slip(chance, family)
    if not chance.randrange(3):
        slipped = slip(chance, slipped)
    return slipped if not chance.randrange(3) else f"{given} {slipped}"


async def shares(stocked: Path, path: Path, names: int, asked: int) -> tuple[float, float]:
    """Return which share is found of the names meant that comparing finds, and of those it finds plainly."""
    shutil.copyfile(stocked, path)
    listed = naming.made_up(names)
    naming.crowd(path, listed)
    record = await Record.open(path)
    chance = random.Random("slips")
    asked_about, plain = [], []
    try:
        rows = await record.database.read(
            "SELECT folded, entity_id, rank, spelling FROM entity_name WHERE story_id = 1"
        )
        every = [Name(*row) for row in rows]
        meant = {each.spelling: each.entity_id for each in every if each.rank == 0}
        for name in chance.sample(listed, asked):
            typed = misspelt(chance, name)
            whole = match(typed, every)
            found = match(typed, await record.names.resembling(1, typed))
            if meant[name] in whole.entity_ids:
                asked_about.append(meant[name] in found.entity_ids)
            if whole.plain:
                plain.append(found == whole)
    finally:
        await record.close()
    assert len(plain) > asked / 3
    return sum(asked_about) / len(asked_about), sum(plain) / len(plain)


async def test_slips_find_the_names_that_they_found_by_comparing_with_all(stocked, tmp_path):
    found = await shares(stocked, tmp_path / "few.db", 1_500, 200)
    assert min(found) >= ENOUGH, found


@pytest.mark.slow
async def test_the_same_among_ten_thousand_names(stocked, tmp_path):
    found = await shares(stocked, tmp_path / "many.db", 10_000, 500)
    print(found)
    assert min(found) >= ENOUGH, found
