"""How a fact reads before and after a change, side by side: only what differs, each line with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answers.bounds import PAGE, fitting, some_of, within
from bot.answers.citations import cite
from bot.answers.date_text import day, when_text
from bot.answers.lines import MOST_VOICES, amount, attribution_line, fact_line, fact_lines, left_out
from bot.answers.sentences import called, sentence
from bot.answers.standing import mark
from bot.replies import Block, Heading, Item, Line, Note, addresses
from bot.texts import N_, _
from storage.domain.models import Attribution, Fact, Relation, Revision, RevisionKind

REVISED = {
    RevisionKind.PUBLISHED: N_("published"),
    RevisionKind.CORRECTED: N_("corrected"),
    RevisionKind.ATTRIBUTED: N_("given a further attribution"),
    RevisionKind.RELATED: N_("related to another statement"),
    RevisionKind.SUPERSEDED: N_("superseded"),
    RevisionKind.RETRACTED: N_("retracted"),
    RevisionKind.RESTORED: N_("restored"),
    RevisionKind.TAKEN_DOWN: N_("taken down"),
}


def preview(was: Fact, will_be: Fact) -> tuple[Block, ...]:
    """Return a fact as it reads now and as it will, with its standing where that changes."""
    now = [Heading(text=_("F{id} reads now", id=was.id), level=1), *_side(was, will_be)]
    then = [Heading(text=_("It will read")), *_side(will_be, was)]
    return _both(now, then, _("How F{id} reads now: /fact F{id}", id=was.id))


def before_and_after(was: Fact, now: Fact) -> tuple[Block, ...]:
    """Return a fact as it read and as it reads now."""
    before = [Heading(text=_("F{id} read before", id=was.id), level=1), *former(_side(was, now))]
    after = [Heading(text=_("It reads now")), *_side(now, was)]
    return _both(before, after, _("How F{id} read before: /history F{id}", id=was.id))


def differences(was: Fact, now: Fact) -> tuple[list[Block], list[Block]]:
    """Return what differs between two states of a fact, as it was and as it is; its sentences if they do."""
    if was.retracted is not None or now.retracted is not None:
        return former(_shown(was, now)), _shown(now, was)
    sentences = [_voices(was, now), _voices(now, was)]
    if [_words(each) for each in sentences[0]] == [_words(each) for each in sentences[1]]:
        sentences = [[], []]
    return former([*sentences[0], *_particular(was, now)]), [*sentences[1], *_particular(now, was)]


def former(blocks: Sequence[Block]) -> list[Block]:
    """Return the lines of a state in which a fact no longer is, marked so."""
    return [
        block.model_copy(update={"former": True}) if isinstance(block, Line) else block for block in blocks
    ]


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
    marks = addresses(revision.actor, names=names) if names is not None else ()
    label = _("Revision {number}", number=revision.number)
    return Item(label=label, text=revised(revision, names), marks=marks)


def revised(revision: Revision, names: Mapping[str, str] | None = None) -> str:
    """Return what a revision did, when, by whom and why; `names` are as for `revision_row`."""
    what = _(REVISED[revision.kind])
    actor = _actor(revision.actor, names)
    text = _("{what} on {day} by {actor}", what=what, day=day(revision.at), actor=actor)
    if revision.kind is RevisionKind.CORRECTED and not revision.material:
        text = _("{text} (not material: earlier messages stay as they are)", text=text)
    return _("{text}: {reason}", text=text, reason=revision.reason) if revision.reason else text


def _actor(actor: str, names: Mapping[str, str] | None) -> str:
    if names is not None:
        return names.get(actor, actor)
    # An address tells who somebody is on a platform; a name without one is a part of the program.
    return _("a moderator") if ":" in actor else actor


def _both(earlier: list[Block], later: list[Block], where: str) -> tuple[Block, ...]:
    """Return two states of a fact; the later alone, and where the earlier is, if both take too much room."""
    both = (*earlier, *later)
    return both if fitting(both) == len(both) else (*later, Note(text=where))


def _side(fact: Fact, other: Fact) -> list[Block]:
    """Return one of two states that are shown together: each has half of the room."""
    rest = _("/history F{id} shows all.", id=fact.id)
    return within(_shown(fact, other), PAGE // 2, rest=rest)


def _shown(fact: Fact, other: Fact) -> list[Block]:
    """Return a fact's sentences, and of the rest what differs from its other state."""
    if fact.retracted is not None:
        return [
            Note(text=_("Retracted, no longer in any answer. Reason given: {reason}", reason=fact.retracted))
        ]
    return [*_voices(fact, other), *_particular(fact, other)]


