"""Whatever goes or comes back of a chain of facts, one of them stands: never none, never two."""

from __future__ import annotations

import pytest

from storage.domain.changes import Publish, TakeDown
from storage.domain.errors import AlreadyDone, Refused
from storage.record import Record
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import ANN, check_tables, entry, restore, retract, revise, supersede


@pytest.fixture
async def chain(record: Record, tmp_path) -> Record:
    """F1 superseded by F2, that by F3."""
    await put(record, tmp_path, *(fact(ref, f"{ref} houses fell") for ref in "abc"))
    await supersede(record, 1, "b")
    await supersede(record, 2, "c")
    return record


async def standing(record: Record) -> list[int]:
    await check_tables(record)
    assert (await record.audit.verify()).problem is None
    return [each.id for each in await record.listings.all(1, limit=9) if each.in_force]


async def undo(record: Record) -> None:
    await record.ledger.undo(by=ANN, within_minutes=10)


async def test_what_the_last_took_the_place_of_comes_back(chain):
    made = await retract(chain, 3)
    assert made.retracted is not None
    assert await standing(chain) == [2]
    (_published, _superseded, restored) = await chain.facts.revisions(2)
    assert (restored.kind, restored.reason, restored.actor) == ("restored", "F3 was retracted", ANN.address)
    # The trail and the notices tell of it under the one change.
    entries = await chain.audit.page(fact_id=2, limit=1)
    assert [each.subject for each in entries] == ["F3"]
    told = await chain.database.read("SELECT kind, fact_id, audit_id FROM notice ORDER BY id DESC LIMIT 2")
    assert [(row[0], row[1]) for row in told] == [("restored", 2), ("retracted", 3)]
    assert told[0][2] == told[1][2]


async def test_one_in_the_middle_leaves_no_hole_when_the_last_goes_too(chain):
    await retract(chain, 2)
    assert await standing(chain) == [3]
    await retract(chain, 3)
    assert await standing(chain) == [1]


async def test_what_came_back_goes_again_with_the_retraction(chain):
    await retract(chain, 3)
    await undo(chain)
    assert await standing(chain) == [3]
    await retract(chain, 3)
    await restore(chain, 3)
    assert await standing(chain) == [3]


async def test_restored_in_any_order_one_stands(chain):
    await retract(chain, 2)
    await retract(chain, 3)
    await restore(chain, 2)
    assert await standing(chain) == [2]
    await restore(chain, 3)
    assert await standing(chain) == [3]


async def test_what_was_put_in_another_place_meanwhile_stays_there(chain, tmp_path):
    await retract(chain, 3)
    await put(chain, tmp_path, fact("d", "d houses fell"))
    await supersede(chain, 2, "d")
    await restore(chain, 3)
    assert await standing(chain) == [3, 4]


async def test_a_takedown_leaves_no_hole_either(chain):
    await chain.ledger.make(TakeDown(story_id=1, subject="F3", ground="privacy"), by=ANN)
    assert await standing(chain) == [2]
    assert (await chain.facts.revisions(2))[-1].reason == "F3 was taken down"
    with pytest.raises(Refused):
        await undo(chain)


async def test_a_new_fact_takes_a_place_in_one_change(flood):
    change = Publish(story_id=1, fact=entry("b", "it hailed"), supersedes=1)
    rehearsed = await flood.ledger.rehearse(change, by=ANN)
    assert [(each.id, each.superseded_by) for each in rehearsed.others] == [(1, 2)]
    made = await flood.ledger.make(change, by=ANN)
    assert await standing(flood) == [2]
    revisions = [*await flood.facts.revisions(1), *await flood.facts.revisions(2)]
    assert [(each.kind, each.at) for each in revisions[1:]] == [
        ("superseded", revisions[-1].at),
        ("published", revisions[-1].at),
    ]
    (entered, _imported) = await flood.audit.page(fact_id=1, limit=9)
    assert (entered.id, entered.subject, entered.reason) == (made.audit_id, "F2", "in place of F1")
    await undo(flood)
    assert await standing(flood) == [1]
    with pytest.raises(AlreadyDone):
        await flood.ledger.make(change, by=ANN)


async def test_a_new_fact_takes_no_place_of_what_does_not_stand(flood, tmp_path):
    await put(flood, tmp_path, fact("x"), story="other")
    await put(flood, tmp_path, fact("b"), fact("c"))
    await retract(flood, 3)
    await supersede(flood, 4, "a")
    for other, why in (
        (99, "not on record"),
        (2, "not on record"),
        (3, "retracted"),
        (4, "superseded by F1"),
    ):
        with pytest.raises(Refused, match=why):
            await flood.ledger.make(Publish(story_id=1, fact=entry("n"), supersedes=other), by=ANN)
    assert await standing(flood) == [1]


async def test_what_was_built_on_stays_when_an_addition_is_undone(flood):
    await flood.ledger.make(Publish(story_id=1, fact=entry("b", "it hailed")), by=ANN)
    await supersede(flood, 1, "b", by=ANN)
    with pytest.raises(Refused, match="F1 refers to F2"):
        await flood.ledger.undo(by=ANN, within_minutes=10, what="F2")


async def test_a_correction_meanwhile_does_not_leave_two(chain):
    await retract(chain, 3)
    await revise(chain, 2, statement="b houses and a barn fell")
    await restore(chain, 3)
    assert await standing(chain) == [3]


async def test_a_record_opened_anew_says_the_same(chain, path):
    await retract(chain, 3)
    await chain.close()
    again = await Record.open(path, clock=Ticking())
    try:
        assert await standing(again) == [2]
    finally:
        await again.close()
