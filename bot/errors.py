"""Errors that may be shown: each says what is wrong and what to type instead."""

from __future__ import annotations


class UserError(Exception):
    """What was asked cannot be done as asked; the text is safe to show.

    `commands` are offered as buttons: (label, command) pairs.
    """

    def __init__(self, text: str, *, commands: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.commands = commands


class SettingsError(UserError):
    """The settings are wrong; the text names the key and what it should be."""
