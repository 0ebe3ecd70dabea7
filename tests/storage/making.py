"""Changes as moderators make them, and what a record holds before and after."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from storage.changing.ledger import ChangeResult
from storage.domain.changes import MergeEntity, Publish, Revise
from storage.domain.entries import FactEntry
from storage.domain.models import Fact
from storage.record import Record
from storage.search import full_text, name_index
from storage.sheets.exporting import export_sheet
from storage.sheets.importing import import_sheet
from storage.trail.audit import Actor
from tests.conftest import ON_POSTGRES
from tests.storage.beside import beside
from tests.storage.conftest import Ticking, fact

ANN = Actor("telegram:99", "telegram:-100")
BO = Actor("telegram:2", "telegram:-100")


class Still:
    """A clock that shows the moment it is set to."""

    def __init__(self) -> None:
        self.moment = datetime(2024, 1, 4, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


def entry(ref: str, statement: str = "it rained", **fields) -> FactEntry:
    return FactEntry(**fact(ref, statement, **fields))


async def publish(
    record: Record, ref: str, statement: str = "it rained", *, by: Actor = ANN, **fields
) -> Fact:
    """Publish a fact in the first story."""
    made = await record.ledger.make(Publish(story_id=1, fact=entry(ref, statement, **fields)), by=by)
    return made.fact


async def revision(
    record: Record,
    fact_id: int,
    kind: str = "corrected",
    *,
    reason: str | None = None,
    expected: int | None = None,
    draft: int | None = None,
    **fields,
) -> Revise:
    """Return the change that brings a fact from how it reads now to what `fields` say."""
    found = await record.facts.find(fact_id)
    before = (await record.facts.entry(fact_id)).model_dump(mode="json", exclude_defaults=True)
    return Revise(
        story_id=found.story_id,
        fact_id=fact_id,
        expected=expected or found.revision,
        kind=kind,
        fact=FactEntry(**{**before, **fields}),
        reason=reason,
        draft=draft,
    )


async def revise(record: Record, fact_id: int, kind: str = "corrected", *, by: Actor = ANN, **given) -> Fact:
    """Bring a fact to what is given; by default a correction."""
    return (await record.ledger.make(await revision(record, fact_id, kind, **given), by=by)).fact


async def retract(record: Record, fact_id: int, why: str = "it was wrong", *, by: Actor = ANN) -> Fact:
    return await revise(record, fact_id, "retracted", retracted=why, reason=why, by=by)


async def restore(record: Record, fact_id: int, *, by: Actor = ANN) -> Fact:
    return await revise(record, fact_id, "restored", retracted=None, by=by)


async def supersede(record: Record, fact_id: int, by_ref: str | None, *, by: Actor = ANN) -> Fact:
    return await revise(record, fact_id, "superseded", superseded_by=by_ref, by=by)


async def merge(record: Record, one: str, other: str, *, by: Actor = ANN) -> ChangeResult:
    """Find that one entity is another, both given by ref."""
    rows = await record.database.read("SELECT ref, id FROM entity WHERE story_id = 1")
    ids = dict(map(tuple, rows))
    return await record.ledger.make(MergeEntity(story_id=1, entity_id=ids[one], into_id=ids[other]), by=by)


def content(path: Path) -> str:
    """Return all that a record holds, as text."""
    if ON_POSTGRES:
        with beside(path) as other:
            # Words in bytes are to be seen, too.
            other.execute("SET bytea_output = 'escape'")
            tables = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            rows = " UNION ALL ".join(f"SELECT '{name}', CAST(t AS TEXT) FROM {name} t" for (name,) in tables)
            return "\n".join(sorted(" ".join(row) for row in other.execute(rows)))
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


async def exported(record: Record) -> str:
    out = io.StringIO()
    await export_sheet(record, out)
    return out.getvalue()


async def reexported(text: str, folder: Path) -> str:
    """Import an export into an empty record and export it again."""
    sheet = folder / "exported.jsonl"
    sheet.write_text(text, encoding="utf-8")
    other = await Record.open(folder / "other.db", clock=Ticking())
    try:
        await import_sheet(other, sheet, actor="someone else")
        assert await other.database.check() == []
        return await exported(other)
    finally:
        await other.close()


# The row of each fact as its tables have it, beside what its last revision keeps. Of entities only those that
# they were found to be: a state names them by the ref that it was written with.
TABLES = """
SELECT f.statement, f.retracted, s.ref, f.occurred,
    (SELECT list_of(row_of(speaker, cue, stance, source)) FROM (
        SELECT coalesce(e.merged_into, e.id) AS speaker, a.cue, a.stance, so.ref AS source
        FROM attribution a LEFT JOIN entity e ON e.id = a.speaker_id JOIN source so ON so.id = a.source_id
        WHERE a.fact_id = f.id ORDER BY a.position
    ) said),
    (SELECT coalesce(list_of(row_of(r.kind, x.ref)), '[]') FROM relation r JOIN fact x ON x.id = r.other_id
        WHERE r.fact_id = f.id AND r.ended_at IS NULL),
    (SELECT coalesce(list_of(row_of(m.part, m.entity_id)), '[]') FROM mention m WHERE m.fact_id = f.id),
    f.superseded_by IS NULL AND f.retracted IS NULL, f.id IN ({indexed}), r.state,
    f.revision = (SELECT max(number) FROM revision WHERE fact_id = f.id), f.story_id
