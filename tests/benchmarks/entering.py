"""An article put on record by hand: messages, words typed, presses and words read, and the minutes they take.

A moderator types to the dispatcher what a practised person would, and is shown what they would be. The place
and the people are invented.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from storage.domain.changes import OpenStory
from storage.domain.entries import StoryEntry
from storage.record import Record
from storage.trail.audit import Actor
from tests.benchmarks import places
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes
from tests.bot.desk import ANN, OWNER, Desk, Moments, Person

# Words typed and read in a minute, and seconds for a press.
TYPED, READ, PRESS = 40, 250, 3
GOAL = 15
ARTICLE = """\
The upper lock gate at Ostmere gave way on Tuesday evening, the harbour master, Ines Calder, said on \
Wednesday. She said that the water had flooded at least 140 homes along the lower quay, and denied that \
the gate had been left open.

“Nobody on my staff touched it,” Calder told reporters. She said that the gate had been inspected in \
March, and that two of its four hinges had been replaced.

The mayor, Rolf Anders, who came to the quay at dawn in rubber boots, said that 312 people had been moved \
to the sports hall, where volunteers were handing out blankets and soup. He alleged that the port company \
had ignored three warnings since January, and called for an inquiry into its contracts.

Port of Ostmere, which has run the lock for the town since it was sold to investors, denied that it had \
ignored any warning. It confirmed that it had received one letter from the town in February. It said that \
the letter had named another gate, a mile further down the river.

The Institute of Waterways reported in April, in a study that drew little notice at the time, that the \
gate was 61 years old. It said that its steel had lost up to 30 per cent of its thickness, and \
recommended that it be closed to ships of more than 900 tonnes.

The river police said that one man was missing. They said that divers would search the basin on Thursday, \
when the current was expected to be weaker. They denied that anybody had been arrested.

Dora Lindqvist, who lives in the last house beside the lock with her two dogs, said that she had heard a \
bang shortly before eight. She said that the siren had stayed silent. The water, she said, had reached \
her windows within ten minutes.

Anders admitted that the siren had not been tested since 2023, an omission for which he said he was \
sorry. He said that the town had ordered a new one for 48,000 crowns.

The ministry of transport announced that it would send six engineers. It said that the lock would stay \
closed for at least eight weeks, through the whole of the harvest, and that 90 barges were waiting above \
it.

The union of lock keepers said that the night watch had been cut from three people to one. It said that \
it had warned the company twice, in writing and at a meeting. Port of Ostmere denied that the cut had \
played any part.

