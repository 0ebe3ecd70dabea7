"""A record of which many chats hear, and a change to tell them: for benchmarks and slow tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from storage.domain.changes import Publish
from storage.domain.entries import FactEntry
from storage.record import Record
from storage.sheets.shipped import put_shipped
from storage.trail.audit import Actor

STATEMENT = "the court has received the file"


async def stock(path: Path, chats: Iterable[int]) -> None:
    """Make a record with the shipped story, of which these chats hear."""
    record = await Record.open(path)
    try:
        await put_shipped(record)
    finally:
        await record.close()
    subscribe(path, (f"telegram:{chat}" for chat in chats))


def subscribe(path: Path, addresses: Iterable[str]) -> None:
    """Let these chats, on any platform, hear of a record's first story."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT INTO listener (chat) VALUES (?)", ((each,) for each in addresses))
        connection.execute(
            "INSERT INTO subscription (listener_id, story_id, made_at) SELECT id, 1, '' FROM listener"
        )


async def publish(path: Path, statement: str = STATEMENT) -> None:
    """Put one more fact on record, beside whoever else works on it."""
    said = {"speaker": "Ann Example", "cue": "said that", "source": {"title": "A report"}}
    fact = FactEntry.model_validate({"statement": statement, "attributions": [said]})
    record = await Record.open(path)
    try:
        await record.ledger.make(Publish(story_id=1, fact=fact), by=Actor("benchmark"))
    finally:
        await record.close()
