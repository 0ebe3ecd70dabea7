"""A picture that shows nothing: it takes the place of one that may not stay and cannot be drawn anew."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 320, 160
_GREY = 200


def blank() -> bytes:
    """Return a grey PNG of WIDTH by HEIGHT pixels; nothing has to be installed for it."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    rows = (b"\x00" + bytes([_GREY]) * WIDTH) * HEIGHT
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check
