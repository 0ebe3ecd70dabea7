"""Questions of scripts: each line read is a question, and is answered by one line or by a plain reply.

The answers do not hang on the moment: the vectors of the story are made before the first question, each
question waits for its own, and none leans on those before it. Nothing of them is kept.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TextIO

from bot.errors import UserError
from bot.frontends.terminal.lines import read_apart
from bot.frontends.terminal.render import plain
from storage.domain.language.detection import detect

if TYPE_CHECKING:
    from bot.questions.finding import Finding
    from bot.replies import Reply
    from storage.domain.models import Story
    from storage.record import Record

# Candidates of a question that are printed.
MOST_FACTS = 5
# Seconds that a question waits for its own vector where the machine is busy with other things.
PATIENCE = 120.0
# Seconds between two lines of progress.
REPORT_EVERY = 5.0
# Seconds for which a chat in a pipe waits for vectors, and of how many facts: what may be made in that time.
CHAT_SECONDS, CHAT_FACTS = 10.0, 400
_ALL = 1_000_000_000


async def answer_questions(
    record: Record, questions: Iterator[str], out: TextIO, *, story: str | None, language: str, as_lines: bool
) -> None:
    """Print the answer to each question; raises UserError for a story that is not on record."""
    chosen = await _story(record, story)
    await await_vectors(record, [chosen.id])
    record.vectors.take_time(PATIENCE)
    async for text in read_apart(questions):
        found = await _found(record, chosen, text, language)
        if as_lines:
            print(json.dumps(_as_json(text, found), ensure_ascii=False), file=out, flush=True)
        elif text.strip():
            print(f"{plain(await _reply(record, text, found))}\n", file=out, flush=True)


async def await_vectors(
    record: Record, story_ids: Sequence[int], *, seconds: float = float("inf"), most: int = _ALL
) -> None:
    """Wait until the facts of some stories have vectors, or for some seconds; tell of it on standard error.

    Where more than `most` facts have none, none is waited for.
    """
    vectors, begun, told = record.vectors, time.monotonic(), 0.0
    if vectors.thread is None or not await vectors.ready():
        return
    while waiting := sum([await vectors.missing(story_id, _ALL) for story_id in story_ids]):
        spent = time.monotonic() - begun
        if spent >= seconds or waiting > most or not vectors.filling:
            _tell(f"{waiting} facts have no vectors yet: they are found by their words alone")
            return
        if spent - told >= REPORT_EVERY:
            told = spent
            _tell(f"making vectors: {waiting} facts wait")
        for story_id in story_ids:
            await vectors.wait(story_id, seconds=min(1.0, seconds - spent), most=_ALL)


async def await_chat(record: Record) -> None:
    """Wait some seconds for the vectors of all stories: a chat in a pipe is answered the same each time."""
    stories = [story.id for story in await record.stories.all()]
    await await_vectors(record, stories, seconds=CHAT_SECONDS, most=CHAT_FACTS)
    record.vectors.take_time(CHAT_SECONDS)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _story(record: Record, name: str | None) -> Story:
    stories = await record.stories.all()
    found = next((each for each in stories if name in (None, each.name)), None)
    if found is None:
        names = ", ".join(each.name for each in stories)
        raise UserError(f"There is no story {name!r} on record; there are: {names}")
    return found


async def _found(record: Record, story: Story, text: str, language: str) -> Finding | None:
    """Return what is found for a question; None where it holds no word."""
    from bot.questions import warming, wording
    from bot.questions.finding import find
    from bot.questions.subject import subject_of

    if not re.search(r"\w", text):
        return None
    await warming.ready()
    today = date.fromisoformat(record.ledger.now()[:10])
    question = wording.read(text, today, language=language, spoken=wording.spoken_in(text))
    return await find(record, story, question, await subject_of(record, story.id, question))


def _as_json(text: str, found: Finding | None) -> dict[str, Any]:
    """Return the answer as data: of the candidates the first, whatever the verdict on them."""
    from bot.questions.verdict import Verdict

    verdict = found.verdict if found else Verdict.NOT_ON_RECORD
    facts = [
        {"fact": f"F{each.fact.id}", "ref": each.fact.ref, "score": round(each.score, 4)}
        for each in (found.near[:MOST_FACTS] if found else ())
    ]
    return {"question": text, "language": detect(text), "verdict": verdict.value, "facts": facts}


async def _reply(record: Record, text: str, found: Finding | None) -> Reply:
    from bot.commands.reading.answering import told
    from bot.commands.reading.ask import not_on_record
    from bot.questions.verdict import Verdict
    from bot.replies import Reply

    if found is None or found.verdict is Verdict.NOT_ON_RECORD:
        return not_on_record(text)
    return Reply(blocks=tuple(await told(record, found)))
