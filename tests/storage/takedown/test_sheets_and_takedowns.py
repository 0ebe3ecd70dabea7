"""Sheets after a takedown: no export holds the words, and no import brings them back."""

from __future__ import annotations

import pytest

from storage.domain.changes import TakeDown
from storage.domain.errors import InvalidSheet
from storage.record import Record
from storage.sheets.importing import import_sheet
from storage.sheets.shipped import put_shipped
from storage.sheets.takedowns import left_out
from tests.storage.conftest import fact, put
from tests.storage.making import BO, check_tables, content, exported, reexported, revise, supersede

HARM = "a boy of 9 lives at 12 Mill Street"


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """Facts F1 to F4: F2 contradicts F1, F1 has superseded F3."""
    await put(
        record, tmp_path,
        fact("a", HARM), fact("b", "he lives elsewhere", contradicts=[{"fact": "a"}]), fact("c"), fact("d"),
    )  # fmt: skip
    await supersede(record, 3, "a")
    return record


async def take_down(record: Record, subject: str = "F1", ground: str = "privacy"):
    return await record.ledger.make(TakeDown(story_id=1, subject=subject, ground=ground), by=BO)


async def test_an_old_sheet_is_refused_as_a_whole_and_says_why(flood, tmp_path):
    old = tmp_path / "old.jsonl"
    old.write_text(await exported(flood), encoding="utf-8")
    await take_down(flood)
    before = content(flood.database.path)
    with pytest.raises(InvalidSheet) as refused:
        await import_sheet(flood, old, actor="operator")
    (problem,) = refused.value.problems
    assert problem.startswith("line 4, ref: 'a': F1 was taken down on 2024-") and "(privacy)" in problem
    assert "leave it out" in problem and HARM not in str(refused.value)
    assert content(flood.database.path) == before
    # The rest of the sheet comes in once that line is left out.
    rest = [line for line in old.read_text().splitlines() if HARM not in line.split('"revisions"')[0]]
    old.write_text("\n".join(rest), encoding="utf-8")
    done = await import_sheet(flood, old, actor="operator")
    assert (done.added, done.updated) == (0, 0)
    await check_tables(flood)


async def test_an_export_holds_no_word_and_can_be_read_again_here_and_elsewhere(flood, tmp_path):
    await take_down(flood)
    text = await exported(flood)
    assert HARM not in text and "Mill" not in text and '"F1"' not in text
    sheet = tmp_path / "new.jsonl"
    sheet.write_text(text, encoding="utf-8")
    done = await import_sheet(flood, sheet, actor="operator")
    assert (done.added, done.updated) == (0, 0)
    again = await reexported(text, tmp_path)
    assert HARM not in again
    assert "superseded_by" not in again.splitlines()[-1].split('"revisions"')[0]
    # What others say of it stays, with its id.
    assert [each.other_id for each in (await flood.facts.find(2)).relations] == [1]
    # What it stood in the place of is in force again.
    assert (await flood.facts.find(3)).in_force


def test_what_earlier_versions_left_superseded_is_not_in_force_elsewhere():
    state = left_out({"statement": "it rained", "superseded_by": "a"}, {"a"})
    assert state == {"statement": "it rained", "retracted": "superseded by a statement that was taken down"}


async def test_the_shipped_story_does_not_come_back_at_the_next_start(record):
    await put_shipped(record)
    await take_down(record, "F7")
    assert await put_shipped(record) is None
    assert (await record.facts.find(7)).taken_down is not None


async def test_a_fact_corrected_and_taken_down_leaves_no_word_in_the_file(flood):
    await revise(flood, 1, statement=f"{HARM} in Holm", reason=f"not near: {HARM} in Holm")
    await take_down(flood)
    assert "Mill" not in content(flood.database.path)
    assert (await flood.audit.verify()).problem is None
    assert await flood.database.check() == []
    await check_tables(flood)
