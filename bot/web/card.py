"""The picture beside a link that is pasted somewhere: one line, whose word it is, and its source."""

from __future__ import annotations

from xml.sax.saxutils import escape

from bot.pictures.fonts import FAMILIES
from bot.pictures.palette import LIGHT
from bot.pictures.paragraphs import TextLine
from bot.pictures.picture import WIDTH, Picture
from bot.pictures.piece import Piece, attribute
from bot.pictures.statements import EDGE, FULL, SMALL, Look
from bot.replies import Line, Reply
from bot.texts import clean, direction, shortened, spoken

# Units, and the pixels for each: 1,200 by 630, as those who show links ask for.
HEIGHT, SCALE = 189, 10 / 3
_TITLE, _LEAST = 13.0, 10.5
_SIZES = (20.0, 18.0, 16.0, 14.5, 13.0, 11.5, _LEAST)
LONGEST_TITLE, LONGEST_SOURCE = 90, 120
_BAR = 5.0
# Room for the line, between the title and its source.
_ROOM = HEIGHT - 78.0


def card(site: str, title: str, line: Line | None, language: str | None = None) -> Picture:
    """Return the card of a page: the name of the web, a title, and a line with its source, if there is one.

    What is too long for it ends with “…”; the source stays. Raises PicturesUnavailable.
    """
    look = Look(LIGHT, "card", mirrored=direction(language or spoken()) == "rtl")
    reply = Reply(blocks=(line,)) if line is not None else None
    source = shortened(clean(_source_of(line)), LONGEST_SOURCE) if line is not None else ""
    text = clean(f"{line.text} ({line.mark})" if line.mark else line.text) if line is not None else ""
    piece = look.piece()
    piece.height = 14
    piece.texts(look.lines(site, SMALL, FULL)[:1], EDGE, LIGHT.time, bold=True)
    piece.texts(look.lines(shortened(title, LONGEST_TITLE), _TITLE, FULL)[:2], EDGE, LIGHT.faint)
    piece.height += 6
    _put_line(piece, look, text or shortened(title, LONGEST_TITLE))
    if source:
        below = look.lines(source, SMALL, FULL)[:2]
        piece.height = HEIGHT - 12 - sum(each.top + each.bottom + 1.5 for each in below)
        piece.texts(below, EDGE, LIGHT.faint, bold=False)
    told = f"{title}: {text} {source}" if text else title
    return Picture(
        svg=_svg(piece, clean(told)),
        alt=clean(told),
        width=WIDTH,
        height=HEIGHT,
        cited=reply.cited_revisions if reply is not None else {},
    )


def _put_line(piece: Piece, look: Look, text: str) -> None:
    """Put a text as large as it has room; cut where it has none at the least size."""
    for size in _SIZES:
        found = look.lines(text, size, FULL)
        if _height(found) <= _ROOM:
            piece.texts(found, EDGE, look.palette.ink, bold=size > _TITLE)
            return
    while _height(found) > _ROOM:
        text = shortened(text, len(text) * 9 // 10)
        found = look.lines(text, _LEAST, FULL)
    piece.texts(found, EDGE, look.palette.ink)


def _height(found: list[TextLine]) -> float:
    return sum(each.top + each.bottom + 1.5 for each in found)


def _source_of(line: Line) -> str:
    cited = line.citations[0]
    place = f", {shortened(cited.locator, 40)}" if cited.locator else ""
    ident = f" F{line.fact}" if line.fact is not None else ""
    return f"[{shortened(cited.label or cited.entry, LONGEST_SOURCE - 55)}{place}]{ident}"


def _svg(piece: Piece, told: str) -> str:
    families = ", ".join((*FAMILIES, "sans-serif"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" role="img" direction="ltr" font-family={attribute(families)}>'
        f"<title>{escape(told)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{LIGHT.paper}"/>'
        f'<rect width="{WIDTH}" height="{_BAR:g}" fill="{LIGHT.time}"/>'
        f"{''.join(piece.svg)}</svg>"
    )
