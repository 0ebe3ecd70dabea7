"""Looking up what somebody else wrote: the verdict, what is kept of it, and waiting for an answer."""

from __future__ import annotations

import pytest

from bot.replies import Quote, Reply
from bot.requests import Call
from tests.bot.desk import ANN, BOB, EVE, assert_short, buttons, said

GROUP = "telegram:-100"
UNHEARD = "A zeppelin with forty nuns aboard landed at the lighthouse"
NEAR = "Closest on record, not an answer"
NOTHING = "found nothing on record that bears on this"


async def rows(desk, table):
    await desk.record.database.behind.settled()
    return [tuple(row) for row in await desk.record.database.read(f"SELECT * FROM {table}")]


def looks_up(claim):
    """Return each way in by which a claim comes: forwarded, or replied to by words that point to it."""
    pointing = [(text, {"quoted": claim}) for text in ("is this true?", "/ask really?", "?")]
    return [(claim, {"forwarded": True}), *pointing]


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        ("The ICC issued a warrant for Putin in March 2023", "F19"),
        ("Putin is charged with kidnapping children from Ukraine", "F20"),
        ("NAM submitted evidence to the ICC", "F17"),
        ("Lukashenko was the organiser of a children's New Year's Eve party", "F1"),
        ("Lukashenko has denied that any children have come to Belarus", "F5"),
    ],
)
async def test_a_claim_on_record_is_answered_with_its_fact(desk, claim, fact):
    for text, fields in looks_up(claim):
        reply = await desk.person(EVE, GROUP, shared=True).says(text, **fields)
        assert f"F{reply.facts[0]}" == fact and NEAR not in said(reply), said(reply)
        assert "not on record" not in said(reply)


@pytest.mark.parametrize(
    ("claim", "fact"),
    [
        ("Putin has been arrested", 19),
        ("The ICC has not issued a warrant for Putin", 19),
        ("The ICC issued a warrant for Putin in March 2022", 19),
        ("2,400 Ukrainian children have been brought to Belarus", 23),
        ("Russia abducted Lukashenko", 5),
        ("The ICC has a warrant for the arrest of Lukashenko", 24),
    ],
)
async def test_a_near_miss_is_never_told_as_the_answer(desk, claim, fact):
    for text, fields in looks_up(claim):
        reply = await desk.person(EVE).says(text, **fields)
        assert NEAR in said(reply) and fact in reply.facts and len(reply.facts) <= 3, said(reply)
        assert "That is not on record" not in said(reply)


async def test_where_nothing_bears_on_a_claim_nothing_is_shown(desk, subtests):
    for claim in (
        UNHEARD,
        "Lizards invented algebra",
        "A meteorite hit Springfield",
    ):
        for text, fields in looks_up(claim):
            with subtests.test(claim=claim, text=text):
                reply = await desk.person(EVE).says(text, **fields)
                assert NOTHING in said(reply) and not reply.facts, said(reply)
                assert "That is not on record" not in said(reply)


async def test_what_points_to_nothing_that_can_be_read(desk):
    eve = desk.person(EVE, GROUP, shared=True)
    assert "On the record?" in said(await eve.says("is this true?", quoted=""))
    for text in ("is this true?", "Really? Is that so?", "fact check", "???", "это правда?"):
        shown = said(await eve.says(text))
        assert "names nothing" in shown and "not on record" not in shown, shown
    assert await rows(desk, "question") == []


async def test_a_reply_to_the_bots_own_answer_shows_that_fact(desk):
    assert "F5" in said(await desk.person(EVE).says("really?", quoted="F5"))


async def test_what_says_something_of_its_own_is_asked_itself(desk):
    reply = await desk.person(EVE).says("Who is Lubinets?", quoted="Putin has been arrested")
    assert "Commissioner" in said(reply) and "Putin" not in said(reply)


async def test_a_forwarded_name_and_a_forwarded_question(desk):
    eve = desk.person(EVE)
    assert "Commissioner" in said(await eve.says("Dmytro Lubinets", forwarded=True))
    assert 19 in (await eve.says("When did the ICC issue a warrant for Putin?", forwarded=True)).facts
    assert_short(await eve.says("It was so.", forwarded=True), "names nothing")


