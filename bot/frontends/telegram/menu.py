"""The command menus that Telegram shows beside the input field, one for each scope.

https://core.telegram.org/bots/api#botcommandscope
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.frontends.telegram.client import Client
from bot.frontends.telegram.sending import persist, summary
from bot.requests import Role
from bot.retrying import Sleep
from bot.texts import _, shortened, speak

if TYPE_CHECKING:
    from bot.commands.core.registry import Registry

DESCRIPTION_LIMIT = 256
COMMANDS_LIMIT = 100

logger = logging.getLogger(__name__)


def menus(
    registry: Registry, owners: Iterable[str], moderators: Iterable[str] = (), *, language: str = "en"
) -> list[tuple[BotCommandScope, list[BotCommand]]]:
    """Return the menu of each scope: readers' commands, and in the chats of owners and moderators theirs.

    `owners` and `moderators` are addresses; those on other platforms are left out.
    """
    speak(language)
    readers = _entries(registry, Role.READER)
    found: list[tuple[BotCommandScope, list[BotCommand]]] = [
        (BotCommandScopeDefault(), readers),
        (BotCommandScopeAllPrivateChats(), readers),
        (BotCommandScopeAllGroupChats(), readers),
    ]
    roles = dict.fromkeys(moderators, Role.MODERATOR) | dict.fromkeys(owners, Role.OWNER)
    for address, role in roles.items():
        platform, _colon, number = address.partition(":")
        if platform == "telegram" and number.isascii() and number.isdigit():
            found.append((BotCommandScopeChat(int(number)), _entries(registry, role)))
    return found


async def set_menus(
    client: Client,
    wanted: Sequence[tuple[BotCommandScope, list[BotCommand]]],
    *,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Set each menu that differs from Telegram's; one that cannot be set is logged."""
    await asyncio.gather(*[_set(client, scope, entries, sleep) for scope, entries in wanted])


async def _set(client: Client, scope: BotCommandScope, entries: list[BotCommand], sleep: Sleep) -> None:
    present = None
    # A menu that cannot be read is set all the same.
    with contextlib.suppress(TelegramError):
        present = await persist(lambda: client.get_my_commands(scope=scope), sleep=sleep, same_twice=True)
    if present is not None and list(present) == entries:
        return
    try:
        await persist(lambda: client.set_my_commands(entries, scope=scope), sleep=sleep, same_twice=True)
    except TelegramError as error:
        # For an owner's chat this is usual: the owner has not written to the bot yet.
        where = f"{scope.type} {scope.chat_id}" if isinstance(scope, BotCommandScopeChat) else scope.type
        logger.info("the command menu for %s was not set: %s", where, summary(error))


def _entries(registry: Registry, role: Role) -> list[BotCommand]:
    shown = registry.menu(role)[:COMMANDS_LIMIT]
    return [BotCommand(command.name, _brief(_(command.help)) or command.name) for command in shown]


def _brief(help_line: str) -> str:
    return shortened(" ".join(help_line.split()), DESCRIPTION_LIMIT)
