"""What a notice says: what changed, on whose word; for a correction old and new side by side."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.diff import differences
from bot.answers.lines import fact_lines
from bot.answers.relations import relation_lines
from bot.replies import Action, Block, Heading, Line, Note, Reply
from bot.texts import N_, _, ngettext
from storage.domain.models import Fact, Listener, Notice, NoticeKind
from storage.record import Record

# A digest of more changes than this names the rest by number only: it is to be read.
MOST_TOLD = 20
_TITLES = {
    NoticeKind.PUBLISHED: N_("New on record: F{id}"),
    NoticeKind.CORRECTED: N_("Corrected: F{id}"),
    NoticeKind.ATTRIBUTED: N_("New attribution: F{id}"),
    NoticeKind.RELATED: N_("Related to another fact: F{id}"),
    NoticeKind.SUPERSEDED: N_("Superseded: F{id}"),
    NoticeKind.RETRACTED: N_("Retracted: F{id}"),
    NoticeKind.RESTORED: N_("Restored: F{id}"),
}


async def message_of(record: Record, notices: Sequence[Notice]) -> Reply | None:
    """Return one message that tells of all these notices; None where none of them tells anything any more."""
    blocks: list[Block] = []
    told = [notice for notice in notices if notice.reply is None]
    ready = [Reply.model_validate_json(notice.reply) for notice in notices if notice.reply is not None]
    for notice in told[:MOST_TOLD]:
        blocks += await notice_blocks(record, notice)
    if len(told) > MOST_TOLD:
        more = len(told) - MOST_TOLD
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
    return Reply(blocks=tuple(blocks), actions=tuple(unique)) if blocks else None


async def notice_blocks(record: Record, notice: Notice) -> list[Block]:
    """Return what a notice tells of its fact; nothing where its fact has never stood."""
    assert notice.fact_id is not None  # only ready-made notices are about no fact
    assert notice.revision is not None
    now = await record.facts.at_revision(notice.fact_id, notice.revision)
    if now is None:
        return []
    heading = Heading(text=_(_TITLES[notice.kind], id=now.id))
    revisions = await record.facts.revisions(now.id)
    reason = next((item.reason for item in revisions if item.number == notice.revision), None)
    why = [Note(text=_("Reason given: {reason}", reason=reason))] if reason else []
    if notice.kind is NoticeKind.PUBLISHED:
        return [heading, *fact_lines(now, dated=bool(now.occurred or now.occasion))]
    others = await record.facts.load(_beside(now))
    if notice.kind is NoticeKind.RELATED:
        related = relation_lines(now, {other.id: other for other in others})
        alone = Note(text=_("It is no longer related to any other fact."))
        return [heading, *fact_lines(now), *(related or [alone]), *why]
    if notice.kind is NoticeKind.SUPERSEDED and now.superseded_by is not None:
        return [heading, *fact_lines(now), *replacement(now, others), *why]
    before = await record.facts.at_revision(now.id, notice.revision - 1)
    if before is None or notice.kind is NoticeKind.ATTRIBUTED:
        return [heading, *fact_lines(now), *why]
    return [heading, *_side_by_side(before, now), *why]


def _beside(fact: Fact) -> list[int]:
    """Return the ids of the facts that one is related to, or that has taken its place."""
    ids = [relation.other_id for relation in fact.relations]
    return ids if fact.superseded_by is None else [*ids, fact.superseded_by]


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
            *(_marked(block, None) for block in fact_lines(before)),
        ]
    if before.retracted is not None:
        return [Note(text=_("On record again:")), *fact_lines(now)]
    if before.superseded_by is not None and now.superseded_by is None:
        note = Note(text=_("In force again: F{id} no longer replaces it.", id=before.superseded_by))
        return [note, *fact_lines(now)]
    was, reads = differences(before, now)
    shown = [_marked(block, _("was")) for block in was] + [_marked(block, _("now")) for block in reads]
    return shown or list(fact_lines(now))


def _marked(block: Block, label: str | None) -> Block:
    if not isinstance(block, Line):
        return block
    shown = " · ".join(filter(None, (label, block.label))) or None
    return block.model_copy(update={"label": shown, "mark": None})


def listener_name(listener: Listener) -> str:
    """Return how a listener is named in logs: ids only, never what people wrote."""
    return f"{listener.chat}/{listener.topic}" if listener.topic else listener.chat
