"""Deliveries: the fan-out of a notice to those who have subscribed, and to the messages that it makes wrong.

A fan-out is a few statements that each write a bounded number of deliveries, in the order of their key. A
delivery is unique for notice and listener, so that a fan-out can be run again at any time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from storage.domain.models import Notice, NoticeKind
from storage.engines.database import Statements
from storage.engines.values import Values

# Deliveries that one transaction writes: the lock is held for about a hundredth of a second.
CHUNK = 4_000
# Beyond every listener's id.
END = 2**62
_FAN_OUT = """
INSERT INTO delivery (notice_id, listener_id, state)
SELECT :notice, s.listener_id, {state}
FROM subscription s JOIN listener l ON l.id = s.listener_id
WHERE s.story_id = :story AND {which}
    AND (s.entity_id IS NULL OR s.entity_id IN (SELECT value FROM ints(:entities)))
    AND (s.words IS NULL OR s.words IN (SELECT value FROM texts(:words)))
    AND (l.words IS NULL OR l.words IN (SELECT value FROM texts(:words)))
    AND (:material = 1 OR l.material_only = 0)
    AND s.listener_id NOT IN (SELECT value FROM ints(:own))
ORDER BY s.listener_id
ON CONFLICT DO NOTHING
"""
# Whoever made a change knows of it: in the private chats of all their accounts, whose addresses those have.
OWN = """
SELECT a.actor FROM audit a WHERE a.id = :entry
UNION SELECT x.address FROM account x JOIN audit a ON a.actor = x.person WHERE a.id = :entry
"""
_TO_ALL = _FAN_OUT.format(
    state="CASE WHEN l.open_at > :now THEN 'held' ELSE 'due' END",
    which="s.listener_id > :after AND s.listener_id <= :upto",
)
# What nobody else hears of is found by its listener.
_TO_SOME = _FAN_OUT.format(state="'held'", which="l.chat IN (SELECT value FROM texts(:chats))")


class Audience(NamedTuple):
    """Who is to hear of a notice: those who follow these entities of its fact, or these of its words.

    `chats`, where there are any, are those that alone hear of it.
    """

    entities: Collection[int]
    words: Collection[str]
    chats: Collection[str] = ()

    def bound(self) -> dict[str, Any]:
        """Return it as SQL's parameters."""
        return {name: Values(values) for name, values in self._asdict().items()}


def fan_out(tx: Statements, notice: Notice, audience: Audience, now: str) -> bool:
    """Write the next CHUNK deliveries of a notice; tell whether those were the last."""
    rows = tx.fetch(
        "SELECT fanned_to, state, coalesce((SELECT s.listener_id FROM subscription s"
        " WHERE s.story_id = n.story_id AND s.listener_id > n.fanned_to"
        " ORDER BY s.listener_id LIMIT 1 OFFSET ?), ?) FROM notice n WHERE id = ?",
        (CHUNK - 1, END, notice.id),
    )
    after, state, upto = rows[0]
    if state != "new":
        return True
    span = {"notice": notice.id, "story": notice.story_id, "after": after, "upto": upto}
    given = {**audience.bound(), "own": _own(tx, notice), "material": int(notice.material), "now": now}
    tx.run(_TO_ALL, span | given)
    if upto == END:
        amend(tx, notice, now)
    tx.run(
        "UPDATE notice SET fanned_to = :upto, state = CASE WHEN :more = 1 THEN 'new'"
        " WHEN EXISTS (SELECT 1 FROM delivery WHERE notice_id = :notice) THEN 'fanned out'"
        " ELSE 'done' END WHERE id = :notice",
        {"upto": upto, "more": int(upto < END), "notice": notice.id},
    )
    return bool(upto == END)


def _own(tx: Statements, notice: Notice) -> Values[int]:
    """Return the listeners of whoever made the change of a notice."""
    rows = tx.fetch(f"SELECT id FROM listener WHERE chat IN ({OWN})", {"entry": notice.audit_id})
    return Values(row[0] for row in rows)


def tell_only(tx: Statements, notice: Notice, audience: Audience, now: str) -> None:
    """Write the deliveries of a notice that is dropped for all others, to be looked at from now on."""
    given = {**audience.bound(), "own": _own(tx, notice), "material": int(notice.material)}
    tx.run(_TO_SOME, {"notice": notice.id, "story": notice.story_id, **given})
    tx.run(
        "UPDATE listener SET open_at = :now WHERE open_at = '' AND id IN"
        " (SELECT listener_id FROM delivery WHERE notice_id = :notice AND state = 'held')",
        {"now": now, "notice": notice.id},
    )


# What was put right when a fact was retracted is wrong again once it is restored.
_AMENDING = frozenset(
    {NoticeKind.CORRECTED, NoticeKind.SUPERSEDED, NoticeKind.RETRACTED, NoticeKind.RESTORED}
)


def amend(tx: Statements, notice: Notice, now: str) -> None:
    """Mark the messages that cited a fact as it read before a material change: they are to be put right."""
    if notice.material and notice.kind in _AMENDING:
        tx.run(
            "INSERT INTO amendment (chat, message, notice_id, changed_at)"
            " SELECT chat, message, :notice, :now FROM receipt WHERE fact_id = :fact AND revision < :revision"
            " AND fixed = 0 ON CONFLICT DO NOTHING",
            {"notice": notice.id, "now": now, "fact": notice.fact_id, "revision": notice.revision},
        )
