"""The findings of checks."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import NamedTuple

# Seconds; platforms tolerate more, but dates in notices and logs would already mislead.
LARGEST_SKEW = 60
# Seconds that a platform may take for its response.
TIMEOUT = 10


class Verdict(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    SKIPPED = "--"


class Finding(NamedTuple):
    """The outcome of one check, with what to do about it where it failed."""

    verdict: Verdict
    subject: str
    text: str

    def __str__(self) -> str:
        """Return the finding as doctor prints it."""
        return f"{self.verdict:4}  {self.subject:8}  {self.text}"


def clock(date: str | None, whose: str) -> Finding:
    """Compare this machine's clock with the Date header of a response."""
    try:
        there = parsedate_to_datetime(date or "")
    except ValueError:
        return Finding(Verdict.SKIPPED, "clock", "the answer had no date to compare with")
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)
    skew = (datetime.now(UTC) - there).total_seconds()
    if abs(skew) > LARGEST_SKEW:
        word = "ahead" if skew > 0 else "behind"
        advice = "set it, for example with: timedatectl set-ntp true"
        return Finding(Verdict.FAIL, "clock", f"{abs(skew):.0f} s {word} of {whose}'s: {advice}")
    return Finding(Verdict.OK, "clock", f"within {max(1, abs(skew)):.0f} s of {whose}'s")
