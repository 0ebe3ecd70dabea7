"""How long replies are on a phone: what is shown of them, without the sources folded away and the buttons."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from math import ceil
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bot.commands.dispatch import Dispatcher
from bot.frontends.terminal.render import UNBROKEN, Kind, rows
from bot.replies import Reply
from bot.requests import Request, Role
from storage.domain import dates
from storage.record import Record

FOLDER = Path(__file__).resolve().parents[1] / "acceptance"
# The stories that the tests have, each with the questions about it.
SETS = {"belarus": "questions", "tarrow-ferry": "questions_ferry", "velmara-bridges": "questions_courtcase"}
# The most letters of half of all replies, and of nine in ten.
MEDIAN, NINE_IN_TEN = 450, 800


class Lengths(NamedTuple):
    """The lengths of replies to messages of one kind."""

    kind: str
    letters: list[int]

    @property
    def median(self) -> float:
        return median(self.letters)

    @property
    def nine_in_ten(self) -> int:
        return sorted(self.letters)[ceil(0.9 * len(self.letters)) - 1]


def shown(reply: Reply) -> str:
    """Return what is shown of a reply before anything is unfolded."""
    told = [row for row in rows(reply, UNBROKEN) if row.kind not in (Kind.SOURCE, Kind.NEXT)]
    if reply.sources:
        at = max(number for number, row in enumerate(told) if row.kind is Kind.HEADING)
        del told[at]
    return "\n".join(row.text for row in told).strip()


def all_of(every: Iterable[Lengths]) -> Lengths:
    """Return all lengths together."""
    return Lengths("all", [each for lengths in every for each in lengths.letters])


async def measured(dispatcher: Dispatcher, story: str, questions: Iterable[str]) -> list[Lengths]:
    """Ask who each of a story's names is, when everything was, what the story is about, and the questions."""
    record = dispatcher.record
    found = await record.stories.find(story)
    assert found is not None
    asked = {
        "/who NAME": [f"/who {name}" for name in await _names(record, found.id)],
        "/when": ["/when", *(f"/when {day}" for day in await _days(record, found.id))],
        "/about": ["/about"],
        "questions": [question for question in questions if not question.startswith("/")],
    }
    return [Lengths(kind, [await _length(dispatcher, story, each) for each in asked[kind]]) for kind in asked]


def questions_of(path: Path) -> list[str]:
    """Return the questions of a file: TOML of the tests, or JSON Lines of the development data."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        return [each["ask"] for each in tomllib.loads(text)["questions"]]
    return [json.loads(line)["ask"] for line in text.splitlines() if line.strip()]


async def _names(record: Record, story: int) -> list[str]:
    every = [*await record.entities.directory(story, places=False, after=0, limit=500)]
    every += await record.entities.directory(story, places=True, after=0, limit=500)
    return [entity.name for entity, _facts in every]


async def _days(record: Record, story: int) -> list[str]:
    facts = await record.listings.dated(story, earliest=dates.FIRST, latest=dates.LAST, limit=500)
    told = (fact.occurred or fact.attributions[0].said or "" for fact in facts)
    return sorted(
        {when for when in told if len(when) == len("2024-01-04") and when.replace("-", "").isdecimal()}
    )


async def _length(dispatcher: Dispatcher, story: str, text: str) -> int:
    # A chat for each, so that no answer leans on the one before.
    chat = f"terminal:{story} {text}"
    await dispatcher.answer(Request(f"/story {story}", chat=chat, user=chat, role=Role.READER))
    reply = await dispatcher.answer(Request(text, chat=chat, user=chat, role=Role.READER))
    assert isinstance(reply, Reply), text
    return len(shown(reply))
