"""A file from before there were subscriptions keeps what waits in its outbox."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from storage.engines import migrations
from storage.record import Record
from tests.storage.subscribing import LATER, deliveries, take

pytestmark = pytest.mark.sqlite

OLD = [
    (1, "telegram:1", '{"blocks": ["first"]}', "2026-11-20T10:00:00.000000Z", "due", 0, None),
    (2, "telegram:2", '{"blocks": ["second"]}', "2026-11-20T10:00:01.000000Z", "sending", 1, None),
    (3, "telegram:1", '{"blocks": ["third"]}', "2026-11-20T10:00:02.000000Z", "due", 2, "timed out"),
    (4, "telegram:3", '{"blocks": ["fourth"]}', "2026-11-20T10:00:03.000000Z", "sent", 1, None),
    (9, "telegram:4", '{"blocks": ["fifth"]}', "2026-11-20T10:00:04.000000Z", "given up", 8, "blocked"),
]


def old_file(path) -> None:
    """Make a file as the version before left it."""
    with closing(sqlite3.connect(path)) as connection:
        for number, sql in migrations.migrations():
            if number <= 2:
                connection.executescript(sql)
        connection.execute("PRAGMA application_id = " + str(migrations.APPLICATION_ID))
        connection.execute("PRAGMA user_version = 2")
        connection.executemany(
            "INSERT INTO delivery (id, chat, reply, made_at, state, attempts, error)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            OLD,
        )
        connection.commit()


async def test_what_waits_in_the_outbox_is_sent_after_it_as_before(path):
    old_file(path)
    record = await Record.open(path)
    try:
        assert await record.database.version() == migrations.latest()
        assert await record.database.check() == []
        notices = await record.notices.by_id([row[0] for row in OLD])
        assert [(each.id, each.kind, each.reply, each.made_at) for each in notices] == [
            (row[0], "reply", row[2], row[3]) for row in OLD
        ]
        assert (await deliveries(record))["telegram:4"] == "given up"
        await record.outbox.recover("telegram")
        parcels = await take(record, LATER)
        assert [(each.listener.chat, each.notices) for each in parcels] == [
            ("telegram:1", (1, 3)), ("telegram:2", (2,)),
        ]  # fmt: skip
        assert [each.attempts for each in parcels] == [2, 1]
        for parcel in parcels:
            await record.outbox.sent(parcel, (5,), None, LATER)
        await record.outbox.finish()
        assert await record.outbox.depth() == ({}, None, 0)
    finally:
        await record.close()


async def test_an_old_file_without_anything_in_its_outbox_has_nobody_who_listens(path):
    old_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM delivery")
        connection.commit()
    record = await Record.open(path)
    try:
        assert await record.database.read("SELECT * FROM listener") == []
        assert await take(record) == []
    finally:
        await record.close()
