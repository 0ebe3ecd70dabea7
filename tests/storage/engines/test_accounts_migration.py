"""A file from before accounts could be linked keeps all that it holds, and its people can link them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from storage.engines import migrations, sqlite
from storage.people.accounts import Linked
from storage.record import Record
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import content, publish

CY, HERE = "telegram:5", "discord:55"
NAME_INDEX = 10


async def old_file(path, tmp_path, monkeypatch) -> None:
    """Make a file as the version before left it: with facts, a moderator, and a chat that listens."""
    every = migrations.migrations()
    with monkeypatch.context() as before:
        # The version before kept no count of what requests look up.
        before.setattr(sqlite, "_VERSION", "SELECT coalesce((SELECT max(id) FROM audit), 0), 0")
        # Names are written with their index, which it had not.
        kept = tuple(item for item in every if item[0] <= 3 or item[0] == NAME_INDEX)
        before.setattr(migrations, "migrations", lambda: kept)
        record = await Record.open(path, clock=Ticking())
        try:
            await put(record, tmp_path, fact("a"))
            await publish(record, "b", "it hailed")
            await record.stories.use(CY, 1)
            await record.listeners.change(CY, 0, {"cadence": "daily"})
        finally:
            await record.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE name_word; DROP TABLE name_piece; PRAGMA user_version = 3")
        connection.execute(
            "INSERT INTO member (address, handle, appointed_at) VALUES (?, 'cy', ?)",
            (CY, "2024-01-04T09:00:00.000000Z"),
        )
        connection.commit()


async def test_nothing_is_lost_and_accounts_can_be_linked(path, tmp_path, monkeypatch):
    await old_file(path, tmp_path, monkeypatch)
    before = content(path)
    record = await Record.open(path, clock=Ticking())
    try:
        assert await record.database.version() == migrations.latest()
        assert await record.database.check() == []
        rows = {line for line in before.split("\n") if line.startswith("INSERT INTO")}
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
