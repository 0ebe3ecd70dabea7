"""A file of every earlier version opens, is brought up to date, and holds what it held."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.engines import migrations
from storage.record import Record
from tests.storage.conftest import Ticking, fact, put
from tests.storage.engines.old_records import downgrade
from tests.storage.making import check_tables, exported, publish, retract, revise, supersede
from tests.storage.subscribing import subscribe

pytestmark = pytest.mark.sqlite


async def fill(path: Path, folder: Path) -> str:
    """Make a record of the present version that has something of everything; return its export."""
    record = await Record.open(path, clock=Ticking())
    try:
        against = {"contradicts": [{"fact": "a", "about": "Did it rain?"}]}
        await put(
            record, folder,
            {"story": {"name": "flood", "title": "The flood", "about": ["a"]}},
            {"source": {"ref": "log", "title": "A Log", "via": "news"}},
            {"source": {"ref": "news", "title": "News"}},
            {"entity": {"name": "Ann", "role": "a witness", "source": "news"}},
            fact("a", figures=[{"amount": 10, "counts": "houses"}], about=["River"], places=["Valley"]),
            fact("b", "it was dry", **against),
        )  # fmt: skip
        await publish(record, "c", "it hailed")
        await revise(record, 1, statement="it poured into all of the houses")
        await retract(record, 2)
        await supersede(record, 3, "a")
        await subscribe(record, "telegram:1")
        await record.stories.use("telegram:1", 1)
        return await exported(record)
    finally:
        await record.close()


@pytest.fixture(scope="module")
def present(tmp_path_factory) -> tuple[Path, str]:
    """Return a record of the present version that has something of everything, and its export."""
    folder = tmp_path_factory.mktemp("present")
    return folder / "present.db", asyncio.run(fill(folder / "present.db", folder))


@pytest.mark.parametrize("version", [number for number, _sql in migrations.migrations()])
async def test_a_file_of_an_earlier_version(version, path, present):
    file, before = present
    downgrade(file, path, version)
    record = await Record.open(path, clock=Ticking())
    try:
        assert await record.database.version() == migrations.latest()
        assert await record.database.check() == []
        assert await exported(record) == before
        await check_tables(record)
        # The trail began with version 2, subscriptions with version 3.
        verified = await record.audit.verify()
        assert (verified.problem, verified.entries > 0) == (None, version >= 2)
        assert len(await record.listeners.subscriptions("telegram:1")) == (version >= 3)
        found = await publish(record, "new", "it thawed")
        assert [hit.fact_id for hit in await record.search.find("thawed")] == [found.id]
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()
