"""Check settings, record, disk, tokens, clock and reach; say of each failure what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor import discord, feeds, machine, processes, quotations, server, telegram, webhooks
from bot.doctor.findings import Finding, Verdict

if TYPE_CHECKING:
    from bot.config import Settings

__all__ = ["Finding", "Verdict", "examine"]


async def examine(settings: Settings, config: Path | None = None) -> AsyncIterator[Finding]:
    """Yield a finding for each check, those of the machine before those of the network.

    `config` is the file that the settings came from, if they came from one.
    """
    yield machine.owners(settings)
    yield await machine.record(settings)
    if settings.storage.address is None:
        yield machine.record_rights(settings)
    yield machine.settings_rights(config)
    if (kept := machine.kept_copies(settings)) is not None:
        yield kept
    if settings.storage.address is not None or settings.storage.path.exists():
        async for finding in _within(settings):
            yield finding
    yield machine.disk(settings)
    if settings.telegram.token is None:
        advice = "no telegram.token is set: @BotFather in Telegram gives one"
        yield Finding(Verdict.SKIPPED, "telegram", advice)
    else:
        async for finding in telegram.examine(settings):
            yield finding
    if settings.discord.token is None:
        advice = "no discord.token is set: bot/frontends/discord/README.md tells how to get one"
        yield Finding(Verdict.SKIPPED, "discord", advice)
    else:
        async for finding in discord.examine(settings):
            yield finding
    if settings.telegram.token is None and settings.discord.token is None:
        yield Finding(Verdict.SKIPPED, "clock", "is compared with a platform's once there is a token")


async def _within(settings: Settings) -> AsyncIterator[Finding]:
    """Yield a finding for each check of what a record holds."""
    for found in await server.examine(settings):
        yield found
    yield await machine.trail(settings)
    yield await machine.copies(settings)
    yield await machine.meaning(settings)
    async for finding in processes.examine(settings):
        yield finding
    yield await quotations.examine(settings)
    yield await feeds.examine(settings)
    if (sent := await webhooks.examine(settings)) is not None:
        yield sent
