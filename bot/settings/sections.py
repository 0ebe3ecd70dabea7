"""The sections of the settings, each with its keys, their defaults and what their values should be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from bot.settings.validators import (
    base_address,
    called_address,
    database_address,
    gateway_address,
    host_and_port,
    host_and_port_or_none,
    listed,
    lower,
    matching,
    networks,
    origin,
    unless_empty,
)
from storage.engines.postgres.addresses import passwords, without_password

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_DISCORD_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Section(BaseModel):
    """A section of the settings: its values never change, and it refuses what it does not know."""

    # Each field's description says what its value should be: error messages use it.
    # defer_build: build one validator for all settings when they are read, not another for each section.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class StorageSettings(Section):
    """Where the record is kept."""

    path: Annotated[Path, BeforeValidator(unless_empty)] = Field(
        Path("onrecord.db"), description="the path of the record's SQLite file"
    )
    url: Annotated[SecretStr | None, BeforeValidator(database_address)] = Field(
        None,
        description="the address of a PostgreSQL database, postgresql://user@host/database; a password's @"
        " and / are written as %40 and %2F",
    )

    @property
    def address(self) -> str | None:
        """Return the address of the database, with its password; None for a file."""
        return None if self.url is None else self.url.get_secret_value()

    @property
    def place(self) -> str:
        """Return where the record is, as it may be shown."""
        return str(self.path) if self.address is None else without_password(self.address)

    @property
    def passwords(self) -> tuple[str, ...]:
        """Return the passwords that must not be shown."""
        return () if self.address is None else passwords(self.address)


class TelegramSettings(Section):
    """How the bot connects to Telegram, and Telegram to the bot."""

    token: Annotated[SecretStr | None, matching(_TOKEN)] = Field(
        None, description="the token that @BotFather gave, digits, a colon and letters"
    )
    api_base_url: Annotated[str, BeforeValidator(base_address)] = Field(
        "https://api.telegram.org", description="the http(s) address before /bot<token>/"
    )
    mode: Annotated[Literal["polling", "webhook"], BeforeValidator(lower)] = Field(
        "polling", description='"polling" or "webhook"'
    )
    webhook_url: Annotated[str | None, BeforeValidator(called_address)] = Field(
        None, description="the full public https address that Telegram calls (http only on this machine)"
    )
    webhook_secret: Annotated[SecretStr | None, matching(_SECRET)] = Field(
        None, description="1 to 256 of the characters A-Z a-z 0-9 _ -"
    )
    listen: Annotated[str, BeforeValidator(host_and_port)] = Field(
        "127.0.0.1:8080", description='host:port, like "127.0.0.1:8080"'
    )

    @property
    def address(self) -> tuple[str, int]:
        """Return the host and port that the webhook server listens on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> TelegramSettings:
        if self.mode == "webhook":
            missing = [name for name in ("webhook_url", "webhook_secret") if getattr(self, name) is None]
            if missing:
                raise ValueError(" and ".join(f"telegram.{name}" for name in missing))
        return self


class DiscordSettings(Section):
    """How the bot connects to Discord."""

    token: Annotated[SecretStr | None, matching(_DISCORD_TOKEN)] = Field(
        None, description="the bot token of the application's Bot page, three parts with dots between them"
    )
    api_base_url: Annotated[str | None, BeforeValidator(base_address)] = Field(
        None, description="the http(s) address of the API with its version, like https://.../api/v10"
    )
    gateway_url: Annotated[str | None, BeforeValidator(gateway_address)] = Field(
        None, description="the ws(s) address of the gateway"
    )


class LimitSettings(Section):
    """Limits on one reader's messages, one message and one page."""

    messages_per_minute: int = Field(30, ge=1, le=100_000, description="a whole number from 1 to 100000")
    burst: int = Field(10, ge=1, le=100_000, description="a whole number from 1 to 100000")
    message_length: int = Field(4000, ge=100, le=100_000, description="a whole number from 100 to 100000")
    concurrent_updates: int = Field(64, ge=1, le=1024, description="a whole number from 1 to 1024")
    page: int = Field(8, ge=1, le=50, description="a whole number from 1 to 50")


class StorySettings(Section):
    """Which story chats begin with."""

    default: Annotated[str | None, BeforeValidator(unless_empty)] = Field(None, description="a story's name")


class SearchSettings(Section):
    """How facts are found."""

    vectors: bool = Field(True, description="true or false")


class ReviewSettings(Section):
    """How facts are reviewed before they go on record."""

    four_eyes: bool = Field(False, description="true or false")
    tell: int = Field(10, ge=0, le=1440, description="minutes, a whole number from 0 to 1440")


class NoticeSettings(Section):
    """How subscribers are notified of changes, and how long sent messages are remembered."""

    hold: int = Field(0, ge=0, le=1440, description="minutes, a whole number from 0 to 1440")
    gather: int = Field(5, ge=0, le=600, description="seconds, a whole number from 0 to 600")
    retention: int = Field(30, ge=1, le=365, description="days, a whole number from 1 to 365")


class IntakeSettings(Section):
    """Which pages are fetched, how long copies of them are kept, and how often feeds are polled."""

    hosts: Annotated[list[str], BeforeValidator(listed)] = Field(
        default_factory=list, description='a list of hosts, like ["archive.example.org"]'
    )
    copies: int = Field(500, ge=1, le=100_000, description="megabytes, a whole number from 1 to 100000")
    retention: int = Field(0, ge=0, le=36_500, description="days, a whole number from 0 to 36500")
    poll: int = Field(15, ge=1, le=1440, description="minutes, a whole number from 1 to 1440")


class WebhookSettings(Section):
    """Where changes are sent to."""

    hosts: Annotated[list[str], BeforeValidator(listed)] = Field(
        default_factory=list, description='a list of hosts, like ["hooks.example.org"]'
    )


class LeaseSettings(Section):
    """How long what one of several processes has taken stays with it while it gives no sign of life."""

    role: float | None = Field(None, ge=0.5, le=300, description="seconds, a number from 0.5 to 300")
    delivery: float = Field(30, ge=0.5, le=300, description="seconds, a number from 0.5 to 300")


class MetricsSettings(Section):
    """Where monitoring connects."""

    listen: Annotated[str | None, BeforeValidator(host_and_port_or_none)] = Field(
        None, description='host:port, like "127.0.0.1:9108"'
    )


class WebSettings(Section):
    """Where the record is shown to the world, and at which address."""

    listen: Annotated[str | None, BeforeValidator(host_and_port_or_none)] = Field(
        None, description='host:port, like "127.0.0.1:8090"'
    )
    url: Annotated[str | None, BeforeValidator(origin)] = Field(
        None, description="the http(s) address that people open, without a path"
    )
    trusted_proxies: Annotated[list[str], BeforeValidator(networks)] = Field(
        default_factory=list, description='a list of addresses or networks, like ["127.0.0.1"]'
    )
    requests_per_minute: int = Field(600, ge=1, le=1_000_000, description="a whole number from 1 to 1000000")

    @property
    def base(self) -> str:
        """Return what absolute addresses of pages begin with."""
        return self.url or f"http://{self.listen}"


class LogSettings(Section):
    """The level and format of logs."""

    level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = Field(
        "info", description='"debug", "info", "warning" or "error"'
    )
    format: Annotated[Literal["text", "json"], BeforeValidator(lower)] = Field(
        "text", description='"text" or "json"'
    )
