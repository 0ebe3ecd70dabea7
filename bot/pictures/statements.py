"""What both pictures are made of: titles, statements with their citations, notes and sources."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.pictures.palette import SIGNS, Palette
from bot.pictures.paragraphs import BOTTOM, GAP, TOP, TextLine, lines, one_line
from bot.pictures.picture import WIDTH
from bot.pictures.piece import Piece
from bot.replies import Citation, Cited, Line, Reply
from bot.texts import _, shortened
from storage.domain.models import Fact, Stance, Standing

# Units: what is kept free on both sides, and the sizes of letters. No text is smaller than SMALL.
EDGE = 14.0
TITLE, BODY, DATE, SMALL = 17.0, 13.0, 13.0, 11.5
# Where statements begin, behind the sign of their stance, and how wide they are.
INSET = EDGE + 22.0
ROOM = WIDTH - INSET - EDGE
FULL = WIDTH - 2 * EDGE
_BADGE = 15.0
# Letters that a line, what stands against it, a place in a source, and a source have in a picture.
LONGEST, LONGEST_MARK, LONGEST_PLACE, LONGEST_SOURCE = 600, 300, 40, 200

# So many sources stand in lines of their own; more stand in one paragraph, parted by this.
MOST_LISTED, _BETWEEN = 12, " · "


@dataclass(slots=True)
class Look:
    """How a picture is drawn: its colours, whether it begins at the right, and which colours fade."""

    palette: Palette
    prefix: str
    mirrored: bool = False
    faded: set[str] = field(default_factory=set)

    def piece(self) -> Piece:
        """Return a piece to draw on."""
        return Piece(mirrored=self.mirrored)

    def lines(self, text: str, size: float, room: float) -> list[TextLine]:
        """Return a text in lines that fit."""
        return lines(text, size, room, mirrored=self.mirrored)

    def space(self, height: float) -> Piece:
        """Return a piece with nothing on it."""
        return Piece(mirrored=self.mirrored, height=height)


def bounded(line: Line) -> Line:
    """Return a line as a picture holds it: what is very long ends with “…”."""
    return line.model_copy(
        update={
            "text": shortened(line.text, LONGEST),
            "mark": shortened(line.mark, LONGEST_MARK) if line.mark else None,
            "label": shortened(line.label, LONGEST_MARK) if line.label else None,
            "citations": tuple(map(_placed, line.citations)),
        }
    )


def _placed(citation: Citation) -> Citation:
    return citation.model_copy(
        update={"locator": shortened(citation.locator, LONGEST_PLACE) if citation.locator else None}
    )


def words(
    look: Look, text: str, *, size: float = SMALL, fill: str | None = None, bold: bool = False
) -> Piece:
    """Return a text over the whole width."""
    piece = look.piece()
    piece.texts(look.lines(text, size, FULL), EDGE, fill or look.palette.faint, bold=bold)
    return piece


def title(look: Look, kind: str, story: str) -> Piece:
    """Return the title: which picture it is, and of which story."""
    piece = look.space(12)
    piece.put(words(look, kind, size=SMALL, fill=look.palette.time, bold=True))
    piece.put(words(look, shortened(story, LONGEST_SOURCE), size=TITLE, fill=look.palette.ink, bold=True))
    piece.height += 6
    return piece


def statement(look: Look, line: Line, fact: Fact | None, cited: str, stance: Stance | None) -> Piece:
    """Return a line with what stands against it, its citation and id, beside the sign of its stance."""
    piece, colours = look.space(3), look.palette
    if line.label:
        piece.texts(look.lines(line.label, SMALL, ROOM), INSET, colours.faint, bold=True)
    text = look.lines(line.text, BODY, ROOM)
    piece.texts(text, INSET, colours.ink)
    last = text[-1]
    if line.mark:
        disputed = fact is not None and fact.standing is Standing.DISPUTED
        told = f"{SIGNS[Stance.DENIES]} {line.mark}" if disputed else line.mark
        text = look.lines(told, SMALL, ROOM)
        piece.texts(text, INSET, colours.against if disputed else colours.faint)
        last = text[-1]
    _cite(piece, look.lines(cited, SMALL, ROOM), last, colours.faint)
    if stance is not None:
        colour = colours.stances[stance]
        below = 5 + _BADGE
        piece.rect(EDGE, below, 2, max(piece.height - below - GAP, 0), fill=colour)
        badge(piece, stance, EDGE, 5, colour, colours)
    piece.height += 3
    return piece


def _cite(piece: Piece, found: Sequence[TextLine], last: TextLine, fill: str) -> None:
    """Put a citation at the end of the last line where it has room, else below."""
    only = found[0]
    if len(found) == 1 and last.width + 8 + only.width <= ROOM and only.top <= last.top:
        # It stands on the line of the letters above.
        piece.text(only, INSET + ROOM - only.width, piece.height - GAP - last.bottom, fill)
        piece.height += max(only.bottom - last.bottom, 0)
        return
    for each in found:
        piece.height += each.top
        piece.text(each, INSET + ROOM - each.width, piece.height, fill)
        piece.height += each.bottom + GAP


def badge(piece: Piece, stance: Stance, x: float, y: float, colour: str, colours: Palette) -> None:
    """Put the sign of a stance in a frame of its colour."""
    piece.rect(x, y, _BADGE, _BADGE, fill=colours.paper, stroke=colour, stroke_width=1.2, rx=3)
    sign = one_line(SIGNS[stance], SMALL)
    piece.text(sign, x + (_BADGE - sign.width) / 2, y + _BADGE - 3.5, colour, bold=True)


def legend(look: Look, stances: Iterable[Stance], named: Sequence[str]) -> Piece:
    """Return the signs of stances with their words, as many in a row as fit."""
    piece = look.piece()
    x, row = EDGE, 0.0
    for stance, word in zip(stances, named, strict=True):
        text = one_line(word, SMALL, mirrored=look.mirrored)
        wide = _BADGE + 5 + text.width
        if x > EDGE and x + wide > WIDTH - EDGE:
            x, row = EDGE, row + _BADGE + 6
        colour = look.palette.stances[stance]
        badge(piece, stance, x, row, colour, look.palette)
        piece.text(text, x + _BADGE + 5, row + _BADGE - 3.5, look.palette.faint)
        x += wide + 14
    piece.height = row + _BADGE + 4 if piece.svg else 0.0
    return piece


def rule(look: Look) -> Piece:
    """Return a line from side to side."""
    piece = look.space(8)
    piece.line(EDGE, 8, WIDTH - EDGE, 8, stroke=look.palette.rule, stroke_width=1)
    piece.height += 7
    return piece


def sources(look: Look, reply: Reply) -> Piece:
    """Return the sources of all lines, by their numbers."""
    piece = look.piece()
    if not reply.sources:
        return piece
    piece.put(rule(look))
    piece.put(words(look, _("Sources"), size=DATE, fill=look.palette.ink, bold=True))
    told = list(map(source_text, reply.sources))
    for text in told if len(told) <= MOST_LISTED else [_BETWEEN.join(told)]:
        piece.put(words(look, text))
    return piece


def source_text(cited: Cited) -> str:
    """Return a source as it stands below: its number, what it is, and its date."""
    return f"[{cited.number}] {shortened(cited.shown, LONGEST_SOURCE)}"


def mark_text(reply: Reply, line: Line) -> str:
    """Return the citation behind a line: sources, places in them, and the fact's id."""
    marks = reply.marks(line)
    return f"{marks} F{line.fact}" if line.fact is not None else marks


def height_of_sources(look: Look, found: Iterable[Citation]) -> float:
    """Return how high the sources of citations will be, about: many stand in one paragraph."""
    texts = (f"[00] {shortened(each.label or each.entry, LONGEST_SOURCE)}{_BETWEEN}" for each in found)
    wide = sum(look.lines(text, SMALL, math.inf)[0].width for text in texts)
    return wide / FULL * (SMALL * (TOP + BOTTOM) + GAP)
