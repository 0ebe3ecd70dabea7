"""Subscriptions: /subscribe, /unsubscribe, /subscriptions, /mute, /catchup and /why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import NamedTuple

from bot.answers.date_text import day
from bot.commands.core.completion import listed, matching, names, stories
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind, Offer
from bot.commands.core.registry import commands
from bot.commands.following.settings import few_words, note_on, reach_notes
from bot.commands.following.zone_asking import is_known, zone_question, zones_offered
from bot.commands.reading.name_lookup import entity_named
from bot.errors import UserError
from bot.notices.explaining import notice_history
from bot.notices.fan_out import Reach, reach
from bot.parsing.matching import match, suggestions
from bot.replies import Action, Heading, Item, Note, Reply, moments
from bot.requests import Role
from bot.texts import N_, _, ngettext
from bot.times.zones import shown
from storage.domain.clock import moment_text
from storage.domain.folding import digits
from storage.domain.models import Entity, Fact, Story, Subscription
from storage.notifying.listeners import MOST_SUBSCRIPTIONS

_SPAN = re.compile(r"(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST_MUTE = timedelta(days=90)
_ALL = "all"
# The topic of a subscription: a whole story, a name in the story in use, or facts there with some words.
Topic = Story | Entity | str


async def _topic(context: Context, text: str) -> Topic:
    """Return the story that a text means, else a name in the story in use, else words."""
    story = await context.record.stories.find(text.casefold())
    if story is not None:
        return story
    ids = await context.record.entities.named(context.story.id, text)
    if ids:
        return await entity_named(context, text, unknown="")
    words = few_words(text)
    if not words:
        raise UserError(_("Say what to hear of: a story, a name or some words; /stories and /who list them."))
    if await reach(context.record, context.story.id, words) is Reach.NONE:
        await _refuse_misspelt(context, text)
    return words


async def _refuse_misspelt(context: Context, text: str) -> None:
    """Raise UserError with the names that a text may misspell; any other text is words to wait for."""
    stories = [story.name for story in await context.record.stories.all()]
    found = match(text, await context.record.names.resembling(context.story.id, text))
    entities = await context.record.entities.by_id(found.entity_ids)
    near = [*suggestions(text, stories), *(entities[entity_id].name for entity_id in found.entity_ids)]
    if near:
        raise UserError(
            _("Nothing on record is called “{text}”. Did you mean {names}?",
              text=text[:60], names=_(" or ").join(near)),
            commands=tuple((name, f"/subscribe {name}") for name in near),
        )  # fmt: skip


async def _topics(context: Context, typed: str, given: Sequence[str]) -> Sequence[Offer]:
    """Offer stories that begin so, then names of the story in use."""
    return [*(await stories(context, typed, given) if typed else ()), *await names(context, typed, given)]


@commands.command(
    "subscribe",
    Argument(
        N_("story, name or words"),
        Kind.NAME,
        option="what",
        help=N_("what to hear of: a story, a name or some words, for example Lubinets; empty for all"),
    ),
    family=Family.HEARING,
    role=Role.READER,
    by_admins=True,
    help=N_("to hear of changes: to the story in use, another, a name in it, or statements with some words"),
    example="/subscribe lubinets",
    offers={"what": _topics},
    reads={"what": _topic},
)
async def subscribe(context: Context, topic: Topic | None) -> Reply:
    """Subscribe the chat to changes."""
    story = topic if isinstance(topic, Story) else context.story
    entity = topic if isinstance(topic, Entity) else None
    words = topic if isinstance(topic, str) else None
    request = context.request
    if request.lacking:
        raise UserError(
            _(
                "I may not write here unasked, so nothing would come. Let an admin give me: {permissions}."
                " Then send this again.",
                permissions=", ".join(request.lacking),
            )
        )
    made = await context.record.listeners.subscribe(
        request.chat,
        request.topic,
        story.id,
        entity_id=entity.id if entity else None,
        words=words,
        person=request.user,
        language=request.language,
        at=context.record.ledger.now(),
    )
    if made is False:
        raise UserError(
            _("This chat has {count} subscriptions, and more are not kept: /unsubscribe ends some.",
              count=MOST_SUBSCRIPTIONS)
        )  # fmt: skip
    what = _what(story.title, entity.name if entity else None, words)
    text = _("You hear of that already: {what}.") if made is None else _("You will hear here of {what}.")
    notes = [Note(text=text.format(what=what)), *await reach_notes(context, words)]
    listener = await context.record.listeners.find(request.chat, request.topic)
    assert listener is not None  # it was just made
    notes.append(note_on(listener, context.record.ledger.now()))
    led_to = ("/settings", "/subscriptions", "/unsubscribe")
    return Reply(blocks=tuple(notes), actions=tuple(Action(label=each, command=each) for each in led_to))


async def _numbered(context: Context, typed: str, _given: Sequence[str]) -> Sequence[Offer]:
    """Offer the chat's subscriptions by number, and all of them."""
    present = await context.record.listeners.subscriptions(context.request.chat, context.request.topic)
    each = [Offer(str(number), f"{number}  {_of(item)}") for number, item in enumerate(present, 1)]
    return matching(typed, [*each, *([Offer(_ALL, _("all of them"))] if present else [])])


