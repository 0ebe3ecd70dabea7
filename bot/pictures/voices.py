"""Who says what as a picture: voices by their stance, each stance with a sign, a word and a colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from bot.answers.citations import cite
from bot.answers.lines import MOST_CITED, attribution_line
from bot.answers.sentences import called, manner, predicate
from bot.answers.standing import mark
from bot.pictures.palette import titled
from bot.pictures.paragraphs import GAP
from bot.pictures.piece import Piece
from bot.pictures.statements import (
    BODY,
    DATE,
    EDGE,
    INSET,
    LONGEST_SOURCE,
    ROOM,
    Look,
    badge,
    bounded,
    height_of_sources,
    mark_text,
    statement,
)
from bot.pictures.timeline import Content
from bot.replies import Block, Heading, Line, Reply
from bot.texts import shortened
from storage.domain.models import Attribution, Entity, Fact, Stance

# Units between two speakers, and above a stance.
_SPEAKER, _STANCE = 4.0, 14.0


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who says something: a name on record, or a source that speaks in its own voice."""

    name: str
    entity: Entity | None = None


class Said(NamedTuple):
    """What a speaker says of a fact, in one manner."""

    stance: Stance
    speaker: Speaker
    fact: Fact
    line: Line


def voices(look: Look, facts: Iterable[Fact], room: float) -> Content:
    """Choose what has room, of each stance some, before any has more; in the order of the facts."""
    said = [each for fact in facts for each in _said(fact)]
    chosen, left = _fitting(look, said, room)
    sections = _sections(chosen)
    blocks: list[Block] = []
    for stance, speakers in sections.items():
        blocks.append(Heading(text=titled(stance)))
        for speaker, theirs in speakers.items():
            blocks += [Heading(text=_name(speaker), level=3), *(each.line for each in theirs)]
    return Content(blocks, lambda reply: _draw(look, sections, reply), list(dict.fromkeys(left)))


def _said(fact: Fact) -> Iterator[Said]:
    """Yield what each of a fact's speakers says of it: once, whatever the number of sources for it."""
    together: dict[tuple[Speaker, tuple[Stance, str | None]], list[Attribution]] = {}
    for item in fact.attributions:
        speaker = Speaker(item.speaker.name if item.speaker else called(item), item.speaker)
        together.setdefault((speaker, manner(item)), []).append(item)
    for (speaker, (stance, _rating)), items in together.items():
        line = attribution_line(fact, items[0], predicate(fact, items[0])).model_copy(
            update={
                "citations": tuple(map(cite, items[:MOST_CITED])),
                "mark": mark(fact, besides=False),
                "nested": False,
            }
        )
        yield Said(stance, speaker, fact, bounded(line))


def _fitting(look: Look, said: Sequence[Said], room: float) -> tuple[list[Said], list[int]]:
    """Return what has room, in its order, and the facts of what has none."""
    stances: dict[Stance, list[Said]] = {}
    for each in said:
        stances.setdefault(each.stance, []).append(each)
    chosen: set[int] = set()
    begun: set[tuple[Stance, Speaker]] = set()
    cited: set[int] = set()
    room -= sum(_heading(look, stance, "").height + _STANCE for stance in stances)
    in_turns = (each for turn in zip_longest(*stances.values()) for each in turn if each is not None)
    for each in in_turns:
        place = (each.stance, each.speaker)
        new = [citation for citation in each.line.citations if citation.source not in cited]
        room -= statement(look, each.line, each.fact, "[00 ¶00] F0000", each.stance).height
        room -= height_of_sources(look, {one.source: one for one in new}.values())
        room -= _speaker(look, each.speaker).height if place not in begun else 0
        # One is shown, whatever its height; behind the first that has no room none is.
        if room < 0 and chosen:
            break
        chosen.add(id(each))
        begun.add(place)
        cited.update(citation.source for citation in new)
    return (
        [each for each in said if id(each) in chosen],
        [each.fact.id for each in said if id(each) not in chosen],
    )


def _sections(chosen: Iterable[Said]) -> dict[Stance, dict[Speaker, list[Said]]]:
    found: dict[Stance, dict[Speaker, list[Said]]] = {}
    for each in chosen:
        found.setdefault(each.stance, {}).setdefault(each.speaker, []).append(each)
    return {stance: found[stance] for stance in Stance if stance in found}


def _name(speaker: Speaker) -> str:
    name = shortened(speaker.name, LONGEST_SOURCE)
    return name[:1].title() + name[1:]


def _draw(look: Look, sections: dict[Stance, dict[Speaker, list[Said]]], reply: Reply) -> Piece:
    piece = look.piece()
    for stance, speakers in sections.items():
        piece.height += _STANCE
        piece.put(_heading(look, stance, titled(stance)))
        for speaker, theirs in speakers.items():
            piece.put(_speaker(look, speaker))
            for each in theirs:
                piece.put(statement(look, each.line, each.fact, mark_text(reply, each.line), stance))
    return piece


def _heading(look: Look, stance: Stance, text: str) -> Piece:
    """Return the heading of a stance: its sign and its word, under a line of its colour."""
    piece, colour = look.space(2), look.palette.stances[stance]
    piece.rect(EDGE, 0, ROOM + INSET - EDGE, 2, fill=colour)
    badge(piece, stance, EDGE, 6, colour, look.palette)
    piece.height = 6
    piece.texts(look.lines(text, DATE + 1, ROOM), INSET, colour, bold=True)
    return piece


def _speaker(look: Look, speaker: Speaker) -> Piece:
    """Return the name of a speaker."""
    piece = look.space(_SPEAKER)
    piece.texts(look.lines(_name(speaker), BODY, ROOM), INSET, look.palette.ink, bold=True)
    piece.height -= GAP
    return piece
