"""Removing a reader's personal data: all that is kept about a person and not part of the record itself."""

from __future__ import annotations

from typing import NamedTuple

from storage.engines.database import Database
from storage.people.accounts import Accounts
from storage.people.questions import UNAWAITED
from storage.trail.audit import Actor

# A person's own account, and those that act as them.
_THEIRS = "(SELECT :person UNION SELECT address FROM account WHERE person = :person)"
_THEIR_WATCH = f"person IN {_THEIRS} OR listener_id IN (SELECT id FROM listener WHERE chat IN {_THEIRS})"
_REMOVED = {
    "dialogues": f"DELETE FROM dialogue WHERE person IN {_THEIRS}",
    "desks": f"DELETE FROM desk WHERE person IN {_THEIRS}",
    "names": f"DELETE FROM called WHERE address IN {_THEIRS}",
    "spoken of": f"DELETE FROM spoken_of WHERE person IN {_THEIRS}",
    "questions": f"DELETE FROM asker WHERE person IN {_THEIRS}",
    "claims": f"DELETE FROM question WHERE {UNAWAITED}",
    "suggestions": "UPDATE draft SET proposer = NULL, chat = NULL"
    f" WHERE proposer IN {_THEIRS} AND kind = 'suggestion' AND NOT (:may_approve = 1 AND state = 'waiting')",
    # What belongs to a chat of several people is theirs; a private chat's address is an account's own.
    "settings": f"DELETE FROM chat WHERE address IN {_THEIRS}",
    "offers": f"DELETE FROM offer WHERE watch_id IN (SELECT id FROM watch WHERE {_THEIR_WATCH})",
    "watches": f"DELETE FROM watch WHERE {_THEIR_WATCH}",
    "subscriptions": f"DELETE FROM subscription WHERE person IN {_THEIRS}"
    f" OR listener_id IN (SELECT id FROM listener WHERE chat IN {_THEIRS})",
    "answers": "DELETE FROM notice WHERE kind = 'reply' AND id IN (SELECT notice_id FROM delivery"
    f" WHERE listener_id IN (SELECT id FROM listener WHERE chat IN {_THEIRS}))",
    "deliveries": "DELETE FROM delivery"
    f" WHERE listener_id IN (SELECT id FROM listener WHERE chat IN {_THEIRS})",
    "receipts": f"DELETE FROM receipt WHERE chat IN {_THEIRS}",
    "corrections": f"DELETE FROM amendment WHERE chat IN {_THEIRS}",
    "messages": f"DELETE FROM said WHERE chat IN {_THEIRS}",
    "listening": f"DELETE FROM listener WHERE chat IN {_THEIRS}",
    "codes": "DELETE FROM link_code WHERE person = :person",
}


class Forgotten(NamedTuple):
    """How much was removed of each kind, and whether entries of the audit trail name the person."""

    removed: dict[str, int]
    in_trail: bool


class Erasure:
    """Removes what is kept about a person; what the record itself says of them stays."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def forget(self, by: Actor, *, may_approve: bool = False) -> Forgotten:
        """Remove what is kept about the person who asks for it, and tell what was removed and what stays.

        That goes for all their accounts, whose links end. A draft that waits keeps the id of somebody who may
        approve drafts: they must not approve their own.
        """
        removed: dict[str, int] = {}
        async with self._database.transaction() as tx:
            for kind, sql in _REMOVED.items():
                asked = {"person": by.address, "may_approve": int(may_approve)}
                removed[kind] = len(await tx.fetch(f"{sql} RETURNING 1", asked))
            # Last: what is theirs was found by them.
            removed["links"] = await self._accounts.unlink_all(tx, by)
            rows = await tx.fetch("SELECT 1 FROM audit WHERE actor = :person LIMIT 1", {"person": by.address})
        return Forgotten(removed, bool(rows))
