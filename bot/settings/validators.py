"""Checks of settings' values before pydantic's own, each raising ValueError; and which keys are near."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator

from storage.engines.postgres.addresses import is_address, is_torn


def unless_empty(value: Any) -> Any:
    """Return a text without spaces around it, None for an empty one."""
    return (value.strip() or None) if isinstance(value, str) else value


def lower(value: Any) -> Any:
    """Return a text in small letters."""
    return value.strip().lower() if isinstance(value, str) else value


def listed(value: Any) -> Any:
    """Split what the environment gives as one text: `telegram:1, telegram:2` or a TOML list."""
    if not isinstance(value, str):
        return value
    return [part.strip(" '\"") for part in value.strip(" []").split(",") if part.strip(" '\"")]


def networks(value: Any) -> Any:
    """Accept a list, as `listed` reads it, of addresses and networks."""
    texts = listed(value)
    for text in texts if isinstance(texts, list) else ():
        ip_network(text, strict=False)
    return texts


def matching(pattern: re.Pattern[str]) -> BeforeValidator:
    """Return a check that a text matches a pattern; an empty value passes."""

    def check(value: Any) -> Any:
        text = unless_empty(value)
        if text is not None and not (isinstance(text, str) and pattern.fullmatch(text)):
            raise ValueError
        return text

    return BeforeValidator(check)


def web_address(value: Any) -> Any:
    """Accept an http(s) address with a host."""
    text = unless_empty(value)
    if text is None:
        return None
    parts = urlsplit(text) if isinstance(text, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    return text


def database_address(value: Any) -> Any:
    """Accept the address of a PostgreSQL database."""
    text = unless_empty(value)
    if text is not None and not (isinstance(text, str) and is_address(text) and not is_torn(text)):
        raise ValueError
    return text


def base_address(value: Any) -> Any:
    """Accept an http(s) address, and leave out slashes at its end."""
    text = web_address(value)
    return text.rstrip("/") if text else text


def origin(value: Any) -> Any:
    """Accept an http(s) address without a path, and leave out a slash at its end."""
    text = base_address(value)
    if text is not None:
        parts = urlsplit(text)
        if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError
    return text


def called_address(value: Any) -> Any:
    """Accept https, and http only where it cannot leave the machine."""
    text = web_address(value)
    if (
        text is not None
        and (parts := urlsplit(text)).scheme == "http"
        and not _is_loopback(parts.hostname or "")
    ):
        raise ValueError
    return text


def gateway_address(value: Any) -> Any:
    """Accept a ws(s) address with a host."""
    text = unless_empty(value)
    if text is not None:
        parts = urlsplit(text) if isinstance(text, str) else None
        if parts is None or parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def host_and_port(value: Any) -> Any:
    """Accept host:port."""
    host, colon, port = value.strip().rpartition(":") if isinstance(value, str) else ("", "", "")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError
    return value.strip()


def host_and_port_or_none(value: Any) -> Any:
    """Accept host:port, or nothing."""
    text = unless_empty(value)
    return None if text is None else host_and_port(text)


def nearest(key: str, known: Sequence[str]) -> list[str]:
    """Return the known keys of settings that an unknown one may stand for, the nearest first."""
    last = key.rpartition(".")[2]
    return (
        difflib.get_close_matches(key, known, n=1, cutoff=0.7)
        or [name for name in known if name.rpartition(".")[2] == last]
        or difflib.get_close_matches(key.replace("_", "."), known, n=1, cutoff=0.7)
        or [name for name in known if difflib.get_close_matches(last, [name.rpartition(".")[2]], cutoff=0.75)]
    )
