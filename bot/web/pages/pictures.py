"""Pictures of what the world may see: a story's timeline, who says what, and the cards of pasted links."""

from __future__ import annotations

import asyncio

from bot.answers.lines import fact_line
from bot.pictures.picture import Kind, PicturesUnavailable
from bot.texts import _, shortened
from bot.web.caching import Made
from bot.web.pages.story import FEW
from bot.web.public import Found, Gone, Missing, PublicRecord
from storage.domain.models import Fact
from storage.reading.public import StoryState

SVG, PNG = "image/svg+xml", "image/png"
# Facts that are read for one picture, of each list that it is made of.
MOST_FACTS = 400
# Of a card's text: more has no room whatever its size.
LONGEST = 600


async def drawing(public: PublicRecord, name: str, kind: Kind, *, dark: bool) -> Made | Gone | Missing:
    """Return a picture of a story as SVG."""
    found = await public.story(name)
    if not isinstance(found, Found):
        return found
    facts = await _facts(public, found.state, kind)
    try:
        return await asyncio.to_thread(_drawn, kind, found.state, facts, dark=dark)
    except PicturesUnavailable:
        return Missing()


async def story_card(public: PublicRecord, name: str) -> Made | Gone | Missing:
    """Return the card of a story, with the first line of what it is in brief."""
    found = await public.story(name)
    if not isinstance(found, Found):
        return found
    lead = await public.summary(found.state) or await public.facts(found.state, limit=FEW)
    return await _card(found.state, lead[0] if lead else None)


async def fact_card(public: PublicRecord, fact_id: int) -> Made | Gone | Missing:
    """Return the card of a fact."""
    found = await public.fact(fact_id)
    return await _card(found.state, found.value) if isinstance(found, Found) else found


async def _facts(public: PublicRecord, state: StoryState, kind: Kind) -> list[Fact]:
    if kind is not Kind.TIMELINE:
        return await public.facts(state, limit=MOST_FACTS)
    undated = await public.facts(state, "undated", limit=MOST_FACTS)
    return [*await public.dated(state, limit=MOST_FACTS), *undated]


def _drawn(kind: Kind, state: StoryState, facts: list[Fact], *, dark: bool) -> Made:
    from bot.pictures.drawing import WEB_TALLEST, draw

    rest = _("All of it is on the pages of this story.")
    picture = draw(kind, state.story, facts, dark=dark, rest=rest, tallest=WEB_TALLEST)
    return Made(picture.svg, state.story.id, SVG)


async def _card(state: StoryState, fact: Fact | None) -> Made | Missing:
    # Not at import: fonts and libraries are loaded only where something is drawn.
    from bot.pictures.sending import apart
    from bot.web.card import SCALE, card

    line = fact_line(fact) if fact is not None else None
    if line is not None:
        line = line.model_copy(update={"text": shortened(line.text, LONGEST)})
    try:
        picture = await asyncio.to_thread(card, "OnRecord", state.story.title, line, state.story.language)
        return Made(await apart.png_of(picture, scale=SCALE), state.story.id, PNG)
    except PicturesUnavailable:
        return Missing()
    except apart.NotMade as error:
        raise TimeoutError from error
