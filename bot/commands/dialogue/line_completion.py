"""Completion of header lines as they are typed: `who: lub` becomes `who: Dmytro Lubinets`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from bot.commands.core.completion import BY_KIND, LONGEST
from bot.commands.core.context import Context
from bot.commands.core.declarations import Kind, Offer
from bot.commands.core.registry import Values
from storage.reading.entities import BEGINNING

_ID = re.compile(r"[Ff]\d{1,15},?")


def completing(known: Callable[[], Mapping[str, Values | None]]) -> Values:
    """Return a completer of header lines: first the names that are known, then what completes each value."""

    async def offered(context: Context, typed: str, given: Sequence[str]) -> Sequence[Offer]:
        named, colon, value = typed.partition(":")
        name, completers = named.strip().casefold(), known()
        if not colon:
            return [Offer(f"{each}: ", f"{each}:") for each in completers if each.startswith(name)]
        find = completers.get(name)
        found = [] if find is None else await find(context, value.strip(), given)
        return [offer._replace(value=line) for offer in found if (line := _line(f"{name}: ", offer.value))]

    return offered


def _line(begun: str, value: str) -> str | None:
    """Return a header line with a value, cut where a long name is still found by its beginning."""
    line = f"{begun}{value}"[:LONGEST].rstrip()
    return line if len(line) - len(begun) >= min(len(value), BEGINNING) else None


def last_of_several(kind: Kind) -> Values:
    """Return a completer of a header line's value: of the last, where it may hold several of that kind."""

    async def offered(context: Context, typed: str, given: Sequence[str]) -> Sequence[Offer]:
        at = _last(kind, typed)
        before = f"{typed[:at].rstrip()} " if at else ""
        found = await BY_KIND[kind](context, typed[at:].strip(), given)
        return [offer._replace(value=f"{before}{offer.value}") for offer in found]

    return offered


def _last(kind: Kind, typed: str) -> int:
    """Return where the last of several begins: after a semicolon among names, after a space among ids."""
    if kind in (Kind.NAME, Kind.PLACE):
        return typed.rfind(";") + 1
    several = kind is Kind.FACT and all(map(_ID.fullmatch, typed.split()[:-1]))
    return typed.rfind(" ") + 1 if several else 0
