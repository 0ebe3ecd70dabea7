"""Check the quotations on record against the copies of their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.doctor.findings import Finding, Verdict
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.record import Record

# Facts that are read at once, and those that are named.
_PAGE, MOST_NAMED = 200, 10


async def examine(settings: Settings) -> Finding:
    """Tell how many quotations stand word for word in the copies, and name the facts whose do not."""
    from bot.wiring import open_record

    try:
        async with open_record(settings, create=False) as record:
            copies, size = await record.snapshots.size()
            sound, wrong = await _checked(record) if copies else (0, [])
    except RecordError:
        return Finding(Verdict.SKIPPED, "copies", "cannot be looked at before the record is sound")
    if not copies:
        return Finding(
            Verdict.OK, "copies", "there is no copy of any source (onrecord snapshot S1 --fetch makes one)"
        )
    kept = f"copies of sources: {copies} ({size / 1e6:.1f} MB); quotations verbatim in them: {sound}"
    if not wrong:
        return Finding(Verdict.OK, "copies", kept)
    named = ", ".join(wrong[:MOST_NAMED]) + (", ..." if len(wrong) > MOST_NAMED else "")
    return Finding(
        Verdict.WARN, "copies", f"{kept}, not where they are said to stand: {len(wrong)} ({named}): see /fact"
    )


async def _checked(record: Record) -> tuple[int, list[str]]:
    """Return how many quotations are sound, and the facts of the others."""
    from bot.intake.quotations import Quotations
    from bot.intake.verbatim import Verdict as Told

    quotations, sound, wrong, after = Quotations(record), 0, dict[str, None](), 0
    while ids := await record.snapshots.quoting(_PAGE, after=after):
        for (fact_id, _position), found in (await quotations.check(await record.facts.load(ids))).items():
            if found.check.verdict is Told.VERBATIM and found.later is None:
                sound += 1
            else:
                wrong[f"F{fact_id}"] = None
        after = ids[-1]
    return sound, list(wrong)
