"""What a notice says: what changed, on whose word; for a correction old and new side by side."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.bounds import PAGE, fitting, within
from bot.answers.diff import differences, former
from bot.answers.lines import fact_lines
from bot.answers.relations import relation_lines
from bot.answers.sentences import tombstone, withdrawn
from bot.replies import Action, Block, Heading, Line, Note, Reply
from bot.texts import N_, _, ngettext
from storage.domain.models import Fact, Listener, Notice, NoticeKind
from storage.record import Record

# A digest of more changes than this names the rest by number only: it is to be read.
MOST_TOLD = 20
# Relations of one fact that a notice tells.
MOST_RELATED = 10
_TITLES = {
    NoticeKind.PUBLISHED: N_("New on record: F{id}"),
    NoticeKind.CORRECTED: N_("Corrected: F{id}"),
    NoticeKind.ATTRIBUTED: N_("New attribution: F{id}"),
    NoticeKind.RELATED: N_("Related to another fact: F{id}"),
    NoticeKind.SUPERSEDED: N_("Superseded: F{id}"),
    NoticeKind.RETRACTED: N_("Retracted: F{id}"),
    NoticeKind.RESTORED: N_("Restored: F{id}"),
    NoticeKind.TAKEN_DOWN: N_("Taken down: F{id}"),
}


async def message_of(record: Record, notices: Sequence[Notice]) -> Reply | None:
    """Return one message that tells of all these notices; None where none of them tells anything any more."""
    blocks: list[Block] = []
    told = [notice for notice in notices if notice.reply is None]
    ready = [Reply.model_validate_json(notice.reply) for notice in notices if notice.reply is not None]
    count = 0
    for notice in told[:MOST_TOLD]:
        further = await notice_blocks(record, notice)
        if count and fitting([*blocks, *further]) < len(blocks) + len(further):
            break
        blocks += further
        count += 1
    if more := len(told) - count:
        text = ngettext(
            "And {count} more change: /latest shows it.", "And {count} more changes: /latest.", more
        )
        blocks.append(Note(text=text))
    if len(told) > 1 and blocks:
        title = ngettext("{count} change on the record", "{count} changes on the record", len(told))
        blocks = [Heading(text=title, level=1), *blocks]
    actions = [Action(label=f"F{n.fact_id}", command=f"/fact F{n.fact_id}") for n in told[:4]]
    for reply in ready:
        blocks += reply.blocks
        actions += reply.actions
    unique = dict.fromkeys(actions)
    return Reply(blocks=tuple(within(blocks)), actions=tuple(unique)) if blocks else None


async def notice_blocks(record: Record, notice: Notice) -> list[Block]:
    """Return what a notice tells of its fact; nothing where its fact has never stood.

    It takes half a page at most: what is left out can be seen under the fact.
    """
    rest = _("/fact F{id} and /history F{id} show all.", id=notice.fact_id)
    return within(await _told_of(record, notice), PAGE // 2, rest=rest)


async def blocks_for_readers(record: Record, notice: Notice) -> list[Block]:
    """Return what a notice tells now to whoever asks: what a retracted fact said is for moderators only."""
    fact = await record.facts.find(notice.fact_id or 0)
    if fact is None or fact.retracted is None or fact.taken_down is not None:
        return await notice_blocks(record, notice)
    return [Heading(text=_(_TITLES[notice.kind], id=fact.id)), Note(text=withdrawn(fact))]


async def _told_of(record: Record, notice: Notice) -> list[Block]:
    assert notice.fact_id is not None  # only ready-made notices are about no fact
    assert notice.revision is not None
    now = await record.facts.at_revision(notice.fact_id, notice.revision)
    if now is None or now.taken_down is not None:
        return [Note(text=tombstone(now))] if now and notice.kind is NoticeKind.TAKEN_DOWN else []
    heading = Heading(text=_(_TITLES[notice.kind], id=now.id))
    (revision,) = await record.facts.revisions(now.id, after=notice.revision - 1, limit=1)
    reason = revision.reason
    why = [Note(text=_("Reason given: {reason}", reason=reason))] if reason else []
    if notice.kind is NoticeKind.PUBLISHED:
        return [heading, *fact_lines(now, dated=bool(now.occurred or now.occasion))]
    if notice.kind is NoticeKind.SUPERSEDED and now.superseded_by is not None:
        others = await record.facts.load([now.superseded_by])
        return [heading, *fact_lines(now), *replacement(now, others), *why]
    before = await record.facts.at_revision(now.id, notice.revision - 1)
    if notice.kind is NoticeKind.RELATED:
        return [heading, *fact_lines(now), *why, *await _related(record, before, now)]
    if before is None or before.taken_down is not None or notice.kind is NoticeKind.ATTRIBUTED:
        return [heading, *fact_lines(now), *why]
    return [heading, *_side_by_side(before, now), *why]


async def _related(record: Record, before: Fact | None, now: Fact) -> list[Block]:
    """Return how a fact stands to others; of very many, to those to which it stands otherwise than before."""
    relations = now.relations
    if len(relations) > MOST_RELATED:
        known = {(item.kind, item.other_id) for item in (before.relations if before is not None else ())}
        new = tuple(item for item in relations if (item.kind, item.other_id) not in known)
        relations = new or relations
    shown = relations[:MOST_RELATED]
    others = await record.facts.load(relation.other_id for relation in shown)
    lines = relation_lines(shown, {other.id: other for other in others})
    return lines or [Note(text=_("It is no longer related to any other fact."))]


def replacement(fact: Fact, others: Sequence[Fact]) -> list[Block]:
    """Return which fact has taken a fact's place, and how that reads if it is among the others."""
    news = [other for other in others if other.id == fact.superseded_by and other.retracted is None]
    note = Note(text=_("F{id} has replaced it.", id=fact.superseded_by))
    return [note, *(line for other in news for line in fact_lines(other))]


def _side_by_side(before: Fact, now: Fact) -> list[Block]:
    """Return how a fact read and how it reads, each line with its source."""
    if now.retracted is not None:
        return [
            Note(text=_("No longer on record. It read:")),
            *(_marked(block, None) for block in former(fact_lines(before))),
        ]
    if before.retracted is not None:
        return [Note(text=_("On record again:")), *fact_lines(now)]
    if before.superseded_by is not None and now.superseded_by is None:
        note = Note(text=_("In force again: F{id} no longer replaces it.", id=before.superseded_by))
        return [note, *fact_lines(now)]
    was, reads = differences(before, now)
    news = [_marked(block, _("now")) for block in reads]
    shown = [*(_marked(block, _("was")) for block in was), *news]
    if fitting(shown, PAGE // 2) < len(shown):
        return [*news, Note(text=_("How F{id} read before: /history F{id}", id=now.id))]
    return shown or list(fact_lines(now))


def _marked(block: Block, label: str | None) -> Block:
    if not isinstance(block, Line):
        return block
    shown = " · ".join(filter(None, (label, block.label))) or None
    return block.model_copy(update={"label": shown, "mark": None})


def listener_name(listener: Listener) -> str:
    """Return how a listener is named in logs: ids only, never what people wrote."""
    return f"{listener.chat}/{listener.topic}" if listener.topic else listener.chat
