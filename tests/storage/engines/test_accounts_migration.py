"""A file from before accounts could be linked keeps all that it holds, and its people can link them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from storage.engines import migrations
from storage.people.accounts import Linked
from storage.record import Record
from tests.storage.conftest import Ticking, fact, put
from tests.storage.engines.old_records import downgrade
from tests.storage.making import content, publish

pytestmark = pytest.mark.sqlite

CY, HERE = "telegram:5", "discord:55"
BEFORE = 3
# What changed in an entry of the trail when texts got salts: three hashes at its end.
HASHES = re.compile(r"(,'[0-9a-f]{64}'){3}")


async def old_file(path, tmp_path) -> None:
    """Make a file as the version before left it: with facts, a moderator, and a chat that listens."""
    present = tmp_path / "present.db"
    record = await Record.open(present, clock=Ticking())
    try:
        await put(record, tmp_path, fact("a"))
        await publish(record, "b", "it hailed")
        await record.stories.use(CY, 1)
        await record.listeners.change(CY, 0, {"cadence": "daily"})
    finally:
        await record.close()
    with closing(sqlite3.connect(present)) as connection:
        connection.execute(
            "INSERT INTO member (address, handle, appointed_at) VALUES (?, 'cy', ?)",
            (CY, "2024-01-04T09:00:00.000000Z"),
        )
        connection.commit()
    downgrade(present, path, BEFORE)


async def test_nothing_is_lost_and_accounts_can_be_linked(path, tmp_path):
    await old_file(path, tmp_path)
    before = content(path)
    record = await Record.open(path, clock=Ticking())
    try:
        assert await record.database.version() == migrations.latest()
        assert await record.database.check() == []
        rows = {HASHES.sub("", line) for line in before.split("\n") if line.startswith("INSERT INTO")}
        # The full-text index is made anew, of folded words.
        rows = {line for line in rows if "fact_text" not in line}
        # Columns that were added later stand at the end.
        kept = content(path).split("\n")
        assert all(any(line.startswith(row.removesuffix(");")) for line in kept) for row in rows)
        assert await record.members.moderates(CY, 1)
        assert await record.accounts.accounts_of(CY) == []
        done = await record.accounts.redeem(await record.accounts.issue(CY), HERE, chat=HERE)
        assert done == Linked(CY, story=True, settings=True)
        assert await record.accounts.person_of(HERE) == CY
        assert (await record.audit.verify()).problem is None
    finally:
        await record.close()
