"""The change that takes words down: all places in the transaction of one entry of the trail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from storage.domain.changes import TakeDown
from storage.domain.entries import is_digest
from storage.domain.models import NoticeKind
from storage.engines.database import Statements
from storage.engines.values import Values
from storage.takedown import facts, others, snapshots, sweeping
from storage.takedown.needles import Needles
from storage.takedown.others import MOST_NAMED
from storage.trail import erasing
from storage.trail.audit import AuditEntryWriter
from storage.webhooks import takedowns

# All that facts have said, a page of it.
_PAST = (
    "SELECT fact_id, number, state, reason FROM revision WHERE (fact_id, number) > (?, ?)"
    " ORDER BY fact_id, number LIMIT 2000"
)
_HELD = "coalesce(before, '') || ' ' || coalesce(after, '') || ' ' || coalesce(reason, '')"


class TakenAway(NamedTuple):
    """What a takedown removed: how many of each kind; and what stays, to be taken down on its own.

    `repeating` are the facts that say the words too, `alone` the names and sources that stood with it alone,
    `ref` its reference in sheets, where that is made of words.
    """

    counts: Mapping[str, int]
    repeating: tuple[int, ...] = ()
    alone: tuple[str, ...] = ()
    ref: str | None = None


def take_down(tx: Statements, trace: AuditEntryWriter, change: TakeDown) -> TakenAway:
    """Remove the words of what is named; raise Refused or AlreadyDone, saying why, where that cannot be."""
    return _KINDS[change.subject[0]](tx, trace, change)


def _fact(tx: Statements, trace: AuditEntryWriter, change: TakeDown) -> TakenAway:
    fact_id = int(change.subject[1:])
    known = facts.standing(tx, change.story_id, fact_id)
    revisions = [(fact_id, number) for number in range(1, known.revision + 1)]
    swept = _sweep(tx, trace, change, known.needles, fact_id=fact_id, reasons=known.reasons)
    entries, erased = _erase(tx, known.needles, revisions, (change.subject, *swept.drafts))
    alone = facts.alone(tx, fact_id)
    copies = snapshots.strike(tx, known.needles, snapshots.cited_by(tx, change.story_id, known.states))
    facts.bury(tx, trace, fact_id, change.ground, known)
    _entomb(tx, trace, change, known.ref, erased)
    _announce(tx, trace, change, swept.messages, fact=(fact_id, known.revision + 1))
    counts = {"revisions": len(revisions), "entries": entries, **swept.counts, "copies": copies}
    return TakenAway(counts, _repeating(tx, known.needles, fact_id), alone, _worded(known.ref))


def _other(tx: Statements, trace: AuditEntryWriter, change: TakeDown) -> TakenAway:
    """Take down a draft, a source or a name."""
    kind, number = change.subject[0], int(change.subject[1:])
    known = _OTHERS[kind](tx, change.story_id, number)
    own = (number,) if kind == "D" else ()
    swept = _sweep(tx, trace, change, known.needles, citing=known.facts, own=own)
    subjects = (change.subject, *swept.drafts)
    entries, erased = _erase(tx, known.needles, known.revisions, subjects, known.called)
    copies = snapshots.strike(tx, known.needles, source_id=number if kind == "S" else None)
    if kind == "S":
        others.bury_source(tx, number, known, trace.at, change.ground)
    elif kind == "E":
        others.bury_name(tx, number)
    _entomb(tx, trace, change, known.ref, erased)
    if swept.messages or (kind in "SE" and takedowns.hears(tx, change.story_id)):
        _announce(tx, trace, change, swept.messages)
    counts = {"revisions": len(known.revisions), "entries": entries, **swept.counts, "copies": copies}
    repeating = _repeating(tx, known.needles, 0) if kind == "D" else ()
    return TakenAway(counts, repeating, ref=_worded(known.ref))


class _Swept(NamedTuple):
    """How many of each kind held the words, the drafts (`D4`), and the messages that are to be put right."""

    counts: dict[str, int]
    drafts: list[str]
    messages: set[tuple[str, int]]


def _sweep(
    tx: Statements,
    trace: AuditEntryWriter,
    change: TakeDown,
    needles: Needles,
    *,
    fact_id: int | None = None,
    citing: Collection[int] = (),
    own: Collection[int] = (),
    reasons: Collection[str] = (),
) -> _Swept:
    """Remove the words from what surrounds the record; `own` is the draft that is itself taken down."""
    drafts = sorted({*sweeping.drafts(tx, needles, fact_id), *own})
    reasons = (*reasons, *sweeping.reasons_of(tx, drafts))
    sweeping.cut_drafts(tx, drafts, (trace.at, trace.by.address), change.ground)
    questions = sweeping.cut_questions(tx, needles)
    messages = sweeping.cut_messages(
        tx, needles, change.subject, citing, Needles(reasons, shortest=1), questions
    )
    counts = {
        "drafts": len(drafts),
        "questions": len(questions),
        "dialogues": sweeping.cut_dialogues(tx, needles, fact_id, drafts),
        "buttons": sweeping.cut_buttons(tx, needles),
        "subscriptions": sweeping.cut_subscriptions(tx, needles),
        "watches": sweeping.cut_watches(tx, needles),
        "messages": len(messages),
        "notices": sweeping.cut_notices(tx, needles, change.subject, trace.now),
    }
    return _Swept(counts, [f"D{number}" for number in drafts], messages)


def _erase(
    tx: Statements,
    needles: Needles,
    revisions: Collection[tuple[int, int]],
    subjects: Collection[str],
    called: Collection[str] = (),
) -> tuple[int, erasing.Erased]:
    """Erase texts of the trail; return how many entries lost theirs, and what the tombstone's entry tells."""
    entries = _entries(tx, subjects, [*needles.written(), *(f'"{ref}"' for ref in called)])
    return len(entries), erasing.erase(tx, entries=entries, revisions=revisions)


