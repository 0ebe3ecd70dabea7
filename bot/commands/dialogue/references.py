"""Resolve what a moderator's text refers to: names and sources on record, or new ones; else ask.

There is an unambiguous form for each: `=lubinets` is the name with that ref, `+person Ann` a new one, `S3` a
source on record, `+ Report on schools` a new one. Options that are offered use these forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.answers.citations import short
from bot.commands.core.context import Context
from bot.commands.dialogue.forms import Option, Unclear
from bot.errors import UserError
from bot.parsing.articles import bare
from bot.parsing.matching import match_titled, suggestions
from bot.texts import N_, _
from storage.domain.entries import LONGEST_ADDRESS, LONGEST_TITLE, EntityEntry
from storage.domain.folding import digits, fold
from storage.domain.models import Entity, EntityKind, Fact, Source
from storage.domain.names import clean

_NEW_NAME = re.compile(r"\+(person|organisation|group|place|thing)\s+(\S.*)")
# As a choice tells that a name takes the article: `+organisation (the) Guild`.
ARTICLE_MARK = "(the)"
_SOURCE_ID = re.compile(r"[Ss]\s*[1-9]\d{0,14}")
# The beginning of a web address, or a scheme that a browser may follow.
_ADDRESS_LIKE = re.compile(r"\w+:/|www\.|[a-z][a-z0-9+.-]*:\S+$", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s/$.?#][^\s]*")
LONGEST_NAME = 500
MOST_NAMES = 20
# The number of newest sources searched for a similar title.
LOOKED_AT = 2_000
_KINDS = {
    EntityKind.PERSON: N_("New person “{name}”"),
    EntityKind.ORGANISATION: N_("New organisation “{name}”"),
    EntityKind.GROUP: N_("New group “{name}”"),
    EntityKind.PLACE: N_("New place “{name}”"),
    EntityKind.THING: N_("New thing “{name}”, as a ship or a law"),
}
# A speaker is seldom a thing: that comes last.
_SPEAKING = (EntityKind.PERSON, EntityKind.ORGANISATION, EntityKind.GROUP, EntityKind.THING)


class Named(NamedTuple):
    """A name as a fact's entry holds it, and the entity to add if it is new."""

    ref: str
    new: EntityEntry | None = None


async def name_of(context: Context, text: str, *, place: bool = False) -> Named:
    """Return the entity that a text names. Raises Unclear if no entity on record has exactly this name."""
    if text.startswith("="):
        return Named((await _by_ref(context, text[1:].strip())).ref)
    if (new := new_name(text)) is not None:
        return Named(new.name, new)
    if text.startswith("/"):
        raise UserError(_("“{name}” is no name: it begins with “/”, as a command does.", name=text[:60]))
    exact = await context.record.entities.named(context.story.id, text)
    article, name = bare(text)
    if article and not exact:
        exact = await context.record.entities.named(context.story.id, name)
    if len(exact) == 1:
        return Named((await context.record.entities.by_id(exact))[exact[0]].ref)
    near: Sequence[int] = exact
    if _is_yes_or_no(text) and not exact:
        raise UserError(_("“{text}” is an answer, no name: write the name.", text=text))
    if not near:
        near = match_titled(text, await context.record.names.resembling(context.story.id, text)).entity_ids[
            :3
        ]
    known = [(await context.record.entities.by_id(near))[entity_id] for entity_id in near]
    options = [Option(entity.name, f"={entity.ref}") for entity in known]
    options += _new_names(text, place=place)
    if exact:
        asks = _("“{name}” names several on record. Which one is meant?", name=text[:60])
    elif known:
        asks = _(
            "“{name}” is not on record by that name. Is one of these meant, or is it new?", name=text[:60]
        )
    else:
        asks = _("“{name}” is not on record yet. Is it new?", name=text[:60])
    raise Unclear(asks, options)


def refuse_mere_yes(text: str, options: Sequence[Option]) -> None:
    """Refuse a yes or no that none of the choices is: it would be taken for a name or a wording."""
    if _is_yes_or_no(text) and options and text.casefold() not in {option.text for option in options}:
        raise UserError(
            _("“{text}” chooses none of those under the question: press one, or answer in words.", text=text)
        )


def new_name(text: str) -> EntityEntry | None:
    """Return the entity that a text marks as new, else None. Raises UserError for what cannot be a name."""
    match = _NEW_NAME.fullmatch(text)
    name = match[2] if match else text
    if len(name) > LONGEST_NAME:
        raise UserError(_("A name has at most {limit} characters.", limit=LONGEST_NAME))
    if not clean(name):
        raise UserError(_("There is nothing to see in that name: write it in letters."))
    if match is None:
        return None
    called = name.removeprefix(ARTICLE_MARK).lstrip() or name
    return EntityEntry(name=called, article="the" if called != name else None, kind=EntityKind(match[1]))


def _new_names(text: str, *, place: bool) -> list[Option]:
    """Return the choices of a name as new; a speaker typed with "the" takes that in sentences."""
    article, name = bare(text)
    # "The Hague" is called so.
    takes = article is not None and (name[:1].islower() or not place)
    called, marked = (f"{article} {name}", f"{ARTICLE_MARK} {name}") if takes else (text, text)
    kinds = (EntityKind.PLACE,) if place else _SPEAKING
    return [Option(_(_KINDS[kind], name=called), f"+{kind} {marked}") for kind in kinds]