The insurer Nordhaf, which covers most of the houses on the lower quay, estimated that the damage would \
be about 12 million crowns. It said that it had received 85 claims by Wednesday noon, and that assessors \
were on their way from the capital. A candle stood on the broken quay wall all day. Nobody would say who \
had put it there, and by the evening the rain had put it out.
"""
# What is typed; what stands in brackets is a button.
FIRST = (
    "/add ¶1 The harbour master, Ines Calder, said that the lock gate had given way on Tuesday evening",
    "[New person]",
    "https://news.example/ostmere-gate", "[New source]", "Lock gate fails at Ostmere", "Coast Courier",
    "2026-11-18", "[Skip]", "[Skip]", "[Confirm]", "[Next from this source]",
)  # fmt: skip
NEXT: tuple[tuple[str, ...], ...] = (
    ("The water had flooded at least 140 homes",),
    ("denied that the gate had been left open",),
    ("¶2 told reporters: “Nobody on my staff touched it”",),
    ("said that the gate had been inspected in March",),
    ("Two of its four hinges had been replaced",),
    ("¶3 The mayor, Rolf Anders, said that 312 people had been moved to the sports hall", "[New person]"),
    ("alleged that the port company had ignored three warnings since January",),
    ("called for an inquiry into its contracts",),
    ("¶4 Port of Ostmere denied that it had ignored any warning", "[New organisation]", "[Skip]"),
    ("confirmed that it had received one letter from the town in February",),
    ("said the letter had named another gate",),
    (
        "¶5 The Institute of Waterways reported that the gate was 61 years old",
        "[New organisation]", "[Skip]",
    ),
    ("Its steel had lost up to 30 per cent of its thickness",),
    ("recommended that the gate be closed to ships of more than 900 tonnes",),
    ("¶6 The river police said that one man was missing", "[New organisation]", "[Skip]"),
    ("Divers would search the basin on Thursday",),
    ("denied that anybody had been arrested",),
    (
        "¶7 Dora Lindqvist said that she had heard a bang shortly before eight",
        "[New person]", "lives beside the lock",
    ),
    ("The siren had stayed silent",),
    ("The water had reached her windows within ten minutes",),
    ("¶8 Anders admitted that the siren had not been tested since 2023",),
    ("said the town had ordered a new one for 48,000 crowns",),
    (
        "¶9 The ministry of transport announced that it would send six engineers",
        "[New organisation]", "[Skip]",
    ),
    ("said that the lock would stay closed for at least eight weeks",),
    ("90 barges were waiting above the lock",),
    (
        "¶10 The union of lock keepers said that the night watch had been cut from three people to one",
        "[New organisation]", "[Skip]",
    ),
    ("said that it had warned the company twice",),
    ("Port of Ostmere denied that the cut had played any part",),
    (
        "¶11 The insurer Nordhaf estimated that the damage would be about 12 million crowns",
        "[New organisation]",
    ),
    ("said that it had received 85 claims by Wednesday noon",),
)  # fmt: skip


@dataclass(slots=True)
class Effort:
    """What it took a moderator."""

    messages: int = 0
    characters: int = 0
    typed: int = 0
    presses: int = 0
    replies: int = 0
    read: int = 0

    @property
    def minutes(self) -> float:
        """Return how long it takes a practised person."""
        return self.typed / TYPED + self.presses * PRESS / 60 + self.read / READ


def measure(_sizes: Sizes) -> list[Finding]:
    """Enter the article, and print what it took."""
    return asyncio.run(_measured())


async def _measured() -> list[Finding]:
    words, facts = len(ARTICLE.split()), len(NEXT) + 1
    heading(f"An article of {words} words, {facts} statements, put on record by hand")
    with places.scratch() as folder:
        record = await Record.open(folder / "entering.db")
        try:
            effort = await enter(record)
        finally:
            await record.close()
    table(
        ("messages", "characters", "words typed", "presses", "replies", "words read", "minutes"),
        [
            tuple(map(str, (effort.messages, effort.characters, effort.typed, effort.presses, effort.replies,
             effort.read, round(effort.minutes, 1))))
        ],
    )  # fmt: skip
    return [at_most(f"minutes to put {facts} statements on record by hand", effort.minutes, GOAL)]


async def enter(record: Record) -> Effort:
    """Put the article on record as a moderator, and return what it took."""
    story = StoryEntry(name="ostmere", title="The lock gate at Ostmere", language="en")
    await record.ledger.make(OpenStory(story=story), by=Actor(OWNER))
    desk = Desk(record, Moments())
    ann, effort = await desk.moderator(ANN, "ostmere"), Effort()
    await ann.says("/story ostmere")
    await _take(ann, effort, FIRST)
    for turns in NEXT:
        await _take(ann, effort, (*turns, "[Confirm]"))
    return effort


async def _take(ann: Person, effort: Effort, turns: Sequence[str]) -> None:
    for turn in turns:
        if turn.startswith("["):
            effort.presses += 1
            await ann.presses(turn.strip("[]"))
        else:
            effort.messages += 1
            effort.characters += len(turn)
            effort.typed += len(turn.split())
            await ann.says(turn)
        effort.replies += 1
        # Sources are folded away, and buttons are pressed without reading.
        effort.read += len(ann.seen.split())
