"""What had been published by a day, with the voices and relations of then."""

from __future__ import annotations

import pytest

from storage.record import Record
from tests.storage.conftest import put

EARLY = {"ref": "early", "title": "Early", "published": "2024-01-04"}
LATE = {"ref": "late", "title": "Late", "published": "2024-03"}
QUOTED = {"ref": "quoted", "title": "Quoted", "via": "early"}
UNDATED = {"ref": "undated", "title": "Undated"}


def line(ref: str, *sources: str, **fields):
    return {
        "ref": ref,
        "statement": f"it was {ref}",
        "attributions": [{"source": s} for s in sources],
        **fields,
    }


@pytest.fixture
async def stocked(record: Record, tmp_path):
    await put(
        record,
        tmp_path,
        *({"source": each} for each in (EARLY, LATE, QUOTED, UNDATED)),
        line("a", "early", "late"),
        line("b", "quoted"),
        line("c", "late", contradicts=[{"fact": "a"}]),
        line("d", "undated"),
        line("e", "early", superseded_by="c"),
        line("g", "early", superseded_by="b"),
        line("h", "early", retracted="it was wrong"),
    )
    return record


async def refs(record: Record, day: str, **how) -> str:
    return "".join(each.ref for each in await record.published.by(1, day, limit=20, **how))


async def test_a_fact_was_published_when_one_of_its_sources_was(stocked, subtests):
    for day, sure, perhaps in [
        ("2024-01-03", "", ""),
        ("2024-01-04", "abe", ""),
        ("2024-02-29", "abe", ""),
        ("2024-03-15", "abe", "c"),
        ("2024-03-31", "abc", ""),
    ]:
        with subtests.test(day=day):
            assert await refs(stocked, day) == sure
            assert await refs(stocked, day, perhaps=True) == perhaps


async def test_a_fact_is_shown_with_what_was_known_of_it(stocked):
    then = {each.ref: each for each in await stocked.published.by(1, "2024-02-29", limit=20)}
    now = {each.ref: each for each in await stocked.published.by(1, "2024-12-31", limit=20)}
    assert [item.source.title for item in then["a"].attributions] == ["Early"]
    assert [item.source.title for item in now["a"].attributions] == ["Early", "Late"]
    assert (then["a"].standing, now["a"].standing) == ("attributed", "disputed")
    assert then["e"].in_force and "e" not in now


async def test_pages_hold_each_fact_once(stocked):
    first = await stocked.published.by(1, "2024-12-31", limit=2)
    second = await stocked.published.by(1, "2024-12-31", after=first[-1].id, limit=2)
    assert [each.ref for each in (*first, *second)] == ["a", "b", "c"]
