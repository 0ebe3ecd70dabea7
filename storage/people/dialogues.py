"""Dialogues: where each person is in what the bot asked of them, so that a restart does not lose it.

One is open; others are set aside, with all that was typed, and can be taken up again. A dialogue is closed in
the transaction of its change: a second press finds it closed. A message that Telegram sends again after a
crash neither opens a dialogue again nor leads one on (`repeats`).
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.domain.errors import AlreadyDone
from storage.engines.database import Database, Row, Transaction
from storage.people.repeats import once

# So long after the last answer a dialogue is set aside, and so long after it is forgotten.
LASTS, KEPT = timedelta(hours=1), timedelta(days=1)
# Dialogues of one person in one chat that are set aside; the oldest are forgotten.
MOST_ASIDE = 10


class Dialogue(NamedTuple):
    """One person's dialogue in one chat; `turn` counts what was asked, which tells old buttons apart.

    `aside` tells that another was begun since; `ended` that it has had no answer for an hour.
    """

    id: int
    chat: str
    person: str
    command: str
    state: dict[str, Any]
    turn: int
    ended: bool
    aside: bool = False

    @property
    def token(self) -> str:
        """What a button carries to answer this very question."""
        return f"{self.id}.{self.turn}"


class AtWork(NamedTuple):
    """Somebody who has a draft open: in which chat, and when they gave their last answer."""

    person: str
    chat: str
    at: str


class Dialogues:
    """Keep one open dialogue for each person in each chat, and those that are set aside."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, chat: str, person: str) -> Dialogue | None:
        """Return a person's open dialogue in a chat, also one that has had no answer for an hour."""
        rows = await self._database.read(
            "SELECT * FROM dialogue WHERE chat = ? AND person = ? AND aside = 0", (chat, person)
        )
        return self._dialogue(rows[0]) if rows else None

    async def set_aside(self, chat: str, person: str) -> Dialogue | None:
        """Return the dialogue that a person has set aside last in a chat."""
        rows = await self._database.read(
            "SELECT * FROM dialogue WHERE chat = ? AND person = ? AND aside = 1 AND touched_at >= ?"
            " ORDER BY touched_at DESC, id DESC LIMIT 1",
            (chat, person, moment_text(self._clock() - KEPT)),
        )
        return self._dialogue(rows[0]) if rows else None

    async def by_id(self, dialogue_id: int) -> Dialogue | None:
        """Return a dialogue of any person."""
        rows = await self._database.read("SELECT * FROM dialogue WHERE id = ?", (dialogue_id,))
        return self._dialogue(rows[0]) if rows else None

    async def at_work(self, draft_id: int) -> list[AtWork]:
        """Return who has a draft open, whoever gave the last answer first."""
        rows = await self._database.read(
            "SELECT person, chat, touched_at FROM dialogue"
            " WHERE command IN ('add', 'same', 'reject') AND aside = 0 AND touched_at >= :since"
            " AND CAST(json_extract(state, '$.target') AS TEXT) = :draft ORDER BY touched_at DESC, id DESC",
            {"draft": str(draft_id), "since": moment_text(self._clock() - LASTS)},
        )
        return [AtWork(*row) for row in rows]

    async def begin(
        self,
        chat: str,
        person: str,
        command: str,
        state: dict[str, Any],
        *,
        instead_of: Dialogue | None = None,
    ) -> Dialogue:
        """Open a dialogue, `instead_of` another that leads to it; any other open one there is set aside."""
        written = (command, json.dumps(state, ensure_ascii=False), moment_text(self._clock()))
        async with self._database.transaction() as tx:
            await once(tx)
            # Those that were left are deleted, also those of others.
            await tx.run("DELETE FROM dialogue WHERE touched_at < ?", (moment_text(self._clock() - KEPT),))
            if instead_of is not None:
                await tx.run("DELETE FROM dialogue WHERE id = ?", (instead_of.id,))
            await _make_room(tx, chat, person)
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

    async def leave(self, dialogue: Dialogue) -> None:
        """Set a dialogue aside that has had no answer for an hour."""
        async with self._database.transaction() as tx:
            await once(tx)
            await tx.run("UPDATE dialogue SET aside = 1 WHERE id = ?", (dialogue.id,))

    async def take_up(self, dialogue: Dialogue, chat: str, state: dict[str, Any]) -> Dialogue:
        """Open a dialogue again, also in another chat; the one that is open there is set aside.

        Its next turn makes the buttons of its earlier question old ones. Raises AlreadyDone if it has ended
        meanwhile.
        """
        async with self._database.transaction() as tx:
            await once(tx)
            await tx.run("UPDATE dialogue SET aside = 1 WHERE id = ?", (dialogue.id,))
            await _make_room(tx, chat, dialogue.person)
            rows = await tx.fetch(
                "UPDATE dialogue SET aside = 0, chat = ?, state = ?, turn = turn + 1, touched_at = ?"
                " WHERE id = ? RETURNING *",
                (chat, json.dumps(state, ensure_ascii=False), moment_text(self._clock()), dialogue.id),
            )
        if not rows:
            raise AlreadyDone("That has been answered already, or ended")
        return self._dialogue(rows[0])

    async def end(self, dialogue: Dialogue) -> None:
        """End a dialogue."""
        async with self._database.transaction() as tx:
            await once(tx)
            await tx.run("DELETE FROM dialogue WHERE id = ?", (dialogue.id,))

    def _dialogue(self, row: Row) -> Dialogue:
        last = moment_text(self._clock() - LASTS)
        return Dialogue(
            id=row["id"],
            chat=row["chat"],
            person=row["person"],
            command=row["command"],
            state=json.loads(row["state"]),
            turn=row["turn"],
            ended=row["touched_at"] < last,
            aside=bool(row["aside"]),
        )


async def _make_room(tx: Transaction, chat: str, person: str) -> None:
    """Set a person's open dialogue in a chat aside; of those set aside there the oldest are forgotten."""
    await tx.run("UPDATE dialogue SET aside = 1 WHERE chat = ? AND person = ? AND aside = 0", (chat, person))
    await tx.run(
        "DELETE FROM dialogue WHERE chat = :chat AND person = :person AND aside = 1 AND id NOT IN ("
        "SELECT id FROM dialogue WHERE chat = :chat AND person = :person AND aside = 1"
        " ORDER BY touched_at DESC, id DESC LIMIT :most)",
        {"chat": chat, "person": person, "most": MOST_ASIDE},
    )


async def close(tx: Transaction, dialogue: Dialogue) -> None:
    """End a dialogue with the change that it led to. Raises AlreadyDone if it has led there before."""
    rows = await tx.fetch(
        "DELETE FROM dialogue WHERE id = ? AND turn = ? RETURNING id", (dialogue.id, dialogue.turn)
    )
    if not rows:
        raise AlreadyDone("That has been answered already")
