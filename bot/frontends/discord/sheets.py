"""Sheets as Discord shows them: a modal to fill in. Its custom id finds the sheet again when it is sent.

https://discord.com/developers/docs/components/reference#text-input
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord

from bot.commands.sheets import Blank, Sheet

PREFIX = "sheet:"
TITLE_LIMIT = LABEL_LIMIT = 45
HINT_LIMIT = 100
VALUE_LIMIT = 4000


def modal(sheet: Sheet) -> discord.ui.Modal:
    """Return the modal of a sheet."""
    shown = discord.ui.Modal(title=_cut(sheet.title, TITLE_LIMIT), custom_id=PREFIX + sheet.key, timeout=None)
    # The library shall keep nothing of it: what is sent is read from the custom id, after a restart too.
    shown.stop()
    for blank in sheet.blanks:
        shown.add_item(_input(blank))
    return shown


def _input(blank: Blank) -> discord.ui.Label[discord.ui.Modal]:
    style = discord.TextStyle.paragraph if blank.long else discord.TextStyle.short
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=blank.name or "text",
        style=style,
        default=blank.value[:VALUE_LIMIT] or None,
        required=blank.required,
        max_length=VALUE_LIMIT,
    )
    hint = _cut(blank.hint, HINT_LIMIT) or None
    return discord.ui.Label(text=_cut(blank.label, LABEL_LIMIT), description=hint, component=field)


def key_of(identity: str) -> str | None:
    """Return the key of the sheet that a modal's custom id stands for, None if it is none."""
    return identity.removeprefix(PREFIX) if identity.startswith(PREFIX) else None


def values_of(components: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what was filled in, by the name of each blank."""
    values: dict[str, str] = {}
    for component in components:
        inner = component.get("components") or [component.get("component")]
        for field in filter(None, inner):
            name = field.get("custom_id", "")
            values["" if name == "text" else name] = str(field.get("value") or "")
    return values


def _cut(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
