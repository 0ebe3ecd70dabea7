"""Sweeping what surrounds the record for words: drafts, questions, dialogues, buttons, messages, notices.

Each function removes what holds the words and returns how many it found. A rehearsal runs them as well and is
rolled back: so an owner sees beforehand what will go.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator
from typing import Any

from storage.domain.changes import Reject, dumped
from storage.domain.models import Ground
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.snapshots import watches
from storage.takedown.needles import Needles, texts_in
from storage.takedown.replies import cut, names, without_questions, without_source

_PAGE = 2_000
# Commands whose dialogue is about a fact on record, and those whose dialogue is about a draft.
_ABOUT_FACT = frozenset("correct attribute relate supersede retract restore".split())
_ABOUT_DRAFT = frozenset("add reject same edit".split())
_IDS = "(SELECT value FROM ints(?))"


def drafts(tx: Statements, needles: Needles, fact_id: int | None) -> list[int]:
    """Return the drafts that became a fact, or whose words are much the same."""
    return [
        row["id"]
        for row in tx.fetch(
            "SELECT d.id, d.change, d.fact_id, f.marks FROM draft d"
            " LEFT JOIN found_draft f ON f.draft_id = d.id ORDER BY d.id"
        )
        if (fact_id is not None and row["fact_id"] == fact_id)
        or any(
            needles.near(text)
            for held in (row["change"], row["marks"] or "{}")
            for text in texts_in(json.loads(held))
        )
    ]


def reasons_of(tx: Statements, ids: Collection[int]) -> list[str]:
    """Return why drafts were rejected, as moderators wrote it."""
    rows = tx.fetch(f"SELECT reason FROM draft WHERE reason IS NOT NULL AND id IN {_IDS}", (Values(ids),))
    return [row[0] for row in rows]


def cut_drafts(tx: Statements, ids: Collection[int], by: tuple[str, str], ground: Ground) -> None:
    """Remove the words of drafts; those that wait are rejected. `by` is when and by whom."""
    why = f"taken down ({ground})"
    for row in tx.fetch(f"SELECT id, story_id, state FROM draft WHERE id IN {_IDS}", (Values(ids),)):
        stub = json.dumps(dumped(Reject(story_id=row["story_id"], draft=row["id"], reason=why)))
        tx.run("UPDATE draft SET change = ?, reason = ? WHERE id = ?", (stub, why, row["id"]))
        tx.run("UPDATE found_draft SET marks = '{}' WHERE draft_id = ?", (row["id"],))
        if row["state"] == "waiting":
            tx.run(
                "UPDATE draft SET state = 'rejected', decided_at = ?, decided_by = ? WHERE id = ?",
                (*by, row["id"]),
            )


def cut_questions(tx: Statements, needles: Needles) -> list[int]:
    """Delete the questions that say much the same or ask for part of it, and who waits for an answer.

    Return their ids.
    """
    rows = tx.fetch("SELECT id, text FROM question")
    ids = [row["id"] for row in rows if needles.asked(row["text"])]
    tx.run(f"DELETE FROM asker WHERE question_id IN {_IDS}", (Values(ids),))
    tx.run(f"DELETE FROM question WHERE id IN {_IDS}", (Values(ids),))
    return ids


def cut_dialogues(tx: Statements, needles: Needles, fact_id: int | None, draft_ids: Collection[int]) -> int:
    """End the dialogues about a fact or its drafts, and those in which somebody wrote the words."""
    rows = tx.fetch("SELECT id, command, state FROM dialogue")
    ids = [
        row["id"]
        for row in rows
        if _concerns(row["command"], json.loads(row["state"]), fact_id, draft_ids)
        or any(needles.near(text) for text in texts_in(json.loads(row["state"])))
    ]
    tx.run(f"DELETE FROM dialogue WHERE id IN {_IDS}", (Values(ids),))
    return sum(row["id"] in ids and row["command"] != "takedown" for row in rows)


def _concerns(command: str, state: dict[str, Any], fact_id: int | None, draft_ids: Collection[int]) -> bool:
    change = state.get("change") or {}
    if fact_id is not None and change.get("fact_id") == fact_id:
        return True
    target = state.get("target")
    return (command in _ABOUT_FACT and fact_id is not None and target == fact_id) or (
        command in _ABOUT_DRAFT and target in draft_ids
    )


def cut_buttons(tx: Statements, needles: Needles) -> int:
    """Delete the buttons whose command holds the words."""
    held = [(row["digest"],) for row in tx.fetch("SELECT * FROM button") if needles.asked(row["command"])]
    tx.run_many("DELETE FROM button WHERE digest = ?", held)
    return len(held)


def cut_subscriptions(tx: Statements, needles: Needles) -> int:
    """End subscriptions to the words, and lift filters by them; return how many there were."""
    ended = [
        (row["id"],)
        for row in tx.fetch("SELECT id, words FROM subscription WHERE words IS NOT NULL")
        if needles.held(row["words"])
    ]
    lifted = [
        (row["id"],)
        for row in tx.fetch("SELECT id, words FROM listener WHERE words IS NOT NULL")
        if needles.held(row["words"])
    ]
    tx.run_many("DELETE FROM subscription WHERE id = ?", ended)
    tx.run_many("UPDATE listener SET words = NULL WHERE id = ?", lifted)
    return len(ended) + len(lifted)


def cut_watches(tx: Statements, needles: Needles) -> int:
    """End watches by the words, and remove the articles that watches brought under them; return how many."""
    ended = [
        row["id"]
        for row in tx.fetch("SELECT id, words FROM watch WHERE words IS NOT NULL ORDER BY id")
        if needles.held(row["words"])
    ]
    offers = [
        row["id"]
        for row in tx.fetch("SELECT id, title, address FROM offer ORDER BY id")
        if any(needles.near(text) for text in (row["title"] or "", row["address"]))
    ]
    watches.cut(tx, ended, offers)
    return len(ended) + len(offers)


def cut_messages(
    tx: Statements,
    needles: Needles,
    subject: str,
    facts: Collection[int],
    reasons: Needles,
    questions: Collection[int],
) -> set[tuple[str, int]]:
    """Cut the kept texts of sent messages; return those that cite the fact or hold the words.

    Reasons are anybody's: they are cut where the fact itself is cited, or named beside them. Of messages
    whose text was not kept, all that cite `facts` may hold the words. `questions` are those that went.
    """
    if subject.startswith("F"):
        cited = tx.fetch("SELECT chat, message FROM receipt WHERE fact_id = ?", (int(subject[1:]),))
    else:
        cited = tx.fetch(
            "SELECT r.chat, r.message FROM receipt r JOIN said s ON s.chat = r.chat AND s.message = r.message"
            f" WHERE s.reply IS NULL AND r.fact_id IN {_IDS}",
            (Values(facts),),
        )
    citing = {(row[0], row[1]) for row in cited}
    changed = []
    for row in _said(tx):
        kept = zlib.decompress(row["reply"]).decode()
        left = without_questions(_left(kept, subject, needles), questions)
        if (row["chat"], row["message"]) in citing:
            left = cut(left, subject, reasons)
        elif names(kept, subject):
            left = cut(left, subject, reasons, named=True)
        if left != kept:
            changed.append((zlib.compress(left.encode()), row["chat"], row["message"]))
    tx.run_many("UPDATE said SET reply = ? WHERE chat = ? AND message = ?", changed)
    return citing | {(chat, message) for _reply, chat, message in changed}


def _left(reply: str, subject: str, needles: Needles) -> str:
    left = cut(reply, subject, needles)
    return without_source(left, int(subject[1:])) if subject[0] == "S" else left


def _said(tx: Statements) -> Iterator[Any]:
    after = ("", -(2**62))
    while rows := tx.fetch(
        "SELECT chat, message, reply FROM said WHERE (chat, message) > (?, ?) ORDER BY chat, message"
        f" LIMIT {_PAGE}",
        after,
    ):
        yield from (row for row in rows if row["reply"])
        after = (rows[-1]["chat"], rows[-1]["message"])


def cut_notices(tx: Statements, needles: Needles, subject: str, now: str) -> int:
    """Cut what ready-made notices say, cancel those not sent and a fact's; return how many waited."""
    fact_id = int(subject[1:]) if subject.startswith("F") else None
    ids = []
    for row in tx.fetch("SELECT id, reply FROM notice WHERE reply IS NOT NULL"):
        left = _left(row["reply"], subject, needles)
        if left != row["reply"]:
            tx.run("UPDATE notice SET reply = ? WHERE id = ?", (left, row["id"]))
            ids.append(row["id"])
    if fact_id is not None:
        ids += [
            row["id"]
            for row in tx.fetch(
                "SELECT id FROM notice WHERE fact_id = ? AND state IN ('new', 'fanned out')", (fact_id,)
            )
        ]
    listed = Values(ids)
    cancelled = tx.fetch(
        "UPDATE delivery SET state = 'given up', error = 'taken down', changed_at = ?"
        f" WHERE notice_id IN {_IDS} AND state IN ('due', 'held', 'failed') RETURNING notice_id",
        (now, listed),
    )
    unsent = tx.fetch(
        f"UPDATE notice SET state = 'dropped' WHERE id IN {_IDS} AND state = 'new' RETURNING id", (listed,)
    )
    return len(cancelled) + len(unsent)
