"""Questions that found nothing: what was asked, how often, and who wants to hear when there is an answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from storage.domain.models import Frozen
from storage.engines.database import Database, Row, Statements, Transaction

# Of one story; beyond that, those asked least and longest ago give way.
MOST = 5_000
LONGEST = 300
# Questions that one person may wait for.
MOST_AWAITED = 50
# The keys of somebody else's words begin so: they are kept only while someone waits for an answer.
CLAIM = "claim"
UNAWAITED = f"key LIKE '{CLAIM} %' AND id NOT IN (SELECT question_id FROM asker)"


class OpenQuestion(Frozen):
    """A question that found nothing, and how often it was asked.

    `token` is known only to the chat that was given it: with ids alone anybody could read every question.
    """

    id: int
    story_id: int
    key: str
    text: str
    asked: int
    last_at: str
    token: str


class Questions:
    """Keep open questions; who asked is not kept, but for those who want to be told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = 0
        # What is kept but may not be written yet, by story and key.
        self._fresh: dict[tuple[int, str], OpenQuestion] = {}

    async def keep(self, story_id: int, key: str, text: str, at: str) -> int:
        """Count a question in and return its id; `key` is the same for questions that ask the same.

        It is written soon after: whoever asks does not wait until the record may be written.
        """
        if self._database.behind.idle:
            self._fresh.clear()
        known = self._fresh.get((story_id, key)) or await self._known(story_id, key)
        known = self._fresh.get((story_id, key), known) or self._new(story_id, key, text, at)
        question = known.model_copy(update={"asked": known.asked + 1, "last_at": at})
        self._fresh[story_id, key] = question
        self._database.behind.later(partial(_count, question))
        return question.id

    async def find(self, question_id: int) -> OpenQuestion | None:
        """Return a question that still has no answer."""
        # Asked before reading: what waits now may be written while it is looked for.
        written = self._database.behind.idle
        rows = await self._database.read(
            "SELECT * FROM question WHERE id = ? AND answered_at IS NULL", (question_id,)
        )
        if rows:
            return _question(rows[0])
        if written:
            return None
        return next((each for each in self._fresh.values() if each.id == question_id), None)

    async def await_answer(self, question_id: int, chat: str, person: str, language: str) -> bool:
        """Remember that a person wants to be told; False if they wait for too many already."""
        async with self._database.transaction() as tx:
            return await _await(tx, question_id, chat, person, language)

    async def keep_for(
        self, story_id: int, key: str, text: str, at: str, *, asker: tuple[str, str, str]
    ) -> bool:
        """Keep somebody else's words for one who wants to be told; False if they wait for too many already.

        `asker` is their chat, person and language.
        """
        await self._database.behind.settled()
        async with self._database.transaction() as tx:
            rows = await tx.fetch(
                "INSERT INTO question (id, story_id, key, text, first_at, last_at)"
                " SELECT coalesce(max(id), 0) + 1, :story, :key, :text, :at, :at FROM question WHERE 1 = 1"
                " ON CONFLICT (story_id, key) DO UPDATE SET asked = question.asked + 1,"
                " last_at = excluded.last_at, answered_at = NULL, fact_id = NULL RETURNING id",
                {"story": story_id, "key": key, "text": text[:LONGEST], "at": at},
            )
            kept = await _await(tx, rows[0]["id"], *asker)
            if not kept:
                await tx.run(f"DELETE FROM question WHERE {UNAWAITED}")
        return kept

    async def ranked(
        self, story_id: int, *, after: tuple[int, int] | None = None, limit: int
    ) -> list[OpenQuestion]:
        """Return open questions, the most asked first; `after` is (asked, id) of the last one shown."""
        await self._database.behind.settled()
        asked, last = after or (2**62, 0)
        rows = await self._database.read(
            "SELECT * FROM question WHERE story_id = :story AND answered_at IS NULL"
            " AND (asked < :asked OR (asked = :asked AND id > :last)) ORDER BY asked DESC, id LIMIT :limit",
            {"story": story_id, "asked": asked, "last": last, "limit": limit},
        )
        return [_question(row) for row in rows]

    async def open(self, story_id: int) -> list[OpenQuestion]:
        """Return all open questions of a story."""
        return await self.ranked(story_id, limit=MOST)

    async def _known(self, story_id: int, key: str) -> OpenQuestion | None:
        """Return the question of that key, answered or not; learn which id is the last."""
        rows = await self._database.read(
            "SELECT q.*, l.last FROM (SELECT coalesce(max(id), 0) AS last FROM question) l"
            " LEFT JOIN question q ON q.story_id = ? AND q.key = ?",
            (story_id, key),
        )
        self._last = max(self._last, rows[0]["last"])
        return _question(rows[0]) if rows[0]["id"] is not None else None

    def _new(self, story_id: int, key: str, text: str, at: str) -> OpenQuestion:
        self._last += 1
        row = {"id": self._last, "story_id": story_id, "key": key, "text": text[:LONGEST], "asked": 0}
        return _question(row | {"first_at": at, "last_at": at})


