"""What a person was last told of in a chat, by ids alone, so that "and when?", "who is he?" are understood.

It is kept for ten minutes, in the record, so that a restart forgets nothing. No answer waits until it is
written.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.engines.database import Database, Statements

KEPT = timedelta(minutes=10)
_WRITE = """
INSERT INTO spoken_of (chat, topic, person, at, story_id, kind, facts, names) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (chat, topic, person) DO UPDATE SET at = excluded.at, story_id = excluded.story_id,
kind = excluded.kind, facts = excluded.facts, names = excluded.names
"""
_EXPIRED = "DELETE FROM spoken_of WHERE at < ?"


class Asker(NamedTuple):
    """A person in a chat and, where it has them, one of its topics."""

    chat: str
    topic: int
    person: str


class Spoken(NamedTuple):
    """A story, the kind of answer that was wanted, and the ids of the facts and names that were told."""

    story_id: int
    kind: str
    facts: tuple[int, ...]
    names: tuple[int, ...]


class SpokenOf:
    """Remember what each person in each chat was last told of."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # What may not be written yet, and the moment of each.
        self._fresh: dict[Asker, tuple[str, Spoken]] = {}

    def keep(self, asker: Asker, spoken: Spoken) -> None:
        """Remember what somebody was told of instead of what they were told of before."""
        if self._database.behind.idle:
            self._fresh.clear()
        at = moment_text(self._clock())
        self._fresh[asker] = at, spoken
        self._database.behind.later(partial(_write, asker, at, spoken, self._since()))

    async def last(self, asker: Asker) -> Spoken | None:
        """Return what somebody was last told of, if that was in the last ten minutes."""
        since = self._since()
        fresh = None if self._database.behind.idle else self._fresh.get(asker)
        if fresh is not None:
            return fresh[1] if fresh[0] >= since else None
        rows = await self._database.read(
            "SELECT story_id, kind, facts, names FROM spoken_of"
            " WHERE chat = ? AND topic = ? AND person = ? AND at >= ?",
            (*asker, since),
        )
        if not rows:
            return None
        story_id, kind, facts, names = rows[0]
        return Spoken(story_id, kind, tuple(json.loads(facts)), tuple(json.loads(names)))

    async def forget(self) -> None:
        """Forget what is older than ten minutes."""
        since = self._since()
        if await self._database.read("SELECT 1 FROM spoken_of WHERE at < ? LIMIT 1", (since,)):
            async with self._database.transaction(durable=False) as tx:
                await tx.run(_EXPIRED, (since,))

    def _since(self) -> str:
        return moment_text(self._clock() - KEPT)


def _write(asker: Asker, at: str, spoken: Spoken, since: str, tx: Statements) -> None:
    """Write what somebody was told of, and forget what is too old: there may be nobody else who does."""
    facts, names = json.dumps(spoken.facts), json.dumps(spoken.names)
    tx.run(_EXPIRED, (since,))
    tx.run(_WRITE, (*asker, at, spoken.story_id, spoken.kind, facts, names))
