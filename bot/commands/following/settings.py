"""/settings: how a chat hears of changes, shown with buttons that change it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.commands.core.completion import matching
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind, Offer
from bot.commands.core.registry import commands
from bot.commands.following.zone_asking import (
    CHOSEN_UTC,
    UNKNOWN,
    is_known,
    zone_question,
    zones_offered,
)
from bot.errors import UserError
from bot.notices.fan_out import Reach, reach
from bot.notices.refusals import refusal_text
from bot.notices.schedule import next_digest, text_of
from bot.parsing.matching import match, suggestions
from bot.questions.finding import words_of
from bot.replies import Action, Heading, Item, Note, Reply, moments
from bot.requests import Role
from bot.texts import N_, _
from bot.times.of_day import time_of_day
from bot.times.zones import keep_time, shown, zone_at_offset, zone_text, zones, zones_of_places
from storage.domain.folding import digits
from storage.domain.models import Cadence, Listener

_QUIET = re.compile(
    r"(?:from |between )?\s*(\S.{0,20}?)\s*(?:[-–—]|\b(?:to|until|till|and)\b)\s*(\S.{0,20})", re.IGNORECASE
)
# The limit on the words that select facts.
MOST_LETTERS = 100
# Parse the text of a value into the settings that it changes. Raises UserError for an invalid value.
SettingReader = Callable[[str], Mapping[str, Any]]
WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
_CADENCES = {
    Cadence.AT_ONCE: N_("at once"), Cadence.HOURLY: N_("every hour"), Cadence.DAILY: N_("every day"),
    Cadence.WEEKLY: N_("every week"),
}  # fmt: skip


async def _setting_names(_context: Context, typed: str, _given: Sequence[str]) -> Sequence[Offer]:
    return matching(typed, [Offer(name, name) for name in _READERS])


async def _setting_values(_context: Context, typed: str, given: Sequence[str]) -> Sequence[Offer]:
    """Offer the values of the named setting, if they are known."""
    known: Mapping[str, Sequence[str]] = {
        "cadence": [cadence.value for cadence in Cadence], "weekday": WEEKDAYS, "zone": zones_of_places(),
        "quiet": ("off", "22:00-07:00"), "which": ("all", "material"), "sound": ("on", "off"),
        "words": ("none",),
    }  # fmt: skip
    values = known.get(given[0].casefold(), ()) if given else ()
    return matching(
        typed.replace(" ", "_") if values is zones_of_places() else typed, [Offer(v, v) for v in values]
    )


async def _setting(_context: Context, name: str) -> SettingReader:
    """Return the parser of a setting's values. Raises UserError for an unknown name."""
    reader = _READERS.get(name.casefold())
    if reader is None:
        near = suggestions(name, _READERS, 1)
        hint = _(" Did you mean {near}?", near=near[0]) if near else ""
        raise UserError(_("There is no setting “{name}”; there are: {known}.", name=name[:40],
                          known=", ".join(_READERS)) + hint)  # fmt: skip
    return reader


@commands.command(
    "settings",
    Argument(
        N_("setting"),
        Kind.WORDS,
        help=N_("what you want to change, for example cadence, quiet or zone; empty shows all"),
    ),
    Argument(
        N_("value"),
        Kind.WORDS,
        help=N_("what it is to be from now on, for example daily, 22:00-07:00 or Europe/Kyiv"),
    ),
    family=Family.HEARING,
    role=Role.READER,
    by_admins=True,
    help=N_("how this chat hears of changes: how often, when not, and which"),
    example="/settings",
    reads={"setting": _setting},
    offers={"setting": _setting_names, "value": _setting_values},
)
async def settings(context: Context, reader: SettingReader | None, value: str | None) -> Reply:
    """Show how the chat hears of changes, or change it."""
    request, listeners = context.request, context.record.listeners
    if reader is None:
        if value is not None:
            raise UserError(
                _("Say also what “{option}” is to be: what you gave comes after it.", option="setting")
            )
        listener = await listeners.change(request.chat, request.topic, {})
        return _shown(context, listener, _offered(listener))
    name = next(name for name, each in _READERS.items() if each is reader)
    try:
        read = reader(value or "")
    except UserError as error:
        if error.commands or value is not None:
            raise
        listener = await listeners.change(request.chat, request.topic, {})
        offered = zones_offered(request.language) if reader is _zone else _offered(listener, name)
        raise UserError(error.text, commands=tuple((each.label, each.command) for each in offered)) from None
    # Deliveries that waited because of the earlier setting are scheduled again.
    changes = {**read, "open_at": context.record.ledger.now()}
    words = changes.get("words")
    notes = [*await reach_notes(context, words), *await _names_like(context, words)]
    listener = await listeners.change(request.chat, request.topic, changes)
    if _sets_time(changes) and not is_known(listener):
        return _shown(context, listener, zones_offered(request.language), [*notes, zone_question()])
    every = Action(label=_("All settings"), command="/settings")
    return _shown(context, listener, [*_offered(listener, name), every], notes)


