"""The audit trail: whole as long as nobody tampers, and telling where somebody did."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from storage.changing.catalogue import source_fields
from storage.domain.changes import Appoint, PutSource
from storage.domain.clock import read_moment
from storage.domain.entries import EntityEntry, SourceEntry
from storage.domain.models import Action
from storage.record import Record
from storage.trail import digests, verifying
from storage.trail.audit import TEXTS
from storage.trail.verifying import GENESIS, Verified
from tests.storage.beside import copied, tampered
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import ANN, BO, Still, publish, retract, revise, revision


@pytest.fixture
async def told(path: Path, tmp_path) -> Path:
    """A file with five entries: import (F1, F2), publish F3, appoint, correct F3, retract F2."""
    record = await Record.open(path, clock=Ticking())
    try:
        await put(record, tmp_path, fact("a"), fact("b", "it was dry"))
        await publish(record, "c", "it hailed")
        await record.ledger.make(Appoint(address="telegram:5", handle="cy"), by=BO)
        await revise(record, 3, statement="it snowed", reason="a slip")
        await retract(record, 2)
        assert await verified(path) == Verified(5, (await record.audit.page(limit=1))[0].hash, None)
    finally:
        await record.close()
    return path


async def verified(path: Path) -> Verified:
    record = await Record.open(path)
    try:
        return await record.audit.verify()
    finally:
        await record.close()


async def test_an_empty_trail_holds(record):
    assert await record.audit.verify() == Verified(0, GENESIS, None)
    assert await record.audit.last() == 0


CHANGED = "was changed after it was written"
FOLLOWS = "does not follow from the entry before it"
MADE = "does not agree with the revisions that it made"
ANOTHER = (
    "INSERT INTO revision (fact_id, number, at, kind, actor, reason, material, state, audit_id)"
    " SELECT fact_id, 3, at, kind, actor, reason, material, state"
)
COLUMNS = (
    "at actor chat action story_id subject before after reason revisions hash"
    " before_salt after_salt reason_salt before_digest after_digest reason_digest"
).split()


async def test_no_field_of_an_entry_can_be_changed(told, subtests):
    for column in COLUMNS:
        with subtests.test(column=column):
            path = copied(told)
            value = "9" if column == "story_id" else f"coalesce({column}, '') || 'x'"
            tampered(path, f"UPDATE audit SET {column} = {value} WHERE id = 4")
            assert (await verified(path)).problem == f"entry 4 {CHANGED}"


async def test_no_field_of_an_entry_can_be_left_out(told, subtests):
    for column in ["chat", "story_id", "before", "after", "reason"]:
        with subtests.test(column=column):
            path = copied(told)
            tampered(path, f"UPDATE audit SET {column} = NULL WHERE id = 5")
            assert (await verified(path)).problem == f"entry 5 {CHANGED}"


async def test_tampering_is_found_and_the_first_broken_entry_named(told, subtests):
    for statements, problem in [
        (["UPDATE audit SET previous = hash WHERE id = 4"], f"entry 4 {FOLLOWS}"),
        (["DELETE FROM audit WHERE id = 1"], "entry 1 is missing"),
        (["DELETE FROM audit WHERE id = 3"], "entry 3 is missing"),
        (["DELETE FROM audit WHERE id IN (2, 4)"], "entry 2 is missing"),
        (["DELETE FROM audit WHERE id = 5"], "entry 5 is missing: a revision names it"),
        (["DELETE FROM audit WHERE id > 3"], "entry 4 is missing: a revision names it"),
        (["DELETE FROM audit"], "entry 1 is missing: a revision names it"),
        # Closing the gap by moving up what follows does not help.
        (
            ["DELETE FROM audit WHERE id = 3", "UPDATE audit SET id = 3 WHERE id = 4"],
            f"entry 3 {FOLLOWS}",
        ),
        (
            [
                "UPDATE audit SET id = 99 WHERE id = 2",
                "UPDATE audit SET id = 2 WHERE id = 3",
                "UPDATE audit SET id = 3 WHERE id = 99",
            ],
            f"entry 2 {FOLLOWS}",
        ),
        (["UPDATE revision SET state = '{}' WHERE fact_id = 3 AND number = 1"], f"entry 2 {MADE}"),
        (["UPDATE revision SET reason = 'none' WHERE fact_id = 3 AND number = 2"], f"entry 4 {MADE}"),
        (["UPDATE revision SET reason = NULL WHERE fact_id = 2 AND number = 2"], f"entry 5 {MADE}"),
        (["UPDATE revision SET actor = 'telegram:9' WHERE fact_id = 2 AND number = 1"], f"entry 1 {MADE}"),
        (["UPDATE revision SET kind = 'corrected' WHERE fact_id = 2 AND number = 2"], f"entry 5 {MADE}"),
        (["UPDATE revision SET material = 0 WHERE fact_id = 2 AND number = 2"], f"entry 5 {MADE}"),
        (["UPDATE revision SET at = '2024-01-01' WHERE fact_id = 1"], f"entry 1 {MADE}"),
        (["UPDATE revision SET number = 3 WHERE fact_id = 3 AND number = 2"], f"entry 4 {MADE}"),
        (["UPDATE revision SET audit_id = NULL WHERE fact_id = 3 AND number = 2"], f"entry 4 {MADE}"),
        (["UPDATE revision SET audit_id = 2 WHERE fact_id = 3 AND number = 2"], f"entry 2 {MADE}"),
        (["DELETE FROM revision WHERE fact_id = 2 AND number = 2"], f"entry 5 {MADE}"),
        (
            [f"{ANOTHER}, 3 FROM revision WHERE fact_id = 3 AND number = 2"],
            f"entry 3 {MADE}",
        ),
        (
            [f"{ANOTHER}, 99 FROM revision WHERE fact_id = 3 AND number = 2"],
            "entry 99 is missing: a revision names it",
        ),
        # Two fields of two entries: the first is named.
        (
            ["UPDATE audit SET actor = 'x' WHERE id = 4", "UPDATE revision SET kind = 'x' WHERE fact_id = 1"],
            f"entry 1 {MADE}",
        ),
    ]:  # fmt: skip
        with subtests.test(statements=statements):
            path = copied(told)
            tampered(path, *statements)
            found = await verified(path)
            assert found.problem == problem
            if not problem.endswith("names it"):
                assert found.entries == int(problem.split()[1]) - 1


async def test_forging_the_hash_of_a_changed_entry_is_betrayed_by_the_next(told):
    record = await Record.open(told)
    (row,) = await record.database.read("SELECT * FROM audit WHERE id = 3")
    await record.close()
    texts = [digests.covered(row[name], row[f"{name}_salt"], None) for name in TEXTS]
    fields = [row[0], row[1], "telegram:9", *row[3:7], *texts, row["revisions"], row["previous"]]
    forged = digests.hash_of(fields)
    tampered(told, f"UPDATE audit SET actor = 'telegram:9', hash = '{forged}' WHERE id = 3")
    assert (await verified(told)).problem == f"entry 4 {FOLLOWS}"


async def test_a_head_written_down_elsewhere_betrays_what_was_cut_off(told):
    """The last entry made no revision, so that only its hash tells that it was there."""
    record = await Record.open(told, clock=Ticking())
    await record.ledger.make(Appoint(address="telegram:6"), by=BO)
    await record.close()
    before = await verified(told)
    tampered(told, "DELETE FROM audit WHERE id = 6")
    after = await verified(told)
    assert (before.entries, after.entries, after.problem) == (6, 5, None)
    assert before.head != after.head


async def test_a_trail_longer_than_is_read_at_once_is_verified_whole(path, tmp_path, monkeypatch):
    monkeypatch.setattr("storage.trail.verifying._CHAIN", _paged("_CHAIN"))
    monkeypatch.setattr("storage.trail.verifying._MADE", _paged("_MADE"))
    record = await Record.open(path, clock=Ticking())
    try:
        await put(record, tmp_path, *(fact(f"f{n}") for n in range(5)))
        for n in range(5):
            await revise(record, n + 1, statement=f"statement {n}")
        assert (await record.audit.verify()).entries == 6
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()
    tampered(path, "UPDATE revision SET state = '{}' WHERE fact_id = 5 AND number = 2")
    assert (await verified(path)).problem == f"entry 6 {MADE}"


def _paged(name: str) -> str:
    return getattr(verifying, name).replace(f"LIMIT {verifying.PAGE}", "LIMIT 2")


async def test_moments_strictly_increase_whatever_the_clock_does(path, tmp_path):
    clock = Still()
    record = await Record.open(path, clock=clock)
    try:
        await put(record, tmp_path, fact("a", "statement 0"), fact("b", "it was dry"))
        for number in range(1, 7):
            # It stands still, then goes back a day, then on by half of it.
            clock.moment += {3: timedelta(days=-1), 5: timedelta(hours=12)}.get(number, timedelta())
            await revise(record, 1, statement=f"statement {number}")
        await retract(record, 2)
        entries = list(reversed(await record.audit.page(limit=99)))
        moments = [each.at for each in entries]
        assert len(moments) == 8 and moments == sorted(set(moments))
        assert read_moment(moments[-1]) - read_moment(moments[0]) == timedelta(microseconds=7)
        assert [each.at for each in await record.facts.revisions(1)] == moments[:7]
        for number, moment in enumerate(moments[:7]):
            (then,) = await record.facts.load([1], moment=moment)
            assert (then.statement, then.revision) == (f"statement {number}", number + 1)
            assert [each.id for each in await record.listings.in_force_at(1, moment, limit=9)] == [1, 2]
        assert [each.id for each in await record.listings.in_force_at(1, moments[7], limit=9)] == [1]
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()


async def test_entries_are_found_by_fact_subject_person_story_and_moment(record, tmp_path):
    await put(record, tmp_path, fact("a"), fact("b"))
    await put(record, tmp_path, fact("x"), story="storm")
    await revise(record, 1, statement="it poured")
    await record.ledger.make(Appoint(address="telegram:5"), by=BO)
    await revise(record, 2, statement="it poured", by=BO)
    page = record.audit.page

    async def ids(**wanted) -> list[int]:
        return [each.id for each in await page(limit=9, **wanted)]

    assert await ids() == [5, 4, 3, 2, 1]
    # What an import did to a fact is told with the fact.
    assert await ids(fact_id=1) == [3, 1]
    assert await ids(fact_id=3) == [2]
    assert await ids(subject="F1") == [3]
    assert await ids(actor="telegram:2") == [5, 4]
    # An appointment for all stories belongs to each.
    assert await ids(story_id=1) == [5, 4, 3, 1]
    assert await ids(story_id=2) == [4, 2]
    third = (await page(limit=9))[2]
    assert await ids(since=third.at) == [5, 4, 3]
    assert await ids(since="2024-01-05") == []
    assert await ids(actor="telegram:2", story_id=1, fact_id=2) == [5]
    assert [each.id for each in await page(limit=2)] == [5, 4]
    assert await ids(before=4) == [3, 2, 1]
    listed = record.audit.listed
    assert [each.id for each in await listed(after=3, limit=9)] == [4, 5]
    assert [each.id for each in await listed(after=0, limit=2)] == [1, 2]
    assert [each.id for each in await listed(fact_id=1, after=0, limit=9)] == [1, 3]
    assert [each.id for each in await listed(actor="telegram:2", since=third.at, after=4, limit=9)] == [5]
    assert await record.audit.last() == 5


async def test_with_a_fact_are_told_those_set_beside_it_and_whom_and_what_it_is_told_by(record, tmp_path):
    await put(record, tmp_path, fact("a"), fact("b"), fact("c"))

    async def told(fact_id: int) -> list[int]:
        return [each.id for each in await record.audit.page(fact_id=fact_id, limit=99)]

    await revise(record, 1, "related", contradicts=[{"fact": "b"}])
    await revise(record, 1, statement="it poured")
    await revise(record, 1, "related", contradicts=[])
    assert (await told(1), await told(2), await told(3)) == ([4, 3, 2, 1], [4, 2, 1], [1])
    other = {"speaker": "Bo", "source": {"title": "A Log"}}
    bo = EntityEntry(name="Bo", kind="person")
    change = await revision(record, 3, "attributed", attributions=[other])
    await record.ledger.make(change.model_copy(update={"entities": (bo,)}), by=BO)
    assert await told(3) == [7, 6, 5, 1]
    assert [each.action for each in await record.audit.page(fact_id=3, limit=3)] == [
        Action.ATTRIBUTED, Action.SOURCE_ADDED, Action.ENTITY_ADDED,
    ]  # fmt: skip
    (source,) = (await record.sources.by_id([2])).values()
    before = source_fields(source)
    after = SourceEntry(**before | {"title": "The Log"})
    await record.ledger.make(PutSource(story_id=1, source=after, expected=before), by=BO)
    assert (await told(3), await told(1)) == ([8, 7, 6, 5, 1], [4, 3, 2, 1])
    listed = await record.audit.listed(fact_id=3, after=0, limit=9)
    assert [each.id for each in listed] == [1, 5, 6, 7, 8]


async def test_an_import_that_changes_nothing_leaves_no_trace_and_one_that_does_a_single_one(
    record, tmp_path
):
    await put(record, tmp_path, fact("a"), fact("b"))
    await put(record, tmp_path, fact("a"), fact("b"))
    await put(record, tmp_path, fact("a", "it poured"), fact("c"))
    entries = await record.audit.page(limit=9)
    assert [(each.action, each.subject) for each in entries] == [(Action.IMPORTED, "story 1")] * 2
    assert entries[0].after == {"added": 1, "updated": 1}
    assert (await record.audit.verify()).problem is None


async def test_an_imported_history_is_covered_like_any_other(record, tmp_path, path):
    past = [
        {"at": "2020-01-01T00:00:00.000000Z", "kind": "published", "actor": "x", "material": True,
         "state": {"statement": "it drizzled", "attributions": [{"source": {"title": "News"}}]}},
        {"at": "2021-01-01T00:00:00.000000Z", "kind": "corrected", "actor": "y", "material": False},
    ]  # fmt: skip
    await put(record, tmp_path, fact("a", revisions=past))
    assert (await record.audit.verify()).problem is None
    tampered(path, "UPDATE revision SET state = '{}' WHERE number = 1")
    assert (await record.audit.verify()).problem == f"entry 1 {MADE}"


async def test_text_of_any_script_is_covered(record, path):
    await record.ledger.make(Appoint(address="telegram:5", handle="жыве🌊\u202e"), by=ANN)
    assert (await record.audit.verify()).problem is None
    kept = await record.database.read("SELECT after FROM audit")
    assert json.loads(kept[0][0])["handle"].startswith("жыве🌊")
