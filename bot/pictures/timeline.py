"""The timeline as a picture: each date in words, its mark on one axis of time, and what is dated to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from bot.answers.date_text import first_day, label
from bot.answers.lines import dated_lines, labelled_lines
from bot.pictures.axis import LABEL, Axis
from bot.pictures.marks import TRACK, Ink, draw_cuts, draw_mark, draw_track
from bot.pictures.palette import named
from bot.pictures.piece import Piece
from bot.pictures.spans import Span, date_of, span_of
from bot.pictures.statements import (
    DATE,
    EDGE,
    FULL,
    INSET,
    ROOM,
    SMALL,
    Look,
    bounded,
    height_of_sources,
    legend,
    mark_text,
    statement,
)
from bot.replies import Block, Citation, Heading, Line, Reply
from bot.texts import N_, _
from storage.domain import dates
from storage.domain.models import Fact, Stance

# Units of picture after which the axis is written once more.
_AXIS_AGAIN = 700.0
_APART = 10.0


class Dated(NamedTuple):
    """A fact with its line."""

    fact: Fact
    line: Line


@dataclass(slots=True)
class Group:
    """Facts under one date: its words, the days that it may mean, and whether it is when they were said."""

    heading: Heading | None
    span: Span | None
    said: bool
    shown: list[Dated] = field(default_factory=list)


class Content(NamedTuple):
    """What of a picture's facts has room: its blocks in order, how to draw them, and the facts left out."""

    blocks: Sequence[Block]
    build: Callable[[Reply], Piece]
    left: Sequence[int]


def timeline(look: Look, facts: Iterable[Fact], room: float) -> Content:
    """Choose the facts that have room, the first in time first; those whose date is left open come last."""
    ordered = sorted(facts, key=_in_time)
    dated = [fact for fact in ordered if first_day(fact)]
    groups = [*_dated(dated), *_open([fact for fact in ordered if not first_day(fact)])]
    chosen, left = _fitting(look, groups, room)
    blocks: list[Block] = []
    for group in chosen:
        blocks += [group.heading] if group.heading else []
        blocks += [each.line for each in group.shown]
    return Content(blocks, lambda reply: _draw(look, chosen, reply), left)


def _in_time(fact: Fact) -> tuple[bool, str, str, str, int]:
    """Return what orders facts by their days; those of one date stand together."""
    when = date_of(fact) or ""
    return not first_day(fact), first_day(fact), dates.bounds(when)[1] or "", when, fact.id


def _dated(facts: Sequence[Fact]) -> list[Group]:
    found = []
    for (_label, when), run in groupby(facts, key=lambda fact: (label(fact), date_of(fact))):
        together = list(run)
        heading, *told = dated_lines(together)
        group = Group(
            heading if isinstance(heading, Heading) else None, span_of(when or ""), not together[0].occurred
        )
        group.shown = _with_lines(together, told)
        found.append(group)
    return found


def _open(facts: Sequence[Fact]) -> list[Group]:
    """Return the facts without a day on the axis as one group, in a place of its own."""
    if not facts:
        return []
    heading = Heading(text=_("Date left open by the source"))
    return [Group(heading, None, said=False, shown=_with_lines(facts, labelled_lines(facts)))]


def _with_lines(facts: Sequence[Fact], told: Sequence[Block]) -> list[Dated]:
    found = [bounded(block) for block in told if isinstance(block, Line)]
    return [Dated(fact, line) for fact, line in zip(facts, found, strict=True)]


def _fitting(look: Look, groups: Sequence[Group], room: float) -> tuple[list[Group], list[int]]:
    """Return the groups, the last of them perhaps in part, that have room, and the facts that have none."""
    chosen: list[Group] = []
    left: list[int] = []
    cited: set[int] = set()
    for group in groups:
        part = Group(group.heading, group.span, group.said)
        if left:
            left += [each.fact.id for each in group.shown]
            continue
        room -= _heading(look, group).height + TRACK + _APART
        for each in group.shown:
            new = [cite for cite in each.line.citations if cite.source not in cited]
            room -= _statement(look, each, "[00 ¶00] F0000").height + height_of_sources(look, _once(new))
            # One is shown, whatever its height; behind the first that has no room none is.
            if left or (room < 0 and cited):
                left.append(each.fact.id)
            else:
                cited.update(cite.source for cite in new)
                part.shown.append(each)
        if part.shown:
            chosen.append(part)
    return chosen, left


def _once(citations: Sequence[Citation]) -> Iterable[Citation]:
    return {each.source: each for each in citations}.values()


def _draw(look: Look, groups: Sequence[Group], reply: Reply) -> Piece:
    piece = look.piece()
    spans = [group.span for group in groups if group.span is not None]
    axis = Axis(spans, EDGE, FULL) if spans else None
    axis_at = -_AXIS_AGAIN
    for group in groups:
        if axis is not None and group.span is not None and piece.height - axis_at >= _AXIS_AGAIN:
            piece.height += 4
            axis_at = piece.height
            piece.put(_labels(look, axis))
        piece.put(_group(look, group, axis, reply))
    piece.put(_keys(look, groups, axis))
    return piece


