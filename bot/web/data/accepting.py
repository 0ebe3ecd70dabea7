"""Whether an answer in some media type may be given to who says what they accept (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from functools import lru_cache

# A header that is longer accepts whatever there is: nobody writes one.
LONGEST = 1_000
_RANGE = re.compile(r"\s*(\*|[\w.+!#$&^-]+)/(\*|[\w.+!#$&^-]+)\s*((?:;[^,]*)?)")
_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|$)", re.IGNORECASE)
_WIDER = {"+json": ("application/json",), "+xml": ("application/xml", "text/xml")}


def accepts(header: str | None, media: str) -> bool:
    """Tell whether a header `Accept` lets a media type through; the most specific range decides."""
    return header is None or not header.strip() or len(header) > LONGEST or _lets_through(header, media)


@lru_cache(maxsize=256)
def _lets_through(header: str, media: str) -> bool:
    kind, _slash, _subtype = media.partition("/")
    weights: dict[str, float] = {}
    for part in header.split(","):
        if match := _RANGE.fullmatch(part):
            weight = _WEIGHT.search(match[3])
            weights[f"{match[1]}/{match[2]}".lower()] = float(weight[1]) if weight else 1.0
    # A JSON document of whatever kind is JSON too, and so is XML.
    wider = next((names for suffix, names in _WIDER.items() if media.endswith(suffix)), ())
    ranges = (media, *wider, f"{kind}/*", "*/*")
    return next((weights[each] > 0 for each in ranges if each in weights), False)
