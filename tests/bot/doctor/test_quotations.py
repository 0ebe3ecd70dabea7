"""`onrecord doctor` on quotations: how many stand in the copies, and which do not."""

from __future__ import annotations

from bot.config import Settings
from bot.doctor import quotations
from bot.doctor.findings import Verdict
from storage.snapshots.rows import Page
from storage.snapshots.snapshots import Bounds


async def test_quotations_are_checked_against_copies(record):
    settings = Settings.model_validate({"storage": {"path": str(record.database.path)}})
    assert "no copy of any source" in (await quotations.examine(settings)).text
    page = Page(
        "2026-11-28T14:02:31.000000Z", "https://example.org/a", "text/html", 9, "ab", b"x", ("No word.",)
    )
    await record.snapshots.keep(1, 1, page, Bounds(1_000, 0))
    found = await quotations.examine(settings)
    assert found.verdict is Verdict.WARN and "verbatim in them: 0" in found.text and "(F" in found.text
