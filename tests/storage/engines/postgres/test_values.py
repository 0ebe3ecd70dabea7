"""Values and rows are what they are on SQLite, and SQL is one text."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

import pytest

from storage.engines.postgres.texts import for_postgres, query
from storage.engines.values import Values, for_sqlite

pytestmark = pytest.mark.postgres
QUERIES: list[tuple[str, object]] = [
    ("SELECT ? AS one, ? AS two, 1.5 AS one", ("a", 2)),
    ("SELECT 1 = 1 AS yes, 1 = 2 AS no, CAST(NULL AS TEXT) AS none", ()),
    ("SELECT sum(value) AS sum, avg(value) AS mean, count(*) AS count FROM ints(?)", (Values([1, 2, 4]),)),
    ("SELECT sum(value) AS sum FROM ints(:none)", {"none": Values([])}),
    ("SELECT '50 % of ?' AS text, ':name' AS name, 7 % 4 AS rest -- why? :none", ()),
    ("SELECT CAST(:blob AS BLOB) AS blob, length(CAST(:blob AS BLOB)) AS length", {"blob": b"\0\xff'"}),
    ("SELECT :big AS big, -:big AS small, CAST(:yes AS BIGINT) AS yes", {"big": 2**60, "yes": True}),
    ("SELECT substr('abcdef', ?, ?) AS part, instr('abc', 'c') AS place", (2, 3)),
    (
        "SELECT json_extract(?, '$.a.b') AS inner_one, json_extract(?, '$.x') AS none",
        ('{"a":{"b":"c"}}',) * 2,
    ),
    ("SELECT one, two FROM text_pairs(?) AS p ORDER BY one", (Values([("b", None), ("a", "“\\\"'")]),)),
    ("SELECT one + two AS sum FROM int_pairs(?) ORDER BY 1", (Values([(1, 2**40), (3, 4)]),)),
    ("SELECT value FROM texts(?) ORDER BY value", (Values(["b", "NULL", "", "{,}", 'é\\"', "a b"]),)),
]


class Word(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(("sql", "parameters"), QUERIES)
async def test_a_query_gives_the_same_rows(database, sql, parameters):
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    expected = connection.execute(for_sqlite(sql), parameters).fetchall()
    connection.close()
    for found in (
        await database.read(sql, parameters),
        await database.reading(lambda read: read(sql, parameters)),
    ):
        assert [tuple(row) for row in found] == [tuple(row) for row in expected]
        assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in expected]
        for mine, theirs in zip(found, expected, strict=True):
            assert mine.keys() == list(dict.fromkeys(theirs.keys()))
            assert dict(mine) == dict(theirs)
            assert (mine[0], mine[-1], mine[:1], len(mine)) == (
                theirs[0],
                theirs[-1],
                theirs[:1],
                len(theirs),
            )
    with pytest.raises(IndexError):
        (await database.read("SELECT 1 AS one"))[0]["two"]


async def test_rows_are_numbered_after_the_last_one(database):
    add = "INSERT INTO story (name, title, opened_at) VALUES (?, '', '') RETURNING id"

    async def rehearse() -> None:
        async with database.transaction() as tx:
            await tx.fetch(add, ("rehearsed",))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await rehearse()
    async with database.transaction() as tx:
        await tx.run("INSERT INTO story (id, name, title, opened_at) VALUES (7, ?, '', '')", (Word.ONE,))
        assert (await tx.fetch(add, ("two",)))[0]["id"] == 8
        await tx.run(
            "INSERT INTO story (name, title, opened_at) SELECT value, '', '' FROM texts(?)", (Values("xyz"),)
        )
        found = await tx.fetch("SELECT id, name FROM story ORDER BY id")
    assert [(row["id"], row["name"]) for row in found][:2] == [(7, "one"), (8, "two")]
    assert [row["id"] for row in found] == [7, 8, 9, 10, 11]


async def test_many_rows_at_once(database):
    async with database.transaction() as tx:
        await tx.run_many("INSERT INTO progress VALUES (?, ?)", ((f"n{n}", n) for n in range(500)))
        await tx.run_many("INSERT INTO progress VALUES (?, ?)", [])
    assert (await database.read("SELECT count(*), sum(audit_id) FROM progress"))[0][:] == (500, 124750)


async def test_numbers_go_beyond_32_bits_and_fractions_beyond_4_bytes(database):
    async with database.transaction() as tx:
        await tx.run("INSERT INTO progress VALUES ('a', ?)", (2**62,))
    assert (await database.read("SELECT audit_id FROM progress"))[0][0] == 2**62
    assert (await database.read("SELECT CAST(? AS DOUBLE PRECISION)", (0.1,)))[0][0] == 0.1


async def test_texts_are_ordered_by_code_points(database):
    words = ["telegram:5", "Telegram", "telegram-6", "émigré", "zebra", "a b", "ab"]
    async with database.transaction() as tx:
        await tx.run_many("INSERT INTO progress VALUES (?, 1)", [(word,) for word in words])
    found = await database.read("SELECT name FROM progress ORDER BY name")
    assert [row[0] for row in found] == sorted(words)
    found = await database.read(
        "SELECT name FROM progress WHERE name >= ? AND name < ?", ("telegram:", "telegram;")
    )
    assert [row[0] for row in found] == ["telegram:5"]


def test_texts_of_sql_keep_what_is_no_placeholder():
    assert for_postgres("SELECT ':a' || :a, \"?\", x::text, y[1:2] -- :c?\n, ?") == (
        b"SELECT ':a' || %(a)s, \"?\", x::text, y[1:2] -- :c?\n, %s"
    )


def test_limits_are_written_out_and_all_else_is_bound() -> None:
    named = {"after": 3, "limit": 10}
    assert query("SELECT id FROM t WHERE id > :after ORDER BY id LIMIT :limit", named) == (
        b"SELECT id FROM t WHERE id > %(after)s ORDER BY id LIMIT 10",
        named,
    )
    nested = "SELECT '%s' FROM (SELECT 1 FROM t WHERE a = ? LIMIT ?) f WHERE b = ? LIMIT ?"
    assert query(nested, ("x", 5, "y", 7)) == (
        b"SELECT '%%s' FROM (SELECT 1 FROM t WHERE a = %s LIMIT 5) f WHERE b = %s LIMIT 7",
        ["x", "y"],
    )
    assert query("SELECT 1 FROM t WHERE a = ?", (1,)) == (b"SELECT 1 FROM t WHERE a = %s", (1,))
