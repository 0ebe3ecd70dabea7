"""Marks of dates on the track under their words: as wide as what the date leaves open, or wider. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from bot.pictures.axis import DAY, Axis
from bot.pictures.palette import Palette
from bot.pictures.piece import Piece
from bot.pictures.spans import Span

# Units: how high a track and a mark are, how wide a mark of more than a day is at least, and what fades.
TRACK, HEIGHT, LEAST, FADE = 14.0, 8.0, 12.0, 9.0
# What is uncertain has an outline of strokes.
_STROKES = "2.5 2"
PALE = 0.18


class Reach(NamedTuple):
    """From where to where a mark is drawn."""

    begin: float
    end: float


def reach(span: Span, axis: Axis) -> Reach:
    """Return from where to where a date is drawn: over all days that it may mean, or to the edge."""
    begin = axis.left if span.first is None else axis.x(span.first)
    end = axis.right if span.last is None else axis.x(span.last)
    least = DAY if span.is_day else LEAST
    if span.first is not None and span.last is not None and end - begin < least:
        middle = (begin + end) / 2
        begin, end = middle - least / 2, middle + least / 2
    return Reach(begin, end)


def draw_track(piece: Piece, axis: Axis, palette: Palette) -> None:
    """Put a track below what is there: the axis, so that marks on it can be compared."""
    top = piece.height
    piece.rect(axis.left, top, axis.right - axis.left, TRACK, fill=palette.panel, rx=2)
    for tick in axis.ticks:
        piece.line(tick.x, top, tick.x, top + TRACK, stroke=palette.rule, stroke_width=1)
    piece.height += TRACK


def draw_cuts(piece: Piece, axis: Axis, palette: Palette, top: float) -> None:
    """Break a track, and the mark on it, where time is cut short."""
    for x in axis.cuts:
        piece.rect(x - 3, top - 1, 6, TRACK + 2, fill=palette.paper)
        for side in (-3, 3):
            piece.line(x + side - 2, top + TRACK, x + side + 2, top, stroke=palette.faint, stroke_width=1)


class Ink(NamedTuple):
    """The colour of a mark, what its gradients are called, and whether it is hollow."""

    fill: str
    prefix: str
    hollow: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """The attributes of what is drawn whole."""
        if not self.hollow:
            return {"fill": self.fill}
        outline = {"stroke": self.fill, "stroke_width": 1.2, "stroke_dasharray": _STROKES}
        return {"fill": self.fill, "fill_opacity": PALE, **outline}

    def fading(self, side: str, *, mirrored: bool) -> dict[str, Any]:
        """Return the attributes of what fades towards one side; around what is hollow, pale."""
        # On a mirrored picture what begins stands on the right: its gradient goes the other way.
        side = {"begin": "end", "end": "begin"}[side] if mirrored else side
        pale: dict[str, Any] = {"fill_opacity": 2 * PALE} if self.hollow else {}
        return {"fill": f"url(#{_gradient(self.prefix, side, self.fill)})", **pale}


def draw_mark(piece: Piece, span: Span, axis: Axis, top: float, ink: Ink, *, said: bool = False) -> None:
    """Put the mark of a date on the track whose upper edge is at `top`.

    A day is a dot, what is longer a bar; both have points if they tell when something was `said`. What is
    rough is hollow, its outline in strokes; what is open, or about a date, fades.
    """
    begin, end = reach(span, axis)
    y = top + (TRACK - HEIGHT) / 2
    solid_begin = begin if span.first is not None else axis.x(span.ending) if span.ending else end
    solid_end = end if span.last is not None else axis.x(span.begun) if span.begun else begin
    if span.first is None or span.about:
        fades_from = begin if span.first is None else max(begin - FADE, axis.left)
        _fade(piece, fades_from, max(solid_begin, fades_from), y, ink, "begin")
    if span.last is None or span.about:
        fades_to = end if span.last is None else min(end + FADE, axis.right)
        _fade(piece, min(solid_end, fades_to), fades_to, y, ink, "end")
    if solid_end <= solid_begin:
        return
    if said:
        _pointed(piece, Reach(solid_begin, solid_end), y, ink.body)
    else:
        round_ends = HEIGHT / 2 if span.is_day else 1
        piece.rect(solid_begin, y, solid_end - solid_begin, HEIGHT, mark=True, rx=round_ends, **ink.body)


def _pointed(piece: Piece, drawn: Reach, y: float, look: dict[str, Any]) -> None:
    """Put a bar with points; those of a day, which meet, make a diamond."""
    middle, deep = y + HEIGHT / 2, 1.0
    begin, end = drawn.begin, drawn.end
    tip = min(HEIGHT / 2, (end - begin) / 2)
    upper, lower = y - deep, y + HEIGHT + deep
    points = [
        (begin, middle), (begin + tip, upper), (end - tip, upper),
        (end, middle), (end - tip, lower), (begin + tip, lower),
    ]  # fmt: skip
    piece.polygon(points, mark=True, **look)


def _fade(piece: Piece, begin: float, end: float, y: float, ink: Ink, side: str) -> None:
    if end > begin:
        look = ink.fading(side, mirrored=piece.mirrored)
        piece.rect(begin, y, end - begin, HEIGHT, mark=True, **look)


def _gradient(prefix: str, side: str, fill: str) -> str:
    return f"{prefix}-{side}-{fill.lstrip('#')}"


def gradients(prefix: str, fills: set[str]) -> str:
    """Return the definitions of what fades."""
    made = []
    for fill in sorted(fills):
        for side, (first, last) in (("begin", (0, 1)), ("end", (1, 0))):
            made.append(
                f'<linearGradient id="{_gradient(prefix, side, fill)}">'
                f'<stop offset="0" stop-color="{fill}" stop-opacity="{first}"/>'
                f'<stop offset="1" stop-color="{fill}" stop-opacity="{last}"/></linearGradient>'
            )
    return f"<defs>{''.join(made)}</defs>" if made else ""