@commands.command(
    "unsubscribe",
    Argument(
        N_("number or all"),
        Kind.NUMBER,
        option="which",
        help=N_("which subscription to end, as /subscriptions numbers them, for example 2; or all"),
    ),
    family=Family.HEARING,
    role=Role.READER,
    by_admins=True,
    help=N_("to hear no more: of one subscription by its number, or of all"),
    example="/unsubscribe all",
    offers={"which": _numbered},
)
async def unsubscribe(context: Context, which: int | str | None) -> Reply:
    """End one of the chat's subscriptions, or all."""
    chat, topic = context.request.chat, context.request.topic
    present = await context.record.listeners.subscriptions(chat, topic)
    if not present:
        raise UserError(_("This chat hears of nothing yet: /subscribe begins."))
    if which == _ALL or (which is None and len(present) == 1):
        count = await context.record.listeners.unsubscribe(chat, topic)
        text = ngettext("Ended: {count} subscription.", "Ended: {count} subscriptions.", count)
        return Reply(blocks=(Note(text=text),))
    if which is None:
        return _listed(present, Note(text=_("Which one is to end?")))
    known: dict[int | str, Subscription] = dict(enumerate(present, 1))
    ended = (known | {_key(item): item for item in present}).get(which)
    if ended is None:
        raise UserError(_("There is no such subscription: /subscriptions lists them with their numbers."))
    await context.record.listeners.unsubscribe(chat, topic, ended.id)
    return Reply(blocks=(Note(text=_("Ended: {what}.", what=_of(ended))),))


@commands.command(
    "subscriptions",
    family=Family.HEARING,
    role=Role.READER,
    help=N_("what this chat hears of, and how"),
    example="/subscriptions",
)
async def subscriptions(context: Context) -> Reply:
    """List the chat's subscriptions."""
    request = context.request
    present = await context.record.listeners.subscriptions(request.chat, request.topic)
    if not present:
        begin = Action(label="/subscribe", command="/subscribe")
        return Reply(
            blocks=(Note(text=_("This chat hears of nothing yet: /subscribe begins.")),), actions=(begin,)
        )
    listener = await context.record.listeners.find(request.chat, request.topic)
    assert listener is not None  # a chat with subscriptions is a listener
    return _listed(present, note_on(listener, context.record.ledger.now()))


def _listed(present: list[Subscription], note: Note) -> Reply:
    rows = [Item(label=str(number), text=_of(item)) for number, item in enumerate(present, 1)]
    end = [
        Action(label=_("End {number}", number=number), command=f"/unsubscribe {_key(item)}")
        for number, item in enumerate(present, 1)
    ]
    others = [Action(label=each, command=each) for each in ("/settings", "/catchup")]
    return Reply(
        blocks=(Heading(text=_("This chat hears of"), level=1), *rows, note),
        actions=(*end, *others),
        again="/subscriptions",
    )


def _key(item: Subscription) -> str:
    """Return what a button carries of a subscription: its number goes down when another one ends."""
    told = repr((item.story_id, item.entity_id, item.words))
    return f"#{blake2b(told.encode(), digest_size=6).hexdigest()}"


