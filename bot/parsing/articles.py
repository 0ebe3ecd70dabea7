"""The article before a name, as it stands in a sentence: `the harbour master`. Pure; English."""

from __future__ import annotations

import re

_ARTICLE = re.compile(r"(?P<the>the)\s+|an?\s+", re.IGNORECASE)


def bare(name: str) -> tuple[str | None, str]:
    """Return `the` if that stands before a name, and the name without its article."""
    match = _ARTICLE.match(name)
    if match is None:
        return None, name
    return "the" if match["the"] else None, name[match.end() :] or name
