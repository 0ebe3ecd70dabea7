"""Sheets as Discord shows them: a modal to fill in. Its custom id finds the sheet again when it is sent.

https://discord.com/developers/docs/components/reference#text-input
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import discord

from bot.commands.dialogue.modals import MORE, Blank, Sheet
from bot.replies import Action, Heading, Note, Reply
from bot.texts import _, shortened
from storage.domain.names import clean_lines

PREFIX = "sheet:"
# What a button is kept to do that opens a sheet again with what was filled in; no command begins so.
AGAIN = "again:"
# Of what one button is kept to do, in characters: more than most fill in.
KEPT_LIMIT = 8000
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
        placeholder=blank.example[:HINT_LIMIT] or None,
        required=blank.required,
        max_length=VALUE_LIMIT,
    )
    hint = _cut(blank.hint, HINT_LIMIT) or None
    return discord.ui.Label(text=_cut(blank.label, LABEL_LIMIT), description=hint, component=field)


class Refilled(NamedTuple):
    """A sheet's key, and what was filled in by the name of each blank."""

    key: str
    values: dict[str, str]


def given_back(refusal: Reply, key: str, values: Mapping[str, str]) -> Reply:
    """Return a refusal with what was filled in, which Discord does not keep, and a button to go on from it.

    There is no button where that is more than is kept: it can still be copied.
    """
    filled = {name: text for name, value in values.items() if (text := clean_lines(value))}
    if not filled:
        return refusal
    notes = [
        Note(text=f"{name}: {text}" if name not in ("", MORE) else text) for name, text in filled.items()
    ]
    # What was emptied is kept, too: it is a change.
    kept = AGAIN + json.dumps([key, dict.fromkeys(values, "") | filled], ensure_ascii=False)
    again = [Action(label=_("Fill it in again"), command=kept)] if len(kept) <= KEPT_LIMIT else []
    return refusal.model_copy(
        update={
            "blocks": (*refusal.blocks, Heading(text=_("What you had filled in")), *notes),
            "actions": (*again, *refusal.actions),
        }
    )


def refilled(command: str) -> Refilled | None:
    """Return what a button opens again, None for one that sends a command."""
    return Refilled(*json.loads(command.removeprefix(AGAIN))) if command.startswith(AGAIN) else None


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
    return shortened(" ".join(text.split()), limit)
