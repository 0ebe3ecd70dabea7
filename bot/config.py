"""Settings: a TOML file and the environment, validated; nothing happens at import.

Plain pydantic, not pydantic-settings: naming the nearest known key needs the keys of file and environment
in one flat list anyway, and for the rest the library would cost each start 17 ms and 1.5 MB.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from bot.errors import SettingsError
from bot.settings.sections import (
    DiscordSettings,
    IntakeSettings,
    LeaseSettings,
    LimitSettings,
    LogSettings,
    MetricsSettings,
    NoticeSettings,
    ReviewSettings,
    SearchSettings,
    Section,
    StorageSettings,
    StorySettings,
    TelegramSettings,
    WebhookSettings,
    WebSettings,
)
from bot.settings.validators import listed, nearest
from storage.engines.files import read_small

DEFAULT_FILE = Path("config.toml")
PREFIX = "ONRECORD_"
# Bytes of a settings file, and the seconds for which a pipe in its place may bring nothing.
LARGEST_FILE, LONGEST_PAUSE = 1 << 20, 5.0
# Values never shown in an error: secrets, and addresses that may hold one.
_UNSHOWN = {
    "telegram.token", "telegram.webhook_secret", "telegram.webhook_url", "telegram.api_base_url",
    "discord.token", "discord.api_base_url", "discord.gateway_url", "storage.url",
}  # fmt: skip
_SECRETS = {"telegram.token", "telegram.webhook_secret", "discord.token", "storage.url"}
Owner = Annotated[str, Field(pattern=r"^[a-z]+:-?\w+$")]


class Settings(Section):
    """All settings; frozen once loaded."""

    storage: StorageSettings = Field(default_factory=StorageSettings)
    telegram: TelegramSettings = Field(default_factory=TelegramSettings)
    discord: DiscordSettings = Field(default_factory=DiscordSettings)
    owners: Annotated[list[Owner], BeforeValidator(listed)] = Field(
        default_factory=list, description='a list of addresses, like ["telegram:12345"]'
    )
    limits: LimitSettings = Field(default_factory=LimitSettings)
    story: StorySettings = Field(default_factory=StorySettings)
    search: SearchSettings = Field(default_factory=SearchSettings)
    review: ReviewSettings = Field(default_factory=ReviewSettings)
    notices: NoticeSettings = Field(default_factory=NoticeSettings)
    intake: IntakeSettings = Field(default_factory=IntakeSettings)
    webhooks: WebhookSettings = Field(default_factory=WebhookSettings)
    leases: LeaseSettings = Field(default_factory=LeaseSettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    language: str = Field(
        "en", pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,8})?$", description='the code of a language, like "en"'
    )

    def secrets(self) -> tuple[str, ...]:
        """Return every secret value in use, so that logs can leave them out."""
        held = (self.telegram.token, self.telegram.webhook_secret, self.discord.token)
        tokens = [value.get_secret_value() for value in held if value is not None]
        return (*tokens, *self.storage.passwords)


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Load the settings from a file, overridden by the environment (`ONRECORD_TELEGRAM__TOKEN`).

    Without a path, `config.toml` of the working folder is read if there is one. Raises SettingsError with
    one line per error; no line holds a secret.
    """
    file = file_of(path)
    given = _from_file(file) if file is not None else {}
    given |= _from_environment(os.environ if environ is None else environ)
    tree: dict[str, Any] = {key.partition(".")[0]: {} for key in known_keys() if "." in key}
    for key, value in given.items():
        section, _, name = key.rpartition(".")
        (tree[section] if section else tree)[name] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        lines = dict.fromkeys(_explain(problem, given) for problem in error.errors(include_url=False))
        # The cause is left out on purpose: it holds the values, which may include a token.
        raise SettingsError("\n".join(lines)) from None


def file_of(path: Path | None) -> Path | None:
    """Return the settings file that `load` reads, None if there is none."""
    return path if path is not None else DEFAULT_FILE if DEFAULT_FILE.exists() else None


def holds_secret(file: Path) -> bool:
    """Tell whether a settings file, one that `load` has read, holds a token or another secret."""
    return any(value for key, value in _from_file(file).items() if key in _SECRETS)


def known_keys() -> dict[str, str]:
    """Return every key, as `section.name`, with what its value should be."""
    keys: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            keys |= {
                f"{name}.{part}": inner.description or "" for part, inner in section.model_fields.items()
            }
        else:
            keys[name] = field.description or ""
    return keys


def _from_file(path: Path) -> dict[str, Any]:
    """Return a file's values by key; refuse unknown keys."""
    try:
        data = tomllib.loads(read_small(path, LARGEST_FILE, LONGEST_PAUSE).decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError(
            f"There is no settings file {path}: copy config.example.toml there, or leave out --config"
        ) from error
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {path} is not UTF-8 text: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {path} is not valid TOML: {error}") from None
    values = dict(_flat(data))
    if wrong := [_unknown(key) for key in values if key not in known_keys()]:
        raise SettingsError("\n".join(f"{path}: {line}" for line in wrong))
    return values


def _flat(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    sections = {key.partition(".")[0] for key in known_keys() if "." in key}
    for name, value in data.items():
        if name in sections and not isinstance(value, dict):
            raise SettingsError(f"{name} is a section: write [{name}] and its keys below it")
        if isinstance(value, dict) and name not in known_keys():
            yield from ((f"{name}.{inner}", held) for inner, held in value.items())
        else:
            yield name, value


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the environment's values by key; an empty variable counts as not set."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for variable, value in environ.items():
        if variable.upper().startswith(PREFIX):
            key = variable[len(PREFIX) :].lower().replace("__", ".")
            if key not in known_keys():
                wrong.append(_unknown(key, variable))
            elif value.strip():
                values[key] = value
    if wrong:
        raise SettingsError("\n".join(wrong))
    return values


def _unknown(key: str, variable: str | None = None) -> str:
    """Say that a key is unknown and name the nearest known one."""
    near = nearest(key, list(known_keys()))
    if near and variable is not None:
        near = [PREFIX + near[0].upper().replace(".", "__")]
    advice = f"did you mean {near[0]}?" if near else "config.example.toml explains every key"
    return (
        f"unknown key {key}; {advice}"
        if variable is None
        else f"unknown environment variable {variable}; {advice}"
    )


def _explain(problem: Any, given: dict[str, Any]) -> str:
    """Return one line for a validation error: the key, what it should be and, unless secret, what it is."""
    loc = [str(part) for part in problem["loc"]]
    key = next((name for name in (".".join(loc[:2]), loc[0]) if name in known_keys()), "")
    if not key:
        missing = str(problem.get("ctx", {}).get("error", ""))
        return f'{missing} must be set when telegram.mode is "webhook"; config.example.toml explains how'
    value = given.get(key)
    shown = (
        f", not {value!r}"
        if key not in _UNSHOWN and isinstance(value, str | int) and len(str(value)) <= 40
        else ""
    )
    return f"{key} should be {known_keys()[key]}{shown}"