def _voices(fact: Fact, other: Fact) -> list[Block]:
    """Return a fact's lines; where its voices differ, those with their whole sentences and not in short."""
    words, others = list(map(_told, fact.attributions)), list(map(_told, other.attributions))
    if len(words) < 2 or words == others:
        return list(fact_lines(fact, whole=True))
    further = fact.attributions[1:]
    if len(further) > MOST_VOICES:
        # Of many, only those that the other state does not have: they are what has changed.
        known = set(others)
        further = tuple(item for item, told in zip(further, words[1:], strict=True) if told not in known)
    shown = [attribution_line(fact, item, sentence(fact, item)) for item in further]
    return [fact_line(fact, whole=True), *shown, *left_out(fact, len(fact.attributions) - 1 - len(shown))]


def _told(item: Attribution) -> tuple[object, ...]:
    """Return what an attribution says, by which two are compared: a chain of sources would be slow."""
    speaker = item.speaker.id if item.speaker else None
    return item.source.id, speaker, item.cue, item.stance, item.locator, item.quote, item.said


def _particular(fact: Fact, other: Fact) -> list[Block]:
    """Return what differs from the other state beside the sentences."""
    blocks: list[Block] = [
        Line(
            label=_(label),
            text=some_of(texts, joined_by) or _("none"),
            citations=(cite(fact.attributions[0]),),
        )
        for (label, joined_by), texts, before in zip(
            _LABELS, _particulars(fact), _particulars(other), strict=True
        )
        if texts != before
    ]
    if (marked := mark(fact)) != mark(other) and fact.in_force:
        blocks.append(Note(text=_("Marked: {mark}", mark=marked or _("none"))))
    if fact.superseded_by is not None and other.superseded_by != fact.superseded_by:
        blocks.append(Note(text=_("Superseded by F{id}", id=fact.superseded_by)))
    if list(map(_relates, fact.relations)) != list(map(_relates, other.relations)):
        blocks += _related(fact)
    return blocks


def _relates(item: Relation) -> tuple[object, ...]:
    """Return what a relation says, by which two are compared: a chain of sources would be slow."""
    source = item.source.id if item.source else None
    return (
        item.kind,
        item.other_id,
        item.outgoing,
        item.other_in_force,
        item.about,
        item.part,
        source,
        item.locator,
    )


# What differs beside the sentences, and what stands between several of it.
_LABELS = (
    (N_("Brief"), ", "),
    (N_("When"), ", "),
    (N_("Places"), ", "),
    (N_("About"), ", "),
    (N_("Figures given"), "; "),
    (N_("Quotes"), "; "),
    (N_("Checked to be independent"), "; "),
)


def _particulars(fact: Fact) -> tuple[list[str], ...]:
    return (
        # In quotation marks: it is how the statement is put in lists, and no statement by itself.
        [f"“{fact.brief}”"] if fact.brief else [],
        [when_text(fact)],
        [place.name for place in fact.places],
        [entity.name for entity in fact.about],
        [_("{amount}: {counts}", amount=amount(item), counts=item.counts) for item in fact.figures],
        [f"“{item.quote}”" for item in fact.attributions if item.quote],
        [called(item) for item in fact.attributions if item.independent],
    )


def _related(fact: Fact) -> list[Block]:
    ids = {kind: [far_end(r) for r in fact.relations if (r.kind, r.outgoing) == kind] for kind in _RELATED}
    return [Note(text=_(text, ids=some_of(ids[kind]))) for kind, text in _RELATED.items() if ids[kind]] or [
        Note(text=_("Not related to any other statement"))
    ]


def far_end(relation: Relation) -> str:
    """Return the id of the other fact, and the part of it that a relation concerns."""
    return f"F{relation.other_id} ({relation.part})" if relation.part else f"F{relation.other_id}"


_RELATED = {
    ("contradicts", True): N_("Contradicts: {ids}"),
    ("contradicts", False): N_("Contradicted by: {ids}"),
    ("supports", True): N_("Supports: {ids}"),
    ("supports", False): N_("Supported by: {ids}"),
}
