"""What cannot be opened or kept is told in words that say what to do, and that never hold the password."""

from __future__ import annotations

import sys

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from storage.domain.errors import (
    BusyRecord,
    RecordError,
    Refused,
    UnreachableRecord,
    UnreadableRecord,
    UnwritableRecord,
)
from storage.engines import opening
from storage.engines.postgres import errors
from storage.engines.postgres.database import PostgresDatabase

pytestmark = pytest.mark.postgres
SECRET = "hush-hush"


async def refused(url: str, tmp_path, kind: type[RecordError]) -> str:
    with pytest.raises(kind) as caught:
        await PostgresDatabase.open(url, tmp_path / "r")
    assert SECRET not in str(caught.value)
    return str(caught.value)


async def test_a_role_that_is_not_there(url, tmp_path):
    text = await refused(make_conninfo(url, user="nobody", password=SECRET), tmp_path, UnreadableRecord)
    assert "refuses the role nobody" in text


async def test_a_database_that_is_not_there(url, tmp_path):
    text = await refused(make_conninfo(url, dbname="nowhere", password=SECRET), tmp_path, UnreadableRecord)
    assert "no such database" in text and "createdb nowhere" in text


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("127.0.0.1:1/onrecord", "cannot be reached"),
        ("no-such-server.invalid/onrecord", "no such server"),
        ("%2Fnowhere/onrecord", "cannot be reached"),
    ],
)
async def test_a_server_that_is_not_there(tmp_path, where, words):
    text = await refused(f"postgresql://bot:{SECRET}@{where}", tmp_path, UnreachableRecord)
    assert words in text


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://bot:{SECRET}@host:port/onrecord",
        f"postgresql://bot:a@{SECRET}@host/onrecord",
        f"postgresql://bot:12/{SECRET}@host/onrecord",
        f"postgresql://bot:{SECRET}@host/onrecord?nonsense=1",
        f"postgresql://bot:{SECRET}@127.0.0.1:1/onrecord?connect_timeout=soon",
        f"mysql://bot:{SECRET}@host/onrecord",
    ],
)
async def test_a_url_that_is_none(tmp_path, url):
    assert "storage.url cannot be read" in await refused(url, tmp_path, UnreadableRecord)


async def test_a_database_that_is_not_utf8(postgres, tmp_path):
    name = f"{postgres.create()}_latin"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    assert "keeps texts as LATIN1" in await refused(postgres.url(name), tmp_path, UnreadableRecord)


async def test_a_server_that_is_too_old(url, tmp_path, monkeypatch):
    monkeypatch.setattr(errors, "OLDEST", 99)
    assert "OnRecord needs 99 or newer" in await refused(url, tmp_path, UnreadableRecord)


async def test_a_server_that_is_full(postgres, url, tmp_path):
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    role = f"{name}_role"
    postgres.run(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
    try:
        text = await refused(make_conninfo(url, user=role), tmp_path, UnreachableRecord)
    finally:
        postgres.run(f"DROP ROLE {role}")
    assert "takes no more connections" in text


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (psycopg.errors.DiskFull, UnwritableRecord, "disk of the server"),
        (psycopg.errors.ReadOnlySqlTransaction, UnwritableRecord, "read-only"),
        (psycopg.errors.DeadlockDetected, BusyRecord, "in use"),
        (psycopg.errors.IndexCorrupted, UnreadableRecord, "damaged"),
    ],
)
async def test_what_a_server_says_is_told(database, error, kind, words):
    def fail(_rows):
        raise error("whatever")

    with pytest.raises(kind, match=words):
        async with database.transaction() as tx:
            await tx.work(fail)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE fact (x text); CREATE TABLE onrecord (whatever text)",
        "CREATE TABLE onrecord (number bigint)",
        "CREATE TABLE onrecord (number bigint); INSERT INTO onrecord VALUES (1), (2)",
        "CREATE VIEW fact AS SELECT 1 AS id",
        "CREATE SEQUENCE story",
    ],
)
async def test_what_others_keep_by_the_names_of_a_record(postgres, tmp_path, made):
    name = postgres.create()
    postgres.run(made, name)
    text = await refused(postgres.url(name), tmp_path, UnreadableRecord)
    assert "give the bot a database or a schema of its own" in text
    postgres.drop(name)


async def test_a_server_that_ends_what_takes_long(postgres, url, tmp_path, subtests):
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    version = postgres.run("SELECT current_setting('server_version_num')::int")[0][0]
    for setting in ("statement_timeout", *(["transaction_timeout"] if version >= 170_000 else [])):
        with subtests.test(setting=setting):
            postgres.run(f"ALTER DATABASE {name} SET {setting} = '200ms'")
            database = await PostgresDatabase.open(url, tmp_path / "r")
            with pytest.raises(BusyRecord, match=f"see .*{setting}"):
                await database.read("SELECT pg_sleep(5)")
            # It goes on with what is quicker.
            assert await database.version()
            await database.close()
            postgres.run(f"ALTER DATABASE {name} RESET {setting}")


async def test_a_bug_is_told_as_such(database):
    with pytest.raises(psycopg.errors.UndefinedTable):
        await database.read("SELECT 1 FROM nowhere")


async def test_a_text_with_nul_is_refused(database):
    with pytest.raises(Refused, match="NUL"):
        async with database.transaction() as tx:
            await tx.run("INSERT INTO progress VALUES (?, 1)", ("a\0b",))
    assert not await database.read("SELECT 1 FROM progress")


async def test_what_connects_may_not_be_installed(url, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "storage.engines.postgres.database")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("storage.engines.postgres.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(RecordError, match="extra 'postgres'"):
        await opening.open_database(tmp_path / "r", url)
