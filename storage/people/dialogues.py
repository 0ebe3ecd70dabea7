"""Open dialogues: where each person is in what the bot asked of them, so that a restart does not lose it.

A dialogue is closed in the transaction of its change: a second press finds it closed. A message that Telegram
sends again after a crash neither opens a dialogue again nor leads one on (`repeats`).
"""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from typing import Any, NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.domain.errors import AlreadyDone
from storage.engines.sqlite import Database, Transaction
from storage.people.repeats import once

# A dialogue ends this long after the last answer.
LASTS = timedelta(hours=1)


class Dialogue(NamedTuple):
    """One person's open dialogue in one chat; `turn` counts what was asked, which tells old buttons apart."""

    id: int
    chat: str
    person: str
    command: str
    state: dict[str, Any]
    turn: int
    ended: bool

    @property
    def token(self) -> str:
        """What a button carries to answer this very question."""
        return f"{self.id}.{self.turn}"


class Dialogues:
    """Keep one dialogue for each person in each chat."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, chat: str, person: str) -> Dialogue | None:
        """Return a person's dialogue in a chat, also one that has ended for want of an answer."""
        rows = await self._database.read(
            "SELECT * FROM dialogue WHERE chat = ? AND person = ?", (chat, person)
        )
        return self._dialogue(rows[0]) if rows else None

    async def by_id(self, dialogue_id: int) -> Dialogue | None:
        """Return a dialogue of any person."""
        rows = await self._database.read("SELECT * FROM dialogue WHERE id = ?", (dialogue_id,))
        return self._dialogue(rows[0]) if rows else None

    async def begin(self, chat: str, person: str, command: str, state: dict[str, Any]) -> Dialogue:
        """Open a dialogue in the place of any other of that person there."""
        written = (command, json.dumps(state, ensure_ascii=False), moment_text(self._clock()))
        async with self._database.transaction() as tx:
            await once(tx)
            # Expired dialogues are deleted, also those of others.
            last = moment_text(self._clock() - 2 * LASTS)
            await tx.run("DELETE FROM dialogue WHERE touched_at < ?", (last,))
            await tx.run("DELETE FROM dialogue WHERE chat = ? AND person = ?", (chat, person))
            rows = await tx.fetch(
                "INSERT INTO dialogue (chat, person, command, state, touched_at) VALUES (?, ?, ?, ?, ?)"
                " RETURNING *",
                (chat, person, *written),
            )
        return self._dialogue(rows[0])

    async def go_on(self, dialogue: Dialogue, state: dict[str, Any]) -> Dialogue:
        """Take a dialogue to its next turn. Raises AlreadyDone if that has been done meanwhile."""
        async with self._database.transaction() as tx:
            await once(tx)
            rows = await tx.fetch(
                "UPDATE dialogue SET state = ?, turn = turn + 1, touched_at = ?"
                " WHERE id = ? AND turn = ? RETURNING *",
                (
                    json.dumps(state, ensure_ascii=False),
                    moment_text(self._clock()),
                    dialogue.id,
                    dialogue.turn,
                ),
            )
        if not rows:
            raise AlreadyDone("That has been answered already")
        return self._dialogue(rows[0])

    async def end(self, dialogue: Dialogue) -> None:
        """End a dialogue."""
        async with self._database.transaction() as tx:
            await once(tx)
            await tx.run("DELETE FROM dialogue WHERE id = ?", (dialogue.id,))

    def _dialogue(self, row: sqlite3.Row) -> Dialogue:
        last = moment_text(self._clock() - LASTS)
        return Dialogue(
            id=row["id"],
            chat=row["chat"],
            person=row["person"],
            command=row["command"],
            state=json.loads(row["state"]),
            turn=row["turn"],
            ended=row["touched_at"] < last,
        )


async def close(tx: Transaction, dialogue: Dialogue) -> None:
    """End a dialogue with the change that it led to. Raises AlreadyDone if it has led there before."""
    rows = await tx.fetch(
        "DELETE FROM dialogue WHERE id = ? AND turn = ? RETURNING id", (dialogue.id, dialogue.turn)
    )
    if not rows:
        raise AlreadyDone("That has been answered already")
