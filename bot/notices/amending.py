"""Putting right what was said: a reply as it must read now that facts which it cited have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.answers.lines import with_voices
from bot.notices.telling import changed
from bot.replies import Block, Heading, Line, Note, Reply
from bot.texts import _
from storage.models import Fact, Notice, NoticeKind
from storage.receipts import Amendment
from storage.record import Record


class Amended(NamedTuple):
    """A message put right: how it reads now, or None where that cannot be told.

    `remark` is what is said in reply to it; `revisions` are those at which it cites its facts from then on.
    """

    reply: Reply | None
    remark: Reply
    must_remark: bool
    revisions: dict[int, int]


async def amended(record: Record, amendment: Amendment) -> Amended | None:
    """Return how a message is put right; None where nothing of it has to be."""
    notices = await record.notices.by_id(amendment.notices)
    facts = {
        fact.id: fact
        for fact in await record.facts.load(
            notice.fact_id for notice in notices if notice.fact_id is not None
        )
    }
    if not facts:
        return None
    blocks: list[Block] = [Heading(text=_("Correction to this message"))]
    # Of several changes to one fact, the last says how it stands.
    for notice in {notice.fact_id: notice for notice in notices}.values():
        blocks += await changed(record, notice)
    said = Reply.model_validate_json(amendment.reply) if amendment.reply else None
    return Amended(
        reply=_rewritten(said, facts) if said is not None else None,
        remark=Reply(blocks=tuple(blocks)),
        must_remark=any(_withdraws(notice) for notice in notices),
        revisions={fact.id: fact.revision for fact in facts.values()},
    )


def _withdraws(notice: Notice) -> bool:
    return notice.kind is NoticeKind.RETRACTED


def _rewritten(said: Reply, facts: Mapping[int, Fact]) -> Reply:
    """Return a reply in which each line of a changed fact is followed, once, by how the fact reads now."""
    blocks: list[Block] = [Note(text=_("Corrected since it was sent; see the lines marked below."))]
    pending: Fact | None = None
    for block in said.blocks:
        fact = facts.get(block.fact) if isinstance(block, Line) and block.fact is not None else None
        if pending is not None and fact is not pending:
            blocks += _now(pending)
            pending = None
        if fact is None or not isinstance(block, Line):
            blocks.append(block)
            continue
        pending = fact
        if fact.retracted is None:
            blocks.append(
                block.model_copy(update={"text": _("Read until then: {text}", text=block.text), "mark": None})
            )
    if pending is not None:
        blocks += _now(pending)
    return Reply(blocks=tuple(_once(blocks)), actions=said.actions)


def _now(fact: Fact) -> list[Block]:
    if fact.retracted is not None:
        return [Note(text=_("F{id} was retracted: {reason}", id=fact.id, reason=fact.retracted))]
    lines = list(with_voices(fact))
    first = lines[0]
    assert isinstance(first, Line)  # a fact's own line comes first
    blocks: list[Block] = [first.model_copy(update={"text": _("Now: {text}", text=first.text)}), *lines[1:]]
    if fact.superseded_by is not None:
        blocks.append(Note(text=_("F{id} has taken its place.", id=fact.superseded_by)))
    return blocks


def _once(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks without what stands there twice, as where a fact was cited in two places."""
    return list(dict.fromkeys(blocks))
