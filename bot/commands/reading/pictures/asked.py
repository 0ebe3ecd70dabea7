"""How pictures are asked for: a word in the place of what a command takes, which is offered there too."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

from bot.commands.core.completion import names
from bot.commands.core.context import Context
from bot.commands.core.declarations import Offer
from bot.texts import _

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


async def offered(context: Context, typed: str, _given: Sequence[str]) -> list[Offer]:
    """Offer the picture."""
    return [] if context.chosen is None else _pictures(typed)


async def offered_beside_names(context: Context, typed: str, given: Sequence[str]) -> list[Offer]:
    """Offer names, and the picture before them once its word is begun."""
    known = await names(context, typed, given)
    return [*await offered(context, typed, given), *known] if typed else known


def _pictures(typed: str) -> list[Offer]:
    labels = {WORD: _("as a picture"), f"{WORD} {DARK}": _("as a dark picture")}
    begun = " ".join(typed.casefold().split())
    return [Offer(value, f"{value}  {label}") for value, label in labels.items() if value.startswith(begun)]
