"""Large sheets: what they come to is the same as that of small ones, and others write meanwhile."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.domain.changes import Publish, PutEntity, Revise
from storage.domain.errors import InvalidSheet
from storage.domain.models import Fact
from storage.record import Record
from storage.sheets import importing, staging
from storage.sheets.exporting import export_sheet
from storage.sheets.importing import import_sheet
from storage.trail import digests
from storage.trail.audit import Actor
from tests.storage.conftest import fact, sheet
from tests.storage.costs import sqlite_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANN = {"entity": {"name": "Ann Lee", "short": "Ann", "aliases": ["A. L."]}}
BOB = {"entity": {"name": "Bob", "role": "mayor", "source": "paper"}}
PAPER = {"source": {"ref": "paper", "title": "The paper"}}
FIRST: list[dict[str, Any]] = [
    {"story": {"name": "flood", "title": "The flood", "about": ["a"]}},
    PAPER, ANN, BOB,
    fact("a", places=["Minsk"], figures=[{"amount": 3, "counts": "boats"}]),
    fact("b", "it did not rain", contradicts=[{"fact": "a", "about": "rain"}]),
    fact("c", "it poured", superseded_by="a"),
]  # fmt: skip
CASES: dict[str, list[dict[str, Any]]] = {
    "a new story": FIRST,
    "the same again": FIRST,
    "changed facts": [
        FIRST[0], PAPER, {"entity": {"name": "Ann Lee", "aliases": ["Annie"]}},
        fact("a", "it rained a lot", about=["Bob"]),
        fact("b", "it did not rain", supports=[{"fact": "d"}]),
        fact("c", "it poured", retracted="It did not"),
        fact("d", "it was dry", attributions=[{"speaker": s, "source": "paper"} for s in ("Bob", "Ann Lee")]),
    ],
    "fewer voices": [fact("d", "it was dry")],
    "merged names": [
        {"entity": {"name": "Ann", "ref": "ann-2"}}, fact("e", "it is cold"),
        {"entity": {"name": "Bob", "role": "mayor", "source": "paper", "merged_into": "ann-lee"}},
    ],
    "two stories": [
        {"story": {"name": "storm", "title": "The storm"}}, fact("a", "it blew"),
        {"story": {"name": "flood", "title": "The great flood", "about": ["b", "d"]}}, fact("f", "it ended"),
    ],
    "ids asked for": [{**fact("g", "it froze"), "id": "F50"}, fact("h", "it thawed")],
}  # fmt: skip


def rows(path: Path) -> dict[str, list[tuple]]:
    """Return all rows that a record holds, but for how often look-ups changed and the index's own tables."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        own = [name for name in tables if not name.startswith("fact_text_") and name != "lookup_version"]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in own}


@pytest.fixture
async def record(path: Path):
    opened = await Record.open(path, clock=lambda: NOW)
    yield opened
    await opened.close()


@pytest.fixture
def always(monkeypatch) -> None:
    """Treat each sheet as a large one."""
    monkeypatch.setattr(importing, "STAGED_FROM", -1)


async def put(record: Record, folder: Path, *lines: dict, story: str | None = None):
    return await import_sheet(record, sheet(folder / "flood.jsonl", *lines), actor="tester", story=story)


async def test_a_large_sheet_comes_to_the_same_as_a_small_one(record, tmp_path, monkeypatch, subtests):
    monkeypatch.setattr(digests, "new_salt", lambda text: text and b"salt")
    other = await Record.open(tmp_path / "other.db", clock=lambda: NOW)
    try:
        for name, lines in CASES.items():
            with subtests.test(case=name):
                monkeypatch.setattr(importing, "STAGED_FROM", 2**60)
                expected = await put(other, tmp_path, *lines)
                monkeypatch.setattr(importing, "STAGED_FROM", -1)
                assert await put(record, tmp_path, *lines) == expected
                assert rows(record.database.path) == rows(other.database.path)
                assert (await record.audit.verify()).problem is None
                assert await record.database.check() == []
        assert not list(tmp_path.glob("*importing*"))
    finally:
        await other.close()


@pytest.mark.usefixtures("always")
async def test_a_history_is_put_on_record_as_it_was(record, tmp_path):
    for lines in CASES.values():
        await put(record, tmp_path, *lines)
    written = tmp_path / "all.jsonl"
    with written.open("w", encoding="utf-8") as out:
        await export_sheet(record, out)
    again = await Record.open(tmp_path / "again.db", clock=lambda: NOW)
    try:
        await import_sheet(again, written, actor="tester")
        with (tmp_path / "second.jsonl").open("w", encoding="utf-8") as out:
            await export_sheet(again, out)
        assert (tmp_path / "second.jsonl").read_text() == written.read_text()
        assert (await again.audit.verify()).problem is None
    finally:
        await again.close()


def meanwhile(monkeypatch, do: Callable[[], object]) -> list[int]:
    """Let something happen each time between the work on the copy and the last step; return how often."""
    times: list[int] = []
    attach = staging.attach

    def attached(*given: Any, **named: Any) -> None:
        attach(*given, **named)
        times.append(1)
        do()

    monkeypatch.setattr(staging, "attach", attached)
    return times


def apart(path: Path, *changes) -> None:
    """Let another process make changes; a lock would be told at once."""

    async def make() -> None:
        other = await Record.open(path, clock=lambda: NOW)
        await sqlite_of(other)._writer.execute("PRAGMA busy_timeout = 0")
        try:
            for change in changes:
                await other.ledger.make(change, by=Actor("telegram:7"))
        finally:
            await other.close()

    asyncio.run(make())


