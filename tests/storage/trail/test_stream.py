"""What became known is told in that order: also what an import brings that is older than what is known."""

from __future__ import annotations

from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import exported, publish, retract, revise

LATER = "2100-01-01T00:00:00.000000Z"


async def ids(record: Record, since=None, **asked) -> list[tuple[int, int]]:
    found = await record.stream.following([1], *([since] if since else []), now=LATER, limit=100, **asked)
    return [(each.revision.fact_id, each.revision.number) for each in found.changes]


async def test_an_imported_history_is_told_when_it_is_imported(record, tmp_path):
    other = await Record.open(tmp_path / "elsewhere.db", clock=Ticking())
    await put(other, tmp_path, fact("old"))
    await revise(other, 1, statement="it snowed")
    sheet = tmp_path / "history.jsonl"
    sheet.write_text(await exported(other), encoding="utf-8")
    await other.close()

    await put(record, tmp_path, fact("new"))
    read = await record.stream.following([1], now=LATER, limit=100)
    await import_sheet(record, sheet, actor="tester", story="flood")
    assert await ids(record, read.up_to) == [(2, 1), (2, 2)]


async def test_the_newest_come_first_whatever_a_sheet_of_several_stories_brought(record, tmp_path):
    await put(record, tmp_path, *(fact(f"f{number}") for number in range(3)))
    await put(record, tmp_path, fact("elsewhere"), story="fire")
    changed = await publish(record, "f9")
    await retract(record, changed.id)
    newest = await record.stream.newest(1, now=LATER, limit=3)
    assert [(each.revision.fact_id, each.revision.number) for each in newest] == [(5, 2), (5, 1), (3, 1)]
    assert [each.story for each in newest] == [1, 1, 1]


async def test_the_places_looked_at_are_bounded_and_none_is_missed(record, tmp_path, monkeypatch):
    monkeypatch.setattr("storage.trail.stream.LOOKED_AT", 4)
    await put(record, tmp_path, *(fact(f"f{number}") for number in range(11)), story="fire")
    await put(record, tmp_path, *(fact(f"g{number}") for number in range(6)))
    (flood,) = [story.id for story in await record.stories.all() if story.name == "flood"]
    found, read = [], None
    for _turn in range(20):
        page = await record.stream.following([flood], *([read] if read else []), now=LATER, limit=2)
        found += [each.revision.fact_id for each in page.changes]
        read = page.up_to
        if not page.more:
            break
    assert found == list(range(12, 18))
