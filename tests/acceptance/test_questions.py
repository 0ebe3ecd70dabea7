"""The project's own questions, asked of the real record: what a right answer must hold, and must not."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.terminal.render import plain
from bot.replies import Reply
from bot.requests import Request, Role
from storage.domain.language.detection import LANGUAGES
from storage.record import Record
from storage.search import embedding
from storage.search.filling import Filler

FOLDER = Path(__file__).parent
NEEDED = 0.95  # of each set, answered right
OTHERS = [language for language in LANGUAGES if language != "en"]
OF_ENGLISH = 0.85  # in each other language, of the share that is answered right in English
PATIENCE = 60.0  # seconds that a question waits for its vector
# Each set and the story that it asks about.
SETS = {"questions": "belarus", "questions_ferry": "tarrow-ferry", "questions_courtcase": "velmara-bridges"}


class Question(NamedTuple):
    """One question and what its answer must and must not hold; a list in `must` means any of these."""

    ask: str
    kind: str
    must: list[str | list[str]]
    must_not: list[str]
    language: str = "en"

    def failing(self, answer: str, verdict: str | None) -> list[str]:
        """Return what is wrong with an answer; nothing if it is right.

        What is not on record may be told to be close, and what is close may hold the answer.
        """
        if self.kind == "unanswerable":
            return ["told as an answer"] if verdict == "on record" else []
        if verdict == "not on record":
            return ["denied"]
        text = folded(answer)
        alternatives = [[item] if isinstance(item, str) else item for item in self.must]
        missing = [f"lacks {each}" for each in alternatives if not any(folded(one) in text for one in each)]
        return missing + [f"holds {item!r}" for item in self.must_not if folded(item) in text]


def folded(text: str) -> str:
    """Return a text as it is compared: without regard to case and white space."""
    return " ".join(text.casefold().split())


def questions(name: str) -> list[Question]:
    """Return the questions of a set."""
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [Question(each["ask"], each["kind"], each["must"], each["must_not"]) for each in data["questions"]]


def translated(language: str) -> list[Question]:
    """Return the questions that are translated, in a language; the English ones for `of`."""
    english = {question.ask: question for question in questions("questions")}
    data = tomllib.loads((FOLDER / "questions_translated.toml").read_text(encoding="utf-8"))
    return [english[each["of"]]._replace(ask=each[language], language=language) for each in data["questions"]]


@pytest_asyncio.fixture
async def dispatcher(
    stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Dispatcher]:
    """Return the dispatcher over all three stories, with settings as they come, each fact with its vector."""
    path = Path(shutil.copyfile(stocked, tmp_path / "record.db"))
    record = await Record.open(path, embedder=embedding.load)
    try:
        assert await Filler(record.database, record.vectors).fill(), record.vectors.thread.reason
        # However busy the machine is, each question is asked by its meaning as well.
        record.vectors.take_time(PATIENCE)
        yield Dispatcher(record, commands, Settings())
    finally:
        await record.close()


async def failing(dispatcher: Dispatcher, story: str, asked: list[Question]) -> dict[str, str]:
    """Return what is wrong with the answers to questions about a story, by question."""
    failed = {}
    for number, question in enumerate(asked):
        # A chat for each, so that no answer leans on the one before.
        chat = f"terminal:{story}.{question.language}.{number}"
        await dispatcher.answer(Request(f"/story {story}", chat=chat, user=chat, role=Role.READER))
        reply = await dispatcher.answer(Request(question.ask, chat=chat, user=chat, role=Role.READER))
        assert isinstance(reply, Reply)
        # A command's list is read to its end; a question is answered on the first screen.
        pages = [reply, *(await further_pages(dispatcher, chat, reply) if question.ask[0] == "/" else ())]
        text = "\n".join(map(plain, pages))
        if wrong := question.failing(text, reply.verdict):
            failed[question.ask] = f"{question.kind}: {question.ask!r} {'; '.join(wrong)}\n{text}\n"
    return failed


async def further_pages(dispatcher: Dispatcher, chat: str, reply: Reply) -> list[Reply]:
    """Return the pages behind the first page of a reply."""
    pages: list[Reply] = []
    while following := [action for action in reply.actions if action.turn == "next"]:
        answer = await dispatcher.answer(
            Request(following[0].command, chat=chat, user=chat, role=Role.READER)
        )
        assert isinstance(answer, Reply)
        reply = answer
        pages.append(reply)
    return pages


@pytest.mark.parametrize("name", SETS)
async def test_questions_are_answered_right(
    dispatcher: Dispatcher, name: str, record_property: Callable[[str, object], None]
) -> None:
    asked = questions(name)
    failed = await failing(dispatcher, SETS[name], asked)
    share = 1 - len(failed) / len(asked)
    record_property("questions", f"{name}: {len(asked) - len(failed)} of {len(asked)}, {share:.3f}")
    assert share >= NEEDED, f"{share:.3f} answered right, wrong were:\n" + "\n".join(failed.values())


async def test_translated_questions_are_answered_nearly_as_well_as_the_english_ones(
    dispatcher: Dispatcher, record_property: Callable[[str, object], None]
) -> None:
    english = translated("of")
    right = len(english) - len(await failing(dispatcher, "belarus", english))
    record_property("questions", f"translated: {right} of {len(english)} in English")
    short = []
    for language in OTHERS:
        asked = translated(language)
        failed = await failing(dispatcher, "belarus", asked)
        share = (len(asked) - len(failed)) / right
        record_property(
            "questions", f"{language}: {len(asked) - len(failed)} of {len(asked)}, {share:.3f} of English"
        )
        if share < OF_ENGLISH:
            short.append(f"{language}: {share:.3f} of English, wrong were:\n" + "\n".join(failed.values()))
    assert not short, "\n".join(short)


def test_there_are_enough_questions_and_a_fifth_cannot_be_answered() -> None:
    asked = questions("questions")
    assert len(asked) >= 100
    assert len({question.ask for question in asked}) == len(asked)
    unanswerable = [question for question in asked if question.kind == "unanswerable"]
    assert len(unanswerable) >= len(asked) / 5


def test_a_fifth_of_the_translated_questions_cannot_be_answered() -> None:
    for language in OTHERS:
        asked = translated(language)
        assert len({question.ask for question in asked}) == len(asked) == 36
        assert sum(question.kind == "unanswerable" for question in asked) >= len(asked) / 5
