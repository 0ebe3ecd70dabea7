"""What a notice says: the story, the statement and who says it, what was and what is.

It stands alone: whoever reads it has not the message at hand in which the fact was told before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.answers.bounds import PAGE, fitting, some_of, within
from bot.answers.diff import former
from bot.answers.lines import MOST_VOICES, attribution_line, fact_line, fact_lines, left_out
from bot.answers.relations import relation_lines
from bot.answers.sentences import further_voices, sentence, tombstone
from bot.notices.net_changes import (
    NetChange,
    changed_lines,
    changed_voices,
    relations,
    voices,
)
from bot.replies import Block, Heading, Line, Note
from bot.texts import N_, _
from storage.domain.models import Attribution, Fact, Listener, NoticeKind
from storage.record import Record

# Relations of one fact that a notice tells.
MOST_RELATED = 10
_ID = re.compile(r"\bF(\d{1,15})\b")
_TITLES = {
    NoticeKind.PUBLISHED: N_("New on record"),
    NoticeKind.CORRECTED: N_("Corrected"),
    NoticeKind.ATTRIBUTED: N_("New attribution"),
    NoticeKind.RELATED: N_("Related to another statement"),
    NoticeKind.SUPERSEDED: N_("Superseded"),
    NoticeKind.RETRACTED: N_("Retracted"),
    NoticeKind.RESTORED: N_("Restored"),
    NoticeKind.TAKEN_DOWN: N_("Taken down"),
}


async def titles(record: Record, changes: Sequence[NetChange]) -> dict[int, str]:
    """Return the titles of the stories of changes, by id."""
    found = [
        await record.stories.by_id(each) for each in dict.fromkeys(each.now.story_id for each in changes)
    ]
    return {story.id: story.title for story in found if story is not None}


async def change_blocks(
    record: Record, change: NetChange, stories: Mapping[int, str] | None = None
) -> list[Block]:
    """Return what became of a fact, under a heading that names its story if that is given.

    It takes half a page at most: what is left out can be seen under the fact.
    """
    now = change.now
    rest = _("/fact F{id} and /history F{id} show all.", id=now.id)
    told = await _told_of(record, change)
    why = [Note(text=_("Reason given: {reason}", reason="; ".join(change.reasons)))] if change.reasons else []
    return within([Heading(text=_headed(change.kind, now, stories or {})), *told, *why], PAGE // 2, rest=rest)


async def for_readers(record: Record, changes: Sequence[NetChange]) -> list[NetChange]:
    """Return changes as readers may see them later: of what is retracted by now, only that it was, and why.

    What a retracted fact said is for moderators only.
    """
    facts = {fact.id: fact for fact in await record.facts.load(each.now.id for each in changes)}
    return [
        NetChange(NoticeKind.RETRACTED, None, fact)
        if (fact := facts[each.now.id]).retracted is not None and fact.taken_down is None
        else each
        for each in changes
    ]


async def blocks_for_readers(
    record: Record, change: NetChange, stories: Mapping[int, str] | None = None
) -> list[Block]:
    """Return what became of a fact for whoever asks; what a retracted one said is left out."""
    if change.now.retracted is None or change.now.taken_down is not None:
        return await change_blocks(record, change, stories)
    why = Note(text=_("Reason given: {reason}", reason=change.now.retracted))
    return [Heading(text=_headed(NoticeKind.RETRACTED, change.now, stories or {})), why]


def _headed(kind: NoticeKind, fact: Fact, stories: Mapping[int, str]) -> str:
    return of_story(f"{kind_title(kind)}: F{fact.id}", fact, stories)


def kind_title(kind: NoticeKind) -> str:
    """Return what a kind of change is called."""
    return _(_TITLES[kind])


def of_story(title: str, fact: Fact, stories: Mapping[int, str]) -> str:
    """Return a title with that of the fact's story, if it is among those that are named."""
    return f"{title} · {stories[fact.story_id]}" if fact.story_id in stories else title


def change_headed(heading: Heading) -> tuple[NoticeKind, int] | None:
    """Return which change to which fact a notice tells under a heading; None under another."""
    for found in _ID.findall(heading.text):
        for kind in _TITLES:
            if f"{heading.text} · ".startswith(f"{kind_title(kind)}: F{found} · "):
                return kind, int(found)
    return None


async def _told_of(record: Record, change: NetChange) -> list[Block]:
    before, now = change.before, change.now
    told: Sequence[Block] = fact_lines(now)
    match change.kind:
        case NoticeKind.TAKEN_DOWN:
            told = [Note(text=tombstone(now))]
        case NoticeKind.PUBLISHED:
            told = fact_lines(now, dated=bool(now.occurred or now.occasion))
        case NoticeKind.SUPERSEDED if now.superseded_by is not None:
            told = [*told, *replacement(now, await record.facts.load([now.superseded_by]))]
        case NoticeKind.RESTORED if before is not None and before.retracted is None and before.superseded_by:
            text = _("In force again: F{id} no longer replaces it.", id=before.superseded_by)
            told = [Note(text=text), *told]
        case NoticeKind.RELATED:
            told = [*told, *await _related(record, before, now)]
        case NoticeKind.ATTRIBUTED if before is not None:
            told = _attributed(before, now)
        case NoticeKind.RETRACTED:
            told = [Note(text=_("No longer on record. It read:")), *_withdrawn(before or now, now)]
        case NoticeKind.RESTORED:
            told = [Note(text=_("On record again:")), *told]
        case NoticeKind.CORRECTED if before is not None:
            told = _side_by_side(before, now)
    return [*told, *stands_again(change)]


