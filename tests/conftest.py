"""What all tests share: where the repository is, a stocked record, and properties that never flake."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
import pytest_asyncio
from hypothesis import settings

from storage import record as records
from storage.engines import migrations, opening
from storage.engines.database import Database
from storage.record import Record
from storage.sheets.importing import import_sheet
from storage.sheets.shipped import put_shipped
from tests.new_records import migrate_by_copy

if TYPE_CHECKING:
    from tests.servers import Server

T = TypeVar("T")
# Programs that tests start do not make vectors beside what is tested, unless a test wants them.
os.environ.setdefault("ONRECORD_SEARCH__VECTORS", "false")
ROOT = Path(__file__).resolve().parents[1]
TEST_STORIES = ROOT / "tests" / "acceptance" / "stories"
# The moment at which everything in the stocked record was put there.
THEN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
# Seconds until what hangs is given up. Nothing that works takes so long, also on a machine that is busy.
PATIENCE = 40.0
# How often a slow proof kills what it is about: few times in CI, 50 times by `make kills`.
KILLS = int(os.environ.get("KILLS", "3"))
# How many hostile strings are tried in all: 100,000 by `make kills`.
HOSTILE = int(os.environ.get("HOSTILE", "2000"))
# The engine that records of tests have: `make postgres` sets the other.
ON_POSTGRES = os.environ.get("ONRECORD_TEST_ENGINE") == "postgres"


# Proofs by many cases are marked `at_length`: `make test` tries few of the cases, `make slow` more, or all.
AT_LENGTH = KILLS >= 50 or "AT_LENGTH" in os.environ


def examples(count: int) -> int:
    """Return how many examples a property is tried with: all of `count` by `make kills`."""
    return count if KILLS >= 50 else count // 4 if AT_LENGTH else count // 12


def part(cases: Sequence[T], number: int) -> Sequence[T]:
    """Return with which cases another is tried, by its number: `make test` tries an eighth of all pairs."""
    return cases if AT_LENGTH else cases[number % 8 :: 8]


# The same examples on each run, and no deadlines: a busy machine is no fault of the code.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def _new_records_by_copy() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "migrate", migrate_by_copy)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run a PostgreSQL."""
    from tests.servers import running

    with running() as found:
        yield found


@pytest.fixture
def empty(postgres: Server) -> Iterator[str]:
    """Return the address of an empty database."""
    name = postgres.create()
    yield postgres.address(name)
    postgres.drop(name)


@pytest.fixture(scope="session", autouse=True)
def _records_on_postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let records that tests open by a path have a database on a server, where there is no such file."""
    if not ON_POSTGRES:
        yield
        return
    server = request.getfixturevalue("postgres")

    async def open_there(path: Path, url: str | None = None, *, create: bool = True) -> Database:
        there = url or (None if path.exists() else server.of(path))
        return await opening.open_database(path, there, create=create)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "open_database", open_there)
        yield


@pytest.fixture(autouse=True)
def _forget_databases(request: pytest.FixtureRequest) -> Iterator[None]:
    if not ON_POSTGRES:
        yield
        return
    server = request.getfixturevalue("postgres")
    request.getfixturevalue("stocked") if "stocked" in request.fixturenames else None
    known = server.known()
    yield
    server.forget(known)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what only a file has, where records are in PostgreSQL."""
    if ON_POSTGRES:
        for item in items:
            if item.get_closest_marker("sqlite"):
                item.add_marker(pytest.mark.skip(reason="it is about SQLite's files"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a record's file with the shipped story and the two of the tests; copy it before writing to it."""
    path = tmp_path_factory.mktemp("stocked") / "record.db"

    async def stock() -> None:
        record = await Record.open(path, clock=lambda: THEN)
        await put_shipped(record)
        for sheet in sorted(TEST_STORIES.glob("*.toml")):
            await import_sheet(record, sheet, actor="tests")
        await record.close()

    asyncio.run(stock())
    return path


@asynccontextmanager
async def open_copy(stocked: Path, path: Path, server: Server | None = None) -> AsyncIterator[Record]:
    """Open a copy of the stocked record, at a clock that stands still."""
    if server is None:
        shutil.copyfile(stocked, path)
    else:
        server.copy(stocked, path)
    opened = await Record.open(path, clock=lambda: THEN)
    try:
        yield opened
    finally:
        await opened.close()


@pytest_asyncio.fixture
async def record(stocked: Path, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Record]:
    """Open a copy of the stocked record, at a clock that stands still."""
    server = request.getfixturevalue("postgres") if ON_POSTGRES else None
    async with open_copy(stocked, tmp_path / "record.db", server) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what share of each question set was answered right, also when all is well."""
    reports = [item for kind in ("passed", "failed") for item in terminalreporter.getreports(kind)]
    shares = [text for item in reports for name, text in item.user_properties if name == "questions"]
    if shares:
        terminalreporter.section("questions answered right")
        for text in shares:
            terminalreporter.write_line(text)
