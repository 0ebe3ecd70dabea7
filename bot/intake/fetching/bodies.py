"""What a server sent, unpacked within a bound: a small body must not become a large one. Pure."""

from __future__ import annotations

import zlib

from bot.intake.fetching.errors import Unfetchable
from bot.texts import _

# Parts that a body may be packed in: each that is opened copies what is left.
MOST_PARTS = 64
_GZIP, _ZLIB, _BARE = 31, 15, -15


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """Return a body as it was before its `Content-Encoding`; at most `limit` bytes. Raises Unfetchable."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Unfetchable(_("The page is packed in a way that is not read ({how})", how=encoding[:40]))
    try:
        if encoding != "deflate":
            return _inflated(body, _GZIP, limit)
        # By the standard it has a header of zlib's; some servers leave it out.
        return _inflated(body, _ZLIB if _has_header(body) else _BARE, limit)
    except zlib.error as error:
        raise _broken() from error


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    out = bytearray()
    for _part in range(MOST_PARTS):
        part = zlib.decompressobj(window)
        out += part.decompress(body, limit - len(out) + 1)
        if len(out) > limit:
            raise too_large(limit)
        if not part.eof:
            raise _broken()
        # Some servers fill up with zeros.
        body = part.unused_data.lstrip(b"\0")
        if not body or window != _GZIP:
            return bytes(out)
    raise _broken()


def _has_header(body: bytes) -> bool:
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0


def too_large(limit: int) -> Unfetchable:
    """Return the refusal of a page of more than `limit` bytes."""
    return Unfetchable(_("The page is larger than {size} MB", size=limit // 1_000_000))


def _broken() -> Unfetchable:
    return Unfetchable(_("What the server sent is cut off or damaged: try again later"))
