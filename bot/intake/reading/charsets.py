"""The text in bytes whose encoding is told, or not. Pure."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A page names its encoding in its first kilobyte: <meta charset="utf-8">, or at the end of a content type.
_NAMED = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_WITHIN = 1024
# What browsers take these names for.
_MEANT = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
}


def decoded(content: bytes, told: str | None, *, markup: bool) -> str:
    """Return the text, by its byte order mark, else as the server told, as the page names it, or as UTF-8.

    Bytes that are none of these are read as Windows-1252, as browsers do. Raises ValueError for what is no
    text at all.
    """
    for mark, meant in _MARKS:
        if content.startswith(mark):
            return _whole(content.decode(meant, "replace"))
    named = _NAMED.search(content[:_WITHIN].decode("latin-1")) if markup else None
    for name in filter(None, (told, named[1] if named else None, "utf-8")):
        try:
            return _whole(content.decode(_MEANT.get(name.lower(), name)))
        except (LookupError, UnicodeDecodeError):
            continue
    return _whole(content.decode("cp1252", "replace"))


def _whole(text: str) -> str:
    if "\0" in text:
        raise ValueError("no text")
    return text
