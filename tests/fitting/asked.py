"""The questions to fit on: of tidy and of chat-style wording, to records of 40 and of 500 facts.

DATA/questions-dev holds sheet.jsonl, facts of several articles whose refs begin with the article's number,
and questions.jsonl, each with its language and the refs of the facts that answer it. DATA/stories-dev holds
NAME.sheet.jsonl and NAME.questions.jsonl, whose answers are judged by patterns.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

# Questions of other articles that are asked of each small record.
FOREIGN = 12
WHOLE = "whole"
_MARKS = re.compile(r"[?¿!.,'’\"«»]")


class Asked(NamedTuple):
    """A question to a story: `answers` tells of a fact's ref, and of the facts' texts, whether they answer.

    `group` is what is left out together when the fit is tested, `setting` what is reported together.
    """

    story: str
    text: str
    language: str
    refs: frozenset[str]
    group: str
    setting: str
    patterns: tuple[str, ...] | None = None
    answerable: bool = True

    @property
    def on_record(self) -> bool:
        """Whether the story holds an answer."""
        return self.answerable if self.patterns is not None else bool(self.refs)

    def answered_by(self, facts: Sequence[tuple[str, str]]) -> bool:
        """Tell whether facts, each with its ref and text, hold the answer."""
        if self.patterns is None:
            return any(ref in self.refs for ref, _text in facts)
        told = "\n".join(text for _ref, text in facts)
        return self.answerable and any(re.search(pattern, told) for pattern in self.patterns)


def as_in_a_chat(text: str) -> str:
    """Return a question as it is typed in a chat: without marks and capitals."""
    return _MARKS.sub("", text).lower()


def sheets(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the stories to ask: the whole of questions-dev, each of its articles, the development stories."""
    facts = list(_lines(folder / "questions-dev" / "sheet.jsonl"))
    yield WHOLE, facts
    articles: dict[str, list[dict[str, Any]]] = {}
    for fact in facts:
        articles.setdefault(_article(fact["ref"]), []).append(fact)
    for article, own in articles.items():
        yield f"article-{article}", own
    for path in sorted((folder / "stories-dev").glob("*.sheet.jsonl")):
        yield path.name.split(".")[0], [line for line in _lines(path) if "story" not in line]


def questions(folder: Path) -> Iterator[Asked]:
    """Yield all questions, in settings that differ in the record's size and in the manner of asking."""
    tidy = list(_lines(folder / "questions-dev" / "questions.jsonl"))
    articles = _articles(tidy)
    chance = random.Random(1)
    stories = sorted(set(articles))
    for question, article in zip(tidy, articles, strict=True):
        text, language, refs = question["question"], question["language"], frozenset(question["refs"])
        foreign = chance.choice([other for other in stories if other != article])
        manners = [(text, "tidy")]
        if language == "en":
            manners.append((as_in_a_chat(text), "chat"))
        for spelt, manner in manners:
            yield Asked(WHOLE, spelt, language, refs, article, f"whole, {manner}")
            yield Asked(f"article-{article}", spelt, language, refs, article, f"small, {manner}")
            yield Asked(f"article-{foreign}", spelt, language, frozenset(), article, f"foreign, {manner}")
    for path in sorted((folder / "stories-dev").glob("*.questions.jsonl")):
        name = path.name.split(".")[0]
        for number, line in enumerate(_lines(path)):
            if line.get("kind") == "follow-up":
                continue
            # A reply needs all of them; here one fact that holds any of these is a right one.
            patterns = tuple(line.get("all") or line.get("any", ()))
            yield Asked(
                name, line["ask"], line.get("lang", "en"), frozenset(), f"{name}-{number % 6}", "story",
                patterns, answerable="expect" not in line,
            )  # fmt: skip


def _articles(tidy: Sequence[dict[str, Any]]) -> list[str]:
    """Return the article of each question; one without refs is of its neighbours' article."""
    known = [_article(question["refs"][0]) if question["refs"] else None for question in tidy]
    for at, article in enumerate(known):
        if article is None and at:
            known[at] = known[at - 1]
    for at in range(len(known) - 1, -1, -1):
        known[at] = known[at] or known[at + 1]
    return [article for article in known if article is not None]


def _article(ref: str) -> str:
    return ref.split("-", maxsplit=1)[0]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


Progress = Callable[[str], None]
