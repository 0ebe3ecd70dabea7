"""Addresses of databases on a server, as libpq reads them, and what of them may be shown."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

SCHEMES = ("postgresql://", "postgres://")


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a database on a server, and no file."""
    return text.lower().startswith(SCHEMES)


def is_torn(address: str) -> bool:
    """Tell whether an @ stands behind the server's part: then a / has cut a password in two.

    libpq would take one half for a port, and the other for a part of the database's name, which is shown.
    """
    return is_address(address) and "@" in urlsplit(address).path


def without_password(address: str) -> str:
    """Return an address as it may be shown: server, role and database."""
    parts = urlsplit(address)
    given, at, hosts = parts.netloc.rpartition("@")
    return f"postgresql://{given.partition(':')[0]}{at}{hosts}{parts.path}"


def passwords(address: str) -> tuple[str, ...]:
    """Return the passwords in an address, as they are written and as they are meant."""
    parts = urlsplit(address)
    written = [parts.netloc.rpartition("@")[0].partition(":")[2], *parse_qs(parts.query).get("password", ())]
    return tuple(dict.fromkeys(form for each in written if each for form in (each, unquote(each))))
