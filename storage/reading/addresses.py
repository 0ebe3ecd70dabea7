"""Addresses of sources, compared without scheme, www., last slash, place in a page and trackers. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
# Parameters by which sites and newsletters count who came from where.
_TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|y|dc|ms|tw)clid|mc_[ce]id|igshid|igsh|_ga|ref_src|ref_url|cmpid"
    r"|at_(?:medium|campaign|format|bbc_team|(?:link|ptr)_\w+|custom\d?)"
)
_PORTS = {None, 80, 443}
# Signs of a path that are the same written as they are and in percent.
_PLAIN = "/:@!$&'()*+,;=-._~"
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
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0].lower())))
    place = host if port in _PORTS else f"{host}:{port}"
    path = quote(unquote(parts.path), safe=_PLAIN).rstrip("/")
    # "#/doc/1" is another page, "#comments" a place in one.
    page = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""
    return f"{place}{path}{'?' if query else ''}{query}{page}"


def host_of(text: str) -> str:
    """Return the host of an address in its comparable form."""
    return re.split(r"[/?:]", text, maxsplit=1)[0]
