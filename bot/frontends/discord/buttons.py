"""Buttons under a message: each sends a command, and works as long as its message exists.

The custom id says what a button does: it is the command itself, or the digest of a long one, which the record
keeps. The library keeps no state: it passes every press to one event, and views are stopped before they are
sent. discord.py's persistent views and `DynamicItem` would work as well, but its modals do not survive a
restart, and its stale buttons get no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import discord

from bot.frontends.discord.messages.fact_menu import fact_menu
from bot.frontends.shared.button_data import ButtonData
from bot.replies import Action, PageNumber, Reply
from bot.texts import _

if TYPE_CHECKING:
    from storage.record import Record

# https://discord.com/developers/docs/components/reference#button
ID_LIMIT = 100
LABEL_LIMIT = 80
MOST, IN_A_ROW = 25, 5
# A message has five rows of five; the last one turns pages.
_LAST_ROW = 4
# What leads on in a dialogue: there is nothing to open beside it.
_ASKING = re.compile(r"/(?:confirm|choose)\b")
# If there are too many buttons, these stay: nothing else on the message offers them.
_STAYS = re.compile(r"/(?:confirm|skip|back|cancel)\b")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def fits(command: str) -> bool:
    """Tell whether a custom id can hold a command."""
    return len(command) <= ID_LIMIT and not _UNSHOWABLE.search(command)


class Buttons:
    """Make the buttons of replies, and find the commands behind them."""

    def __init__(self, record: Record) -> None:
        self._data = ButtonData(record, fits)

    async def under(self, reply: Reply) -> discord.ui.View | None:
        """Return a reply's buttons, and the menu of its statements in a row of its own; None if it has none.

        A button whose command cannot be kept is left out.
        """
        view = discord.ui.View(timeout=None)
        # The library must keep no state of it: the custom id decides how a press is answered.
        view.stop()
        asking = any(_ASKING.match(action.command) for action in reply.actions)
        menu = None if asking else fact_menu(reply)
        most = MOST - (IN_A_ROW if reply.turns else 0)
        if menu is not None:
            view.add_item(menu)
            most -= IN_A_ROW
        if reply.asks is not None:
            view.add_item(_button(_("Answer"), reply.asks, discord.ButtonStyle.primary))
        known = {item.custom_id for item in view.children if isinstance(item, discord.ui.Button)}
        for action in _fitting(reply.others, most - len(known)):
            identity = await self._data.data_of(action.command)
            if identity is None or identity in known:
                continue
            known.add(identity)
            view.add_item(_button(action.label, identity, _style(action)))
        for button in await self._turning(reply.turns, reply.page):
            view.add_item(button)
        return view if view.children else None

    async def _turning(
        self, turns: Sequence[Action], page: PageNumber | None
    ) -> list[discord.ui.Button[discord.ui.View]]:
        """Return the buttons of the last row: back, the page's number, on."""
        row = []
        for action in turns:
            label = f"« {action.label}" if action.turn == "previous" else f"{action.label} »"
            identity = await self._data.data_of(action.command)
            if identity is not None:
                row.append(_button(label, identity, discord.ButtonStyle.secondary))
        if row and page is not None:
            number = _button(str(page), f"page {page}", discord.ButtonStyle.secondary)
            number.disabled = True
            row.insert(sum(turn.turn == "previous" for turn in turns), number)
        for button in row:
            button.row = _LAST_ROW
        return row

    async def command(self, identity: str) -> str | None:
        """Return the command behind a custom id, None if there is none (any more)."""
        return await self._data.command_of(identity)

    async def take(self, identity: str) -> bool:
        """Forget a button that works once; tell whether it had not been pressed before."""
        return await self._data.take(identity)


def _fitting(actions: Iterable[Action], room: int) -> list[Action]:
    """Return the actions that fit, in order, each command once."""
    once: dict[str, Action] = {}
    for action in actions:
        once.setdefault(action.command.strip(), action)
    kept = sorted(once.values(), key=lambda action: _STAYS.match(action.command.strip()) is None)[:room]
    return [action for action in once.values() if action in kept]


def _button(label: str, identity: str, style: discord.ButtonStyle) -> discord.ui.Button[discord.ui.View]:
    shown = " ".join(_UNSHOWABLE.sub(" ", label).split()) or "…"
    if len(shown) > LABEL_LIMIT:
        shown = shown[: LABEL_LIMIT - 1].rstrip() + "…"
    return discord.ui.Button(label=shown, custom_id=identity, style=style)


def _style(action: Action) -> discord.ButtonStyle:
    """Return a button's style: changes to the record stand out, the end of a dialogue is red."""
    name = action.command.partition(" ")[0]
    if name in ("/confirm", "/approve"):
        return discord.ButtonStyle.success
    return discord.ButtonStyle.danger if name in ("/cancel", "/reject") else discord.ButtonStyle.secondary
