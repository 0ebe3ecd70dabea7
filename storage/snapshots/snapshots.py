"""Keep copies of sources, find them again, and tell what is alike.

A copy is no change of the record: it makes no entry of the trail, and no notice. Copies lie in the record's
file and go with its backups.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from storage.domain.clock import Clock, moment_text
from storage.domain.errors import Refused
from storage.engines.database import Database, Read, Statements
from storage.engines.values import Values
from storage.reading.addresses import comparable
from storage.snapshots.rows import TOLD, Page, Snapshot, digest_of, packed, told, unpacked
from storage.snapshots.sketches import ALIKE, likeness, sketch

_INSERT = """
INSERT INTO snapshot (story_id, source_id, at, address, place, media, size, digest, text_digest, warc,
    paragraphs, sketch)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_OF_SOURCES = (
    f"SELECT {TOLD} FROM snapshot WHERE source_id IN (SELECT value FROM ints(?)) ORDER BY at DESC, id DESC"
)
# What was taken down of a source, or of what reaches us through it: a new copy would bring it back.
_TAKEN_DOWN = """
WITH RECURSIVE through (id) AS (
    SELECT id FROM source WHERE id = :source
    UNION
    SELECT s.id FROM source s JOIN through t ON s.via_id = t.id
)
SELECT 1 FROM tombstone d JOIN attribution a ON d.subject = 'F' || a.fact_id
JOIN through t ON t.id = a.source_id
UNION SELECT 1 FROM tombstone WHERE subject = 'S' || :source
UNION SELECT 1 FROM snapshot WHERE source_id = :source AND struck = 1
"""
_TOTAL = "SELECT coalesce(sum(length(warc)), 0) FROM snapshot"
# Copies that a new one is compared with.
MOST_COMPARED = 5_000


class Bounds(NamedTuple):
    """How many bytes all pages may take together, and the days for which a copy is kept (0: for good)."""

    size: int
    days: int


class Likenesses(NamedTuple):
    """Copies that are like one: of the same address (`elsewhere`), or with nearly the same text (`alike`)."""

    elsewhere: tuple[Snapshot, ...]
    alike: tuple[Snapshot, ...]


class Kept(NamedTuple):
    """What became of a page: the copy, whether it was there `already`, and what of other sources is like it.

    `before` is the last copy of the same source, where its text was another.
    """

    snapshot: Snapshot
    already: bool
    before: Snapshot | None
    others: Likenesses


