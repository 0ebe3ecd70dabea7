"""Render modals for Discord. The custom id identifies a modal when it is submitted.

https://discord.com/developers/docs/components/reference#text-input
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import discord

from bot.commands.dialogue.modals import MORE
from bot.replies import Action, Heading, Modal, ModalField, Note, Reply
from bot.requests import Submission
from bot.texts import _, shortened
from storage.domain.names import clean_lines

PREFIX = "modal:"
# The prefix of a kept button that opens a modal again with the submitted values; no command begins with it.
AGAIN = "again:"
# The most characters kept for one button: more than most people fill in.
KEPT_LIMIT = 8000
TITLE_LIMIT = LABEL_LIMIT = 45
HINT_LIMIT = 100
VALUE_LIMIT = 4000


def rendered(modal: Modal) -> discord.ui.Modal:
    """Return a modal as the library's type."""
    shown = discord.ui.Modal(title=_cut(modal.title, TITLE_LIMIT), custom_id=PREFIX + modal.key, timeout=None)
    # The library must keep no state of it: a submission is read by its custom id, even after a restart.
    shown.stop()
    for field in modal.fields:
        shown.add_item(_input(field))
    return shown


def _input(field: ModalField) -> discord.ui.Label[discord.ui.Modal]:
    style = discord.TextStyle.paragraph if field.long else discord.TextStyle.short
    shown: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=field.name or "text",
        style=style,
        default=field.value[:VALUE_LIMIT] or None,
        placeholder=field.example[:HINT_LIMIT] or None,
        required=field.required,
        max_length=min(field.limit, VALUE_LIMIT),
    )
    hint = _cut(field.hint, HINT_LIMIT) or None
    return discord.ui.Label(text=_cut(field.label, LABEL_LIMIT), description=hint, component=shown)


def given_back(refusal: Reply, submission: Submission) -> Reply:
    """Return a refusal with the submitted values, which Discord does not keep, and a button to continue.

    There is no button if the values are too long to be kept: people can still copy them.
    """
    key, values = submission.key, submission.values
    filled = {name: text for name, value in values.items() if (text := clean_lines(value))}
    if not filled:
        return refusal
    notes = [
        Note(text=f"{name}: {text}" if name not in ("", MORE) else text) for name, text in filled.items()
    ]
    # Emptied fields are kept too: emptying is a change.
    kept = AGAIN + json.dumps([key, dict.fromkeys(values, "") | filled], ensure_ascii=False)
    again = [Action(label=_("Fill it in again"), command=kept)] if len(kept) <= KEPT_LIMIT else []
    return refusal.model_copy(
        update={
            "blocks": (*refusal.blocks, Heading(text=_("What you had filled in")), *notes),
            "actions": (*again, *refusal.actions),
        }
    )


def refilled(command: str) -> Submission | None:
    """Return the modal that a button opens again, None if the button sends a command."""
    if not command.startswith(AGAIN):
        return None
    key, values = json.loads(command.removeprefix(AGAIN))
    return Submission(key, values, again=True)


def key_of(identity: str) -> str | None:
    """Return the modal key in a custom id, None if there is none."""
    return identity.removeprefix(PREFIX) if identity.startswith(PREFIX) else None


def values_of(components: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the submitted values by field name."""
    values: dict[str, str] = {}
    for component in components:
        inner = component.get("components") or [component.get("component")]
        for field in filter(None, inner):
            name = field.get("custom_id", "")
            values["" if name == "text" else name] = str(field.get("value") or "")
    return values


def _cut(text: str, limit: int) -> str:
    return shortened(" ".join(text.split()), limit)
