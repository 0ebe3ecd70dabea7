"""A file from before claims had leases: what was being sent is free, and the version before sends no more."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from storage.engines import migrations
from storage.record import Record
from tests.storage.subscribing import LATER, deliveries, take

pytestmark = pytest.mark.sqlite

BEFORE = 6
THEN = "2024-01-01T00:00:00.000000Z"
SOONER = "2023-12-31T00:00:00.000000Z"

# The statements of the version before, as it has them.
OF_PLATFORM = "IN (SELECT id FROM listener WHERE chat >= :low AND chat < :high)"
RECOVER = (
    f"UPDATE delivery SET state = 'due' WHERE state = 'sending' AND listener_id {OF_PLATFORM}",
    "UPDATE amendment SET state = 'due' WHERE state = 'sending' AND chat >= :low AND chat < :high",
)
PACK = (
    "UPDATE delivery SET state = 'sending', attempts = attempts + 1, changed_at = :now"
    " WHERE listener_id = :listener AND state IN ('due', 'held', 'failed')"
    " AND notice_id IN (SELECT id FROM notice WHERE state IN ('new', 'fanned out'))"
    " AND NOT EXISTS (SELECT 1 FROM delivery WHERE listener_id = :listener AND state = 'sending')"
    " RETURNING notice_id, attempts"
)
CORRECT = (
    "UPDATE amendment SET state = 'sending', attempts = attempts + 1, changed_at = :now"
    " WHERE chat = :chat AND message = :message AND state IN ('due', 'failed')"
    " RETURNING notice_id, attempts"
)
MARK = (
    "UPDATE delivery SET state = 'sent', changed_at = coalesce(:now, changed_at), error = NULL, message = 7"
    " WHERE listener_id = :listener AND state = 'sending'"
    " AND notice_id IN (SELECT value FROM json_each(:notices))"
)
MARK_CORRECTED = (
    "UPDATE amendment SET state = 'sent', error = NULL, changed_at = coalesce(:now, changed_at)"
    " WHERE chat = :chat AND message = :message AND state = 'sending'"
    " AND notice_id IN (SELECT value FROM json_each(:notices))"
)
ASKED = {
    "low": "telegram:", "high": "telegram;", "now": LATER, "listener": 1, "chat": "telegram:1", "message": 5,
    "notices": json.dumps([1]),
}  # fmt: skip


def old_file(path) -> None:
    """Make a file of the version before: two chats were being told, and a message corrected."""
    with closing(sqlite3.connect(path)) as connection:
        for number, sql in migrations.migrations():
            if number <= BEFORE:
                connection.executescript(sql)
        connection.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {BEFORE}")
        connection.executemany(
            "INSERT INTO listener (chat) VALUES (?)", [(f"telegram:{n}",) for n in (1, 2, 3)]
        )
        connection.execute(
            "INSERT INTO notice (kind, made_at, due_at, reply, state) VALUES (?, ?, ?, ?, ?)",
            ("reply", THEN, THEN, "{}", "fanned out"),
        )
        connection.executemany(
            "INSERT INTO delivery (notice_id, listener_id, state, attempts) VALUES (1, ?, ?, 1)",
            [(1, "sending"), (2, "sending"), (3, "sent")],
        )
        connection.execute("INSERT INTO said VALUES ('telegram:2', 6, 0, ?, 'en', NULL)", (THEN,))
        connection.executemany(
            "INSERT INTO amendment (chat, message, notice_id, state, changed_at) VALUES (?, ?, ?, ?, ?)",
            [
                ("telegram:1", 5, 1, "sending", THEN), ("telegram:2", 6, 1, "sent", SOONER),
                ("telegram:2", 6, 2, "sent", LATER), ("telegram:2", 6, 3, "due", THEN),
            ],
        )  # fmt: skip
        connection.commit()


async def test_what_was_being_sent_is_free_and_nothing_else_is_sent_again(path):
    old_file(path)
    record = await Record.open(path)
    try:
        assert await deliveries(record) == {"telegram:1": "due", "telegram:2": "due", "telegram:3": "sent"}
        assert [each.listener.chat for each in await take(record)] == ["telegram:1", "telegram:2"]
        first, second = await record.receipts.take("telegram", LATER, 9)
        assert (first.message, second.message, second.notices) == (5, 6, (3,))
        # What the message showed before its page was turned is not what was corrected since.
        assert second.earlier == (2,)
    finally:
        await record.close()


async def test_a_process_of_the_version_before_sends_no_more(path):
    """It has the file open, has claimed, and goes on beside a process of this version."""
    old_file(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("UPDATE delivery SET state = 'due' WHERE listener_id = 2")
        record = await Record.open(path)
        try:
            for statement in (PACK, CORRECT):
                with pytest.raises(sqlite3.IntegrityError, match="under_a_lease"):
                    old.execute(statement, ASKED).fetchall()
            assert len(await take(record)) == 2
            assert len(await record.receipts.take("telegram", LATER, 9)) == 2
            for statement in (*RECOVER, MARK, MARK_CORRECTED):
                with pytest.raises(sqlite3.IntegrityError, match="under_a_lease"):
                    old.execute(statement, ASKED).fetchall()
            assert old.execute(PACK, ASKED).fetchall() == []
            assert await deliveries(record) == {
                "telegram:1": "sending", "telegram:2": "sending", "telegram:3": "sent",
            }  # fmt: skip
        finally:
            await record.close()
