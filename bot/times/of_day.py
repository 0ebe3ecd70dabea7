"""Times of day as people type them."""

from __future__ import annotations

import re

_TIME = re.compile(
    r"(\d{1,2})(?: ?[:.h] ?(\d{2})|(\d{2}))? ?(?:h|uhr|o.?clock)? ?(?:([ap])\.? ?m\.?)?",
    re.IGNORECASE | re.ASCII,
)
_NAMED_TIMES = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}


def time_of_day(text: str) -> str | None:
    """Return a time of day as HH:MM: `19:00`, `7pm`, `7:30 p.m.`, `19h`, `19.30`, `noon`; else None."""
    typed = " ".join(text.casefold().split())
    match = _TIME.fullmatch(typed)
    if typed in _NAMED_TIMES or match is None:
        return _NAMED_TIMES.get(typed)
    hour, minute, half = int(match[1]), int(match[2] or match[3] or 0), match[4]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