def _sets_time(changes: Mapping[str, Any]) -> bool:
    """Tell whether settings name a time of day, also the one at which a digest comes by itself."""
    by_clock = changes.get("cadence") in (Cadence.DAILY, Cadence.WEEKLY)
    return by_clock or any(changes.get(name) is not None for name in ("time", "weekday", "quiet_from"))


async def _names_like(context: Context, words: str | None) -> list[Note]:
    """Return a note of the names that words are in another script or form, where no fact holds the words."""
    if not words or context.chosen is None:
        return []
    if await reach(context.record, context.chosen.id, words) is not Reach.NONE:
        return []
    found = match(words, await context.record.names.resembling(context.chosen.id, words))
    entities = await context.record.entities.by_id(found.entity_ids)
    names = [entities[entity_id].name for entity_id in found.entity_ids]
    return [Note(text=_("On record is {names}.", names=_(" or ").join(names)))] if names else []


async def reach_notes(context: Context, words: str | None) -> list[Note]:
    """Return notes on words that no fact of the story in use holds, or that every fact holds."""
    if not words or context.chosen is None:
        return []
    match await reach(context.record, context.chosen.id, words):
        case Reach.NONE:
            return [Note(text=_("No statement on record holds these words so far."))]
        case Reach.ALL:
            return [Note(text=_("Every statement on record holds these words: they leave nothing out."))]
    return []


def described(listener: Listener, now: str) -> str:
    """Describe in a sentence or two how a listener hears of changes; `now` decides whether it is muted."""
    if listener.paused:
        return refusal_text(listener)
    often = _(_CADENCES[listener.cadence])
    if listener.cadence is Cadence.DAILY:
        often = _("every day at {time}", time=listener.time)
    elif listener.cadence is Cadence.WEEKLY:
        often = _("every {weekday} at {time}", weekday=_(WEEKDAYS[listener.weekday]), time=listener.time)
    said = _("Notices come {often} ({zone}).", often=often, zone=zone_text(listener.zone))
    if listener.muted_until is None or listener.muted_until <= now:
        return said
    return " ".join((said, _("Muted until {when}: /mute off ends it.", when=shown(listener.muted_until))))


def note_on(listener: Listener, now: str) -> Note:
    """Return the note that describes how a listener hears of changes, the moments in it marked."""
    return Note(text=described(listener, now), marks=moments(listener.paused_at, listener.muted_until))


def _shown(
    context: Context, listener: Listener, offered: Sequence[Action], notes: Sequence[Note] = ()
) -> Reply:
    """Return the settings, and under them the buttons that are offered."""
    keep_time(listener.zone)  # it may have been changed just now
    quiet = _("none")
    if listener.quiet_from:
        quiet = f"{listener.quiet_from}-{listener.quiet_until} ({zone_text(listener.zone)})"
    which = _("only material ones") if listener.material_only else _("all")
    often = note_on(listener, context.record.ledger.now())
    rows = [
        Item(label=_("How often"), text=often.text, marks=often.marks),
        Item(label=_("Quiet hours"), text=quiet),
        Item(label=_("Which changes"), text=which),
        Item(label=_("Sound"), text=_("silent") if listener.silent else _("with sound")),
        Item(label=_("Only with words"), text=listener.words or _("none set")),
    ]
    told = list(notes)
    if listener.cadence is not Cadence.AT_ONCE and not listener.paused:
        moment = text_of(next_digest(listener, context.record.ledger.clock()))
        text = _("The next digest comes {when}.", when=shown(moment))
        told.append(Note(text=text, marks=moments(moment)))
    return Reply(
        blocks=(Heading(text=_("How this chat hears of changes"), level=1), *rows, *told),
        actions=tuple(offered),
    )


def _offered(listener: Listener, name: str | None = None) -> list[Action]:
    """Return a button for each value other than the current one, of all settings or of the named one."""
    cadences = [cadence for cadence in Cadence if cadence is not listener.cadence]
    offered = [(_(_CADENCES[cadence]), f"cadence {cadence.value}") for cadence in cadences]
    quiet, material, silent = listener.quiet_from is not None, listener.material_only, listener.silent
    offered.append((_("no quiet hours"), "quiet off") if quiet else (_("quiet 22-07"), "quiet 22:00-07:00"))
    offered.append(
        (_("all changes"), "which all") if material else (_("only material changes"), "which material")
    )
    offered.append((_("with sound"), "sound on") if silent else (_("silent"), "sound off"))
    return [
        Action(label=label, command=f"/settings {change}")
        for label, change in offered
        if name in (None, change.partition(" ")[0])
    ]


