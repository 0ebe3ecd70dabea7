"""Questions that lean on what was told before, as readers ask them: who is meant, and for how long."""

from __future__ import annotations

import pytest

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.notices.receipt_buffer import ReceiptBuffer
from storage.record import Record
from tests.bot.desk import ANN, BOB, EVE, Desk, Person, still

GROUP = "telegram:-100"
FERRY = "/story tarrow-ferry"
LEFT = "two passengers were still missing"
ASKED = "How many passengers were still missing when the search was broken off for the night?"
SAID = "names nothing that I could look up"


async def ferry_reader(desk: Desk, user: str = EVE, chat: str | None = None, **fields) -> Person:
    await desk.record.stories.use(chat or user, (await desk.record.stories.find("tarrow-ferry")).id)
    return desk.person(user, chat, **fields)


async def test_a_question_without_a_subject_is_about_what_was_told(desk, subtests):
    eve = await ferry_reader(desk)
    for text, told in [
        ("and when?", "13 October 2024"),
        ("who said that?", "The Harbour Authority said that two passengers"),
        ("how many?", LEFT),
        ("how do you know?", LEFT),
        ("und wann?", "13 October 2024"),
        ("а коли?", "13 October 2024"),
        ("¿y cuándo?", "13 October 2024"),
    ]:
        with subtests.test(text=text):
            await eve.says(ASKED)
            assert LEFT in eve.seen
            await eve.says(text)
            assert told in eve.seen.splitlines()[0] and LEFT in eve.seen.splitlines()[0]
            assert eve.reply.verdict == "on record"


async def test_what_the_told_facts_do_not_tell_is_looked_for_near_them(desk, subtests):
    eve = await ferry_reader(desk)
    for text in ("why?", "aber warum?", "чому?"):
        with subtests.test(text=text):
            await eve.says(ASKED)
            await eve.says(text)
            # Near it is what has its words; what was told is not told again.
            assert eve.reply.verdict == "close"
            assert "passengers" in eve.seen and LEFT not in eve.seen


async def test_what_the_first_fact_lacks_no_other_tells_of_it(desk):
    eve = desk.person(EVE)
    await eve.says("Who denied it?")
    assert "has denied" in eve.seen
    # The denial has no date; PACE's call, which may have been told beside it, has one.
    await eve.says("and when?")
    assert eve.reply.verdict != "on record"


async def test_who_denied_it_is_told_by_a_denial_alone(desk):
    eve = desk.person(EVE)
    await eve.says("latest")
    await eve.says("who denied it?")
    assert "Lukashenko has denied" in eve.seen.splitlines()[0]
    ferry = await ferry_reader(desk, BOB)
    await ferry.says(ASKED)
    await ferry.says("who denied it?")
    assert LEFT not in ferry.seen


async def test_pronouns_stand_for_whom_was_told_of(desk, subtests):
    eve = await ferry_reader(desk)
    for first, text, told in [
        ("Who is Brandvik?", "and what did he say?", "admitted that a repair"),
        ("Who is Brandvik?", "what did she say about it?", "admitted that a repair"),
        ("Who is Brandvik?", "was hat sie gesagt?", "admitted that a repair"),
        ("Who is Brandvik?", "що вона сказала?", "admitted that a repair"),
        ("Who are Halvard Island Lines?", "what did they announce?", "announced that"),
    ]:
        with subtests.test(first=first, text=text):
            await eve.says(first)
            await eve.says(text)
            assert told in eve.seen


async def test_what_about_another_asks_the_same_of_it(desk, subtests):
    eve = await ferry_reader(desk)
    for text in ("what about Castellow?", "was ist mit Castellow?", "а що щодо Castellow?"):
        with subtests.test(text=text):
            await eve.says("Who is Brandvik?")
            await eve.says(text)
            assert eve.seen.splitlines()[0] == "Ruan Castellow" and "alleged that the ferry" in eve.seen


async def test_without_anything_told_before_it_says_so(desk, subtests):
    eve = await ferry_reader(desk)
    for text in ("and when?", "who said that?", "what did he say?", "und wann?"):
        with subtests.test(text=text):
            await eve.says(text)
            assert SAID in eve.seen


async def test_ten_minutes_later_it_is_forgotten(desk):
    eve = await ferry_reader(desk)
    await eve.says(ASKED)
    desk.moments.pass_by(minutes=9)
    await eve.says("and when?")
    assert LEFT in eve.seen
    desk.moments.pass_by(minutes=10, seconds=1)
    await eve.says("and when?")
    assert SAID in eve.seen
    await desk.record.database.behind.settled()
    await desk.record.spoken_of.forget()
    assert await desk.record.database.read("SELECT * FROM spoken_of") == []


