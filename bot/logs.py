"""Logging: readable text on a terminal, JSON on request; secrets are redacted."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

if TYPE_CHECKING:
    from types import TracebackType

    from bot.settings.sections import LogSettings

HIDDEN = "***"
# Patterns of tokens, for logs of any library (httpx logs addresses that contain them): Telegram's,
# Discord's, and those by which Discord lets an interaction be answered.
_TOKEN = re.compile(
    r"(?<![0-9])\d{6,}+:[A-Za-z0-9_-]{30,}"
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{23,}+\.[A-Za-z0-9_-]{6,}+\.[A-Za-z0-9_-]{27,}"
    r"|(?<=/webhooks/)\d++/[^/\s?]+"
    r"|(?<=/interactions/)\d++/[^/\s?]+"
)
# These loggers log each request or update, with its address; only their warnings are kept.
_NOISY = ("httpx", "httpcore", "telegram", "discord", "aiohttp.access", "asyncio", "aiosqlite")
# An error may come from another, that from a third; no more are shown.
MOST_CAUSES = 10
# Seconds in which a warning is logged once: what is tried each second while a server or a disk fails would
# fill the log. Errors are all logged, and of so many texts it is known when they were.
REPEATED, MOST_TEXTS = 60.0, 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Redaction:
    """Redact known secrets and any text that looks like a token."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        # Longest first: redacting a secret that is a prefix of another must not leave the other's end.
        values = {value for value in known if value}
        parts = sorted(values | {quote(value, safe="") for value in values}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, parts))) if parts else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _TOKEN.sub(HIDDEN, text)


def traced(error: BaseException | None) -> str:
    """Return where an error was raised, and the types of it and of those that led to it, the first one first.

    What they say of themselves is left out: it holds what people wrote (a key, a refused value, a query).
    """
    parts: list[str] = []
    while error is not None and len(parts) < MOST_CAUSES:
        parts.append("".join(traceback.format_tb(error.__traceback__)) + _kind(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhich led to\n".join(reversed(parts))


def _kind(error: BaseException) -> str:
    name = type(error).__qualname__
    if isinstance(error, BaseExceptionGroup):
        return f"{name} of {', '.join(map(_kind, error.exceptions))}"
    return f"{name} (errno {error.errno})" if isinstance(error, OSError) and error.errno else name


class _Once(logging.Filter):
    """Let a warning pass once a minute for each logger and text."""

    def __init__(self) -> None:
        super().__init__()
        self._logged: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be logged."""
        if record.levelno != logging.WARNING or record.exc_info:
            return True
        try:
            text = record.name, record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True
        # A clock that is put back must not silence anything.
        if 0 <= record.created - self._logged.get(text, -REPEATED) < REPEATED:
            return False
        if len(self._logged) >= MOST_TEXTS:
            self._logged.clear()
        self._logged[text] = record.created
        return True


class _Line(logging.Formatter):
    """Write a record's time, level, logger and message, an exception below, all redacted."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self._redact = redact

    def parts(self, record: logging.LogRecord) -> tuple[str, str]:
        """Return the message and the exception's text, redacted."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = str(record.msg)  # wrong arguments must not lose the message
        # Not record.exc_text: another handler's formatter may have cached it there unredacted.
        trace = traced(record.exc_info[1]) if record.exc_info else ""
        return self._redact(message), self._redact(trace + (record.stack_info or "")).rstrip()

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of text and its traceback."""
        message, trace = self.parts(record)
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        # Control characters from outside must not steer the operator's terminal or forge a line.
        line = (
            f"{time} {record.levelname:7} {record.name}: {_CONTROL.sub('?', message.replace(chr(10), ' | '))}"
        )
        return f"{line}\n{_CONTROL.sub('?', trace)}" if trace else line


class _JsonLine(_Line):
    """Write a record as one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object: time (UTC), level, logger, message and exception if any."""
        message, trace = self.parts(record)
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        entry = {"time": time, "level": record.levelname.lower(), "logger": record.name, "message": message}
        return json.dumps(entry | ({"exception": trace} if trace else {}), ensure_ascii=False)


def set_up(settings: LogSettings, secrets: Iterable[str] = (), *, stream: TextIO | None = None) -> None:
    """Send all logging to one stream (standard error), redacted, in the format that the settings name."""
    redact = Redaction(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_Once())
    handler.setFormatter(_JsonLine(redact) if settings.format == "json" else _Line(redact))
    root = logging.getLogger()
    for old in [*root.handlers]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    # At level debug too: their debug lines hold readers' addresses and payloads.
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # Python's own report of an error while logging prints the arguments as they are.
    logging.raiseExceptions = False


def log_unexpected(logger: logging.Logger, error: BaseException, doing: str) -> str:
    """Log an unexpected error with its traceback, and return the id to show in its place."""
    ident = secrets.token_hex(4)
    trace: TracebackType | None = error.__traceback__
    logger.error("error %s while %s", ident, doing, exc_info=(type(error), error, trace))
    return ident
