"""How surely people are found under other spellings of their names, among very many names.

FOLDER/spellings holds two public data sets as they are published; neither is part of this project:

- `ner/`: SlavicNER (Piskorski et al. 2024), names as news in Bulgarian, Czech, Polish, Russian, Slovene and
  Ukrainian writes them, in all case forms, each with the person's name in Latin letters;
- `data/`: NETransliteration-COLING2018 (Merhav and Ash 2018, CC0), words of names from Wikidata in Latin and
  other letters: the crowd is made of them.

Two people in five are not on record: whoever is found for them is the wrong person.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from anyascii import anyascii
from rapidfuzz import fuzz, process

from bot.parsing.matching import match
from storage.domain.folding import fold
from storage.record import Record
from storage.sheets.shipped import put_shipped
from tests.benchmarks import places
from tests.benchmarks.naming import crowd
from tests.benchmarks.report import Finding, at_least, at_most, heading, table
from tests.benchmarks.sizes import Sizes

FOUND, WRONG = 0.95, 0.01
LATIN_SETS = ("russian", "arabic", "hebrew", "chinese", "korean")
GIVEN = 2_000
# Below this likeness of their plain transliterations a spelling is another name: a nickname, a title.
SPELLING = 60
# From this likeness on two entries of the list are taken for one person.
ONE_PERSON = 80


class Asked(NamedTuple):
    """One spelling, as it is folded, of one person's name."""

    spelling: str
    person: str


def measure(folder: Path, sizes: Sizes) -> list[Finding]:
    """Ask for each person by each spelling, and count who is found."""
    count = sizes.records[1]
    heading(f"People found under other spellings among {count:,} names")
    asked = spellings(folder)
    people = sorted({each.person for each in asked})
    twins = {
        person: {
            found[0]
            for found in process.extract(
                person, people, scorer=fuzz.token_sort_ratio, score_cutoff=ONE_PERSON, limit=8
            )
        }
        for person in people
    }
    chance = random.Random(3)
    absent = set(chance.sample(people, 2 * len(people) // 5))
    names = [person for person in people if person not in absent]
    names += strangers(folder, count - len(names), {word for name in people for word in name.split()})
    with places.scratch() as scratch:
        found = asyncio.run(_found(scratch / "spelt.db", names, asked))
    results: dict[str, Counter[str]] = {"whole name": Counter(), "one word": Counter()}
    for each, (called, plain) in zip(asked, found, strict=True):
        own = twins[each.person]
        if each.person in absent and own - absent:
            continue  # on record under another entry of the list
        rows = results["one word" if " " not in each.spelling else "whole name"]
        right = bool(own & set(called))
        kind = "off" if each.person in absent else "on"
        rows[f"{kind} record"] += 1
        rows["found"] += kind == "on" and right
        rows["wrong"] += plain and not right
        rows["asked which"] += bool(called) and not plain
    table(
        ("", "on record", "found", "off record", "wrong", "asked which"),
        [
            (what, *(str(r[k]) for k in ("on record", "found", "off record", "wrong", "asked which")))
            for what, r in results.items()
        ],
    )
    whole = results["whole name"]
    return [
        at_least("whole names in another spelling: found", whole["found"] / whole["on record"], FOUND),
        at_most(
            "the same: the wrong person",
            whole["wrong"] / (whole["on record"] + whole["off record"]),
            WRONG,
        ),
    ]


def spellings(folder: Path) -> list[Asked]:
    """Return the spellings of people's names that the corpus has at least twice, in order."""
    counted: Counter[Asked] = Counter()
    for path in sorted((folder / "ner").rglob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.split("\t")
            if len(fields) >= 6 and fields[4] == "PER" and fields[5].startswith("PER-"):
                counted[Asked(fold(fields[2]), fold(fields[5][4:].replace("-", " ")))] += 1
    return sorted(each for each, times in counted.items() if times > 1 and _is_spelling(*each))


def _is_spelling(spelling: str, person: str) -> bool:
    """Tell whether a spelling is of the person's whole name, or of one word of it: no other name."""
    words, own = spelling.split(), person.split()
    if len(own) < 2 or not words or not re.fullmatch("[a-z ]+", person):
        return False
    if len(words) == 1:
        return max(fuzz.ratio(_plain(words[0]), word) for word in own) >= SPELLING
    return len(words) == len(own) and all(
        fuzz.ratio(_plain(a), b) >= SPELLING for a, b in zip(words, own, strict=True)
    )


def _plain(word: str) -> str:
    return anyascii(word).lower().replace("'", "")


def strangers(folder: Path, count: int, taken: Iterable[str]) -> list[str]:
    """Return names of people nobody asks for, of real given and family names."""
    seen: Counter[str] = Counter()
    for word, times in _words(folder):
        if re.fullmatch("[a-z]{3,20}", word):
            seen[word] = max(seen[word], times)
    given = [word for word, _times in seen.most_common(GIVEN)]
    family = sorted(set(seen) - set(taken))
    chance = random.Random(4)
    names: dict[str, None] = {}
    while len(names) < count:
        names[f"{chance.choice(given)} {chance.choice(family)}"] = None
    return list(names)


def _words(folder: Path) -> Iterator[tuple[str, int]]:
    for script in LATIN_SETS:
        for part in ("80", "20"):
            path = folder / "data" / f"wd_{script}_{part}"
            for line in path.read_text(encoding="utf-8").splitlines():
                word, _other, times = line.split("\t")
                yield fold(word), int(times)


async def _found(path: Path, names: list[str], asked: list[Asked]) -> list[tuple[list[str], bool]]:
    """Return for each spelling who may be meant, by folded name, and whether the bot is sure."""
    record = await Record.open(path)
    try:
        await put_shipped(record)
        crowd(path, [name.title() for name in names])
        found = []
        for each in asked:
            exact = await record.entities.named(1, each.spelling)
            near = match(each.spelling, await record.names.resembling(1, each.spelling))
            ids = tuple(exact) or near.entity_ids
            known = await record.entities.by_id(ids)
            called = [fold(known[entity_id].name) for entity_id in ids]
            found.append((called, len(exact) == 1 or (not exact and near.plain)))
        return found
    finally:
        await record.close()
