"""Answers from another story: when they come, what they say, and what keeps a story to itself."""

from __future__ import annotations

from io import StringIO

import pytest

from bot.commands.reading.asking import elsewhere
from bot.config import load
from bot.doctor import machine
from bot.replies import Heading
from storage.record import Record
from storage.sheets.exporting import export_sheet
from storage.sheets.importing import import_sheet
from tests.bot.desk import ANN, EVE, OWNER


@pytest.fixture(autouse=True)
def _on_a_busy_machine(monkeypatch):
    monkeypatch.setattr(elsewhere, "LONGEST", 60.0)


COURT = "In the story The Velmara bridges trial"
ASKED = "Was Askill arrested in March 2024?"


async def test_where_the_story_in_use_holds_nothing_another_answers(desk, subtests):
    eve = desk.person(EVE)
    for text in (ASKED, "¿Quién es Teodor Askill?", "Wer ist Teodor Askill?"):
        with subtests.test(text=text):
            await eve.says(text)
            assert eve.reply.blocks[0] == Heading(text=COURT, level=1)
            assert "Askill" in eve.seen
            assert [action.label for action in eve.reply.others] == ["Use this story here"]
    await eve.presses("Use this story here")
    await eve.says(ASKED)
    assert COURT not in eve.seen and "arrested in March 2024" in eve.seen


async def test_a_follow_up_stays_in_the_story_that_answered(desk):
    eve = desk.person(EVE)
    await eve.says(ASKED)
    await eve.says("and when?")
    assert eve.seen.startswith(COURT) and "March 2024" in eve.seen


async def test_what_no_story_holds_is_not_on_record(desk):
    eve = desk.person(EVE)
    await eve.says("Which volcano erupted beneath the glacier?")
    assert "That is not on record" in eve.seen and eve.reply.verdict == "not on record"


async def test_a_private_story_answers_only_where_it_is_in_use(desk, subtests):
    ann, eve = await desk.moderator(ANN, "velmara-bridges"), desk.person(EVE)
    await eve.says(ASKED)
    assert COURT in eve.seen
    await ann.says("/story velmara-bridges")
    await ann.says("/privatestory on")
    assert "private" in ann.seen
    for text in (ASKED, "and when?", "Wer ist Teodor Askill?"):
        with subtests.test(text=text):
            await eve.says(text)
            assert COURT not in eve.seen and "Askill was arrested" not in eve.seen
    await ann.says("/privatestory on")
    assert "so already" in ann.seen
    await ann.says(ASKED)
    assert "arrested in March 2024" in ann.seen
    await ann.says("/privatestory off")
    await eve.says(ASKED)
    assert COURT in eve.seen


async def test_a_private_story_tells_nobody_who_asked_in_another(desk):
    ann, eve = await desk.moderator(ANN, "velmara-bridges"), desk.person(EVE)
    await ann.says("/story velmara-bridges")
    await ann.says("/privatestory on")
    await eve.says("Who repaired the lighthouse at Pellam?")
    await eve.presses("Tell me")
    await ann.says("/add The lighthouse at Pellam was repaired by Grayfen\nwho: Askill\nsource: S7\nat: ¶2")
    await ann.presses("Confirm")
    assert await desk.told(EVE) == []


async def test_only_moderators_of_a_story_keep_it_to_itself(desk):
    eve = desk.person(EVE)
    await eve.says("/privatestory on")
    assert "There is no command" in eve.seen
    await eve.says("/defaultstory tarrow-ferry")
    assert "There is no command" in eve.seen


async def test_owners_choose_the_story_that_chats_begin_with(desk):
    owner, eve, ann = desk.person(OWNER), desk.person(EVE), await desk.moderator(ANN)
    await ann.says("/story belarus")
    await owner.says("/defaultstory tarrow-ferry")
    assert "now use tarrow-ferry" in owner.seen
    await eve.says("/story")
    assert "The ferry collision" in eve.seen
    await ann.says("/story")
    assert "The ferry collision" not in ann.seen
    await owner.says("/defaultstory")
    assert "tarrow-ferry" in owner.seen
    await owner.says("/defaultstory nowhere")
    assert "No story is named" in owner.seen


async def test_the_settings_name_the_default_and_doctor_a_wrong_one(desk, tmp_path):
    record = {"ONRECORD_STORAGE__PATH": str(desk.record.database.path), "ONRECORD_OWNERS": OWNER}
    settings = load(environ={**record, "ONRECORD_STORY__DEFAULT": "velmara-bridges"})
    from bot.commands import commands
    from bot.commands.dispatch import Dispatcher

    desk.dispatcher = Dispatcher(desk.record, commands, settings)
    owner = desk.person(OWNER)
    await owner.says("/story")
    assert "The Velmara bridges trial" in owner.seen
    await owner.says("/defaultstory tarrow-ferry")
    assert "story.default = velmara-bridges" in owner.seen
    wrong = load(environ={**record, "ONRECORD_STORY__DEFAULT": "velmara"})
    finding = await machine.record(wrong)
    assert finding.verdict == "warn" and "'velmara'" in finding.text and "velmara-bridges" in finding.text


async def test_a_sheet_says_that_a_story_is_private_only_where_it_is(desk, tmp_path):
    ann = await desk.moderator(ANN, "velmara-bridges")
    await ann.says("/story velmara-bridges")
    sheets = []
    for switch in ("off", "on"):
        await ann.says(f"/privatestory {switch}")
        out = StringIO()
        await export_sheet(desk.record, out, story="velmara-bridges")
        sheets.append(out.getvalue())
    assert "private" not in sheets[0] and '"private": true' in sheets[1].splitlines()[0]
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text(sheets[1], encoding="utf-8")
    other = await Record.open(tmp_path / "other.db")
    try:
        await import_sheet(other, sheet, actor="tests")
        assert (await other.stories.find("velmara-bridges")).private
        assert await other.stories.open_to_others() == []
    finally:
        await other.close()
