"""Names by what was typed of them, and their index: kept with each change, built for older records."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from storage.domain.changes import PutEntity
from storage.domain.entries import EntityEntry
from storage.domain.folding import fold
from storage.engines import migrations
from storage.migrations import sounding
from storage.record import Record
from storage.search.name_index import LONGEST_WORD, pieces
from tests.storage.conftest import Ticking, put
from tests.storage.making import ANN, check_name_index, merge

NAMES = [
    {"name": "Dana Krivic", "aliases": ["the Captain"]},
    {"name": "Dana Novak"},
    {"name": "Harbour Authority", "short": "HA", "aliases": ["Port Authority of Velm"]},
    {"name": "the Gazette"},
    {"name": "Łódź Council"},
    {"name": "Aleksandra Müller-Brandt", "role": "commissioner for human rights", "source": "log"},
]


@pytest.fixture
async def named(record: Record, tmp_path) -> Record:
    """A story with a few names, and another with one of the same and one of its own."""
    log = {"source": {"ref": "log", "title": "A Log"}}
    await put(record, tmp_path, log, *({"entity": each} for each in NAMES))
    other = [{"name": "Dana Krivic"}, {"name": "Stranger Elsewhere"}]
    await put(record, tmp_path, *({"entity": each} for each in other), story="drought")
    return record


async def among(record: Record, text: str, story: int = 1) -> set[str]:
    words = fold(text).split()
    return {each.folded for each in await record.names.among(story, words, words)}


async def resembling(record: Record, text: str, story: int = 1) -> set[str]:
    return {each.folded for each in await record.names.resembling(story, text)}


async def test_runs_of_words_find_the_forms_that_they_may_be(named, subtests):
    for text, form in [
        ("did dana krivic know", "dana krivic"),
        ("did dana krivich know", "dana krivic"),
        ("danna krivich", "dana krivic"),
        ("what krivik said", "krivic"),
        ("in the gazette", "the gazette"),
        ("gazette", "the gazette"),
        ("port authority of velm", "port authority of velm"),
        ("harbor autority", "harbour authority"),
        ("lodz counsil", "lodz council"),
    ]:
        with subtests.test(text):
            assert form in await among(named, text)


async def test_a_text_finds_the_forms_that_it_may_be(named, subtests):
    for text, form in [
        ("Dana Krivic", "dana krivic"),
        ("DANA KRIVICH", "dana krivic"),
        ("harb", "harbour authority"),
        ("human rights", "commissioner for human rights"),
        ("comissioner for humen rights", "commissioner for human rights"),
        ("velm", "port authority of velm"),
        ("portauthority of velm", "port authority of velm"),
        ("aleksnader", "aleksandra"),
        ("mueller brandt", "aleksandra muller brandt"),
    ]:
        with subtests.test(text):
            assert form in await resembling(named, text)


async def test_what_is_found_is_of_the_story_alone(named):
    assert {each.entity_id for each in await named.names.resembling(1, "Dana Krivic")} < set(range(1, 7))
    assert "stranger elsewhere" not in await resembling(named, "stranger elsewhere")
    assert await resembling(named, "stranger elsewere", story=2) >= {"stranger elsewhere"}


async def test_hostile_texts_find_nothing(named, subtests):
    for text in ["", " ", "x" * 4000, "é " * 2000, "\ud800", '" *', "%", "[]", "\\", "\x00", "😀"]:
        with subtests.test(ascii(text[:20])):
            assert await resembling(named, text) == set()
            assert await among(named, text) == set()


async def test_the_index_is_kept_with_each_change(named):
    await check_name_index(named)
    await named.ledger.make(
        PutEntity(story_id=1, entity=EntityEntry(name="Bo Rain", aliases=("B. R.",))), by=ANN
    )
    added = (await named.audit.page(limit=1))[0].after
    assert "bo rain" in await resembling(named, "Bo Rian")
    edited = EntityEntry(ref="bo-rain", name="Bo Storm", aliases=("Dana Krivic",))
    await named.ledger.make(PutEntity(story_id=1, entity=edited, expected=added), by=ANN)
    await check_name_index(named)
    for gone in ("Bo Rian", "Bo Rain", "B. R."):
        assert not {"bo rain", "rain", "b r"} & await resembling(named, gone)
    await merge(named, "bo-rain", "dana-novak")
    await check_name_index(named)
    found = await named.names.resembling(1, "Bo Stormm")
    assert {each.entity_id for each in found if each.folded == "bo storm"} == {2}


@pytest.mark.sqlite
async def test_an_older_record_gets_the_index_that_a_new_one_has(named, path, tmp_path):
    await put(
        named, tmp_path, {"entity": {"name": "x" * 60 + " Ünïcode 漢字 a_b"}}, {"entity": {"name": "y"}}
    )
    await named.close()
    (_number, sql) = next(each for each in migrations.migrations() if each[0] == 10)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"DROP TABLE name_word; DROP TABLE name_piece; {sql}")
        # How names sound was added later.
        sounding.run(connection)
        connection.commit()
    record = await Record.open(path, clock=Ticking())
    try:
        await check_name_index(record)
    finally:
        await record.close()


def test_a_slip_leaves_pieces_in_common_and_a_word_too_long_has_none():
    for slip in ("kirvic", "krivi", "krivvic", "krovic", "rivic", "krivix"):
        assert pieces("krivic") & pieces(slip)
    assert pieces("x" * LONGEST_WORD) and not pieces("x" * (LONGEST_WORD + 1))
