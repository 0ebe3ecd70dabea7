"""Sheets as other programs save them: with a byte order mark, in UTF-16, with the digits of any script."""

from __future__ import annotations

import codecs
import json

import pytest

from storage.domain.errors import InvalidSheet
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.storage.conftest import Ticking, fact, put

TOML = """
[story]
name = "b"
title = "Bridge"

[[facts]]
ref = "b1"
statement = "the bridge was closed"
[[facts.attributions]]
source = { title = "Bridge" }
"""
JSONL = "".join(f"{json.dumps(fact(ref))}\n" for ref in "ab")


@pytest.mark.parametrize(("name", "text"), [("b.toml", TOML), ("b.jsonl", JSONL)])
async def test_a_byte_order_mark_is_no_text_and_utf_16_is_named(record, tmp_path, name, text, subtests):
    path = tmp_path / name
    for encoding in ("utf-16-le", "utf-16-be"):
        with subtests.test(encoding):
            mark = codecs.BOM_UTF16_LE if encoding.endswith("le") else codecs.BOM_UTF16_BE
            path.write_bytes(mark + text.encode(encoding))
            with pytest.raises(InvalidSheet) as caught:
                await import_sheet(record, path, actor="x")
            assert caught.value.problems == ["line 1: not UTF-8 but UTF-16 text: save the file as UTF-8"]
    path.write_bytes(codecs.BOM_UTF8 + text.encode())
    assert (await import_sheet(record, path, actor="x")).added == text.count("ref")


async def test_dates_of_any_script_are_kept_as_dates(record, tmp_path):
    said = {"source": {"title": "Canal", "published": "２０２４-０１-０４"}, "said": "١٩٩٠"}
    await put(record, tmp_path, fact("a", occurred="２０２３-０５-０４") | {"attributions": [said]})
    (kept,) = await record.listings.all(1, limit=2)
    (item,) = kept.attributions
    assert (kept.occurred, item.said, item.source.published) == ("2023-05-04", "1990", "2024-01-04")


async def test_other_digits_are_refused_with_their_line(record, tmp_path):
    for occurred in ("²⁰²³", "2023-0²", "ⅯⅯ"):
        with pytest.raises(InvalidSheet) as caught:
            await put(record, tmp_path, fact("a", occurred=occurred))
        assert caught.value.problems[0].startswith(f"line 1, occurred: {occurred!r} is not a date")


async def test_names_of_one_folding_are_one_and_a_sheet_imported_again_finds_them(path, tmp_path):
    record = await Record.open(path, clock=Ticking())
    try:
        for _again in range(2):
            await put(
                record,
                tmp_path,
                {"entity": {"name": "Lech Wałęsa"}},
                fact("a", about=["Lech Walesa", "İsmail Işık"]),
                fact("b", about=["LECH WAŁĘSA", "ISMAIL ISIK"]),
            )
        rows = await record.database.read("SELECT folded FROM entity_name WHERE rank = 0 ORDER BY 1")
        assert [row[0] for row in rows] == ["ann", "ismail isik", "lech walesa"]
    finally:
        await record.close()
