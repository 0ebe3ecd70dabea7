"""Removing a reader's personal data: all that is kept about a person and not part of the record itself."""

from __future__ import annotations

from typing import NamedTuple

from storage.database import Database

_REMOVED = {
    "dialogues": "DELETE FROM dialogue WHERE person = :person",
    "questions": "DELETE FROM asker WHERE person = :person",
    "suggestions": "UPDATE draft SET proposer = NULL, chat = NULL"
    " WHERE proposer = :person AND kind = 'suggestion' AND NOT (:may_approve AND state = 'waiting')",
    # What belongs to a chat of several people is theirs; a private chat's address is the person's own.
    "settings": "DELETE FROM chat WHERE address = :person",
    "subscriptions": "DELETE FROM subscription WHERE person = :person"
    " OR listener_id IN (SELECT id FROM listener WHERE chat = :person)",
    "answers": "DELETE FROM notice WHERE kind = 'reply' AND id IN (SELECT notice_id FROM delivery"
    " WHERE listener_id IN (SELECT id FROM listener WHERE chat = :person))",
    "deliveries": "DELETE FROM delivery WHERE listener_id IN (SELECT id FROM listener WHERE chat = :person)",
    "receipts": "DELETE FROM receipt WHERE chat = :person",
    "corrections": "DELETE FROM amendment WHERE chat = :person",
    "messages": "DELETE FROM said WHERE chat = :person",
    "listening": "DELETE FROM listener WHERE chat = :person",
}


class Forgotten(NamedTuple):
    """How much was removed of each kind, and whether entries of the audit trail name the person."""

    removed: dict[str, int]
    in_trail: bool


async def forget(database: Database, person: str, *, may_approve: bool = False) -> Forgotten:
    """Remove what is kept about a person, and tell what was removed and what stays.

    A draft that waits keeps the id of somebody who may approve drafts: they must not approve their own.
    """
    removed: dict[str, int] = {}
    async with database.transaction() as tx:
        for kind, sql in _REMOVED.items():
            asked = {"person": person, "may_approve": may_approve}
            removed[kind] = len(await tx.fetch(f"{sql} RETURNING 1", asked))
        rows = await tx.fetch("SELECT 1 FROM audit WHERE actor = :person LIMIT 1", {"person": person})
    return Forgotten(removed, bool(rows))