def _entomb(
    tx: Statements, trace: AuditEntryWriter, change: TakeDown, ref: str | None, erased: erasing.Erased
) -> None:
    erasing.entomb(
        tx, trace, change.subject,
        ground=change.ground, erased=erased, story_id=change.story_id, ref=ref,
    )  # fmt: skip


def _entries(tx: Statements, subjects: Collection[str], texts: Sequence[str]) -> list[int]:
    """Return the entries of the trail about some things, and all others that hold the words."""
    held = " OR ".join([f"instr({_HELD}, ?) > 0"] * len(texts))
    about = "subject IN (SELECT value FROM texts(?))"
    rows = tx.fetch(
        f"SELECT id FROM audit WHERE ({about}{f' OR {held}' if held else ''}) AND ({_HELD}) <> '  '"
        " AND action NOT IN ('taken down', 'rechained') ORDER BY id",
        (Values(subjects), *texts),
    )
    return [row[0] for row in rows]


def _announce(
    tx: Statements,
    trace: AuditEntryWriter,
    change: TakeDown,
    messages: Iterable[tuple[str, int]],
    fact: tuple[int | None, int | None] = (None, None),
) -> None:
    """Let messages be put right, and webhooks hear of it. No subscriber is told: a takedown is no news.

    `fact` is the fact that was taken down and its revision, if one was.
    """
    rows = tx.fetch(
        "INSERT INTO notice (audit_id, kind, story_id, fact_id, revision, material, made_at, due_at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'done') RETURNING id",
        (trace.id, NoticeKind.TAKEN_DOWN, change.story_id, *fact, True, trace.now, trace.now),
    )
    tx.run_many(
        "INSERT INTO amendment (chat, message, notice_id, changed_at) VALUES (?, ?, ?, ?)",
        [(*message, rows[0][0], trace.now) for message in sorted(messages)],
    )
    if change.subject[0] != "D":
        takedowns.tell_taken_down(tx, rows[0][0], change.story_id, trace.now)


def _worded(ref: str | None) -> str | None:
    return None if ref is None or is_digest(ref) else ref


def _repeating(tx: Statements, needles: Needles, fact_id: int) -> tuple[int, ...]:
    """Return the facts that hold the words at one of their revisions: they stay as they are."""
    found: dict[int, None] = {}
    after = (0, 0)
    while rows := tx.fetch(_PAST, after):
        found |= dict.fromkeys(
            row["fact_id"]
            for row in rows
            if row["fact_id"] != fact_id and needles.held(f"{row['state'] or ''} {row['reason'] or ''}")
        )
        after = (rows[-1]["fact_id"], rows[-1]["number"])
    return tuple(found)[:MOST_NAMED]


_KINDS = {"F": _fact, "S": _other, "E": _other, "D": _other}
_OTHERS = {"S": others.source, "E": others.name, "D": others.draft}
