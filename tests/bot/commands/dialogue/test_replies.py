"""Replies to the bot's messages: each answers the question that it replies to, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from bot.requests import Identity
from tests.bot.desk import ANN, BOB, PASSING, assert_short, buttons, kept, said

GROUP = "telegram:-100"
BOT = Identity("telegram:99", "onrecord_bot", is_person=False)
PLACES: dict[str, tuple[str | None, dict[str, Any]]] = {
    "a private chat": (None, {}),
    "a group": (GROUP, {"shared": True}),
    "a topic": (GROUP, {"shared": True, "topic": 3}),
}


def replying(to):
    """Return what a front end tells of a reply to a message of the bot's."""
    offered = tuple(action.command for action in to.actions)
    return {"offered": offered, "is_reply": True, "replied_to": BOT}


def state(desk):
    """Return the record with its open dialogues."""
    return kept(desk.record.database.path, PASSING - {"dialogue"})


async def moderators(desk, place):
    chat, fields = PLACES[place]
    return [await desk.moderator(user, chat=chat, **fields) for user in (ANN, BOB)]


@pytest.mark.parametrize("place", PLACES)
async def test_a_reply_answers_the_question_that_it_replies_to(desk, place):
    ann, _bob = await moderators(desk, place)
    asked = await ann.says("/add")
    who = await ann.says("The bridge is closed", **replying(asked))
    assert "Who says so" in said(who)
    # The one before is answered already, and its reply changes nothing.
    before = state(desk)
    await ann.says("The bridge is open", **replying(asked))
    assert "answered already" in ann.seen and "Who says so" in ann.seen
    assert state(desk) == before
    assert "In which words" in said(await ann.says("Lubinets", **replying(ann.reply)))


@pytest.mark.parametrize("place", ["a group", "a topic"])
@pytest.mark.parametrize("own", ["/add", "/retract F5 The source withdrew it", None])
async def test_a_reply_to_a_question_put_to_somebody_else_answers_nothing(desk, place, own, subtests):
    ann, bob = await moderators(desk, place)
    if own is not None:
        await bob.says(own)
    asked = await ann.says("/add")
    before = state(desk)
    for text in (
        "The bridge is closed",
        "1",
        "/answer The bridge is closed",
        "/skip",
        "/confirm",
        "/cancel",
        "/choose 1",
        "/back",
    ):
        with subtests.test(text=text):
            assert_short(await bob.says(text, **replying(asked)), "asked of somebody else")
            assert state(desk) == before
    assert "Who says so" in said(await ann.says("The bridge is closed", **replying(asked)))


@pytest.mark.parametrize("place", PLACES)
async def test_a_reply_to_no_question_is_a_question_of_its_own(desk, place, subtests):
    ann, _bob = await moderators(desk, place)
    told = await ann.says("/who lubinets")
    await ann.says("/add")
    before = state(desk)
    for name, how in {
        "an answer of the bot": replying(told),
        "a message of somebody": {"is_reply": True, "replied_to": Identity(BOB, "bob")},
        "a message of another chat": {"is_reply": True},
    }.items():
        with subtests.test(name):
            await ann.says("Who denied it?", **how)
            assert "denied" in ann.seen and "Who says so" not in ann.seen
            assert state(desk) == before
    assert "Who says so" in said(await ann.says("/answer The bridge is closed"))


async def test_in_a_private_chat_plain_text_answers_without_a_reply(desk):
    ann = await desk.moderator()
    await ann.says("/add")
    assert "Who says so" in said(await ann.says("The bridge is closed"))


@pytest.mark.parametrize("place", PLACES)
async def test_a_command_in_reply_is_meant_for_that_question(desk, place):
    ann, _bob = await moderators(desk, place)
    old = await ann.says("/add The bridge is closed")
    await ann.says("/cancel", **replying(old))
    shown = await ann.says("/retract F5 The source withdrew it")
    before = state(desk)
    for text in ("/confirm", "/cancel", "/skip"):
        assert_short(await ann.says(text, **replying(old)), "answered already, or ended")
        assert state(desk) == before, text
    await ann.says("/confirm", **replying(shown))
    assert await desk.revisions(5) == 2


@pytest.mark.parametrize("place", PLACES)
async def test_a_command_in_reply_to_no_question_answers_none(desk, place, subtests):
    ann, _bob = await moderators(desk, place)
    told = await ann.says("/about")
    await ann.says("/retract F5 The source withdrew it")
    before = state(desk)
    for how in (replying(told), {"is_reply": True, "replied_to": Identity(BOB, "bob")}, {"is_reply": True}):
        for text in ("/confirm", "/skip", "/back", "/cancel", "/choose 1", "/answer The bridge"):
            with subtests.test(text=text, how=how):
                assert_short(await ann.says(text, **how), "asks nothing of you")
                assert state(desk) == before
    await ann.says("/confirm")
    assert await desk.revisions(5) == 2


async def test_a_refusal_in_a_group_is_replied_to_like_its_question(desk):
    ann, bob = await moderators(desk, "a group")
    await ann.says("/add")
    refused = await ann.says("/skip")
    assert_short(refused, "cannot be left open")
    assert_short(await bob.says("The bridge is open", **replying(refused)), "asked of somebody else")
    assert "Who says so" in said(await ann.says("The bridge is closed", **replying(refused)))
    # Where everybody sees only what is meant for them, nothing more is offered.
    alone = desk.person(ANN)
    await alone.says("/add")
    assert buttons(await alone.says("/skip")) == []


async def test_a_reply_to_a_question_that_has_ended_is_told_so(desk):
    ann = await desk.moderator()
    asked = await ann.says("/add")
    await ann.says("/cancel")
    before = state(desk)
    assert_short(await ann.says("The bridge is closed", **replying(asked)), "answered already, or ended")
    assert state(desk) == before
