"""The platforms as a process meets them: what its settings say of each, and when it has come there."""

from __future__ import annotations

from collections.abc import Mapping
from socket import create_server
from typing import Protocol

from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator

WEBHOOK_SECRET = "a-webhook-secret-that-no-log-may-hold"
# Whoever has one may answer in the bot's name; so the emulator's begin.
INTERACTION_TOKEN = "simcord_interaction_"


class FarEnd(Protocol):
    """One platform."""

    @property
    def section(self) -> str:
        """Return the section of the settings that is about it."""

    @property
    def settings(self) -> Mapping[str, object]:
        """Return what stands in that section."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no log may hold."""

    async def reached(self, timeout: float) -> None:
        """Wait until a bot that was just started hears of what people do there."""


class TelegramEnd:
    """Telegram, which hands its updates out by polling or by webhook."""

    section = "telegram"

    def __init__(self, api: TelegramEmulator, mode: str = "polling") -> None:
        """Take a port for the webhook, if there is to be one."""
        self.api = api
        self.mode = mode
        self.port = free_port() if mode == "webhook" else 0
        self.webhook_url = f"http://127.0.0.1:{self.port}/telegram/hook"

    @property
    def settings(self) -> Mapping[str, object]:
        """Return the section of the settings."""
        settings = {"token": self.api.token, "api_base_url": self.api.base_url, "mode": self.mode}
        if self.mode != "webhook":
            return settings
        return settings | {
            "webhook_url": self.webhook_url,
            "webhook_secret": WEBHOOK_SECRET,
            "listen": f"127.0.0.1:{self.port}",
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the token, the part of it that is not the bot's id, and what webhooks come with."""
        return (self.api.token, self.api.token.partition(":")[2], WEBHOOK_SECRET)

    async def reached(self, timeout: float) -> None:
        """Wait for the last call before updates are taken."""
        await self.api.next_call("setWebhook" if self.mode == "webhook" else "deleteWebhook", timeout)


class DiscordEnd:
    """Discord, with its API and its gateway."""

    section = "discord"

    def __init__(self, api: DiscordEmulator) -> None:
        """Keep the emulator."""
        self.api = api

    @property
    def settings(self) -> Mapping[str, object]:
        """Return the section of the settings."""
        return {
            "token": self.api.token,
            "api_base_url": self.api.api_base_url,
            "gateway_url": self.api.gateway_url,
        }

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the token, the parts of it that are not the bot's id, and how interactions' tokens begin."""
        _bot, *parts = self.api.token.split(".")
        return (self.api.token, *parts, INTERACTION_TOKEN)

    async def reached(self, timeout: float) -> None:
        """Wait for a session of the gateway."""
        await self.api.next_session(timeout)


def free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
