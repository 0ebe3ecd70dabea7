"""Texts that are taken down go from the trail, which still holds; whatever else becomes of them is named."""

from __future__ import annotations

import functools
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.domain.enums import Action, Ground
from storage.record import Record
from storage.trail.audit import AuditEntryWriter
from storage.trail.erasing import entomb, erase
from tests.storage.beside import copied, tampered
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import BO, publish, retract, revise
from tests.storage.trail.test_audit import verified

# The copy from before a takedown is a file, of which somebody takes rows.
pytestmark = pytest.mark.sqlite

WORDS = "a girl of nine from Lipa Street"


async def take_down(record: Record, fact_id: int, ref: str) -> int:
    """Erase all that the trail holds of a fact; return the takedown's entry."""
    about = await record.audit.page(subject=f"F{fact_id}", limit=99)
    entries = [each.id for each in about if each.action is not Action.TAKEN_DOWN]
    count = len(await record.facts.revisions(fact_id))
    revisions = [(fact_id, number) for number in range(1, count + 1)]
    async with record.database.transaction() as tx:

        def work(rows) -> int:
            trace = AuditEntryWriter.open(rows, BO, record.ledger.clock)
            erased = erase(rows, entries=entries, revisions=revisions)
            entomb(rows, trace, f"F{fact_id}", ground=Ground.LAW, erased=erased, story_id=1, ref=ref)
            return trace.id

        return await tx.work(work)


@pytest.fixture
async def told(path: Path, tmp_path) -> Path:
    """A file with six entries: import (F1), publish F2, correct and retract it, take it down, publish F3."""
    record = await Record.open(path, clock=Ticking())
    try:
        await put(record, tmp_path, fact("a"))
        await publish(record, "b", WORDS)
        await revise(record, 2, statement=f"{WORDS}, again", reason=f"not {WORDS}")
        await retract(record, 2, f"because of {WORDS}")
        shutil.copyfile(path, path.with_name("before.db"))
        shutil.copyfile(f"{path}-wal", path.with_name("before.db-wal"))
        assert (await record.audit.verify()).problem is None
        assert await take_down(record, 2, "b") == 5
        await publish(record, "c", "it hailed")
    finally:
        await record.close()
    return path


async def test_the_trail_holds_after_a_takedown_and_no_text_is_left_of_it(told):
    found = await verified(told)
    assert (found.entries, found.problem) == (6, None)
    with closing(sqlite3.connect(told)) as raw:
        texts = raw.execute("SELECT before, after, reason, before_salt, after_salt, reason_salt FROM audit")
        rows = texts.fetchall()
        assert rows[1:4] == [(None,) * 6] * 3
        assert WORDS not in str(rows)
        states = raw.execute("SELECT state, reason, state_salt, reason_salt FROM revision WHERE fact_id = 2")
        assert set(states) == {(None,) * 4}
        kept = raw.execute("SELECT subject, story_id, ref, ground, audit_id FROM tombstone").fetchall()
    assert kept == [("F2", 1, "b", "law", 5)]


async def test_the_trail_tells_which_of_its_entries_were_taken_down(told):
    record = await Record.open(told, clock=Ticking())
    try:
        entries = await record.audit.page(subject="F2", limit=9)
        assert [each.removed for each in entries] == [False, True, True, True]
        assert entries[0].action is Action.TAKEN_DOWN
        assert {(each.before, each.after, each.reason) for each in entries[1:]} == {(None, None, None)}
    finally:
        await record.close()


NAMED = "holds a text again that entry 5 took down"


