"""How a fact reads before and after a change, side by side: only what differs, each line with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answers.citations import cite
from bot.answers.date_text import day, when_text
from bot.answers.lines import amount, attribution_line, fact_line, fact_lines, mark
from bot.answers.sentences import sentence
from bot.replies import Block, Heading, Item, Line, Note
from bot.texts import N_, _
from storage.domain.models import Fact, Revision, RevisionKind, Standing

REVISED = {
    RevisionKind.PUBLISHED: N_("published"),
    RevisionKind.CORRECTED: N_("corrected"),
    RevisionKind.ATTRIBUTED: N_("given a further attribution"),
    RevisionKind.RELATED: N_("related to another fact"),
    RevisionKind.SUPERSEDED: N_("superseded"),
    RevisionKind.RETRACTED: N_("retracted"),
    RevisionKind.RESTORED: N_("restored"),
}


def preview(was: Fact, will_be: Fact) -> tuple[Block, ...]:
    """Return a fact as it reads now and as it will, with its standing where that changes."""
    return (
        Heading(text=_("F{id} reads now", id=was.id), level=1),
        *_shown(was, will_be),
        Heading(text=_("It will read")),
        *_shown(will_be, was),
    )


def before_and_after(was: Fact, now: Fact) -> tuple[Block, ...]:
    """Return a fact as it read and as it reads now."""
    return (
        Heading(text=_("F{id} read before", id=was.id), level=1),
        *_shown(was, now),
        Heading(text=_("It reads now")),
        *_shown(now, was),
    )


def differences(was: Fact, now: Fact) -> tuple[list[Block], list[Block]]:
    """Return what differs between two states of a fact, as it was and as it is; its sentences if they do."""
    if was.retracted is not None or now.retracted is not None:
        return _shown(was, now), _shown(now, was)
    sentences = [_voices(was, now), _voices(now, was)]
    if [_words(each) for each in sentences[0]] == [_words(each) for each in sentences[1]]:
        sentences = [[], []]
    return [*sentences[0], *_particular(was, now)], [*sentences[1], *_particular(now, was)]


def _words(block: Block) -> tuple[str, object]:
    return (block.text, block.citations) if isinstance(block, Line) else (block.text, None)


def changed_meanwhile(
    then: Fact, now: Fact, later: Sequence[Revision], names: Mapping[str, str]
) -> tuple[Block, ...]:
    """Return what has become of a fact since somebody looked at it, and who has changed it."""
    notes = [revision_row(item, names) for item in later]
    changed = _("F{id} has changed in the meantime; your change has not been made yet.", id=now.id)
    return (Note(text=changed), *notes, *before_and_after(then, now))


def revision_row(revision: Revision, names: Mapping[str, str] | None = None) -> Item:
    """Return the row of a revision: what was done, when, by whom and why.

    `names` are what moderators are called, by address; without them, readers learn no more than that.
    """
    what = _(REVISED[revision.kind])
    actor = _actor(revision.actor, names)
    text = _("{what} on {day} by {actor}", what=what, day=day(revision.at), actor=actor)
    if revision.kind is RevisionKind.CORRECTED and not revision.material:
        text = _("{text} (not material: earlier messages stay as they are)", text=text)
    if revision.reason:
        text = _("{text}: {reason}", text=text, reason=revision.reason)
    return Item(label=_("Revision {number}", number=revision.number), text=text)


def _actor(actor: str, names: Mapping[str, str] | None) -> str:
    if names is not None:
        return names.get(actor, actor)
    # An address tells who somebody is on a platform; a name without one is a part of the program.
    return _("a moderator") if ":" in actor else actor


def _shown(fact: Fact, other: Fact) -> list[Block]:
    """Return a fact's sentences, and of the rest what differs from its other state."""
    if fact.retracted is not None:
        return [
            Note(text=_("Retracted, no longer in any answer. Reason given: {reason}", reason=fact.retracted))
        ]
    return [*_voices(fact, other), *_particular(fact, other)]


def _voices(fact: Fact, other: Fact) -> list[Block]:
    """Return a fact's lines; where its voices differ, each with its whole sentence and not in short."""
    if len(fact.attributions) < 2 or fact.attributions == other.attributions:
        return list(fact_lines(fact))
    further = [attribution_line(fact, item, sentence(fact, item)) for item in fact.attributions[1:]]
    return [fact_line(fact), *further]


def _particular(fact: Fact, other: Fact) -> list[Block]:
    """Return what differs from the other state beside the sentences."""
    blocks: list[Block] = [
        Line(label=_(label), text=text or _("none"), citations=(cite(fact.attributions[0]),))
        for label, text, before in zip(_LABELS, _particulars(fact), _particulars(other), strict=True)
        if text != before
    ]
    if fact.standing is not other.standing and fact.standing is Standing.ATTRIBUTED:
        blocks.append(Note(text=_("Standing: attributed")))
    elif fact.standing is not other.standing:
        blocks.append(Note(text=_("Standing: {standing}", standing=mark(fact))))
    if fact.superseded_by is not None and other.superseded_by != fact.superseded_by:
        blocks.append(Note(text=_("Superseded by F{id}", id=fact.superseded_by)))
    if fact.relations != other.relations:
        blocks += _related(fact)
    return blocks


_LABELS = (N_("When"), N_("Places"), N_("About"), N_("Figures given"), N_("Quotes"))


def _particulars(fact: Fact) -> tuple[str, ...]:
    return (
        when_text(fact),
        ", ".join(place.name for place in fact.places),
        ", ".join(entity.name for entity in fact.about),
        "; ".join(_("{amount}: {counts}", amount=amount(item), counts=item.counts) for item in fact.figures),
        "; ".join(f"“{item.quote}”" for item in fact.attributions if item.quote),
    )


def _related(fact: Fact) -> list[Block]:
    ids = {kind: [r.other_id for r in fact.relations if (r.kind, r.outgoing) == kind] for kind in _RELATED}
    return [
        Note(text=_(text, ids=", ".join(f"F{other}" for other in ids[kind])))
        for kind, text in _RELATED.items()
        if ids[kind]
    ] or [Note(text=_("Not related to any other fact"))]


_RELATED = {
    ("contradicts", True): N_("Contradicts: {ids}"),
    ("contradicts", False): N_("Contradicted by: {ids}"),
    ("supports", True): N_("Supports: {ids}"),
    ("supports", False): N_("Supported by: {ids}"),
}