class Snapshots:
    """Copies of sources."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, story_id: int, source_id: int | None, page: Page, bounds: Bounds) -> Kept:
        """Keep a page as a copy of a source, unless the last one has the same text. Raises Refused."""
        # In a thread: a long text takes a while.
        sketched = await asyncio.to_thread(sketch, page.paragraphs)
        await self.expire(bounds.days)
        async with self._database.transaction() as tx:
            return await tx.work(lambda plain: _keep(plain, story_id, source_id, page, sketched, bounds))

    async def refuse_without_room(self, page: Page, bounds: Bounds) -> None:
        """Raise Refused where the copies may not take so many bytes more."""
        held = await self._database.read(_TOTAL)
        _refuse_without_room(held[0][0], page, bounds)

    async def with_text(self, story_id: int, paragraphs: Iterable[str]) -> Snapshot | None:
        """Return the newest copy in a story with just this text, None if there is none."""
        rows = await self._database.read(
            f"SELECT {TOLD} FROM snapshot WHERE story_id = ? AND text_digest = ? AND source_id IS NOT NULL"
            " ORDER BY at DESC, id DESC LIMIT 1",
            (story_id, digest_of(list(paragraphs))),
        )
        return told(rows[0]) if rows else None

    async def by_id(self, snapshot_id: int) -> Snapshot | None:
        """Return a copy, None where it is gone."""
        rows = await self._database.read(f"SELECT {TOLD} FROM snapshot WHERE id = ?", (snapshot_id,))
        return told(rows[0]) if rows else None

    async def expire(self, days: int) -> None:
        """Delete copies that are older; 0 keeps all."""
        if days:
            before = moment_text(self._clock() - timedelta(days=days))
            async with self._database.transaction() as tx:
                await tx.run("DELETE FROM snapshot WHERE at < ?", (before,))

    async def of_sources(self, ids: Iterable[int]) -> dict[int, list[Snapshot]]:
        """Return the copies of sources, of each the newest first."""
        found: dict[int, list[Snapshot]] = {}
        for row in await self._database.read(_OF_SOURCES, (Values(sorted(set(ids))),)):
            found.setdefault(row["source_id"], []).append(told(row))
        return found

    async def like(self, source_id: int) -> Likenesses:
        """Return the copies of other sources that are like the last one of a source."""

        def work(read: Read) -> Likenesses:
            rows = read(
                "SELECT story_id, place, sketch FROM snapshot WHERE source_id = ?"
                " ORDER BY at DESC, id DESC LIMIT 1",
                (source_id,),
            )
            return (
                _others(read, rows[0][0], source_id, rows[0][1], rows[0][2]) if rows else Likenesses((), ())
            )

        return await self._database.reading(work)

    async def paragraphs(self, ids: Iterable[int]) -> dict[int, list[str]]:
        """Return the text of copies, by id; a paragraph that was taken down is empty."""
        rows = await self._database.read(
            "SELECT id, paragraphs FROM snapshot WHERE id IN (SELECT value FROM ints(?)) ORDER BY id",
            (Values(sorted(set(ids))),),
        )
        return {row["id"]: unpacked(row["paragraphs"]) for row in rows}

    async def warc(self, snapshot_id: int) -> bytes | None:
        """Return the page of a copy as a WARC file; None where it was taken down."""
        rows = await self._database.read("SELECT warc FROM snapshot WHERE id = ?", (snapshot_id,))
        return rows[0]["warc"] if rows else None

    async def quoting(self, limit: int, *, after: int = 0) -> list[int]:
        """Return the facts in force that quote, or tell a place in a source, those after `after`."""
        rows = await self._database.read(
            "SELECT DISTINCT a.fact_id FROM attribution a JOIN fact f ON f.id = a.fact_id"
            " WHERE (a.quote IS NOT NULL OR a.locator IS NOT NULL)"
            " AND f.superseded_by IS NULL AND f.retracted IS NULL AND a.fact_id > ?"
            " ORDER BY a.fact_id LIMIT ?",
            (after, limit),
        )
        return [row[0] for row in rows]

    async def size(self) -> tuple[int, int]:
        """Return how many copies there are, and how many bytes their pages take."""
        rows = await self._database.read("SELECT count(*), coalesce(sum(length(warc)), 0) FROM snapshot")
        return rows[0][0], rows[0][1]


def _keep(
    tx: Statements, story_id: int, source_id: int | None, page: Page, sketched: bytes, bounds: Bounds
) -> Kept:
    if tx.fetch(_TAKEN_DOWN, {"source": source_id}):
        raise Refused(
            f"Words of S{source_id} were taken down: no copy of it is kept, for it would bring them back"
        )
    place, text_digest = comparable(page.address), digest_of(page.paragraphs)
    others = _others(tx.fetch, story_id, source_id, place, sketched)
    _join(tx, source_id, [each.source_id for each in others.alike])
    before = _last(tx, source_id)
    if before is not None and before.text_digest == text_digest:
        return Kept(before, True, None, others)
    _refuse_without_room(tx.fetch(_TOTAL)[0][0], page, bounds)
    row = tx.fetch(
        _INSERT,
        (
            story_id, source_id, page.at, page.address, place, page.media, page.size, page.digest,
            text_digest, page.warc, packed(page.paragraphs), sketched,
        ),
    )[0]  # fmt: skip
    made = tx.fetch(f"SELECT {TOLD} FROM snapshot WHERE id = ?", (row[0],))[0]
    return Kept(told(made), False, before, others)


def _join(tx: Statements, source_id: int | None, alike: Iterable[int | None]) -> None:
    """Note with sources that they have nearly the same text: that stays so, whatever their pages become."""
    others = {each for each in alike if each is not None}
    if source_id is None or not others:
        return
    rows = tx.fetch(
        "SELECT id, alike FROM source WHERE id IN (SELECT value FROM ints(?)) ORDER BY id",
        (Values(sorted({source_id, *others})),),
    )
    for row in rows:
        known = set(json.loads(row["alike"] or "[]"))
        joined = known | (others if row["id"] == source_id else {source_id})
        if joined != known:
            tx.run("UPDATE source SET alike = ? WHERE id = ?", (json.dumps(sorted(joined)), row["id"]))


def _refuse_without_room(held: int, page: Page, bounds: Bounds) -> None:
    if held + len(page.warc) > bounds.size:
        raise Refused(
            f"The copies in this record take {held / 1e6:.0f} of {bounds.size / 1e6:.0f} MB, so there is"
            " no room for another: raise intake.copies, or shorten intake.retention"
        )


def _last(tx: Statements, source_id: int | None) -> Snapshot | None:
    rows = tx.fetch(
        f"SELECT {TOLD} FROM snapshot WHERE source_id = ? ORDER BY at DESC, id DESC LIMIT 1", (source_id,)
    )
    return told(rows[0]) if rows else None


def _others(
    read: Read, story_id: int, source_id: int | None, place: str | None, sketched: bytes
) -> Likenesses:
    """Return copies of a story's other sources: those of the same address, those of nearly the same text."""
    rows = read(
        f"SELECT {TOLD}, place, sketch FROM snapshot WHERE story_id = ? AND coalesce(source_id, 0) <> ?"
        " ORDER BY id DESC LIMIT ?",
        (story_id, source_id or 0, MOST_COMPARED),
    )
    same = [row for row in rows if place is not None and row["place"] == place]
    like = [row for row in rows if row not in same and likeness(row["sketch"], sketched) >= ALIKE]
    return Likenesses(_newest(same), _newest(like))


def _newest(rows: Iterable[object]) -> tuple[Snapshot, ...]:
    """Return the newest copy of each source among rows, which are the newest first."""
    found: dict[int, Snapshot] = {}
    for each in map(told, rows):
        found.setdefault(each.source_id or -each.id, each)
    return tuple(found.values())