async def test_what_somebody_makes_of_a_takedown_is_named(told, subtests):
    """Also by who has a copy from before, with the salts."""
    salted = (
        "after = (SELECT after FROM was.audit WHERE id = 2), after_salt = (SELECT after_salt FROM was.audit"
    )
    for statements, problem in [
        (["UPDATE audit SET after = '{}' WHERE id = 2"], f"entry 2 {NAMED}"),
        (["UPDATE audit SET after = '{}', after_digest = NULL WHERE id = 2"], f"entry 2 {NAMED}"),
        ([f"UPDATE audit SET {salted} WHERE id = 2), after_digest = NULL WHERE id = 2"], f"entry 2 {NAMED}"),
        (["UPDATE audit SET reason = 'x' WHERE id = 2"], f"entry 2 {NAMED}"),
        (
            ["UPDATE revision SET state = '{}', state_digest = NULL WHERE fact_id = 2 AND number = 3"],
            f"F2 revision 3 {NAMED}",
        ),
        (
            [
                "DELETE FROM revision WHERE fact_id = 2 AND number = 1",
                "INSERT INTO revision SELECT * FROM was.revision WHERE fact_id = 2 AND number = 1",
            ],
            f"F2 revision 1 {NAMED}",
        ),
        (
            ["UPDATE audit SET after_digest = zeroblob(32) WHERE id = 2"],
            "entry 2 was changed after it was written",
        ),
        (
            ["UPDATE audit SET after = NULL, after_salt = NULL WHERE id = 6"],
            "entry 6 was changed after it was written",
        ),
        (["DELETE FROM audit WHERE id = 5"], "entry 5 is missing"),
        (["DELETE FROM audit WHERE id = 3"], "entry 3 is missing"),
        (["UPDATE audit SET after = '{}' WHERE id = 5"], "entry 5 was changed after it was written"),
        (
            ["UPDATE tombstone SET ground = 'privacy'"],
            "the tombstone of F2 does not say what entry 5 says",
        ),
        (["UPDATE tombstone SET ref = NULL"], "the tombstone of F2 does not say what entry 5 says"),
        (["UPDATE tombstone SET at = '2020'"], "the tombstone of F2 does not say what entry 5 says"),
        (["UPDATE tombstone SET subject = 'F1'"], "the tombstone of F1 does not say what entry 5 says"),
        (["DELETE FROM tombstone"], "the tombstone of F2 is missing: entry 5 made it"),
        (["UPDATE tombstone SET audit_id = 6"], "the tombstone of F2 has no entry 6"),
        (
            [
                "DELETE FROM revision WHERE fact_id = 3", "DELETE FROM fact WHERE id = 3",
                "DELETE FROM audit WHERE id > 4",
            ],
            "the tombstone of F2 has no entry 5",
        ),
        (
            [
                "DELETE FROM revision WHERE fact_id = 3", "DELETE FROM fact WHERE id = 3",
                "DELETE FROM audit WHERE id > 4", "DELETE FROM tombstone",
            ],
            "entry 2 has lost a text that no takedown names",
        ),
    ]:  # fmt: skip
        with subtests.test(statements=statements):
            path = copied(told)
            tampered(path, *statements, was=told.with_name("before.db"))
            assert (await verified(path)).problem == problem


async def test_a_text_that_no_takedown_names_is_named_though_its_digest_is_right(told):
    """Somebody erases just as a takedown would, without an entry that says so."""
    record = await Record.open(told, clock=Ticking())
    try:
        async with record.database.transaction() as tx:
            await tx.work(lambda rows: erase(rows, entries=[6], revisions=[]))
        assert (await record.audit.verify()).problem == "entry 6 has lost a text that no takedown names"
    finally:
        await record.close()
    with closing(sqlite3.connect(told.with_name("before.db"))) as raw:
        raw.execute("SELECT 1 FROM audit")
    record = await Record.open(told.with_name("before.db"), clock=Ticking())
    try:
        async with record.database.transaction() as tx:
            await tx.work(lambda rows: erase(rows, entries=[], revisions=[(2, 2)]))
        assert (await record.audit.verify()).problem == "F2 revision 2 has lost a text that no takedown names"
    finally:
        await record.close()


async def test_takedowns_erase_neither_what_is_not_there_nor_each_others_entries(told):
    record = await Record.open(told, clock=Ticking())
    try:
        for entries, revisions in ([5], []), ([99], []), ([], [(2, 9)]), ([2, 5], [(2, 1)]):
            work = functools.partial(erase, entries=entries, revisions=revisions)
            with pytest.raises(ValueError, match=r"cannot be erased|no such revisions"):
                async with record.database.transaction() as tx:
                    await tx.work(work)
        # What is erased already may be named again.
        assert await take_down(record, 2, "b") == 7
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()
