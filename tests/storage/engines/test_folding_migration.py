"""A record whose names and words were folded as earlier versions did is folded as what is typed is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from storage.engines import migrations
from storage.record import Record
from tests.storage.conftest import Ticking
from tests.storage.making import check_name_index

pytestmark = pytest.mark.sqlite

_ROWS = """
INSERT INTO story VALUES (1, 'names', 'Names', '2024-01-01T00:00:00.000000Z');
INSERT INTO entity (id, story_id, ref, name) VALUES
    (1, 1, 'a', 'Lech Wałęsa'), (2, 1, 'b', 'Lech Walesa'), (3, 1, 'c', 'राम नाथ'), (4, 1, 'd', 'Ann');
INSERT INTO entity_name (entity_id, folded, rank, spelling, story_id) VALUES
    (1, 'lech wałesa', 0, 'Lech Wałęsa', 1), (1, 'lech walesa', 1, 'Lech Walesa', 1),
    (1, 'wałesa', 2, 'Lech Wałęsa', 1),
    (1, 'bolek', 1, 'Bolek', 1), (2, 'lech walesa', 0, 'Lech Walesa', 1), (3, 'र म न थ', 0, 'राम नाथ', 1),
    (4, 'ann', 0, 'Ann', 1);
INSERT INTO source (id, story_id, ref, kind, title) VALUES (1, 1, 's', 'article', 'News');
INSERT INTO attribution (fact_id, position, stance, source_id) VALUES (1, 1, 'states', 1);
INSERT INTO fact (id, story_id, ref, statement) VALUES (1, 1, 'f', 'İstanbul and Łódź are twinned, says राम');
INSERT INTO fact_text (rowid, statement, context, story)
    VALUES (1, 'İstanbul and Łódź are twinned, says राम', 'News', char(57344) || '1');
INSERT INTO listener (id, chat, words) VALUES (1, 'telegram:1', 'stanbul'), (2, 'telegram:2', 'twinned');
INSERT INTO subscription (id, listener_id, story_id, words, made_at) VALUES
    (1, 1, 1, 'łódź', ''), (2, 1, 1, 'lódź', ''), (3, 2, 1, 'stanbul rain', '');
INSERT INTO question (id, story_id, key, text, first_at, last_at) VALUES
    (1, 1, 'who 1 łódź', '', '', ''), (2, 1, 'who 1 lódź', '', '', ''), (3, 1, 'who Rain', '', '', '');
"""


@pytest.fixture
async def refolded(path):
    with closing(sqlite3.connect(path)) as old:
        for number, sql in migrations.migrations():
            if number < 13:
                old.executescript(sql)
        old.executescript(_ROWS)
        old.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
        old.execute("PRAGMA user_version = 12")
        old.commit()
    record = await Record.open(path, clock=Ticking())
    yield record
    await record.close()


async def test_names_are_found_in_every_spelling_and_bearers_of_one_form_are_all_kept(refolded):
    for spelling in ("Lech Wałęsa", "LECH WALESA", "lech wałe\u0328sa"):
        assert await refolded.entities.named(1, spelling) == [1, 2], spelling
    assert await refolded.entities.named(1, "राम नाथ") == [3]
    assert await refolded.entities.named(1, "रोम नाथ") == []
    assert (await refolded.entities.alone(1, "a")).aliases == ("Bolek",)
    assert await refolded.entities.names_with_prefix(1, "wał", 5) == ["Lech Walesa", "Lech Wałęsa"]
    await check_name_index(refolded)


async def test_texts_are_found_in_every_spelling(refolded):
    for query in ("istanbul", "İSTANBUL", "ISTANBUL", "lodz", "ŁÓDŹ", "राम", "twinned"):
        assert [hit.fact_id for hit in await refolded.search.find(query, story_id=1)] == [1], query
    assert await refolded.search.find("रोम") == []
    assert await refolded.database.check() == []


async def test_subscriptions_and_questions_wait_for_the_words_as_they_are_folded_now(refolded):
    read = refolded.database.read
    assert [row[0] for row in await read("SELECT words FROM listener ORDER BY id")] == ["istanbul", "twinned"]
    kept = [tuple(row) for row in await read("SELECT id, words FROM subscription ORDER BY id")]
    assert kept == [(1, "lodz"), (3, "istanbul rain")]
    keys = [row[0].split() for row in await read("SELECT key FROM question ORDER BY id")]
    assert keys == [["who", "1", "lodz"], ["who", "1", "lodz"], ["who", "Rain"]]
