"""A picture of facts as SVG: what of them has room, in the words of a chat. Pure but for the fonts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from bot.pictures.alternative import in_words
from bot.pictures.fonts import FAMILIES, lacking
from bot.pictures.marks import gradients
from bot.pictures.palette import DARK, LIGHT
from bot.pictures.picture import WIDTH, Kind, Picture
from bot.pictures.piece import Piece, attribute
from bot.pictures.statements import Look, sources, title, words
from bot.pictures.timeline import Content, timeline
from bot.pictures.voices import voices
from bot.replies import Note, Reply
from bot.texts import _, clean, direction, ngettext, spoken
from storage.domain.models import Fact, Story

# Units that a picture is high, about, at most: in a chat, where it is to be sharp, and on a page.
TALLEST, WEB_TALLEST = 5_600.0, 20_000.0
_MARGIN = 14.0


class LaidOut(NamedTuple):
    """A picture before it is written as SVG: how it looks, what is on it, and what it says."""

    look: Look
    piece: Piece
    heading: str
    reply: Reply
    left: Sequence[int]


def draw(
    kind: Kind,
    story: Story,
    facts: Iterable[Fact],
    *,
    dark: bool = False,
    more: int = 0,
    rest: str = "",
    tallest: float = TALLEST,
) -> Picture:
    """Return a picture of the facts that are in force, as many as have room; one at least.

    `more` are facts that were not even given; `rest` is the sentence that tells where what is left out can be
    read. `tallest` is in units. Raises PicturesUnavailable.
    """
    made = laid_out(kind, story, facts, dark=dark, more=more, rest=rest, tallest=tallest)
    alt = in_words(made.heading, made.reply)
    return Picture(
        svg=_svg(made, alt),
        alt=alt,
        width=WIDTH,
        height=_whole(made.piece.height),
        cited=made.reply.cited_revisions,
        left=tuple(made.left),
    )


def laid_out(
    kind: Kind,
    story: Story,
    facts: Iterable[Fact],
    *,
    dark: bool = False,
    more: int = 0,
    rest: str = "",
    tallest: float = TALLEST,
) -> LaidOut:
    """Return what `draw` writes as SVG: each text in its place."""
    look = Look(
        DARK if dark else LIGHT,
        f"{kind.value}-{'dark' if dark else 'light'}",
        mirrored=direction(story.language or spoken()) == "rtl",
    )
    shown = [fact for fact in facts if fact.in_force and fact.taken_down is None]
    content = (timeline if kind is Kind.TIMELINE else voices)(look, shown, tallest)
    notes = _notes(kind, content, len(content.left) + more, rest)
    reply = Reply(blocks=(*content.blocks, *notes))
    piece = look.piece()
    piece.put(title(look, _TITLES[kind](), story.title))
    piece.put(content.build(reply))
    for note in notes:
        piece.height += 6
        piece.put(words(look, note.text, fill=look.palette.ink))
    piece.put(sources(look, reply))
    piece.height += _MARGIN
    return LaidOut(look, piece, clean(f"{_TITLES[kind]()}: {story.title}"), reply, content.left)


_TITLES = {Kind.TIMELINE: lambda: _("Timeline"), Kind.WHO: lambda: _("Who says what")}


def _notes(kind: Kind, content: Content, left: int, rest: str) -> list[Note]:
    """Return what a picture says of itself: that it shows nothing, not all, or not every letter."""
    notes = []
    if not content.blocks:
        empty = {
            Kind.TIMELINE: _("No dates are on record in this story."),
            Kind.WHO: _("Nothing is on record in this story yet."),
        }
        notes.append(Note(text=empty[kind]))
    if left:
        text = ngettext(
            "{count} more statement is not in this picture.",
            "{count} more statements are not in this picture.",
            left,
        )
        where = {Kind.TIMELINE: _("All are under /when."), Kind.WHO: _("All are under /who and each name.")}
        notes.append(Note(text=f"{text} {rest or where[kind]}"))
    if any(lacking(block.text) for block in content.blocks):
        notes.append(Note(text=_("Signs that none of the fonts of pictures has may show as �.")))
    return notes


def _svg(made: LaidOut, alt: str) -> str:
    height, look = _whole(made.piece.height), made.look
    families = ", ".join((*FAMILIES, "sans-serif"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" role="img" direction="ltr" font-family={attribute(families)}>'
        f"<title>{escape(made.heading)}</title><desc>{escape(alt)}</desc>"
        f"{gradients(look.prefix, look.faded)}"
        f'<rect width="{WIDTH}" height="{height}" fill="{look.palette.paper}"/>'
        f"{''.join(made.piece.svg)}</svg>"
    )


def _whole(height: float) -> int:
    return math.ceil(height)
