"""What the copies of sources tell of the quotations on record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

from bot.answers.date_text import in_words
from bot.intake.verbatim import Check, CopyText, Verdict
from bot.texts import _
from storage.domain.models import Attribution, Fact
from storage.record import Record
from storage.snapshots.rows import Snapshot

# Copies of one source that are looked through, the newest first.
MOST_COPIES = 5


class Checked(NamedTuple):
    """What was found of a quotation, and in which copy; `later` is the last, where only an older has it."""

    check: Check
    snapshot: Snapshot
    later: Snapshot | None = None


class Quotations:
    """Check quotations against the copies of the sources that hold them; each copy is read once."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._texts: dict[int, CopyText] = {}

    async def check(self, facts: Iterable[Fact]) -> dict[tuple[int, int], Checked]:
        """Return what copies tell of quotations, by fact and position, and of locators that lead nowhere."""
        quoted = [
            (fact.id, position, item)
            for fact in facts
            for position, item in enumerate(fact.attributions, 1)
            if item.quote or item.locator
        ]
        if not quoted:
            return {}
        ids = {link.id for _fact, _position, item in quoted for link in item.source.chain()}
        copies = {
            source: several[:MOST_COPIES]
            for source, several in (await self._record.snapshots.of_sources(ids)).items()
        }
        wanted = [each.id for several in copies.values() for each in several if each.id not in self._texts]
        texts = await self._record.snapshots.paragraphs(wanted)

        def find() -> dict[tuple[int, int], Checked]:
            self._texts |= {number: CopyText(paragraphs) for number, paragraphs in texts.items()}
            found = {(fact_id, position): self._best(item, copies) for fact_id, position, item in quoted}
            return {key: each for key, each in found.items() if each is not None}

        # In a thread: a long text takes a while.
        return await asyncio.to_thread(find) if copies else {}

    def _best(self, item: Attribution, copies: dict[int, list[Snapshot]]) -> Checked | None:
        """Return what the newest copy with the quotation tells, else what the newest of all does.

        Of what is known only through another source, that one's copy is what there is.
        """
        several = next((copies[link.id] for link in item.source.chain() if link.id in copies), [])
        first: Checked | None = None
        for each in several if item.quote else several[:1]:
            found = self._texts[each.id].check(item.quote, item.locator)
            if found is None:
                return None
            if found.verdict in (Verdict.VERBATIM, Verdict.ELSEWHERE):
                return Checked(found, each, several[0] if first else None)
            first = first or Checked(found, each)
        return first


def told(checked: Checked) -> str:
    """Say what was found of a quotation."""
    if checked.check.verdict is Verdict.NO_PARAGRAPH:
        return _("the copy has no ¶{number}", number=checked.check.paragraph)
    if checked.check.verdict is Verdict.NOT_FOUND:
        return _("not found in the copy")
    if checked.later is not None:
        return _("verbatim in an earlier copy, no longer in the last one")
    if checked.check.verdict is Verdict.ELSEWHERE:
        return _("verbatim in the copy, but in ¶{number}", number=checked.check.paragraph)
    return _("verbatim in the copy")


def dated(snapshot: Snapshot) -> str:
    """Say when a copy was made."""
    return _("copy of {moment}", moment=in_words(f"{snapshot.at[:16]}Z"))


def named(snapshot: Snapshot) -> str:
    """Say which copy of which source one is."""
    source = f"S{snapshot.source_id}, " if snapshot.source_id else ""
    return f"{source}{dated(snapshot)}, {snapshot.address}"
