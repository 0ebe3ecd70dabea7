"""Completion of commands and arguments from the text typed so far, the registry and the record.

Each kind of argument has one function here; an argument whose values only its command knows brings its own.
Each function reads a bounded part of the record, however large the record is.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from bot.answers.citations import describe
from bot.answers.sentences import sentence, tombstone
from bot.commands.core.context import Context
from bot.commands.core.declarations import ALL, Command, Kind, Offer
from bot.commands.core.registry import Registered, Values
from bot.texts import _, shortened
from storage.domain.changes import Publish, loaded
from storage.domain.folding import digits, fold
from storage.domain.models import Fact
from storage.domain.names import clean

# Discord's limits on choices, number and length:
# discord.com/developers/docs/interactions/application-commands.
MOST, LONGEST = 25, 100
# Retracted facts, pending drafts or moderators searched per completion.
LOOKED_AT = 200
_ID = re.compile(r"([A-Za-z]?) ?(\d{0,15})")
# Arguments that may contain spaces: text typed after one still belongs to it.
_OF_WORDS = frozenset({Kind.NAME, Kind.PLACE, Kind.SOURCE, Kind.TEXT})

Offers = Callable[[str, int, str, Sequence[str]], Awaitable[Sequence[Offer]]]


async def offers(
    context: Context, registered: Registered, position: int, typed: str, given: Sequence[str]
) -> list[Offer]:
    """Return an argument's completions, the likeliest first: at most 25, each of at most 100 characters.

    A typed text that begins with a line break is a header line, which stands under the argument's text.
    """
    argument = registered.command.arguments[position]
    find = registered.offers.get(argument.key) or BY_KIND.get(argument.kind)
    if argument.kind is Kind.TEXT and typed.startswith("\n"):
        find = registered.lines
    if find is None:
        return []
    found: dict[str, Offer] = {}
    for offer in await find(context, clean(typed)[:LONGEST], given):
        found.setdefault(offer.value, offer)
    fitting = [offer for offer in found.values() if 0 < len(offer.value) <= LONGEST][:MOST]
    return [offer._replace(label=shortened(offer.label, LONGEST)) for offer in fitting]


def listed(*values: str) -> Values:
    """Return a completer that offers the values that begin with the typed text."""

    async def offered(_context: Context, typed: str, _given: Sequence[str]) -> Sequence[Offer]:
        return matching(typed, [Offer(value, value) for value in values])

    return offered


def matching(typed: str, offered: Sequence[Offer]) -> list[Offer]:
    """Return offers whose value begins with the typed text, then those whose label holds all its words."""
    folded, handle = fold(typed), typed.startswith("@")
    if not folded and typed and not handle:
        return []  # only signs
    by_value = [offer for offer in offered if fold(offer.value).startswith(folded)]
    # A handle may be typed with or without its @; with it, it is no word of a label.
    by_words = [offer for offer in offered if not handle and _holds(offer.label, folded.split())]
    return list(dict.fromkeys((*by_value, *by_words)))


def _holds(text: str, words: Sequence[str]) -> bool:
    """Tell whether a text holds all of some folded words, or what is typed of them."""
    folded = fold(text)
    return all(word in folded for word in words)


async def complete(text: str, allowed: Iterable[Command], ask: Offers) -> list[str]:
    """Return completed lines for a text: commands, then what `ask` offers for their arguments."""
    commands = {f"/{command.name}": command for command in allowed}
    above, further, line = text.rpartition("\n")
    if further:
        return [f"{above}\n{offer.value}" for offer in await _under(above, line, commands, ask)]
    name, space, typed = text.partition(" ")
    if not space:
        return [command for command in commands if command.startswith(text)]
    command = commands.get(name)
    if command is None or not command.arguments:
        return []
    given, at = [], 0
    while at + 1 < len(command.arguments) and " " in typed and command.arguments[at].kind not in _OF_WORDS:
        word, _space, typed = typed.partition(" ")
        given.append(word)
        at += 1
    before = " ".join((name, *given))
    return [f"{before} {offer.value}" for offer in await ask(command.name, at, typed, given)]


async def _under(above: str, line: str, commands: Mapping[str, Command], ask: Offers) -> Sequence[Offer]:
    """Return completions of a header line under a command and its text."""
    command = commands.get(re.split(r"\s", above, maxsplit=1)[0])
    kinds = [argument.kind for argument in command.arguments] if command is not None else []
    if command is None or Kind.TEXT not in kinds:
        return []
    return await ask(command.name, kinds.index(Kind.TEXT), f"\n{line}", ())


def _digits(letter: str, typed: str) -> str | None:
    """Return the digits of a partly typed id, "" if there are none yet, None if it is no id."""
    match = _ID.fullmatch(digits(typed))
    return match[2] if match and match[1].upper() in ("", letter) else None


async def names(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer a story's names that begin with the typed text; with no text, those named most of late."""
    return await _named(context, typed, places=False)