async def test_a_restart_forgets_nothing_and_no_word_is_kept(desk):
    eve = await ferry_reader(desk)
    await eve.says(ASKED)
    path = desk.record.database.path
    await desk.record.close()
    desk.record = await Record.open(path, clock=desk.moments)
    desk.dispatcher = Dispatcher(desk.record, commands, desk.settings, still)
    (row,) = await desk.record.database.read("SELECT * FROM spoken_of")
    assert (row["chat"], row["person"], row["kind"]) == (EVE, EVE, "how many")
    assert "missing" not in " ".join(map(str, tuple(row)))
    await eve.says("and when?")
    assert LEFT in eve.seen


async def test_two_people_and_two_topics_of_a_group_do_not_mix(desk):
    eve = await ferry_reader(desk, EVE, GROUP, shared=True)
    bob = desk.person(BOB, GROUP, shared=True)
    await eve.says(ASKED)
    await bob.says("and when?")
    assert SAID in bob.seen
    await eve.says("and when?", topic=5)
    assert SAID in eve.seen
    await eve.says("and when?")
    assert LEFT in eve.seen


async def test_forgetme_forgets_it_and_tells_so(desk):
    eve = await ferry_reader(desk)
    await eve.says(ASKED)
    await eve.says("/forgetme")
    assert "what you were last told of: 1" in eve.seen
    await desk.record.stories.use(EVE, (await desk.record.stories.find("tarrow-ferry")).id)
    await eve.says("and when?")
    assert SAID in eve.seen


async def test_a_reply_is_about_what_the_bots_message_told_however_old(desk, subtests):
    eve = await ferry_reader(desk)
    memory = ReceiptBuffer(desk.record)
    await eve.says(ASKED)
    memory.note(EVE, 0, (77,), eve.reply, "en")
    await memory.flush()
    fact = eve.reply.facts[0]
    desk.moments.pass_by(hours=5)
    await eve.says("Who is Brandvik?")
    for text in ("and when?", "who said that?", "а коли?", "und wann?"):
        with subtests.test(text=text):
            await eve.says(text, answered=77, is_reply=True, quoted=f"F{fact}")
            assert LEFT in eve.seen.splitlines()[0]
    await eve.says("is this true?", answered=77, is_reply=True, quoted=f"F{fact}")
    assert f"F{fact}" in eve.seen


async def test_what_was_looked_up_for_others_is_not_remembered(desk):
    eve = await ferry_reader(desk)
    await eve.says(ASKED, forwarded=True)
    await desk.record.database.behind.settled()
    assert await desk.record.database.read("SELECT * FROM spoken_of") == []


async def test_a_retracted_fact_is_not_told_again(desk):
    eve = await ferry_reader(desk)
    await eve.says(ASKED)
    ann = await desk.moderator(ANN, "tarrow-ferry")
    await ann.says("/story tarrow-ferry")
    await ann.tells(f"/retract F{eve.reply.facts[0]}", "It was an error", "[Confirm]")
    await eve.says("and when?")
    assert LEFT not in eve.seen


@pytest.mark.parametrize("text", ["and when?", "what did he say?", "what about Brandvik?"])
async def test_a_question_that_leans_costs_one_read_more_and_others_none(desk, text):
    from tests.storage.costs import cost_of

    eve = await ferry_reader(desk)
    await eve.says("Who is Brandvik?")
    await desk.record.database.behind.settled()
    async with cost_of(desk.record) as cost:
        await eve.says(text)
    assert len([sql for sql in cost.statements if "FROM spoken_of" in sql and "SELECT" in sql]) == 1
    await desk.record.database.behind.settled()
    async with cost_of(desk.record) as cost:
        await eve.says("Who is Brandvik?")
    assert not [sql for sql in cost.statements if "FROM spoken_of" in sql and "SELECT" in sql]


async def test_behind_what_is_not_on_record_nothing_else_is_told(desk, subtests):
    eve = desk.person(EVE)
    for question, told in [
        ("Who has the zeppelin of Springfield?", "That is not on record"),
        ("Did Putin deny it?", "No denial by Putin is on record."),
    ]:
        with subtests.test(question=question):
            await eve.says("When was the warrant for Putin issued?")
            await eve.says(question)
            assert told in eve.seen
            await eve.says("and when?")
            assert SAID in eve.seen


async def test_no_denial_is_told_only_of_who_has_none_on_record(desk, subtests):
    eve = desk.person(EVE)
    for question, told in [
        ("Did Putin deny it?", True),
        ("Was it denied by Putin?", True),
        ("Did Lukashenko deny it?", False),
        ("Did anyone deny that Putin took children?", False),
    ]:
        with subtests.test(question=question):
            await eve.says(question)
            assert ("No denial by Putin is on record." in eve.seen) is told
            assert "No denial by Lukashenko" not in eve.seen
