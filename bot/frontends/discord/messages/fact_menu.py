"""The menu under a list: choosing a statement opens it whole, for the person who chose it alone.

https://discord.com/developers/docs/components/reference#string-select
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.frontends.discord.render import clean
from bot.replies import Line, Reply
from bot.texts import _, shortened

ID = "open"
# Options of a menu, and the letters of each.
MOST, LONGEST = 25, 100


def fact_menu(reply: Reply) -> discord.ui.Select[discord.ui.View] | None:
    """Return the menu of the statements that a reply lists; None where there are not several.

    Each option says what its line says, and below it the line's citation and standing.
    """
    lines: dict[int, Line] = {}
    for block in reply.blocks:
        if isinstance(block, Line) and block.fact is not None:
            lines.setdefault(block.fact, block)
    if len(lines) < 2 or reply.asks is not None:
        return None
    menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
        custom_id=ID, placeholder=_("Open a statement"), options=[]
    )
    for fact, line in list(lines.items())[:MOST]:
        menu.add_option(
            label=_shown(f"F{fact} {line.text}"),
            value=f"F{fact}",
            description=_shown(" — ".join(filter(None, (reply.marks(line), line.mark)))),
        )
    return menu


def chosen(data: Mapping[str, Any]) -> str | None:
    """Return the command of what was chosen in the menu, None for any other component."""
    values = data.get("values") or ()
    return f"/fact {values[0]}" if data.get("custom_id") == ID and values else None


def _shown(text: str) -> str:
    """Return a text in one line; Discord shows no markup in it."""
    return shortened(" ".join(clean(text).split()), LONGEST)
