"""What two records have in common if one is the other: counts, trail, and all that an export writes."""

from __future__ import annotations

import hashlib
import io
from typing import NamedTuple, TextIO, cast

from storage.domain.errors import RecordError
from storage.record import Record
from storage.sheets.exporting import export_sheet
from storage.trail.verifying import Verified

_DIFFERS = "What was copied is not what is on record ({what}). Nothing was changed: please report this"


class State(NamedTuple):
    """What a record holds: rows of each table, its verified trail, and the digest of its export."""

    counts: dict[str, int]
    trail: Verified
    facts: int
    export: str

    @property
    def told(self) -> str:
        """Return in a few words how much it is."""
        facts = "1 fact" if self.facts == 1 else f"{self.facts:,} facts"
        trail = f"entries of its trail: {self.trail.entries:,}, which ends in {self.trail.head[:16]}"
        return f"{facts}, {sum(self.counts.values()):,} rows; {trail}"


class _Digest(io.TextIOBase):
    """Takes text and keeps its digest alone."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, text: str) -> int:
        self.digest.update(text.encode())
        return len(text)


async def state_of(record: Record, counts: dict[str, int]) -> State:
    """Return what a record holds, whose tables have been counted."""
    trail = await record.audit.verify()
    out = _Digest()
    # An export is of some story.
    facts = await export_sheet(record, cast("TextIO", out)) if await record.stories.all() else 0
    return State(counts, trail, facts, out.digest.hexdigest())


def compare(old: State, new: State) -> None:
    """Raise RecordError where a copy is not what it was made of."""
    tables = [
        name for name in sorted(old.counts | new.counts) if old.counts.get(name) != new.counts.get(name)
    ]
    if tables:
        raise RecordError(_DIFFERS.format(what=f"rows of {', '.join(tables)}"))
    if old.trail != new.trail:
        raise RecordError(_DIFFERS.format(what=new.trail.problem or "the audit trail"))
    if old.export != new.export:
        raise RecordError(_DIFFERS.format(what="its export"))
