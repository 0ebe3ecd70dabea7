"""The registry as the README's table."""

from __future__ import annotations

from itertools import groupby

from bot.commands.core.registry import Command, Registry
from bot.requests import Role
from bot.texts import _

_ROLES = {Role.READER: "everyone", Role.MODERATOR: "moderators", Role.OWNER: "owners"}


def markdown(registry: Registry) -> str:
    """Return the commands as a Markdown table: family, usage, what it shows, who may use it, an example."""
    rows = ["| | command | shows | for | example |", "|---|---|---|---|---|"]
    for family, members in groupby(registry, key=lambda command: command.family):
        first, *others = members
        rows += [_row(first, f"**{_(family)}**"), *(_row(command, "") for command in others)]
    return "\n".join(rows) + "\n"


def _row(command: Command, family: str) -> str:
    cells = (
        family,
        f"`{command.usage()}`",
        _(command.help),
        _ROLES[command.role],
        f"`{command.example}`",
    )
    # A bar would end the cell, also inside backquotes.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
