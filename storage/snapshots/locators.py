"""Places in a source: which paragraph a locator names. Pure."""

from __future__ import annotations

import re

from storage.domain.folding import digits

_PARAGRAPH = re.compile(r"¶\s?([0-9]{1,5})|\b(?:paragraph|para|par|p)\.?\s?([0-9]{1,5})\b", re.IGNORECASE)


def paragraph_of(locator: str | None) -> int | None:
    """Return the paragraph that a locator names, such as ¶5; None where it names none."""
    match = _PARAGRAPH.search(digits(locator)) if locator else None
    return int(match[1] or match[2]) if match else None
