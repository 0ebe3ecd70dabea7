"""Addresses of sources, compared without scheme, www., last slash, fragment and trackers. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
# Parameters by which sites and newsletters count who came from where.
_TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|y|dc|ms|tw)clid|mc_[ce]id|igshid|igsh|_ga|ref_src|ref_url|cmpid|at_\w+|si"
)
_PORTS = {None, 80, 443}
LONGEST = 2_000


def comparable(text: str) -> str | None:
    """Return the form in which addresses are compared; None for what is no address of the web."""
    if len(text) > LONGEST or any(sign.isspace() for sign in text):
        return None
    try:
        parts = urlsplit(text if _SCHEME.match(text) else f"https://{text}")
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host) or "@" in parts.netloc:
        return None
    told = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0].lower()))
    query = "&".join(f"{name}={value}" for name, value in told)
    place = host if port in _PORTS else f"{host}:{port}"
    return f"{place}{unquote(parts.path).rstrip('/')}{'?' if query else ''}{query}"


def host_of(text: str) -> str:
    """Return the host of an address in its comparable form."""
    return re.split(r"[/?:]", text, maxsplit=1)[0]