def _group(look: Look, group: Group, axis: Axis | None, reply: Reply) -> Piece:
    inner = look.space(6)
    inner.put(_heading(look, group))
    if group.span is not None and axis is not None:
        top = inner.height
        draw_track(inner, axis, look.palette)
        fill = _colour(look, group)
        look.faded.add(fill)
        draw_mark(inner, group.span, axis, top, Ink(fill, look.prefix, group.span.rough), said=group.said)
        draw_cuts(inner, axis, look.palette, top)
        inner.height += 3
    for each in group.shown:
        inner.put(_statement(look, each, mark_text(reply, each.line)))
    if group.span is not None or axis is None:
        return inner
    # What has no place on the axis stands in a frame of its own.
    framed = look.space(8)
    framed.rect(6, 8, FULL + 2 * EDGE - 12, inner.height + 4, fill=look.palette.panel, rx=6)
    framed.put(inner)
    framed.height += 8
    return framed


def _colour(look: Look, group: Group) -> str:
    """Return the colour of a date's mark: that of denials, if it dates nothing else."""
    only = all(each.fact.attributions[0].stance is Stance.DENIES for each in group.shown)
    return look.palette.stances[Stance.DENIES] if only else look.palette.time


def _heading(look: Look, group: Group) -> Piece:
    piece = look.piece()
    if group.heading:
        colour = look.palette.time if group.span is not None else look.palette.ink
        piece.texts(look.lines(group.heading.text, DATE, FULL), EDGE, colour, bold=True)
        piece.height += 1
    return piece


def _statement(look: Look, each: Dated, cited: str) -> Piece:
    stance = each.fact.attributions[0].stance
    return statement(look, each.line, each.fact, cited, None if stance is Stance.ASSERTS else stance)


def _labels(look: Look, axis: Axis) -> Piece:
    """Return the axis with the names of its days."""
    piece = look.piece()
    height = LABEL * 1.4
    for tick in axis.ticks:
        piece.line(tick.x, 2, tick.x, height + 2, stroke=look.palette.rule, stroke_width=1)
        if tick.label:
            piece.text(tick.label, tick.x + 3, LABEL + 1, look.palette.faint)
    piece.line(axis.left, height + 2, axis.right, height + 2, stroke=look.palette.rule, stroke_width=1)
    piece.height = height + 3
    return piece


# The kinds of marks, and what each tells; only those that a picture has are told.
_KEYS = {
    "day": N_("a day"),
    "bar": N_("longer than a day: all that the source leaves open"),
    "rough": N_("uncertain, or some time within"),
    "fades": N_("an end is open, or about then"),
    "said": N_("when it was said or reported; when it happened is not given"),
    "cut": N_("time in which nothing begins or ends, cut short"),
}


def _keys(look: Look, groups: Sequence[Group], axis: Axis | None) -> Piece:
    """Return what the marks and signs of a picture mean."""
    piece = look.space(6)
    stances = [each.fact.attributions[0].stance for group in groups for each in group.shown]
    shown = [stance for stance in Stance if stance is not Stance.ASSERTS and stance in stances]
    piece.put(legend(look, shown, [named(stance) for stance in shown]))
    for kind in _kinds(groups, axis):
        text = look.lines(_(_KEYS[kind]), SMALL, ROOM)
        row = look.piece()
        _sample(row, look, kind)
        row.texts(text, INSET, look.palette.faint)
        piece.put(row)
    return piece


def _kinds(groups: Sequence[Group], axis: Axis | None) -> list[str]:
    """Return the kinds of marks that a picture has."""
    spans = [(group.span, group.said) for group in groups if group.span is not None]
    found = {
        "day": any(span.is_day and not (span.rough or said) for span, said in spans),
        "bar": any(not (span.is_day or span.rough or said) for span, said in spans),
        "rough": any(span.rough for span, _said in spans),
        "fades": any(span.about or span.first is None or span.last is None for span, _said in spans),
        "said": any(said for _span, said in spans),
    }
    cut = axis is not None and bool(axis.cuts)
    return [kind for kind, shown in (*found.items(), ("cut", cut)) if shown]


def _sample(row: Piece, look: Look, kind: str) -> None:
    """Put what a kind of marks looks like at the beginning of a row."""
    fill, y = look.palette.time, 3.0
    ink = Ink(fill, look.prefix, hollow=kind == "rough")
    if kind == "day":
        row.rect(EDGE + 5, y, 8, 8, rx=4, **ink.body)
    elif kind in ("bar", "rough"):
        row.rect(EDGE + 1, y, 16, 8, rx=1, **ink.body)
    elif kind == "fades":
        look.faded.add(fill)
        row.rect(EDGE + 1, y, 16, 8, **ink.fading("end", mirrored=row.mirrored))
    elif kind == "said":
        middle, at = y + 4, EDGE + 9
        row.polygon([(at - 5, middle), (at, middle - 5), (at + 5, middle), (at, middle + 5)], **ink.body)
    else:
        for x in (EDGE + 6, EDGE + 11):
            row.line(x, y + 9, x + 4, y - 1, stroke=look.palette.faint, stroke_width=1)