async def _places(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    return await _named(context, typed, places=True)


async def _named(context: Context, typed: str, *, places: bool) -> list[Offer]:
    if context.chosen is None:
        return []
    entities, story = context.record.entities, context.chosen.id
    found = [] if typed else await entities.most_named_recently(story, MOST, places=places)
    found = found or await entities.names_with_prefix(story, typed, MOST, places=places)
    # A longer name is found again by its beginning: see `Entities.named`.
    return [Offer(name[:LONGEST].rstrip(), name) for name in found]


async def facts(context: Context, typed: str, given: Sequence[str]) -> list[Offer]:
    """Offer facts by id, then by their words; with no text, the newest.

    The last word may be incomplete; facts that hold all words come before those that hold some.
    """
    if context.chosen is None:
        return []
    record, story = context.record, context.chosen.id
    digits = _digits("F", typed)
    if digits == "":
        found = await record.listings.latest(story, limit=MOST)
    else:
        ids = await record.facts.with_id_prefix(story, digits, MOST) if digits else []
        if len(ids) < MOST and not (digits and typed[0].isalpha()):
            ids += await record.search.with_prefix(typed, story_id=story, limit=MOST)
            ids += [hit.fact_id for hit in await record.search.find(typed, story_id=story, limit=MOST)]
        found = await record.facts.load(list(dict.fromkeys(ids))[:MOST])
    named = {text.upper() for text in given}
    return [Offer(f"F{fact.id}", _of_fact(fact)) for fact in found if f"F{fact.id}" not in named]


async def retracted_facts(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer the retracted facts, newest first, by id or the words of the reason."""
    if context.chosen is None:
        return []
    found = await context.record.listings.retracted(context.chosen.id, limit=LOOKED_AT)
    labelled = (
        (fact.id, _("F{id}  retracted: {reason}", id=fact.id, reason=fact.retracted))
        for fact in found
        if fact.taken_down is None
    )
    digits = _digits("F", typed)
    return matching(
        f"F{digits}" if digits else typed, [Offer(f"F{number}", label) for number, label in labelled]
    )


def _of_fact(fact: Fact) -> str:
    """Label a fact with its first attribution; for a fact not in force, say only that."""
    if fact.taken_down is not None:
        return tombstone(fact)
    if fact.retracted is not None:
        return _("F{id}  retracted", id=fact.id)
    if fact.superseded_by is not None:
        return _("F{id}  superseded by F{by}", id=fact.id, by=fact.superseded_by)
    return f"F{fact.id}  {sentence(fact)}"


async def sources(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer sources by id, then by words of the title, publisher or address, newest first."""
    if context.chosen is None:
        return []
    record, story = context.record, context.chosen.id
    digits = _digits("S", typed)
    ids = await record.sources.with_id_prefix(story, digits, MOST) if digits else []
    if len(ids) < MOST and not (digits and typed[0].isalpha()):
        ids += await record.sources.holding(story, [] if digits == "" else typed.split(), MOST)
    found = await record.sources.by_id(ids[:MOST])
    return [Offer(f"S{i}", f"S{i}  {describe(found[i])}") for i in dict.fromkeys(ids[:MOST])]


async def _drafts(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer the pending drafts, oldest first, by id or the words of the statement."""
    if context.chosen is None:
        return []
    digits, words = _digits("D", typed), fold(typed).split()
    found = []
    for draft in await context.record.drafts.waiting(context.chosen.id, limit=LOOKED_AT):
        change = loaded(draft.change)
        assert isinstance(change, Publish)
        statement = change.fact.statement
        by_id = digits is not None and str(draft.id).startswith(digits)
        if by_id or (_holds(statement, words) if words else not typed):
            # In quotation marks: it is only proposed, not yet attributed on record.
            found.append(Offer(f"D{draft.id}", f"D{draft.id}  “{statement}”"))
    return found


async def stories(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer the stories by their names, then by words of their titles."""
    return matching(typed, [Offer(item.name, item.title) for item in await context.record.stories.all()])


async def _commands(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    name = typed.removeprefix("/").casefold()
    shown = context.catalogue.listed(context.role)
    topics = [
        Offer(ALL, _("{all}  every command", all=ALL)),
        *(Offer(command.name, f"/{command.name}  {_(command.help)}") for command in shown),
    ]
    return [topic for topic in topics if topic.value.startswith(name)]


async def _people(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    members = await context.record.members.page(limit=LOOKED_AT)
    called = [
        (f"@{member.handle}" if member.handle else member.address, member.name or "") for member in members
    ]
    return matching(typed, [Offer(value, f"{value}  {name}".rstrip()) for value, name in sorted(called)])


# What completes an argument of each kind, or a header line that names something of that kind.
BY_KIND: dict[Kind, Values] = {
    Kind.NAME: names, Kind.PLACE: _places, Kind.FACT: facts, Kind.SOURCE: sources, Kind.DRAFT: _drafts,
    Kind.STORY: stories, Kind.COMMAND: _commands, Kind.PERSON: _people,
}  # fmt: skip
