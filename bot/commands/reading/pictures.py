"""Pictures of the story: `/when picture` draws its timeline, `/who picture` who says what."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

from bot.answers.lines import fact_lines, lines_of_speaker, role
from bot.commands.core.completion import names
from bot.commands.core.context import Context
from bot.commands.core.declarations import Offer
from bot.errors import UserError
from bot.pictures.picture import Kind
from bot.pictures.shown import AS_TEXT, TITLES, with_picture
from bot.replies import Block, Heading, Note, Reply
from bot.texts import _
from storage.domain.models import Entity, Fact

WORD, DARK, TEXT = "picture", "dark", "text"
_ASKED = re.compile(rf"{WORD}(?:\s+({DARK}|{TEXT}))?", re.IGNORECASE)
# Quoted, it is a word like any other: a name, or what a statement holds.
_QUOTED = re.compile(rf"""["'“”„«»‘’]({_ASKED.pattern})["'“”„«»‘’]""", re.IGNORECASE)
T = TypeVar("T")


class Asked(NamedTuple):
    """How a picture is asked for: `dark`, or all that it would show as text."""

    dark: bool = False
    as_text: bool = False


def or_picture(
    read: Callable[[Context, str], Awaitable[T]],
) -> Callable[[Context, str], Awaitable[T | Asked]]:
    """Return what reads an argument as a picture that is asked for, and any other text as `read` does."""

    async def either(context: Context, text: str) -> T | Asked:
        if (found := _ASKED.fullmatch(text)) is not None:
            how = (found[1] or "").casefold()
            return Asked(how == DARK, how == TEXT)
        quoted = _QUOTED.fullmatch(text)
        return await read(context, quoted[1] if quoted is not None else text)

    return either


async def a_name(_context: Context, text: str) -> str:
    """Return a name as it was typed."""
    return text


async def offered(_context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer the picture, and what was typed: anything else may stand there too."""
    shown = _pictures(typed)
    return shown if shown or not typed else [Offer(typed, typed)]


async def offered_beside_names(context: Context, typed: str, given: Sequence[str]) -> list[Offer]:
    """Offer names, and the picture: before them once its word is begun."""
    known, shown = await names(context, typed, given), _pictures(typed)
    return [*shown, *known] if typed else [*known[:-2], *shown] if len(known) > 20 else [*known, *shown]


def _pictures(typed: str) -> list[Offer]:
    labels = {WORD: _("as a picture"), f"{WORD} {DARK}": _("as a dark picture")}
    begun = " ".join(typed.casefold().split())
    return [Offer(value, f"{value}  {label}") for value, label in labels.items() if value.startswith(begun)]


async def timeline(context: Context, asked: Asked) -> Reply:
    """Return the picture of the story's timeline."""
    return await _picture(context, Kind.TIMELINE, asked)


async def who(context: Context, asked: Asked) -> Reply:
    """Return the picture of who says what, or the same as text."""
    return await (_who_as_text(context) if asked.as_text else _picture(context, Kind.WHO, asked))


async def _picture(context: Context, kind: Kind, asked: Asked) -> Reply:
    """Return the picture of the story, or say that nothing is on record for it. Raises UserError."""
    try:
        drawing = await context.drawings.draw(context.request, context.story, kind, dark=asked.dark)
    except UserError as error:
        raise UserError(error.text, commands=((_("As text"), AS_TEXT[kind]),)) from error
    if drawing is None:
        nothing = {
            Kind.TIMELINE: _("No dates are on record in this story."),
            Kind.WHO: _("No one is named on record in this story yet."),
        }
        return Reply(blocks=(Heading(text=_(TITLES[kind]), level=1), Note(text=nothing[kind])))
    return with_picture(context.story, drawing, context.record.ledger.now())


async def _who_as_text(context: Context) -> Reply:
    """Return who says what: each speaker with their statements, each statement under its first speaker."""
    said: dict[int, list[Fact]] = {}
    speakers: dict[int, Entity] = {}
    nobody: list[Fact] = []
    for fact in await context.drawings.studio.facts(context.story, Kind.WHO):
        speaker = next((item.speaker for item in fact.attributions if item.speaker is not None), None)
        if speaker is None:
            nobody.append(fact)
        else:
            speakers[speaker.id] = speaker
            said.setdefault(speaker.id, []).append(fact)
    blocks: list[Block] = [Heading(text=_(TITLES[Kind.WHO]), level=1)]
    for number, facts in said.items():
        speaker = speakers[number]
        blocks += [Heading(text=speaker.name), *role(speaker)]
        blocks += [block for fact in facts for block in lines_of_speaker(fact, speaker)]
    if nobody:
        blocks += [Heading(text=_("Sources themselves")), *(b for fact in nobody for b in fact_lines(fact))]
    if len(blocks) == 1:
        blocks.append(Note(text=_("No one is named on record in this story yet.")))
    return Reply(blocks=tuple(blocks))