def _of(item: Subscription) -> str:
    return _what(item.story, item.entity, item.words)


def _what(story: str, entity: str | None, words: str | None) -> str:
    if entity:
        return _("statements that name {name}, in “{story}”", name=entity, story=story)
    if words:
        return _("statements with the words “{words}”, in “{story}”", words=words, story=story)
    return _("every change to “{story}”", story=story)


class Muting(NamedTuple):
    """For how long a chat is muted, zero to end it, and whether a time of the day or a date says so."""

    span: timedelta
    by_clock: bool = False


async def _how_long(context: Context, text: str) -> Muting:
    """Return for how long to mute a chat. Raises UserError for anything else."""
    if text.casefold() == "off":
        return Muting(timedelta())
    text = digits(text)
    match = _SPAN.fullmatch(text)
    span = int(match[1]) * _UNITS[match[2][0].lower()] if match else _until(context, text)
    if not timedelta() < span <= _LONGEST_MUTE:
        raise UserError(
            _(
                "Say how long: /mute 30m, /mute 2h, /mute 3d or /mute until 7pm, at most 90 days; /mute off"
                " ends it."
            )
        )
    return Muting(span, match is None)


def _until(context: Context, text: str) -> timedelta:
    """Return how long it is until the time that a text names; zero for none."""
    from bot.dates.until import until  # with the first date: no start needs it

    now = context.record.ledger.clock()
    return (until(text, now, language=context.request.language) or now) - now


@commands.command(
    "mute",
    Argument(
        N_("how long, or off"),
        Kind.WORDS,
        required=True,
        option="how_long",
        help=N_("for how long you want to hear nothing, for example 2h or until 7pm; off ends it"),
    ),
    family=Family.HEARING,
    role=Role.READER,
    by_admins=True,
    help=N_("to hear nothing for some time, and of all at once after it"),
    example="/mute 2h",
    reads={"how_long": _how_long},
    offers={"how_long": listed("30m", "2h", "1d", "7d", "off")},
)
async def mute(context: Context, muting: Muting) -> Reply:
    """Mute the chat for some time."""
    request, listeners = context.request, context.record.listeners
    if not muting.span:
        await listeners.change(
            request.chat, request.topic, {"muted_until": None, "open_at": context.record.ledger.now()}
        )
        return Reply(blocks=(Note(text=_("You hear of changes again.")),))
    ends = moment_text(context.record.ledger.clock() + muting.span)
    listener = await listeners.change(request.chat, request.topic, {"muted_until": ends})
    text = _("Muted until {when}. What changes until then comes together, after it.", when=shown(ends))
    off = Action(label=_("End it"), command="/mute off")
    told = Note(text=text, marks=moments(ends))
    if not muting.by_clock or is_known(listener):
        return Reply(blocks=(told,), actions=(off,))
    again = Note(text=_("If that is not the time you meant, send it again after that."))
    zones = zones_offered(request.language)
    return Reply(blocks=(told, zone_question(), again), actions=(off, *zones))


@commands.command(
    "why",
    Argument(
        N_("id"),
        Kind.FACT,
        required=True,
        help=N_("the statement whose notices you ask about, by its id, for example F7"),
    ),
    family=Family.HEARING,
    role=Role.READER,
    discreet=True,
    help=N_("whether, when and why this chat was told of changes to a statement, or was not"),
    example="/why F7",
    paged=True,
)
async def why(context: Context, fact: Fact) -> Reply:
    """Explain what became of the notices about a fact in this chat."""
    request, after = context.request, context.number_after()
    page = await context.page(
        lambda limit: context.record.notices.of_fact(fact.id, after=after, limit=limit), f"F{fact.id}"
    )
    rows = await notice_history(
        context.record, page.shown, request.chat, request.topic, retention=context.policy.retention
    )
    heading = Heading(text=_("Notices about F{id} to this chat", id=fact.id), level=1)
    if not rows and not after:
        since = day((await context.record.facts.revisions(fact.id, limit=1))[0].at)
        text = _(
            "F{id} is on record since {day} and has not changed since notices are kept.",
            id=fact.id,
            day=since,
        )
        return Reply(blocks=(heading, Note(text=text)))
    return Reply(blocks=(heading, *rows), actions=page.more)