async def _await(tx: Transaction, question_id: int, chat: str, person: str, language: str) -> bool:
    rows = await tx.fetch("SELECT count(*) FROM asker WHERE person = ?", (person,))
    if rows[0][0] >= MOST_AWAITED:
        return False
    await tx.run(
        "INSERT INTO asker SELECT id, ?, ?, ? FROM question WHERE id = ? AND answered_at IS NULL"
        " ON CONFLICT DO NOTHING",
        (chat, person, language, question_id),
    )
    return True


async def answer(tx: Transaction, question_id: int, fact_id: int, at: str) -> Sequence[Row]:
    """Mark a question as answered and return who wants to be told (chat, language), each chat once."""
    rows = await tx.fetch(
        "UPDATE question SET answered_at = ?, fact_id = ? WHERE id = ? AND answered_at IS NULL RETURNING id",
        (at, fact_id, question_id),
    )
    if not rows:
        return []
    askers = await tx.fetch(
        "SELECT chat, min(language) AS language FROM asker WHERE question_id = ? GROUP BY chat ORDER BY chat",
        (question_id,),
    )
    await tx.run("DELETE FROM asker WHERE question_id = ?", (question_id,))
    await tx.run(f"DELETE FROM question WHERE {UNAWAITED}")
    return askers


def _count(question: OpenQuestion, tx: Statements) -> None:
    """Write a question, or count it once more; where another process has taken the id, it gets the next."""
    rows = tx.fetch(
        "INSERT INTO question (id, story_id, key, text, first_at, last_at)"
        " SELECT CASE WHEN EXISTS (SELECT 1 FROM question WHERE id = :id)"
        " THEN (SELECT max(id) + 1 FROM question) ELSE :id END, :story, :key, :text, :at, :at WHERE 1 = 1"
        " ON CONFLICT (story_id, key) DO UPDATE SET asked = question.asked + 1,"
        " last_at = excluded.last_at, answered_at = NULL, fact_id = NULL RETURNING asked",
        {
            "id": question.id,
            "story": question.story_id,
            "key": question.key,
            "text": question.text,
            "at": question.last_at,
        },
    )
    if rows[0]["asked"] == 1:
        _make_room(tx, question.story_id)


def _make_room(tx: Statements, story_id: int) -> None:
    """Delete surplus questions that nobody waits for: those asked least, the longest ago first."""
    tx.run(
        "DELETE FROM question WHERE id IN (SELECT id FROM question WHERE story_id = :story"
        " AND answered_at IS NULL AND id NOT IN (SELECT question_id FROM asker) ORDER BY asked, last_at, id"
        " LIMIT (SELECT CASE WHEN count(*) > :most THEN count(*) - :most ELSE 0 END FROM question"
        " WHERE story_id = :story AND answered_at IS NULL))",
        {"story": story_id, "most": MOST},
    )


def _question(row: Row | Mapping[str, Any]) -> OpenQuestion:
    fields = {key: row[key] for key in ("id", "story_id", "key", "text", "asked", "last_at")}
    # Nobody else knows the words and the very moment of the first asking.
    told = f"{row['id']} {row['text']} {row['first_at']}"
    return OpenQuestion(**fields, token=hashlib.blake2b(told.encode(), digest_size=4).hexdigest())
