"""The registry as tables of the READMEs."""

from __future__ import annotations

from itertools import groupby

from bot.commands.core.declarations import FIRST, Command
from bot.commands.core.registry import Registry
from bot.requests import Role
from bot.texts import _

_ROLES = {Role.READER: "everyone", Role.MODERATOR: "moderators", Role.OWNER: "owners"}


def full_table(registry: Registry) -> str:
    """Return all commands as a Markdown table: family, usage, what it shows, who may use it, an example."""
    rows = ["| | command | shows | for | example |", "|---|---|---|---|---|"]
    listed = (command for command in registry if command.is_listed)
    for family, members in groupby(listed, key=lambda command: command.family):
        first, *others = members
        rows += [_full_row(first, f"**{_(family.title)}**"), *(_full_row(command, "") for command in others)]
    return "\n".join(rows) + "\n"


def short_table(registry: Registry, names: tuple[str, ...] = FIRST) -> str:
    """Return some commands as a Markdown table: an example, and what it shows."""
    known = {command.name: command for command in registry}
    rows = ["| command | shows |", "|---|---|"]
    rows += [_row(f"`{known[name].example}`", _(known[name].help)) for name in names]
    return "\n".join(rows) + "\n"


def _full_row(command: Command, family: str) -> str:
    return _row(family, f"`{command.usage()}`", _(command.help), _ROLES[command.role], f"`{command.example}`")


def _row(*cells: str) -> str:
    # A bar would end the cell, also inside backquotes.
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
