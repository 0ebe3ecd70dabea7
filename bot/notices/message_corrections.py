"""Corrections of sent messages: how a reply must read now that facts which it cites have changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from bot.answers.bounds import within
from bot.answers.lines import fact_line, fact_lines
from bot.answers.sentences import tombstone
from bot.notices.notice_text import notice_blocks, replacement
from bot.replies import Block, Heading, Line, Note, Reply
from bot.texts import _
from storage.domain.models import Fact, NoticeKind
from storage.notifying.receipts import Amendment
from storage.record import Record
from storage.takedown.replies import cut

# What stands in the place of what was taken down: see `cut`.
_CUT = re.compile(r"[FSEDQ]\d+")
# What is also said in reply to the message: who has read it would not look at it again.
_REMARKED = frozenset({NoticeKind.RETRACTED, NoticeKind.RESTORED})


class CorrectedMessage(NamedTuple):
    """A corrected message: how it reads now, or None where that cannot be told.

    `remark` is what is said in reply to it; `revisions` are those at which it cites its facts from then on.
    `kept` is what is kept of it from now on, where words that were taken down must not be.
    """

    reply: Reply | None
    remark: Reply
    must_remark: bool
    revisions: dict[int, int]
    kept: Reply | None = None


async def corrected_message(record: Record, amendment: Amendment) -> CorrectedMessage | None:
    """Return how a message is put right; None where nothing of it has to be."""
    notices = await record.notices.by_id(amendment.notices)
    # What was put right before stays so: the message is made anew from what it said at first.
    earlier = await record.notices.by_id(amendment.earlier)
    ids = [notice.fact_id for notice in (*notices, *earlier) if notice.fact_id is not None]
    facts = {fact.id: fact for fact in await record.facts.load(ids)}
    # Of several changes to one fact, the last says how it stands.
    last = {notice.fact_id: notice for notice in notices if notice.fact_id in facts}
    words_gone = any(notice.kind is NoticeKind.TAKEN_DOWN and notice.fact_id is None for notice in notices)
    if not last and not words_gone:
        return None
    blocks: list[Block] = [Heading(text=_("Correction to this message"))]
    down = {fact_id: fact for fact_id, fact in facts.items() if fact.taken_down is not None}
    for fact_id, notice in last.items():
        blocks += (
            [Note(text=tombstone(down[fact_id]))] if fact_id in down else await notice_blocks(record, notice)
        )
    said = _without(amendment.reply, down) if amendment.reply else None
    now = {fact.id: fact.revision for fact in facts.values()}
    if (down or words_gone) and (said is None or len(down) == len(facts)):
        # Where its text was not kept, nobody can tell which part of it has to go.
        tombs = [Note(text=tombstone(fact)) for fact in down.values()]
        left = said or Reply(blocks=(Note(text=_("This message was taken down in part: ask again.")), *tombs))
        return CorrectedMessage(
            reply=left,
            remark=Reply(blocks=tuple(within(blocks))),
            must_remark=False,
            revisions={**left.cited_revisions, **now},
            kept=said,
        )
    facts = {fact_id: fact for fact_id, fact in facts.items() if fact_id not in down}
    places = [fact.superseded_by for fact in facts.values() if fact.superseded_by is not None]
    instead = await record.facts.load(places)
    kinds = {notice.fact_id: notice.kind for notice in (*earlier, *notices)}
    restored = {fact_id for fact_id in facts if kinds[fact_id] is NoticeKind.RESTORED}
    reply = _rewritten(said, facts, instead, restored) if said is not None else None
    return CorrectedMessage(
        reply=reply,
        remark=Reply(blocks=tuple(within(blocks))),
        must_remark=any(notice.kind in _REMARKED for notice in last.values()),
        revisions={**(reply.cited_revisions if reply is not None else {}), **now},
        kept=said if down or words_gone else None,
    )


def _without(said: str, down: Mapping[int, Fact]) -> Reply:
    """Return a message that was kept (JSON), with tombstones in the place of what was taken down."""
    for fact_id in down:
        said = cut(said, f"F{fact_id}")
    tombs = {f"F{fact_id}": Note(text=tombstone(fact)) for fact_id, fact in down.items()}
    reply = Reply.model_validate_json(said)
    gone = Note(text=_("(taken down)"))
    blocks = [
        tombs.get(block.text, gone) if isinstance(block, Note) and _CUT.fullmatch(block.text) else block
        for block in reply.blocks
    ]
    return reply.model_copy(update={"blocks": tuple(blocks)})


def _rewritten(
    said: Reply, facts: Mapping[int, Fact], instead: Sequence[Fact], restored: Collection[int]
) -> Reply:
    """Return a reply in which each line of a changed fact is followed, once, by how the fact reads now.

    `instead` are facts that have taken others' places, `restored` the ids of those that are on record again.
    """
    blocks: list[Block] = [
        Note(text=_("This message was corrected after it was sent; see the marked lines below."))
    ]
    cited = said.cited_revisions
    pending: Fact | None = None
    again = False
    for block in (*said.blocks, None):
        fact = facts.get(block.fact) if isinstance(block, Line) and block.fact is not None else None
        if pending is not None and fact is not pending:
            blocks += [_on_record_again(pending)] if again else _now(pending, instead)
            pending = None
        if block is None:
            break
        # How the fact read before what was told of it ("was ..., now ...") is as true as it was.
        if fact is None or not isinstance(block, Line) or block.revision not in (None, cited.get(fact.id)):
            blocks.append(block)
            continue
        if pending is None:
            again = fact.id in restored and block.text in _readings(fact)
        pending = fact
        if fact.retracted is None:
            blocks.append(block if again else _until_then(block))
    return Reply(blocks=tuple(within(_once(blocks))), actions=said.actions)


def _readings(fact: Fact) -> tuple[str, ...]:
    return fact_line(fact).text, fact_line(fact, dated=True).text


def _on_record_again(fact: Fact) -> Note:
    return Note(text=_("F{id} was retracted for some time and is on record again.", id=fact.id))


def _until_then(line: Line) -> Line:
    text = _("Before: {text}", text=line.text)
    label = None if line.label == _("now") else line.label
    return line.model_copy(update={"text": text, "mark": None, "label": label, "former": True})


def _now(fact: Fact, instead: Sequence[Fact]) -> list[Block]:
    if fact.retracted is not None:
        return [Note(text=_("F{id} was retracted: {reason}", id=fact.id, reason=fact.retracted))]
    if fact.superseded_by is not None:
        return replacement(fact, instead)
    # Dated, for it may be the date that has changed.
    lines = list(fact_lines(fact, dated=fact.occurred is not None))
    first = lines[0]
    assert isinstance(first, Line)  # a fact's own line comes first
    return [first.model_copy(update={"text": _("Now: {text}", text=first.text)}), *lines[1:]]


def _once(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks without what stands there twice, as where a fact was cited in two places."""
    return list(dict.fromkeys(blocks))
