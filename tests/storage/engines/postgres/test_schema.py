"""The schema on PostgreSQL means what SQLite's does, is made once, and not among the tables of others."""

from __future__ import annotations

import asyncio
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from storage.domain.errors import UnreadableRecord, UnwritableRecord
from storage.engines import migrations as of_sqlite
from storage.engines.postgres import migrations
from storage.engines.postgres.database import PostgresDatabase
from tests import new_records

pytestmark = pytest.mark.postgres
TYPES = {"INTEGER": "bigint", "TEXT": "text", "REAL": "double precision", "BLOB": "bytea"}
Query = Callable[[str], list[tuple]]
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2
"""
INDEXES = """
SELECT t.relname, i.relname, x.indisunique, pg_get_indexdef(i.oid) FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
WHERE t.relnamespace = CAST(current_schema() AS regnamespace) AND NOT EXISTS (
    SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u')
) ORDER BY 1, 2
"""
RULES = """
SELECT CAST(CAST(conrelid AS regclass) AS TEXT), contype, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = CAST(current_schema() AS regnamespace) AND contype IN ('p', 'u', 'f', 'c')
ORDER BY 1, 2, 3
"""
TRIGGERS = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"


@pytest.fixture
def there(url: str) -> Query:
    def query(sql: str) -> list[tuple]:
        with psycopg.connect(url) as connection:
            return connection.execute(sql.encode()).fetchall()

    return query


@pytest.fixture(scope="module")
def here() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    new_records.migrate(made, None)
    yield made
    made.close()


def tables(here: sqlite3.Connection) -> list[str]:
    found = here.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    )
    return [name for (name,) in found if not name.startswith("fact_text")]


def plain(text: str) -> str:
    """Return a condition without what the two write in different ways."""
    text = re.sub(r"::[a-z]+(?:\[\])?", "", text)
    text = re.sub(r"= ANY \(ARRAY\[(.*?)\]\)", r"in \1", text)
    text = text.replace("!=", "<>")
    return re.sub(r'[\s()"]+', " ", text).strip().lower()


def test_tables_have_the_same_columns(here, there):
    found: dict[str, dict[str, tuple]] = {}
    for table, column, kind, nullable, default, collation in there(COLUMNS):
        found.setdefault(table, {})[column] = (kind, nullable, default)
        assert kind != "text" or collation == "C", f"{table}.{column} is not ordered by code points"
    own = found.pop("onrecord"), found.pop("fact_text")
    assert {*own[1]} == {"fact_id", "statement", "context", "story", "words"}
    assert sorted(found) == tables(here)
    for table, columns in found.items():
        declared = here.execute(f"PRAGMA table_info({table})").fetchall()
        assert {row[1] for row in declared} == {*columns}
        for _number, name, kind, needed, default, key in declared:
            there_kind, nullable, there_default = columns[name]
            assert there_kind == TYPES[kind], f"{table}.{name}"
            assert key or (nullable == "NO") == bool(needed), f"{table}.{name}"
            assert plain(there_default or "") == plain(default or ""), f"{table}.{name}"


def test_keys_and_references_are_the_same(here, there):
    rules = there(RULES)
    for table in tables(here):
        keys, uniques, references = set(), set(), set()
        for name, kind, text in rules:
            if name.strip('"') != table:
                continue
            columns = tuple(re.search(r"\((.*?)\)", text)[1].replace('"', "").split(", "))
            if kind == "p":
                keys.add(columns)
            elif kind == "u":
                uniques.add(columns)
            elif kind == "f":
                other = re.search(r"REFERENCES (\S+?)\(", text)[1]
                references.add((columns, other.strip('"'), "INITIALLY DEFERRED" in text))
        info = here.execute(f"PRAGMA table_info({table})").fetchall()
        key = tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5])
        assert keys == ({key} if key else set()), table
        made = [
            tuple(column[2] for column in here.execute(f"PRAGMA index_info({row[1]})"))
            for row in here.execute(f"PRAGMA index_list({table})")
            if row[3] == "u"
        ]
        assert uniques == set(made), table
        (declared,) = here.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        pointing = set()
        for row in here.execute(f"PRAGMA foreign_key_list({table})"):
            line = re.search(rf"(?m)\b{row[3]} INTEGER[^,\n]*(?:REFERENCES[^,\n]*)", declared)[0]
            pointing.add(((row[3],), row[2], "DEFERRED" in line))
        assert references == pointing, table


def test_rows_are_checked_in_the_same_way(here, there):
    for table in tables(here):
        (declared,) = here.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        found = [plain(text) for name, kind, text in there(RULES) if name.strip('"') == table and kind == "c"]
        assert len(found) == declared.count("CHECK ("), table
        for text in found:
            assert all(word in plain(declared) for word in re.findall(r"'[^']*'|\b[a-z_]{5,}\b", text)), text


def test_indexes_have_the_same_columns_and_conditions(here, there):
    found = {
        name: (table, unique, plain(text.partition(" USING btree ")[2]).replace("'utc'", "'UTC'"))
        for table, name, unique, text in there(INDEXES)
        if table != "fact_text"
    }
    rows = here.execute(
        "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    )
    declared = {
        name: (table, "UNIQUE" in sql, plain(re.split(r" ON \S+ ", " ".join(sql.split()), maxsplit=1)[1]))
        for name, table, sql in rows
    }
    assert found.keys() == declared.keys()
    for name, (table, unique, text) in declared.items():
        assert found[name][:2] == (table, unique), name
        assert words(found[name][2]) == words(text), name


def words(text: str) -> list[str]:
    return re.findall(r"'[^']*'|[\w<>=]+", text.replace(" collate c", ""))


def test_triggers_have_the_same_names(here, there):
    names = {name for (name,) in there(TRIGGERS) if not name.endswith("_number")}
    declared = here.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    assert names == {name for (name,) in declared}


def test_both_engines_have_the_same_migrations():
    assert migrations.latest() == of_sqlite.latest()
    assert {number for number, _sql in migrations.migrations()} <= {
        number for number, _ in of_sqlite.migrations()
    }


async def test_five_open_an_empty_database_at_once(empty, tmp_path):
    opened = await asyncio.gather(*(PostgresDatabase.open(empty, tmp_path / "r") for _ in range(5)))
    assert {await each.version() for each in opened} == {migrations.latest()}
    for each in opened:
        await each.close()


async def test_a_failing_migration_leaves_the_schema_as_before(url, tmp_path, monkeypatch):
    bad = (migrations.latest() + 1, "CREATE TABLE extra (id BIGINT); INSERT INTO nowhere VALUES (1);")
    every = (*migrations.migrations(), bad)
    monkeypatch.setattr(migrations, "migrations", lambda: every)
    with pytest.raises(psycopg.errors.UndefinedTable, match="nowhere"):
        await PostgresDatabase.open(url, tmp_path / "r")
    monkeypatch.undo()
    opened = await PostgresDatabase.open(url, tmp_path / "r")
    assert await opened.version() == migrations.latest()
    assert not await opened.read("SELECT 1 FROM pg_class WHERE relname = 'extra'")
    await opened.close()


async def test_a_newer_record_is_refused(url, tmp_path):
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE onrecord SET number = number + 1")
    with pytest.raises(UnreadableRecord, match=r"newer OnRecord .*upgrade the program"):
        await PostgresDatabase.open(url, tmp_path / "r")


async def test_others_tables_are_left_alone(empty, tmp_path):
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE TABLE theirs (id BIGINT)")
    with pytest.raises(UnreadableRecord, match="other tables, and no record"):
        await PostgresDatabase.open(empty, tmp_path / "r")


async def test_a_schema_may_have_any_name(empty, tmp_path):
    with psycopg.connect(empty, autocommit=True) as other:
        other.execute('CREATE SCHEMA "News-Bot"')
        other.execute(f'ALTER DATABASE {other.info.dbname} SET search_path = "News-Bot"'.encode())
    for _twice in range(2):
        database = await PostgresDatabase.open(empty, tmp_path / "r")
        try:
            assert await database.check() == []
            assert (await database.health(datetime.now(UTC))).upgradable
            await database.backup(tmp_path / "copy.db")
        finally:
            await database.close()


async def test_an_empty_database_is_no_record_unless_it_is_to_be_one(empty, tmp_path):
    with pytest.raises(UnreadableRecord, match=r"no record in .* yet"):
        await PostgresDatabase.open(empty, tmp_path / "r", create=False)


async def test_a_role_without_rights_is_told(empty, postgres, tmp_path):
    role = f"reader_{secrets.token_hex(4)}"
    postgres.run(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'")
    try:
        given = psycopg.conninfo.make_conninfo(empty, user=role, password="secret")
        with pytest.raises(UnwritableRecord, match=f"may not be written by the role {role}"):
            await PostgresDatabase.open(given, tmp_path / "r")
    finally:
        postgres.run(f"DROP ROLE {role}")
