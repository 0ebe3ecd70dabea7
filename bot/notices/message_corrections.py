"""Corrections of sent messages: how a reply must read now that facts which it cites have changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.answers.bounds import within
from bot.answers.lines import fact_lines
from bot.answers.sentences import sentence, tombstone
from bot.answers.standing import mark
from bot.notices.net_changes import NetChange, changed_lines, kind_of, with_reasons
from bot.notices.notice_text import (
    change_blocks,
    change_headed,
    gone_lines,
    replacement,
    stands_again,
    titles,
)
from bot.pictures.sending.drawn_anew import drawn_anew
from bot.pictures.sending.studio import Studio
from bot.replies import Block, Citation, Heading, Line, Note, Reply
from bot.texts import _
from storage.domain.models import Fact, Notice, NoticeKind
from storage.notifying.receipts import Amendment
from storage.record import Record
from storage.takedown.replies import cut

# What stands in the place of what was taken down: see `cut`.
_CUT = re.compile(r"[FSEDQ]\d+")


class CorrectedMessage(NamedTuple):
    """A corrected message: how it reads now, or None where that cannot be told.

    `remarks` are, by notice, what may be said in reply to it, and `must_remark` the notices of which that is
    said beside the edit. `revisions` are those at which it cites its facts from then on. `kept` is what is
    kept of it from now on, where words that were taken down must not be. `is_same` tells that it reads as it
    does already.
    """

    reply: Reply | None
    remarks: Mapping[int, Sequence[Block]]
    must_remark: frozenset[int]
    revisions: dict[int, int]
    kept: Reply | None = None
    is_same: bool = False

    @property
    def remark(self) -> Reply:
        """Return what is said in reply to the message, of all that has changed."""
        return self.remark_of(self.remarks, answering=True)

    def remark_of(self, notices: Iterable[int], *, answering: bool) -> Reply:
        """Return what is said of some notices: in reply to the message or, where that is gone, alone."""
        title = _("Correction to this message") if answering else _("Correction to an earlier message")
        first = sorted(notices, key=lambda notice: notice not in self.must_remark)
        blocks = [block for notice in first for block in self.remarks.get(notice, ())]
        return Reply(blocks=tuple(within([Heading(text=title), *blocks])))


async def corrected_message(record: Record, amendment: Amendment, studio: Studio) -> CorrectedMessage | None:
    """Return how a message is put right; None where nothing of it has to be. `studio` draws its picture."""
    notices = await record.notices.by_id(amendment.notices)
    # What was put right before stays so: the message is made anew from what it said at first.
    earlier = await record.notices.by_id(amendment.earlier)
    ids = [notice.fact_id for notice in (*notices, *earlier) if notice.fact_id is not None]
    facts = {fact.id: fact for fact in await record.facts.load(ids)}
    # Of several changes to one fact, the last stands for all: what is told is what they have led to.
    last = {notice.fact_id: notice for notice in notices if notice.fact_id in facts}
    words_gone = any(notice.kind is NoticeKind.TAKEN_DOWN and notice.fact_id is None for notice in notices)
    if not last and not words_gone:
        return None
    down = {fact_id: fact for fact_id, fact in facts.items() if fact.taken_down is not None}
    before = Reply.model_validate_json(amendment.reply) if amendment.reply else None
    shows = {**(before.cited_revisions if before is not None else {}), **amendment.shown}
    changes = {
        notice.id: change
        for fact_id, notice in last.items()
        if (change := await _change(record, facts[fact_id], shows.get(fact_id, 0))) is not None
    }
    stories = await titles(record, list(changes.values()))
    remarks = {notice: await change_blocks(record, change, stories) for notice, change in changes.items()}
    # Who has read it would not look at it again.
    must = frozenset(notice for notice, change in changes.items() if change.concerns_retraction)
    now = {fact.id: fact.revision for fact in facts.values()}
    if before is not None and before.picture is not None:
        # It shows what stands now, and nothing of what was put right before.
        anew = await drawn_anew(record, studio, before.picture)
        return CorrectedMessage(anew, remarks, must, {**anew.cited_revisions, **now}, kept=anew)
    said = _without(amendment.reply, down) if amendment.reply else None
    if (down or words_gone) and (said is None or len(down) == len(facts)):
        # Where its text was not kept, nobody can tell which part of it has to go.
        tombs = [Note(text=tombstone(fact)) for fact in down.values()]
        left = said or Reply(blocks=(Note(text=_("This message was taken down in part: ask again.")), *tombs))
        return CorrectedMessage(left, remarks, frozenset(), {**left.cited_revisions, **now}, kept=said)
    reply = None
    if said is not None:
        standing = [fact for fact_id, fact in facts.items() if fact_id not in down]
        reply = await _put_right(record, said, standing, _put_right_before(earlier))
    return CorrectedMessage(
        reply=reply,
        remarks=remarks,
        must_remark=must,
        revisions={**(reply.cited_revisions if reply is not None else {}), **now},
        kept=said if down or words_gone else None,
        is_same=said is not None and reply == said and not (earlier or down or words_gone),
    )


async def _change(record: Record, now: Fact, shown: int) -> NetChange | None:
    """Return what has become of a fact since a message showed it; None where that reads the same."""
    if now.taken_down is not None:
        return NetChange(NoticeKind.TAKEN_DOWN, None, now)
    before = await record.facts.at_revision(now.id, shown) if shown else None
    if before is None or before.taken_down is not None:
        return None
    kind = kind_of(before, now)
    return None if kind is None else await with_reasons(record, kind, before, now, since=shown)


def _put_right_before(earlier: Sequence[Notice]) -> dict[int, NoticeKind]:
    """Return why a message was put right last, by fact."""
    return {notice.fact_id: notice.kind for notice in earlier if notice.fact_id is not None}


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


async def _put_right(
    record: Record, said: Reply, facts: Sequence[Fact], earlier: Mapping[int, NoticeKind]
) -> Reply:
    """Return a reply in which each line of a changed fact is followed by what has become of that.

    `earlier` tells why it was put right before: what stands again as it was first told is said to.
    """
    places = [fact.superseded_by for fact in facts if fact.superseded_by is not None]
    instead = await record.facts.load(places)
    cited = said.cited_revisions
    become: dict[int, _Become] = {}
    for fact in facts:
        told = await record.facts.at_revision(fact.id, cited.get(fact.id, 0))
        if told is not None:
            change = await with_reasons(record, NoticeKind.CORRECTED, told, fact, since=told.revision)
            become[fact.id] = _become(told, fact, instead, earlier.get(fact.id), stands_again(change))
    return _rewritten(said, become)


class _Become(NamedTuple):
    """What becomes of the lines of a fact in a message: whether they stay, and what follows them.

    `holds` tells that all that the message says of the fact is so; `mark` is what no longer stands behind it.
    """

    lines: str
    after: Sequence[Block]
    holds: bool = False
    mark: str | None = None


# The lines stay, are marked as what was told before, or go.
_STAY, _BEFORE, _GO = "stay", "before", "go"


def _become(
    told: Fact, now: Fact, instead: Sequence[Fact], earlier: NoticeKind | None, again: Sequence[Note]
) -> _Become:
    if now.retracted is not None:
        return _Become(_GO, [Note(text=_("F{id} was retracted: {reason}", id=now.id, reason=now.retracted))])
    if told.retracted is not None:
        return _Become(_STAY, [_stands_again(now, NoticeKind.RETRACTED), *fact_lines(now)])
    if now.superseded_by not in (None, told.superseded_by):
        return _Become(_BEFORE, replacement(now, instead))
    if sentence(told) != sentence(now) or told.attributions[0].source.id != now.attributions[0].source.id:
        first, *further = fact_lines(now)
        assert isinstance(first, Line)  # a fact's own line comes first
        line = first.model_copy(update={"text": _("Now: {text}", text=first.text)})
        return _Become(_BEFORE, [line, *further, *changed_lines(told, now), *again])
    changed: list[Block] = [*gone_lines(told, now), *changed_lines(told, now)]
    in_force = told.superseded_by is not None and now.superseded_by is None
    if in_force:
        text = _("In force again: F{id} no longer replaces it.", id=told.superseded_by)
        changed.insert(0, Note(text=text))
    if changed:
        return _Become(_STAY, [*changed, *again], mark=mark(told) if in_force else None)
    return _Become(_STAY, [_stands_again(now, earlier)] if earlier is not None else [], holds=True)


def _stands_again(fact: Fact, earlier: NoticeKind) -> Note:
    """Return that a fact stands as it did, after what had become of it for some time."""
    match earlier:
        case NoticeKind.RETRACTED:
            text = _("F{id} was retracted for some time and is on record again.", id=fact.id)
        case NoticeKind.SUPERSEDED:
            text = _("F{id} was replaced for some time and stands again as it was first told.", id=fact.id)
        case _:
            text = _("F{id} read otherwise for some time and stands again as it was first told.", id=fact.id)
    return Note(text=text)


def _rewritten(said: Reply, become: Mapping[int, _Become]) -> Reply:
    blocks: list[Block] = []
    cited = said.cited_revisions
    pending: _Become | None = None
    # The fact of whose change a notice tells, and how that was changed.
    kind: NoticeKind | None = None
    headed: _Become | None = None
    for block in said.blocks:
        of = become.get(block.fact) if isinstance(block, Line) and block.fact is not None else None
        if isinstance(block, Note) and headed is not None:
            # A reason belongs to its change: it is none for what came after that.
            blocks += [block] if headed.holds else []
            continue
        if pending is not None and of is not pending:
            blocks += pending.after
            pending = None
        if isinstance(block, Heading):
            kind, fact = change_headed(block) or (None, 0)
            headed = become.get(fact)
        if of is None or not isinstance(block, Line):
            blocks.append(block)
        elif block.revision in (None, cited.get(block.fact or 0)):
            pending = of
            told_change = of is headed and kind is NoticeKind.CORRECTED and block.nested and not block.label
            blocks += _become_of(block, of, told_change=told_change)
        elif of.lines != _GO and not _is_repeated(block, of.after):
            # How the fact read before what was told of it ("was ..., now ...") is as true as it was.
            blocks.append(block)
    blocks += pending.after if pending is not None else []
    if blocks == list(said.blocks):
        return said
    note = Note(text=_("This message was corrected after it was sent; see the marked lines below."))
    agreeing = _agreeing(dict.fromkeys([note, *blocks]))
    return Reply(blocks=tuple(within(agreeing)), actions=said.actions, page=said.page)


def _become_of(line: Line, of: _Become, *, told_change: bool) -> list[Line]:
    """Return what becomes of a line: gone, marked as what was told before, or as it was."""
    if of.lines == _GO:
        return []
    if not line.former and (of.lines == _BEFORE or (told_change and not of.holds)):
        return [_until_then(line)]
    return [line.model_copy(update={"mark": None})] if line.mark and line.mark == of.mark else [line]


def _is_repeated(line: Line, after: Sequence[Block]) -> bool:
    """Tell whether how a fact once read is how it reads now, which follows."""
    now = _("Now: {text}", text=line.text)
    return any(isinstance(block, Line) and block.text == now for block in after)


def _until_then(line: Line) -> Line:
    text = _("Before: {text}", text=line.text)
    label = None if line.label == _("now") else line.label
    return line.model_copy(update={"text": text, "mark": None, "label": label, "former": True})


def _agreeing(blocks: Collection[Block]) -> list[Block]:
    """Return blocks that describe each source in one way: the last, for it may have been edited since."""
    lines = [block for block in blocks if isinstance(block, Line)]
    latest = {each.source: each for line in lines for each in line.citations}

    def agreed(citation: Citation) -> Citation:
        return latest[citation.source].model_copy(update={"locator": citation.locator})

    return [
        block.model_copy(update={"citations": tuple(map(agreed, block.citations))})
        if isinstance(block, Line)
        else block
        for block in blocks
    ]
