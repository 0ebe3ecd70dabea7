"""A session is as the record needs it, whatever the address, the role or the database is set to."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from storage.engines.postgres.database import PostgresDatabase

pytestmark = pytest.mark.postgres
WORDS = "Zoë, محمد, 橋, 😀"


def set_of(url: str, setting: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f"ALTER DATABASE {name} SET {setting}".encode())


async def kept(url: str, tmp_path) -> str:
    """Return a text as it is read after it was written and looked for."""
    database = await PostgresDatabase.open(url, tmp_path / "r")
    try:
        async with database.transaction() as tx:
            await tx.run("DELETE FROM progress")
            await tx.run("INSERT INTO progress VALUES (?, 1)", (WORDS,))
        return (await database.read("SELECT name FROM progress WHERE name = ?", (WORDS,)))[0][0]
    finally:
        await database.close()


async def test_texts_are_what_was_written_in_whatever_encoding_the_client_is_set_to(
    url, tmp_path, monkeypatch
):
    assert await kept(make_conninfo(url, client_encoding="LATIN1"), tmp_path) == WORDS
    set_of(url, "client_encoding = 'LATIN1'")
    assert await kept(url, tmp_path) == WORDS
    monkeypatch.setenv("PGCLIENTENCODING", "WIN1251")
    assert await kept(url, tmp_path) == WORDS
    with psycopg.connect(make_conninfo(url, client_encoding="UTF8")) as other:
        assert other.execute("SELECT name FROM progress").fetchall() == [(WORDS,)]


async def test_a_server_is_looked_at_in_whatever_form_it_shows_moments(url, tmp_path):
    set_of(url, "datestyle = 'German'")
    database = await PostgresDatabase.open(url, tmp_path / "r")
    try:
        assert abs((await database.health(datetime.now(UTC))).ahead.total_seconds()) < 60
    finally:
        await database.close()
