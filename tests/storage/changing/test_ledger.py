"""What publishing does to facts, their history and the tables around them."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.domain.errors import InvalidSheet, UnknownRefs
from storage.domain.models import RevisionKind, Standing
from storage.record import Record
from storage.sheets.exporting import export_sheet
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import check_tables, content, publish


async def test_publishing_correcting_and_leaving_unchanged(record, tmp_path):
    first = await put(record, tmp_path, fact("a", "ten houses flooded"), fact("b"))
    again = await put(record, tmp_path, fact("a", "twelve houses flooded"), fact("b"), fact("c"))
    assert (first.added, first.updated, first.unchanged) == (2, 0, 0)
    assert (again.added, again.updated, again.unchanged) == (1, 1, 1)
    corrected = await record.facts.find(1)
    assert (corrected.statement, corrected.revision) == ("twelve houses flooded", 2)
    history = await record.facts.revisions(1)
    assert [item.kind for item in history] == [RevisionKind.PUBLISHED, RevisionKind.CORRECTED]
    assert json.loads(history[0].state)["statement"] == "ten houses flooded"
    assert history[0].at < history[1].at and history[1].actor == "tester"


async def test_publishing_by_command(flood):
    made = await publish(flood, "b", "roads closed")
    assert (made.id, made.revision) == (2, 1)
    assert (await flood.facts.find(2)).statement == "roads closed"
    with pytest.raises(UnknownRefs, match="nowhere"):
        await publish(flood, "c", superseded_by="nowhere")
    assert await flood.facts.find(3) is None


async def test_standing_follows_relations_and_what_becomes_of_the_other_side(record, tmp_path):
    against = {"contradicts": [{"fact": "a", "about": "Did it rain?"}]}
    await put(record, tmp_path, fact("a"), fact("b", "it was dry", **against))
    assert [each.standing for each in await record.facts.load([1, 2])] == [Standing.DISPUTED] * 2
    assert [each.id for each in await record.listings.disputed(1, limit=9)] == [1, 2]
    await put(record, tmp_path, fact("b", "it was dry", retracted="the gauge was broken", **against))
    assert [each.standing for each in await record.facts.load([1, 2])] == [
        Standing.ATTRIBUTED,
        Standing.RETRACTED,
    ]
    assert await record.listings.disputed(1, limit=9) == []
    await put(record, tmp_path, fact("c", "it hailed"), fact("a", superseded_by="c"))
    replaced = await record.facts.find(1)
    assert (replaced.standing, replaced.superseded_by) == (Standing.SUPERSEDED, 3)
    assert [each.id for each in await record.listings.all(1, limit=9)] == [3]


async def test_a_relation_that_an_update_drops_is_ended_but_remembered(record, tmp_path):
    await put(record, tmp_path, fact("a"), fact("b", contradicts=[{"fact": "a"}]))
    then = record.ledger.now()
    await put(record, tmp_path, fact("b"))
    assert (await record.facts.find(1)).relations == ()
    (before,) = await record.facts.load([1], moment=then)
    assert [item.other_id for item in before.relations] == [2]
    assert before.standing is Standing.DISPUTED


def shape(found) -> list[tuple]:
    """Return what readers see of facts."""
    return [
        (
            each.id,
            each.statement,
            each.standing,
            each.superseded_by,
            each.retracted,
            each.revision,
            each.relations,
        )
        for each in found
    ]


REFS = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def versions(draw):
    """Draw one version of some of four facts; relations name facts that are always there."""
    lines = []
    for ref in sorted(draw(st.sets(REFS, min_size=1))):
        others = sorted({"a", "b", "c", "d"} - {ref})
        line = fact(ref, f"statement {draw(st.integers(0, 2))} of {ref}")
        if draw(st.booleans()):
            line["contradicts"] = [
                {"fact": other} for other in draw(st.sets(st.sampled_from(others), min_size=1))
            ]
        if draw(st.integers(0, 4)) == 0:
            line["retracted"] = "withdrawn"
        elif draw(st.integers(0, 4)) == 0:
            line["superseded_by"] = draw(st.sampled_from(others))
        lines.append(line)
    return lines


async def put_or_leave(record: Record, folder: Path, lines: list[dict]) -> None:
    """Import lines, unless they would have facts supersede each other in a ring: then nothing changes."""
    before = content(record.database.path)
    try:
        await put(record, folder, *lines)
    except InvalidSheet:
        assert content(record.database.path) == before


async def replay(imports: list[list[dict]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        record = await Record.open(Path(folder) / "record.db", clock=Ticking())
        try:
            await put(record, Path(folder), *(fact(ref) for ref in "abcd"))
            seen = []
            for lines in imports:
                await put_or_leave(record, Path(folder), lines)
                await check_tables(record)
                facts = await record.facts.load([1, 2, 3, 4])
                seen.append((record.ledger.now(), shape(facts), [each.id for each in facts if each.in_force]))
            for moment, shown, in_force in seen:
                assert shape(await record.facts.load([1, 2, 3, 4], moment=moment)) == shown
                assert [each.id for each in await record.listings.in_force_at(1, moment, limit=9)] == in_force
            assert await record.database.check() == []
        finally:
            await record.close()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(versions(), min_size=1, max_size=4))
def test_a_moment_is_read_back_as_it_was_and_tables_agree_with_revisions(imports):
    asyncio.run(replay(imports))


async def test_two_imports_at_once_take_turns(record, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    done = await asyncio.gather(
        put(record, one, *(fact(f"a{n}") for n in range(50))),
        put(record, two, *(fact(f"b{n}") for n in range(50))),
    )
    assert sum(each.added for each in done) == 100
    out = io.StringIO()
    assert await export_sheet(record, out) == 100