def published(number: int) -> Publish:
    given = {"statement": f"the bridge is closed {number}", "attributions": [{"source": "paper"}]}
    return Publish.model_validate({"story_id": 1, "fact": given})


@pytest.mark.sqlite
@pytest.mark.usefixtures("always")
async def test_others_write_meanwhile_and_their_facts_keep_their_ids(record, tmp_path, monkeypatch):
    await put(record, tmp_path, *FIRST)
    numbers: Iterator[int] = iter(range(99))
    times = meanwhile(monkeypatch, lambda: apart(record.database.path, published(next(numbers))))
    new = [fact("x", "it snows", contradicts=[{"fact": "a"}]), fact("y", "it hails", superseded_by="x")]
    await put(record, tmp_path, PAPER, *new)
    assert len(times) == 1
    ids = {item.ref: item.id for item in await record.facts.load(range(1, 9))}
    assert [ids[ref] for ref in ("a", "b", "c")] == [1, 2, 3] and (ids["x"], ids["y"]) == (5, 6)
    snow, hail = await record.facts.find(5), await record.facts.find(6)
    assert [relation.other_id for relation in snow.relations] == [1] and hail.superseded_by == 5
    assert [hit.fact_id for hit in await record.search.find("snows")] == [5]
    entries = await record.audit.listed(after=0, limit=9)
    assert [entry.action for entry in entries] == ["imported", "published", "imported"]
    assert entries[0].at < entries[1].at < entries[2].at == (await record.facts.revisions(5))[0].at
    assert (await record.audit.verify()).problem is None
    assert await record.database.check() == []


def revised(found: Fact, statement: str) -> Revise:
    return Revise.model_validate(
        {
            "story_id": 1, "fact_id": 1, "expected": found.revision, "kind": "corrected", "reason": "so",
            "fact": {"statement": statement, "attributions": [{"source": "paper"}]},
        }
    )  # fmt: skip


@pytest.mark.sqlite
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("what", ["a fact of the sheet", "a name", "a fact beside an id asked for"])
async def test_a_sheet_that_others_overtook_is_worked_out_anew(record, tmp_path, monkeypatch, what):
    await put(record, tmp_path, *FIRST)
    found = await record.facts.find(1)
    change = {
        "a fact of the sheet": revised(found, "it drizzled"),
        "a name": PutEntity.model_validate({"story_id": 1, "entity": {"ref": "zoe", "name": "Zoe"}}),
        "a fact beside an id asked for": published(1),
    }[what]
    left = [change]
    times = meanwhile(monkeypatch, lambda: apart(record.database.path, *([left.pop()] if left else [])))
    lines: list[dict[str, Any]] = [fact("a", "it rained in Minsk"), {**fact("z", "it ended"), "id": "F70"}]
    done = await put(record, tmp_path, *lines)
    overtaken = what == "a fact of the sheet"
    assert len(times) == 2 and (done.added, done.updated, len(done.kept)) == (1, not overtaken, overtaken)
    statement = "it drizzled" if overtaken else "it rained in Minsk"
    assert (await record.facts.find(1)).statement == statement
    assert (await record.facts.find(70)).ref == "z"
    assert (await record.audit.verify()).problem is None


@pytest.mark.sqlite
@pytest.mark.usefixtures("always")
async def test_one_that_is_overtaken_each_time_is_put_on_record_all_the_same(record, tmp_path, monkeypatch):
    await put(record, tmp_path, *FIRST)
    numbers = iter(range(99))

    def another_name() -> None:
        name = f"Name {next(numbers)}"
        change = PutEntity.model_validate({"story_id": 1, "entity": {"ref": name, "name": name}})
        apart(record.database.path, change)

    times = meanwhile(monkeypatch, another_name)
    assert (await put(record, tmp_path, fact("x", "it snows"))).added == 1
    assert len(times) == importing.ATTEMPTS
    assert (await record.audit.verify()).problem is None


@pytest.mark.sqlite
@pytest.mark.usefixtures("always")
async def test_a_sheet_with_errors_leaves_nothing(record, tmp_path):
    await put(record, tmp_path, *FIRST)
    before = rows(record.database.path)
    (tmp_path / "record.db.importing-999999999").write_bytes(b"left by a killed process")
    with pytest.raises(InvalidSheet, match="nowhere"):
        await put(record, tmp_path, fact("x", supports=[{"fact": "nowhere"}]))
    assert rows(record.database.path) == before
    assert not list(tmp_path.glob("*importing*"))


async def test_a_copy_that_another_process_works_on_is_left_alone(record, tmp_path):
    program = f"""
        import sqlite3, sys
        copy = sqlite3.connect({str(tmp_path / "record.db.importing-7")!r})
        copy.execute("PRAGMA journal_mode = WAL")
        copy.execute("CREATE TABLE story (name TEXT)")
        print("works", flush=True)
        sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: ASYNC220  # reason: nothing else is to run meanwhile
        assert other.stdout and other.stdout.readline() == b"works\n"
        with staging.copy_beside(record.database.path):
            assert len(list(tmp_path.glob("*importing-7*"))) == 3
        other.kill()
    with staging.copy_beside(record.database.path):
        assert not list(tmp_path.glob("*importing*"))


def test_the_size_is_that_of_some_hundred_facts():
    assert 200 < importing.STAGED_FROM / len(json.dumps(FIRST[-1])) < 3_000