def _withdrawn(before: Fact, now: Fact) -> list[Block]:
    """Return how a fact read until it was retracted, as what is told of it as it is now."""
    lines = [_marked(block, None) for block in former(fact_lines(before))]
    return [
        block.model_copy(update={"revision": now.revision}) if isinstance(block, Line) else block
        for block in lines
    ]


def stands_again(change: NetChange) -> list[Note]:
    """Return that a fact reads again as it did before what was changed, where it does."""
    if change.again is None:
        return []
    first = _("F{id} stands again as it was first told.", id=change.now.id)
    return [Note(text=first if change.again == 1 else _("F{id} stands again as before.", id=change.now.id))]


def replacement(fact: Fact, others: Sequence[Fact]) -> list[Block]:
    """Return which fact has taken a fact's place, and how that reads if it is among the others."""
    news = [other for other in others if other.id == fact.superseded_by and other.retracted is None]
    note = Note(text=_("F{id} has replaced it.", id=fact.superseded_by))
    return [note, *(line for other in news for line in fact_lines(other))]


async def _related(record: Record, before: Fact | None, now: Fact) -> list[Block]:
    """Return how a fact stands to others; of very many, to those to which it stands otherwise than before."""
    known = relations(before) if before is not None else {}
    shown = now.relations
    if len(shown) > MOST_RELATED:
        shown = tuple(item for key, item in relations(now).items() if key not in known) or shown
    shown = shown[:MOST_RELATED]
    others = await record.facts.load(relation.other_id for relation in shown)
    lines = relation_lines(shown, {other.id: other for other in others})
    left = {item.other_id for item in now.relations}
    gone = sorted({item.other_id for item in known.values()} - left)
    if not now.relations:
        return [Note(text=_("It is no longer related to any other fact."))]
    if gone:
        ids = some_of([f"F{other}" for other in gone])
        lines.append(Note(text=_("It is no longer related to {ids}.", ids=ids)))
    return lines


def _attributed(before: Fact, now: Fact) -> list[Block]:
    """Return a fact on its first word, and whose word is new or gone."""
    return [fact_line(now), *_changed_voices(before, now)]


def _changed_voices(before: Fact, now: Fact) -> list[Block]:
    """Return a line for each voice that is new or gone, and how many of them are left out."""
    new, gone = changed_voices(before, now)
    told = [*(_voice(now, item, _("new")) for item in new), *gone_lines(before, now)]
    left = len(new) + len(gone) - MOST_VOICES
    return [*told[:MOST_VOICES], *left_out(now, max(left, 0))]


def gone_lines(before: Fact, now: Fact) -> list[Line]:
    """Return a line for each voice that a fact no longer has, marked so."""
    _new, gone = changed_voices(before, now)
    return [
        _voice(now, item, _("no longer")).model_copy(update={"former": True}) for item in gone[:MOST_VOICES]
    ]


def _voice(fact: Fact, item: Attribution, label: str) -> Line:
    line = attribution_line(fact, item, further_voices([item], fact.attributions[0]))
    return line.model_copy(update={"label": label})


def _side_by_side(before: Fact, now: Fact) -> list[Block]:
    """Return the statement as it was and is, or once where it is the same, and what else is otherwise."""
    was, reads = _said(before, now), _said(now, before)
    changed = changed_lines(before, now)
    if (was[0].text, was[0].citations) == (reads[0].text, reads[0].citations):
        return [_marked(fact_line(now), None), *_changed_voices(before, now), *changed]
    news: list[Block] = [*(_marked(line, _("now")) for line in reads), *changed]
    shown = [*former([_marked(line, _("was")) for line in was]), *news]
    if fitting(shown, PAGE // 2) < len(shown):
        return [*news, Note(text=_("How F{id} read before: /history F{id}", id=now.id))]
    return shown


def _said(fact: Fact, other: Fact) -> list[Line]:
    """Return a fact's first sentence, and those of further voices that its other state does not have."""
    known = voices(other)
    first = fact.attributions[0]
    further = [item for key, item in voices(fact).items() if key not in known and item is not first]
    lines = [attribution_line(fact, item, sentence(fact, item)) for item in further[:MOST_VOICES]]
    return [fact_line(fact), *lines]


def _marked(block: Block, label: str | None) -> Block:
    if not isinstance(block, Line):
        return block
    shown = " · ".join(filter(None, (label, block.label))) or None
    return block.model_copy(update={"label": shown, "mark": None})


def listener_name(listener: Listener) -> str:
    """Return how a listener is named in logs: ids only, never what people wrote."""
    return f"{listener.chat}/{listener.topic}" if listener.topic else listener.chat