async def test_nothing_of_it_is_kept_until_the_button_is_pressed(desk):
    eve = desk.person(EVE, GROUP, shared=True)
    for text, fields in looks_up(UNHEARD):
        await eve.says(text, **fields)
    assert await rows(desk, "question") == [] and await rows(desk, "button") == []
    assert all("zeppelin" not in action.command for action in eve.reply.actions)
    (quote,) = (block for block in eve.reply.blocks if isinstance(block, Quote))
    assert quote.text == UNHEARD and "moderators" in eve.seen
    assert Quote not in {type(block) for block in eve.reply.without_quotes().blocks}
    # What the front ends make of a press: the words stand in the message itself.
    await eve.says("/tellme", given=Call("tellme", {"question": quote.text}))
    assert "You will be told here" in eve.seen
    ((_id, _story, key, text, *_rest),) = await rows(desk, "question")
    assert text == UNHEARD and key.startswith("claim ")
    assert [row[1:3] for row in await rows(desk, "asker")] == [(GROUP, EVE)]


async def waits(desk, user=EVE, words=UNHEARD):
    return await desk.person(user).says("/tellme", given=Call("tellme", {"question": words}))


async def test_whoever_waits_is_told_what_says_it_and_then_it_is_kept_no_longer(desk):
    await waits(desk)
    ann = await desk.moderator()
    await ann.tells("/add No zeppelin landed at the lighthouse\nsource: S1", "/confirm")
    assert await desk.told(EVE) == []
    await ann.tells(f"/add {UNHEARD}\nsource: S1", "/confirm")
    (told,) = await desk.told(EVE)
    assert UNHEARD in told
    assert await rows(desk, "question") == [] and await rows(desk, "asker") == []


async def test_it_is_kept_for_as_long_as_somebody_waits(desk):
    await waits(desk)
    await waits(desk, BOB)
    assert len(await rows(desk, "question")) == 1
    assert "/forgetme" in buttons(await desk.person(EVE).says("/privacy"))
    await desk.person(EVE).says("/forgetme")
    assert len(await rows(desk, "question")) == 1
    await desk.person(BOB).says("/forgetme")
    assert await rows(desk, "question") == []


async def test_what_is_on_record_by_now_is_shown_rather_than_waited_for(desk):
    reply = await waits(desk, words="NAM submitted evidence to the ICC")
    assert 17 in reply.facts and await rows(desk, "asker") == []


async def test_only_the_shortened_words_are_kept(desk):
    await waits(desk, words=f"{UNHEARD} https://example.org/7 @some_one " + "and sang " * 90)
    ((_id, _story, _key, text, *_rest),) = await rows(desk, "question")
    assert len(text) <= 160 and "example" not in text and "some_one" not in text


async def test_a_long_answer_to_a_claim_has_no_button_that_holds_it(desk):
    claim = (
        "Lukashenko's party, the children, Belarus, Ukraine, the ICC and Putin: " + "abducted children " * 20
    )
    for text, fields in looks_up(claim):
        reply = await desk.person(EVE).says(text, **fields)
        assert isinstance(reply, Reply) and all(len(action.command) < 60 for action in reply.actions)


async def test_questions_are_seen_by_the_storys_own_moderators_alone(desk):
    await desk.person(EVE).says("Who has the zeppelin?")
    await waits(desk)
    other = await desk.moderator(BOB, "tarrow-ferry")
    own = await desk.moderator(ANN)
    for text in ("/unanswered", "/unanswered >1.1", "/story tarrow-ferry", "/unanswered"):
        assert "zeppelin" not in said(await other.says(text)), text
    assert "zeppelin" in said(await own.says("/unanswered"))
    assert "zeppelin" not in said(await desk.person(EVE).says("/unanswered"))


async def test_privacy_tells_it(desk):
    shown = said(await desk.person(EVE).says("/privacy"))
    assert "somebody else wrote and you look up" in shown and "Tell me" in shown