async def names_of(context: Context, text: str, *, place: bool = False) -> list[Named]:
    """Return the entities of a semicolon-separated list. Raises Unclear; each option is a whole list."""
    listed = [part.strip() for part in text.split(";") if part.strip()]
    if len(listed) > MOST_NAMES:
        raise UserError(_("At most {limit} names are taken at once.", limit=MOST_NAMES))
    found: list[Named] = []
    for position, part in enumerate(listed):
        try:
            found.append(await name_of(context, part, place=place))
        except Unclear as error:
            options = [
                option._replace(text="; ".join((*listed[:position], option.text, *listed[position + 1 :])))
                for option in error.options
            ]
            raise Unclear(error.text, options) from None
    return found


async def entity_of(context: Context, text: str) -> Entity:
    """Return the one entity on record that a text names. Raises Unclear or UserError for any other."""
    if text.startswith("="):
        return await _by_ref(context, text[1:].strip())
    ids = await context.record.entities.named(context.story.id, text)
    if len(ids) == 1:
        return (await context.record.entities.by_id(ids))[ids[0]]
    near = (
        ids
        or match_titled(text, await context.record.names.resembling(context.story.id, text)).entity_ids[:5]
    )
    if not near:
        raise UserError(_("“{name}” is not on record in this story: /who lists who is.", name=text[:60]))
    known = await context.record.entities.by_id(near)
    raise Unclear(
        _("“{name}” is not on record by just that name. Which one is meant?", name=text[:60]),
        [Option(known[entity_id].name, f"={known[entity_id].ref}") for entity_id in near],
    )


async def source_of(
    context: Context, text: str, told: Mapping[str, str | None] | None = None
) -> Source | None:
    """Return the source on record that a text means, None for a new one (`+...`). Raises Unclear.

    `told` is what else was said of it: the only one of that name is doubted where that differs.
    """
    if is_new_source(text):
        _check_new(new_source(text))
        return None
    if _SOURCE_ID.fullmatch(digits(text)):
        source_id = await context.source_id(text)
        return (await context.record.sources.by_id([source_id]))[source_id]
    _check_new(text)
    ids = await _sources_called(context, text)
    found = await context.record.sources.by_id(ids) if len(ids) == 1 else {}
    if found and not _is_another(found[ids[0]], text, told or {}):
        return found[ids[0]]
    near = ids[:5] or await _near(context, text)
    known = await context.record.sources.by_id(near)
    options = [Option(f"S{number}: {_told_apart(known[number])}", f"S{number}") for number in near]
    options.append(Option(_("New source “{text}”", text=text[:80]), f"+ {text}"))
    if near:
        asks = _("That source is not on record by that name. Is one of these meant, or is it new?")
    else:
        asks = _("That source is not on record yet. Is it new?")
    raise Unclear(asks, options)


async def other_fact(context: Context, text: str, target: int | None) -> Fact:
    """Return another fact of the story by its id. Raises UserError for the fact itself."""
    fact = await context.fact(text)
    if fact.id == target:
        raise UserError(_("F{id} cannot be related to itself: name another fact.", id=fact.id))
    return fact


def _told_apart(source: Source) -> str:
    """Return how a source is offered: two people's posts of one day differ by their authors alone."""
    called = short(source)
    return f"{called}, {source.author}" if source.author and source.author not in called else called


async def _sources_called(context: Context, text: str) -> list[int]:
    """Return the sources with an address, however it is written, or of a title, name or publisher."""
    sources, story = context.record.sources, context.story.id
    at = await sources.at_address(story, text) if is_address(text) else []
    return at or await sources.find_named(story, text)


def _is_another(source: Source, text: str, told: Mapping[str, str | None]) -> bool:
    """Tell whether what was said of a source makes it another than the one that is called so.

    One address is one source, unless another author is named.
    """
    given = {name: value for name, value in told.items() if value}
    if is_address(text):
        given = {name: value for name, value in given.items() if name == "author" and source.author}
    return any(fold(value) != fold(getattr(source, name) or "") for name, value in given.items())


def is_new_source(text: str) -> bool:
    """Tell whether a text marks a source as new."""
    return text.startswith("+")


def new_source(text: str) -> str:
    """Return the address or title of a source marked as new."""
    return text.removeprefix("+").strip()


def is_address(text: str) -> bool:
    """Tell whether a text is an address of the web rather than a title."""
    if len(text) > LONGEST_ADDRESS or _ADDRESS.fullmatch(text) is None:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # User names and passwords in an address are secret.
    return bool(parts.hostname) and "@" not in parts.netloc


def _check_new(text: str) -> None:
    """Refuse what is neither an address nor a title."""
    if not text:
        raise UserError(_("A new source needs its address or its title after the “+”."))
    if not is_address(text) and len(text) > LONGEST_TITLE:
        raise UserError(_("A title has at most {limit} characters.", limit=LONGEST_TITLE))
    if _ADDRESS_LIKE.match(text) and not is_address(text):
        raise UserError(
            _("“{text}” is no address: write one that begins with https://, or a title.", text=text[:60])
        )


async def _near(context: Context, text: str) -> list[int]:
    """Return sources that hold all the words of a text, else those whose titles are like it."""
    words = [] if is_address(text) else text.split()
    if held := await context.record.sources.holding(context.story.id, words, 5) if words else []:
        return held
    titles = await context.record.sources.titles(context.story.id, LOOKED_AT)
    by_title = {title: source_id for source_id, title in reversed(titles.items())}
    return [by_title[title] for title in suggestions(text, by_title, 3)]


async def _by_ref(context: Context, ref: str) -> Entity:
    found = (await context.record.entities.by_ref(context.story.id, [ref])).get(ref)
    if found is None:
        raise UserError(_("“{name}” is not on record in this story: /who lists who is.", name=ref[:60]))
    return found


def _is_yes_or_no(text: str) -> bool:
    """Tell whether a text is a mere yes or no. What is called so is written as new: `+group Yes`."""
    return text.casefold() in ("yes", "no")