FROM fact f JOIN revision r ON r.fact_id = f.id AND r.number = f.revision
LEFT JOIN fact s ON s.id = f.superseded_by
"""


async def check_tables(record: Record) -> None:
    """Make sure that the tables around each fact say what its last revision says."""
    entities = {
        (row["story_id"], row["ref"]): row["merged_into"] or row["id"]
        for row in await record.database.read("SELECT * FROM entity")
    }
    tables = TABLES.format(indexed=full_text.ids(record.database.dialect))
    for row in await record.database.read(tables):
        (
            statement, retracted, superseded_by, occurred, voices, others, mentions, in_force, indexed, state,
            is_last, story,
        ) = row  # fmt: skip
        kept = json.loads(state)
        assert (statement, retracted, superseded_by, occurred) == (
            kept["statement"], kept.get("retracted"), kept.get("superseded_by"), kept.get("occurred"),
        )  # fmt: skip

        def named(ref: str | None, story: int = story) -> int | None:
            return entities[story, ref] if ref else None

        said = [
            [named(v.get("speaker")), v.get("cue"), v["stance"], v["source"]] for v in kept["attributions"]
        ]
        assert json.loads(voices) == said
        assert sorted(json.loads(others)) == sorted(
            [kind, item["fact"]] for kind in ("contradicts", "supports") for item in kept.get(kind, ())
        )
        parts = [("speaker", voice[0]) for voice in said if voice[0]]
        parts += [("place", named(ref)) for ref in kept.get("places", ())]
        parts += [("about", named(ref)) for ref in kept.get("about", ())]
        assert sorted(map(tuple, json.loads(mentions))) == sorted(set(parts))
        assert bool(in_force) == bool(indexed)
        assert is_last
    await check_name_index(record)


async def check_name_index(record: Record) -> None:
    """Make sure that the index of names holds just what the names on record need."""
    forms: dict[int, set[str]] = {}
    for story, folded in await record.database.read("SELECT story_id, folded FROM entity_name"):
        forms.setdefault(story, set()).add(folded)
    words = {(story, *row) for story, own in forms.items() for row in name_index.word_rows(own)}
    assert set(map(tuple, await record.database.read("SELECT * FROM name_word"))) == words
    pieces = {
        (story, piece, word)
        for story, word, _form in words
        for piece in name_index.pieces(word) | name_index.sounds(word)
    }
    assert set(map(tuple, await record.database.read("SELECT * FROM name_piece"))) == pieces
