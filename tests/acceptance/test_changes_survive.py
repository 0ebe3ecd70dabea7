"""kill -9 at random points of a stream of changes: what was acknowledged is there once, nothing by half."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.record import Record
from tests.acceptance.forked import PROGRAM
from tests.acceptance.process import environment
from tests.conftest import KILLS, PATIENCE
from tests.storage.making import check_tables

# More than are made before the latest kill.
CHANGES = 120
SPEAKERS = ("Lubinets", "Putin", "PACE", "NAM", "Yale")


class Plan:
    """Moderators' changes that all can be made, each with a mark of its own that its revision holds."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._last = 0
        self._in_force: list[int] = []
        self._retracted: list[int] = []

    def look(self, record: Path) -> None:
        """Begin from what the record holds: which facts are in force, and which are retracted."""
        with closing(sqlite3.connect(record)) as connection:
            rows = connection.execute(
                "SELECT id, retracted IS NULL FROM fact WHERE story_id = 1 ORDER BY id"
            ).fetchall()
        self._in_force = [fact_id for fact_id, in_force in rows if in_force]
        self._retracted = [fact_id for fact_id, in_force in rows if not in_force]

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield the mark and the message of one change after the other."""
        ways = (self._add, self._correct, self._retract, self._restore, self._attribute, self._relate)
        while True:
            self._last += 1
            mark = f"mark-{self._last:05d}"
            message = self._random.choice(ways)(mark)
            if message is not None:
                yield mark, message

    def _add(self, mark: str) -> str:
        speaker = self._random.choice(SPEAKERS)
        lines = [f"/add Ship {mark} came in", f"who: {speaker}", "cue: said that", "at: ¶1"]
        if self._random.random() < 0.5:
            return "\n".join([*lines, "source: S1"])
        # With a source and a name that are new, and so to be written by the same change.
        lines[1] = f"who: +person Captain {mark}"
        return "\n".join([*lines, f"source: + https://example.org/{mark}", f"title: Log {mark}"])

    def _correct(self, mark: str) -> str:
        day = f"2024-{self._random.randint(1, 12):02d}-{self._random.randint(1, 28):02d}"
        lines = [f"/correct F{self._random.choice(self._in_force)}", f"when: {day}", "note: none"]
        return "\n".join([*lines, f"figure: at least {self._last} ships", "material: yes", f"reason: {mark}"])

    def _retract(self, mark: str) -> str | None:
        if len(self._in_force) < 10:
            return None
        fact_id = self._in_force.pop(self._random.randrange(len(self._in_force)))
        self._retracted.append(fact_id)
        return f"/retract F{fact_id} {mark}"

    def _restore(self, mark: str) -> str | None:
        if not self._retracted:
            return None
        fact_id = self._retracted.pop(self._random.randrange(len(self._retracted)))
        self._in_force.append(fact_id)
        return f"/restore F{fact_id} {mark}"

    def _attribute(self, mark: str) -> str:
        lines = [
            f"/attribute F{self._random.choice(self._in_force)}",
            f"who: {self._random.choice(SPEAKERS)}",
        ]
        return "\n".join(
            [*lines, f"cue: {self._random.choice(('said that', 'denied that'))}", f"source: S1\nat: {mark}"]
        )

    def _relate(self, mark: str) -> str:
        one, other = self._random.sample(self._in_force, 2)
        return f"/relate F{one} {self._random.choice(('contradicts', 'supports'))} F{other}\nquestion: {mark}"


class Desk:
    """A moderator at the real terminal, who writes on without waiting; what is acknowledged is counted."""

    def __init__(self, folder: Path, messages: list[tuple[str, str]]) -> None:
        """Start the process and hand it all messages, each change followed by the moderator's yes."""
        self._marks = [mark for mark, _message in messages]
        typed = [line.replace("\n", "\\\n") for _mark, message in messages for line in (message, "/confirm")]
        self._given = folder / "given.txt"
        self._given.write_text("\n".join(typed) + "\n", encoding="utf-8")
        with self._given.open("rb") as given:
            self._process = subprocess.Popen(
                [*PROGRAM, "chat", "--as", "moderator", "--json"],
                cwd=folder, env=environment(), stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip

    def wait(self, answers: int) -> list[bytes]:
        """Read so many answers."""
        assert self._process.stdout
        return [self._process.stdout.readline() for _ in range(answers)]

    def kill(self, after: float) -> list[bytes]:
        """Kill the process after so many seconds; return the whole answers that nobody had read yet."""
        time.sleep(after)
        self._process.kill()
        out, errors = self._process.communicate(timeout=PATIENCE)
        assert errors == b"", errors
        return [line for line in out.splitlines(keepends=True) if line.endswith(b"\n")]

    def acknowledged(self, answers: list[bytes]) -> list[str]:
        """Return the marks of the changes that were said to be made; any other answer is a failure."""
        told = [json.loads(line) for line in answers]
        for answer in told:
            assert "/undo" in _commands(answer) or "/confirm" in _commands(answer), answer
        return [
            mark
            for mark, answer in zip(self._marks, told[1::2], strict=False)
            if "/undo" in _commands(answer)
        ]


def _commands(answer: dict[str, list[dict[str, str]]]) -> set[str]:
    return {action["command"].split()[0] for action in answer["actions"]}


def made(record: Path) -> Counter[str]:
    """Count the revisions that brought each mark into the record."""
    found: Counter[str] = Counter()
    with closing(sqlite3.connect(record)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        before: set[str] = set()
        for number, text in connection.execute(
            "SELECT number, state || coalesce(reason, '') FROM revision ORDER BY fact_id, number"
        ):
            marks = {word for word in _words(text) if word.startswith("mark-")}
            found.update(marks - (before if number > 1 else set()))
            before = marks | (before if number > 1 else set())
        check_halves(connection)
    return found


def came_along(record: Path) -> int:
    """Count the names and sources that changes brought along, each of which has an entry of its own."""
    with closing(sqlite3.connect(record)) as connection:
        (count,) = connection.execute(
            "SELECT (SELECT count(*) FROM source WHERE title LIKE 'Log mark-%')"
            " + (SELECT count(*) FROM entity WHERE name LIKE 'Captain mark-%')"
        ).fetchone()
    return int(count)


def _words(text: str) -> Iterator[str]:
    at = text.find("mark-")
    while at >= 0:
        yield text[at : at + len("mark-00000")]
        at = text.find("mark-", at + 1)


def check_halves(connection: sqlite3.Connection) -> None:
    """Fail where one part of a change is there without the other."""
    nothing = {
        "a fact without a voice": "SELECT id FROM fact WHERE id NOT IN (SELECT fact_id FROM attribution)",
        "a voice without a fact": "SELECT 1 FROM attribution WHERE fact_id NOT IN (SELECT id FROM fact)",
        "a revision without its entry": "SELECT 1 FROM revision WHERE audit_id NOT IN (SELECT id FROM audit)",
        "an entry without its revision": "SELECT id FROM audit WHERE subject GLOB 'F[0-9]*'"
        " AND id NOT IN (SELECT audit_id FROM revision)",
        "a revision left out": "SELECT fact_id FROM revision GROUP BY fact_id HAVING count(*) <> max(number)",
        "an entry left out": "SELECT id FROM audit WHERE id > (SELECT count(*) FROM audit)",
        "a source that nothing cites": "SELECT id FROM source WHERE title LIKE 'Log mark-%'"
        " AND id NOT IN (SELECT source_id FROM attribution)",
        "a name that no fact names": "SELECT id FROM entity WHERE name LIKE 'Captain mark-%'"
        " AND id NOT IN (SELECT speaker_id FROM attribution WHERE speaker_id IS NOT NULL)",
        "a source without its entry": "SELECT id FROM source WHERE title LIKE 'Log mark-%'"
        " AND 'S' || id NOT IN (SELECT subject FROM audit)",
        "a name without its entry": "SELECT id FROM entity WHERE name LIKE 'Captain mark-%'"
        " AND 'E' || id NOT IN (SELECT subject FROM audit)",
    }
    for what, query in nothing.items():
        assert connection.execute(query).fetchall() == [], what


async def check_record(path: Path) -> int:
    """Fail unless the trail is sound and the tables say what the revisions say; return the trail's length."""
    record = await Record.open(path)
    try:
        verified = await record.audit.verify()
        assert verified.problem is None
        assert await record.database.check() == []
        await check_tables(record)
        return verified.entries
    finally:
        await record.close()


@pytest.mark.slow
async def test_a_kill_loses_and_repeats_nothing(stocked: Path, tmp_path: Path) -> None:
    record = tmp_path / "onrecord.db"
    shutil.copyfile(stocked, record)
    chance, plan = random.Random(20_260_104), Plan(2024)
    begun = sum(made(record).values())
    entries = await check_record(record)
    acknowledged: set[str] = set()
    tried: set[str] = set()
    unsaid = 0
    for _ in range(KILLS):
        plan.look(record)
        stream = plan.changes()
        messages = [next(stream) for _ in range(CHANGES)]
        desk = Desk(tmp_path, messages)
        # Now and then while it starts, else somewhere in its stream, just behind an answer or a little later.
        answers = desk.wait(chance.randrange(1, CHANGES)) if chance.random() > 0.1 else []
        answers += desk.kill(after=chance.uniform(0, 0.012 if answers else 0.5))
        acknowledged |= set(desk.acknowledged(answers))
        tried |= {mark for mark, _message in messages}
        found = made(record)
        assert set(found.values()) <= {1}, "a change was made twice"
        assert acknowledged <= set(found) <= tried, "a change was lost, or nobody asked for it"
        unsaid = len(found) - len(acknowledged)
        assert await check_record(record) == entries + len(found) + came_along(record)
    assert begun == 0 and len(acknowledged) > 10 * KILLS
    assert came_along(record) > KILLS
    # Some kills fell between a change and its answer: then it was there, whole.
    assert unsaid <= KILLS
