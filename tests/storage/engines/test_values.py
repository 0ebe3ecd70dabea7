"""Lists are one parameter of a statement, of numbers or of texts."""

from __future__ import annotations

import json

from storage.engines.values import Values

LISTS: list[tuple[str, Values]] = [
    ("ints", Values([3, 1, 2**40])),
    ("ints", Values([])),
    ("texts", Values(["b", "", "„é“", "a\"'\\", "\U0001f300"])),
    ("texts", Values([])),
]


async def test_a_list_comes_back_as_what_was_in_it(record):
    for reads, values in LISTS:
        for bound, parameters in ((":list", {"list": values}), ("?", (values,))):
            sql = f"SELECT value FROM {reads}({bound})"
            assert sorted(row["value"] for row in await record.database.read(sql, parameters)) == sorted(
                values
            )
            found = await record.database.reading(lambda read, sql=sql, given=parameters: read(sql, given))
            assert len(found) == len(values)


async def test_a_transaction_reads_lists_too(record):
    async with record.database.transaction() as tx:
        for each in "abc":
            await tx.run("INSERT INTO progress VALUES (?, 1)", (each,))
        given = (Values(["a", "c"]),)
        await tx.run("DELETE FROM progress WHERE name IN (SELECT value FROM texts(?))", given)
        left = await tx.fetch(
            "SELECT name FROM progress WHERE audit_id IN (SELECT value FROM ints(?))", (Values([1]),)
        )
        assert [row[0] for row in left] == ["b"]
        inside = await tx.work(lambda rows: rows.fetch("SELECT count(*) FROM texts(?)", given))
        assert inside[0][0] == 2


async def test_pairs_come_back_as_pairs(record):
    for reads, pairs in (
        ("int_pairs", Values([(1, 2), (3, 2**40)])),
        ("text_pairs", Values([("a", "é'"), ("b", None)])),
        ("int_pairs", Values([])),
    ):
        for bound, parameters in ((":list", {"list": pairs}), ("?", (pairs,))):
            sql = f"SELECT one, two FROM {reads}({bound}) ORDER BY one"
            assert [tuple(row) for row in await record.database.read(sql, parameters)] == pairs


async def test_rows_are_gathered_into_a_list(record):
    sql = "SELECT list_of(row_of(value, 'ints(')) FROM texts(?)"
    assert json.loads((await record.database.read(sql, (Values(["a", "b"]),)))[0][0]) == [
        ["a", "ints("],
        ["b", "ints("],
    ]
