"""Check the feeds that moderators watch: which could not be read, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.doctor.findings import Finding, Verdict
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from bot.config import Settings

# Feeds that are named.
MOST_NAMED = 5


async def examine(settings: Settings) -> Finding:
    """Tell how many feeds are watched, and name those that fail."""
    from bot.wiring import open_record

    try:
        async with open_record(settings, create=False) as record:
            states, failing = await record.feeds.states(), await record.feeds.failing(MOST_NAMED)
    except RecordError:
        return Finding(Verdict.SKIPPED, "feeds", "cannot be looked at before the record is sound")
    if not states:
        return Finding(Verdict.OK, "feeds", "no feed is watched (a moderator sends /watch with its address)")
    told = ", ".join(f"{count} {state}" for state, count in states.items())
    if not failing:
        return Finding(Verdict.OK, "feeds", f"feeds that are watched: {told}")
    named = "; ".join(
        f"{each.address} since {(each.failing_since or '')[:16]}: {each.problem}" for each in failing
    )
    return Finding(Verdict.WARN, "feeds", f"feeds that are watched: {told}. {named}")