def _cadence(value: str) -> Mapping[str, Any]:
    if value.casefold() not in list(Cadence):
        raise UserError(_("How often: at once, hourly, daily or weekly."))
    return {"cadence": value.casefold()}


def _time(value: str) -> Mapping[str, Any]:
    return {"time": time_of(value)}


def time_of(value: str) -> str:
    """Return a time of day as HH:MM; raises UserError for one that does not exist, offering the nearest."""
    if (found := time_of_day(digits(value))) is None:
        raise UserError(
            _("“{value}” is no time of day. Did you mean {near}?", value=value[:20], near=_near_time(value))
        )
    return found


def _near_time(value: str) -> str:
    """Return the valid time of day nearest to the typed one."""
    numbers = [int(number) for number in re.findall(r"[0-9]{1,4}", value)] or [9]
    return f"{min(numbers[0], 23):02d}:{min(numbers[1], 59) if len(numbers) > 1 else 0:02d}"


def _weekday(value: str) -> Mapping[str, Any]:
    typed = value.casefold()
    found = [number for number, name in enumerate(WEEKDAYS) if name.casefold().startswith(typed)]
    if len(found) != 1 or len(typed) < 2:
        near = suggestions(value, WEEKDAYS, 1)
        raise UserError(_("“{value}” is no day of the week. Did you mean {near}?", value=value[:20],
                          near=near[0] if near else WEEKDAYS[0]))  # fmt: skip
    return {"weekday": found[0]}


def _zone(value: str) -> Mapping[str, Any]:
    name = _zone_named(value)
    # Whoever chooses UTC is not asked again.
    return {"zone": CHOSEN_UTC if name == UNKNOWN else name}


def _zone_named(value: str) -> str:
    if (at_offset := zone_at_offset(value)) is not None:
        return at_offset
    known = {name.casefold(): name for name in zones()}
    folded = value.casefold().replace(" ", "_")
    if folded in known:
        return known[folded]
    by_city = [name for name in zones_of_places() if name.casefold().rpartition("/")[2] == folded]
    if len(by_city) == 1:
        return by_city[0]
    cities = {name.casefold().rpartition("/")[2]: name for name in zones_of_places()}
    near = by_city[:3] or [cities[city] for city in suggestions(folded.rpartition("/")[2], cities, 3)]
    raise UserError(
        _("There is no time zone “{value}”: name one like Europe/Kyiv, or UTC+2.", value=value[:40]),
        commands=tuple((name, f"/settings zone {name}") for name in near),
    )


def _quiet(value: str) -> Mapping[str, Any]:
    if value.casefold() in ("off", "none"):
        return {"quiet_from": None, "quiet_until": None}
    match = _QUIET.fullmatch(digits(value))
    if match is None:
        raise UserError(_("Say from when to when: /settings quiet 22:00-07:00, or /settings quiet off."))
    begins, ends = time_of(match[1]), time_of(match[2])
    if begins == ends:
        raise UserError(_("Quiet hours that end when they begin would be all day: /mute is for that."))
    return {"quiet_from": begins, "quiet_until": ends}


def _which(value: str) -> Mapping[str, Any]:
    if value.casefold() not in ("all", "material"):
        raise UserError(_("Which changes: all, or material."))
    return {"material_only": value.casefold() == "material"}


def _sound(value: str) -> Mapping[str, Any]:
    if value.casefold() not in ("on", "off"):
        raise UserError(_("Sound: on, or off."))
    return {"silent": value.casefold() == "off"}


def _words(value: str) -> Mapping[str, Any]:
    if value.casefold() in ("none", "off"):
        return {"words": None}
    words = few_words(value)
    if not words:
        raise UserError(_("These words are in every text: a filter of them would let all through."))
    return {"words": words}


def few_words(text: str) -> str:
    """Return, folded, the words of a text that select facts. Raises UserError for too many."""
    words = words_of(text)
    if len(words) > MOST_LETTERS:
        raise UserError(_("That is too much to look for: a few words do, {limit} letters at most.",
                          limit=MOST_LETTERS))  # fmt: skip
    return words


_READERS: dict[str, SettingReader] = {
    "cadence": _cadence, "time": _time, "weekday": _weekday, "zone": _zone, "quiet": _quiet, "which": _which,
    "sound": _sound, "words": _words,
}  # fmt: skip
