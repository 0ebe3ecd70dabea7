"""What is asked once of a speaker who is new on record: role, what they are part of, and the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.commands.core.context import Context
from bot.commands.dialogue.fields import LINE, NONE, WHO, at_most
from bot.commands.dialogue.forms import Field, Filled, Option
from bot.commands.dialogue.references import ARTICLE_MARK, new_name
from bot.texts import N_, _
from storage.domain.entries import LONGEST_ARTICLE
from storage.domain.folding import fold

_LONGEST_LABEL = 40


async def _role(context: Context, filled: Filled, text: str) -> None:
    """Check a role; the mere name of somebody on record is what the speaker is part of."""
    await LINE(context, filled, text)
    found = await context.record.entities.find_named(context.story.id, text)
    names = [name for each in found for name in (each.name, each.short, *each.aliases) if name]
    if len(found) == 1 and ROLE.name in filled.texts and fold(text) in map(fold, names):
        filled.texts[ROLE.name] = _("part of {name}", name=found[0].called)


async def _article(context: Context, filled: Filled, text: str) -> None:
    """Check an article; whoever answers with the whole name gives it too."""
    name = _new_speaker(filled)
    if name and text.casefold().endswith(name.casefold()):
        text = text[: -len(name)].strip().lower() or NONE
        filled.texts[ARTICLE.name] = text
    await at_most(LONGEST_ARTICLE)(context, filled, text)


async def _articles(_context: Context, filled: Filled) -> Sequence[Option]:
    name = _new_speaker(filled)[:_LONGEST_LABEL]
    return [Option(f"the {name}", "the"), Option(name, NONE)] if name else []


def _new_speaker(filled: Filled) -> str:
    """Return the name of a form's speaker who is new, "" if none is."""
    who = filled.text(WHO.name)
    named = new_name(who) if who.startswith("+") else None
    return named.name if named else ""


ROLE = Field("role", N_("Their role, or part of what?"), _role)
ARTICLE = Field(
    "article",
    N_("How does the name stand in a sentence?"),
    _article,
    offers=_articles,
    limit=LONGEST_ARTICLE,
)


def speaker_fields(filled: Filled) -> list[Field]:
    """Return the fields of a speaker who is new on record; people take no article."""
    who = filled.text(WHO.name)
    if not who.startswith("+"):
        return []
    asked = who.startswith(("+organisation ", "+group ", "+thing ")) and ARTICLE_MARK not in who
    return [ROLE, ARTICLE if asked else replace(ARTICLE, asks=None)]
