"""Dialogues: one for each person in each chat, outliving a restart, each question answered once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.domain.errors import AlreadyDone
from storage.people import dialogues
from storage.people.dialogues import KEPT, LASTS
from storage.record import Record
from tests.storage.conftest import Ticking

CHAT, ANN, BO = "telegram:-100", "telegram:1", "telegram:2"


async def test_each_person_has_one_dialogue_in_each_chat(record):
    first = await record.dialogues.begin(CHAT, ANN, "publish", {"step": 1})
    await record.dialogues.begin(CHAT, BO, "correct", {})
    await record.dialogues.begin("telegram:1", ANN, "retract", {})
    second = await record.dialogues.begin(CHAT, ANN, "relate", {"step": 1, "names": ["жыве 🌊"]})
    assert await record.dialogues.find(CHAT, ANN) == second
    assert second.state == {"step": 1, "names": ["жыве 🌊"]}
    assert (await record.dialogues.by_id(first.id)).aside, "what was typed before is kept"
    assert (await record.dialogues.find(CHAT, BO)).command == "correct"
    assert (await record.dialogues.find("telegram:1", ANN)).command == "retract"


async def test_a_dialogue_outlives_a_restart(record, path):
    begun = await record.dialogues.begin(CHAT, ANN, "publish", {"step": 1})
    beside = await Record.open(path, clock=Ticking())
    try:
        assert await beside.dialogues.find(CHAT, ANN) == begun
        await beside.dialogues.go_on(begun, {"step": 2})
    finally:
        await beside.close()
    assert (await record.dialogues.by_id(begun.id)).state == {"step": 2}


async def test_a_question_is_answered_once_and_its_buttons_die_with_it(record):
    asked = await record.dialogues.begin(CHAT, ANN, "publish", {"step": 1})
    following = await record.dialogues.go_on(asked, {"step": 2})
    assert (asked.token, following.token) == (f"{asked.id}.1", f"{asked.id}.2")
    with pytest.raises(AlreadyDone, match="answered already"):
        await record.dialogues.go_on(asked, {"step": 9})
    assert (await record.dialogues.find(CHAT, ANN)).state == {"step": 2}
    await record.dialogues.end(following)
    with pytest.raises(AlreadyDone):
        await record.dialogues.go_on(following, {"step": 3})
    assert await record.dialogues.find(CHAT, ANN) is None
    # No later dialogue answers to the buttons of one that is gone.
    assert (await record.dialogues.begin(CHAT, ANN, "publish", {})).id > asked.id


async def test_a_dialogue_closes_only_at_the_turn_that_was_confirmed(record):
    asked = await record.dialogues.begin(CHAT, ANN, "publish", {})
    following = await record.dialogues.go_on(asked, {"step": 2})
    with pytest.raises(AlreadyDone):
        async with record.database.transaction() as tx:
            await dialogues.close(tx, asked)
    async with record.database.transaction() as tx:
        await dialogues.close(tx, following)
    assert await record.dialogues.by_id(asked.id) is None


async def test_what_has_long_ended_is_kept_no_longer_than_another_begins(record):
    old = await record.dialogues.begin(CHAT, ANN, "publish", {"said": "my words"})
    record.ledger.clock.moment += KEPT
    ended = await record.dialogues.begin("telegram:1", ANN, "publish", {})
    record.ledger.clock.moment += LASTS
    new = await record.dialogues.begin(CHAT, BO, "publish", {})
    assert await record.dialogues.by_id(old.id) is None
    # Whose dialogue ended only just is still told so.
    assert (await record.dialogues.find("telegram:1", ANN)).id == ended.id
    assert (await record.dialogues.find(CHAT, BO)) == new
    rows = await record.database.read("SELECT state FROM dialogue")
    assert len(rows) == 2 and "my words" not in str([tuple(row) for row in rows])


async def test_a_dialogue_that_nobody_answers_ends_but_is_still_known(record):
    asked = await record.dialogues.begin(CHAT, ANN, "publish", {"step": 1})
    record.ledger.clock.moment += LASTS - timedelta(seconds=5)
    assert not (await record.dialogues.find(CHAT, ANN)).ended
    following = await record.dialogues.go_on(asked, {"step": 2})
    record.ledger.clock.moment += LASTS - timedelta(seconds=5)
    assert not (await record.dialogues.find(CHAT, ANN)).ended
    record.ledger.clock.moment += timedelta(seconds=10)
    found = await record.dialogues.find(CHAT, ANN)
    assert found == following._replace(ended=True)
