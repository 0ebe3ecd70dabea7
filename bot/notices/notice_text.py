"""What a notice says: the story, the statement and who says it, what was and what is.

It stands alone: whoever reads it has not the message at hand in which the fact was told before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answers.bounds import PAGE, fitting, some_of, within
from bot.answers.diff import former
from bot.answers.lines import MOST_VOICES, attribution_line, fact_line, fact_lines, left_out
from bot.answers.relations import relation_lines
from bot.answers.sentences import further_voices, sentence, tombstone, withdrawn
from bot.notices.net_changes import NetChange, changed_lines, net_changes, relations, voices
from bot.replies import Action, Block, Heading, Line, Note, Reply
from bot.texts import N_, _, ngettext
from storage.domain.models import Fact, Listener, Notice, NoticeKind
from storage.record import Record

# A digest tells of as many changes in full, and names the rest by heading: it is to be read.
MOST_TOLD = 20
MOST_NAMED = 40
# Relations of one fact that a notice tells.
MOST_RELATED = 10
_TITLES = {
    NoticeKind.PUBLISHED: N_("New on record: F{id}"),
    NoticeKind.CORRECTED: N_("Corrected: F{id}"),
    NoticeKind.ATTRIBUTED: N_("New attribution: F{id}"),
    NoticeKind.RELATED: N_("Related to another statement: F{id}"),
    NoticeKind.SUPERSEDED: N_("Superseded: F{id}"),
    NoticeKind.RETRACTED: N_("Retracted: F{id}"),
    NoticeKind.RESTORED: N_("Restored: F{id}"),
    NoticeKind.TAKEN_DOWN: N_("Taken down: F{id}"),
}


async def message_of(record: Record, notices: Sequence[Notice]) -> Reply | None:
    """Return one message that tells of all these notices; None where they tell nothing any more."""
    told = await net_changes(record, [notice for notice in notices if notice.reply is None])
    ready = [Reply.model_validate_json(notice.reply) for notice in notices if notice.reply is not None]
    blocks = await _digest(record, told)
    actions = [Action(label=f"F{each.now.id}", command=f"/fact F{each.now.id}") for each in told[:4]]
    for reply in ready:
        blocks += reply.blocks
        actions += reply.actions
    unique = dict.fromkeys(actions)
    return Reply(blocks=tuple(within(blocks)), actions=tuple(unique)) if blocks else None


async def _digest(record: Record, told: Sequence[NetChange]) -> list[Block]:
    """Return what tells of changes: as many in full as are read in one message, the rest by heading."""
    stories = await titles(record, told)
    if len(told) < 2:
        return [block for each in told for block in await change_blocks(record, each, stories)]
    title = ngettext("{count} change on the record", "{count} changes on the record", len(told))
    if len(stories) == 1:
        # Named once, for all of them.
        title = f"{title} · {next(iter(stories.values()))}"
        stories = {}
    in_full = [await change_blocks(record, each, stories) for each in told[:MOST_TOLD]]
    for count in range(len(in_full), 0, -1):
        blocks = [Heading(text=title, level=1), *(block for each in in_full[:count] for block in each)]
        blocks += _by_heading(told[count:], stories)
        if fitting(blocks) == len(blocks):
            break
    return blocks


def _by_heading(rest: Sequence[NetChange], stories: Mapping[int, str]) -> list[Block]:
    """Return the headings of changes that are not told in full."""
    named: list[Block] = [Note(text=_headed(each.kind, each.now, stories)) for each in rest[:MOST_NAMED]]
    if more := len(rest) - len(named):
        text = ngettext(
            "And {count} more change: /latest shows it.", "And {count} more changes: /latest.", more
        )
        named.append(Note(text=text))
    return [Heading(text=_("Also")), *named] if named else []


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


async def blocks_for_readers(record: Record, change: NetChange) -> list[Block]:
    """Return what became of a fact for whoever asks: what a retracted one said is for moderators only."""
    fact = await record.facts.find(change.now.id)
    if fact is None or fact.retracted is None or fact.taken_down is not None:
        return await change_blocks(record, change)
    return [Heading(text=_headed(NoticeKind.RETRACTED, fact, {})), Note(text=withdrawn(fact))]


def _headed(kind: NoticeKind, fact: Fact, stories: Mapping[int, str]) -> str:
    title = _(_TITLES[kind], id=fact.id)
    return f"{title} · {stories[fact.story_id]}" if fact.story_id in stories else title


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
            read = former(fact_lines(before or now))
            told = [
                Note(text=_("No longer on record. It read:")),
                *(_marked(block, None) for block in read),
            ]
        case NoticeKind.RESTORED:
            told = [Note(text=_("On record again:")), *told]
        case NoticeKind.CORRECTED if before is not None:
            told = _side_by_side(before, now)
    return list(told)


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
    was, reads = voices(before), voices(now)
    first = now.attributions[0]
    new = [item for key, item in reads.items() if key not in was and item is not first]
    gone = [item for key, item in was.items() if key not in reads]
    told = [(_("new"), item) for item in new] + [(_("no longer"), item) for item in gone]
    shown = [
        attribution_line(now, item, further_voices([item], first)).model_copy(
            update={"label": label, "former": item in gone}
        )
        for label, item in told[:MOST_VOICES]
    ]
    return [fact_line(now), *shown, *left_out(now, max(len(told) - MOST_VOICES, 0))]


def _side_by_side(before: Fact, now: Fact) -> list[Block]:
    """Return the statement as it was and is, or once where it is the same, and what else is otherwise."""
    was, reads = _said(before, now), _said(now, before)
    changed = changed_lines(before, now)
    if [(each.text, each.citations) for each in was] == [(each.text, each.citations) for each in reads]:
        return [_marked(fact_line(now), None), *changed]
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
