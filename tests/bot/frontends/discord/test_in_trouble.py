"""What people on Discord see when something fails, and what the operator reads of it."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, cast
from unittest.mock import Mock

import aiohttp
import discord
import pytest

from bot.replies import Action, Modal, ModalField
from storage.domain.errors import BusyRecord
from tests.bot.frontends.discord.discord_room import conversation_over, messages, open_room, said, words
from tests.bot.frontends.discord.test_conversation import noted, pressing, until, writing
from tests.bot.scripted import MORE, Pace, Scripted, fact, long, note

WRONG = re.compile(r"Something went wrong here\. Try again; if it stays so, report ([0-9a-f]{8})\.")
SECRET = "secret words"
CALLBACK = "/interactions/*/callback"


@pytest.fixture(params=[False, True], ids=["at once", "announced"])
def pace(request, monkeypatch) -> Pace:
    return Pace(monkeypatch, announced=request.param)


@pytest.fixture(autouse=True)
def loud(caplog) -> None:
    caplog.set_level(logging.DEBUG, "bot")


def assert_owned_up(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Fail unless a text says no more than that something failed, and the log tells where, without words."""
    incident = WRONG.fullmatch(text)
    assert incident is not None, text
    assert f"incident {incident[1]}" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("command", ["who", "forgetme"])
async def test_a_failed_answer_is_owned_up_to(record, caplog, pace: Pace, command: str) -> None:
    async with open_room(record, pace.script(ValueError(SECRET))) as room:
        alice, bob = room.member(), room.member("bob")
        result = await alice.slash(room.channel, command)
        (shown,) = messages(result)
        assert shown.ephemeral
        assert_owned_up(words(shown), caplog)
        assert "in answer" in caplog.text and "ValueError" in caplog.text
        assert room.channel.history(viewer=bob) == [], "nothing is left that waits for ever"


@pytest.mark.parametrize("command", ["/who", "/who >8", "/audit"])
async def test_a_failed_button_is_owned_up_to(record, caplog, pace: Pace, command: str) -> None:
    script = Scripted(note("before", actions=(Action(label="Go", command=command),)))
    async with open_room(record, script) as room:
        alice, bob = room.member(), room.member("bob")
        first = (await alice.slash(room.channel, "who")).response
        script.announced, script.reply = pace.script().announced, ValueError(SECRET)
        await alice.click(first, label="Go")
        before, told = room.channel.history(viewer=alice)
        assert words(before) == "before"
        assert_owned_up(words(told), caplog)
        assert len(room.channel.history(viewer=bob)) == 1


async def test_a_failed_modal_is_owned_up_to(record, caplog) -> None:
    script = Scripted(ValueError(SECRET))
    async with open_room(record, script) as room:
        alice = room.member()
        script.opens = Modal("/suggest", "/suggest", (ModalField("statement", "Statement"),))
        opened = await alice.slash(room.channel, "suggest")
        assert_owned_up(said(await alice.submit_modal(opened, {"statement": SECRET})), caplog)
        script.opens = ValueError(SECRET)
        assert_owned_up(said(await alice.slash(room.channel, "suggest")), caplog)


async def test_a_modal_that_comes_too_late_is_asked_for_in_a_message(record, monkeypatch) -> None:
    script = Pace(monkeypatch, announced=True).script(note("What is the statement?"))
    async with open_room(record, script) as room:
        script.opens = Modal("/suggest", "/suggest", (ModalField("statement", "Statement"),))
        result = await room.member().slash(room.channel, "suggest")
        assert result.modal is None and said(result) == "What is the statement?"
        assert [request.modals for request in script.requests] == [False]


async def test_a_failed_message_is_owned_up_to(record, caplog) -> None:
    async with open_room(record, Scripted(ValueError(SECRET))) as room:
        await room.member().send(room.channel, f"<@{room.client.user.id}> {SECRET}")
        assert_owned_up(words(room.channel.last_message), caplog)
        user = room.env.create_user("bob")
        await user.send_dm(SECRET)
        assert_owned_up(words(user.dm_channel.last_message), caplog)


@pytest.mark.parametrize("broken", ["pressed", "resume"])
async def test_a_record_that_cannot_be_read_is_owned_up_to(record, caplog, monkeypatch, broken: str) -> None:
    async def busy(_key: str) -> Any:
        raise BusyRecord(SECRET)

    script = Scripted(note(actions=(Action(label="Go", command="/what " + "x" * 100),)))
    async with open_room(record, script) as room:
        alice = room.member()
        first = (await alice.slash(room.channel, "who")).response
        monkeypatch.setattr(record.buttons if broken == "pressed" else record.listeners, broken, busy)
        result = await alice.click(first, label="Go")
        assert result.ephemeral
        assert_owned_up(said(result), caplog)


async def test_offers_that_fail_are_none(record, caplog) -> None:
    async with open_room(record, Scripted(ValueError(SECRET))) as room:
        assert await room.member().autocomplete(room.channel, "who", "name", SECRET) == []
    assert "no offers" in caplog.text and SECRET not in caplog.text


async def test_offers_that_discord_fails_to_take_are_shown_again(record, desk) -> None:
    async with open_room(record, desk.dispatcher) as room:
        room.env.inject_error("POST", CALLBACK, status=503, times=2)
        (offered,) = await room.member().autocomplete(room.channel, "who", "name", "Lub")
        assert offered["value"] == "Dmytro Lubinets"
        assert len(room.asked_of_discord("POST", "/callback")) == 3


async def test_an_interaction_that_is_over_is_left_alone(record, caplog, pace: Pace) -> None:
    script = pace.script(fact())
    async with open_room(record, script) as room:
        room.env.inject_error("POST", CALLBACK, status=404, code=10062, message=SECRET, times=None)
        result = await room.member().slash(room.channel, "who", name=SECRET)
        assert not result.acknowledged
        assert noted(room) == []
        assert len(room.asked_of_discord("POST", "/callback")) == 1, "nothing more is tried"
    assert "NotFound 404 (code 10062)" in caplog.text and SECRET not in caplog.text


async def test_what_cannot_be_announced_is_not_done(record, monkeypatch) -> None:
    Pace(monkeypatch, announced=True)
    script = Scripted(note())
    script.gates["/who"] = asyncio.Event()
    async with open_room(record, script) as room:
        room.env.inject_error("POST", CALLBACK, status=404, code=10062)
        await room.member().slash(room.channel, "who")
        await until(lambda: not room.conversation._locks)
        assert not script.done


async def test_an_answer_that_discord_refuses_is_owned_up_to(record, caplog, pace: Pace) -> None:
    path = "/webhooks/*" if pace.announced else CALLBACK
    script = pace.script(note(SECRET))
    async with open_room(record, script) as room:
        method = "PATCH" if pace.announced else "POST"
        room.env.inject_error(method, path, status=400, code=50035, message=SECRET)
        result = await room.member().slash(room.channel, "who")
        if pace.announced:
            # It was announced to all: that stays theirs who asked, too.
            assert room.asked_of_discord("DELETE", "/messages/@original")
        assert [message.ephemeral for message in messages(result)] == [True]
        assert_owned_up(said(result), caplog)
        assert "HTTPException 400 (code 50035)" in caplog.text


async def test_half_an_answer_stays_and_the_rest_is_owned_up_to(record, caplog, pace: Pace) -> None:
    async with open_room(record, pace.script(long())) as room:
        room.env.inject_error("POST", "/webhooks/*", status=400, code=50035, message=SECRET)
        result = await room.member().slash(room.channel, "who")
        first, told = messages(result)
        assert "word" in words(first) and not first.ephemeral
        assert told.ephemeral
        assert_owned_up(words(told), caplog)


async def test_a_modal_that_discord_refuses_is_owned_up_to(record, caplog) -> None:
    script = Scripted(note())
    script.opens = Modal("/suggest", "/suggest", (ModalField("statement", "Statement"),))
    async with open_room(record, script) as room:
        room.env.inject_error("POST", CALLBACK, status=400, code=50035, message=SECRET)
        result = await room.member().slash(room.channel, "suggest")
        assert result.modal is None and result.ephemeral
        assert_owned_up(said(result), caplog)


@pytest.mark.parametrize("error", [aiohttp.ServerDisconnectedError(), OSError(SECRET), TimeoutError()])
async def test_a_network_that_is_gone_ends_nothing(record, caplog, error: Exception) -> None:
    conversation = conversation_over(record, Scripted(note()))
    interaction = pressing("/who")
    interaction.response.send_message.side_effect = error
    await conversation.act(interaction)
    assert interaction.response.send_message.await_count == 8, "four times, and as often to own up"
    assert type(error).__name__ in caplog.text and SECRET not in caplog.text
    await conversation.drain(1)


async def test_other_kinds_of_interactions_are_nobodys(record) -> None:
    conversation = conversation_over(record, Scripted(note()))
    for kind in (discord.InteractionType.ping, discord.InteractionType.application_command):
        interaction = pressing("/who")
        interaction.type = kind
        await conversation.act(interaction)
        assert not interaction.response.mock_calls


async def test_draining_waits_for_what_is_open(record, caplog) -> None:
    script = Scripted(note())
    script.gates = {"one": asyncio.Event(), "two": asyncio.Event()}
    conversation = conversation_over(record, script)
    await conversation.drain(0)
    assert "answering" not in caplog.text
    messages = [writing("one", 1), writing("two", 2)]
    asking = [asyncio.create_task(conversation.hear(each, cast("Any", Mock(id=99)))) for each in messages]
    await until(lambda: len(script.requests) == 2)
    draining = asyncio.create_task(conversation.drain(60))
    await until(lambda: "answering 2 messages" in caplog.text)
    script.gates["one"].set()
    await asking[0]
    assert not draining.done()
    script.gates["two"].set()
    await draining
    assert script.done == ["one", "two"]
    assert [each.channel.send.await_count for each in messages] == [1, 1]
    await asyncio.gather(*asking)


async def test_draining_gives_up_what_takes_too_long(record, caplog) -> None:
    script = Scripted(note())
    script.gates = {"one": asyncio.Event()}
    conversation = conversation_over(record, script)
    message = writing("one")
    asking = asyncio.create_task(conversation.hear(message, cast("Any", Mock(id=99))))
    await until(lambda: script.requests)
    await conversation.drain(0)
    assert "1 messages were not answered within 0 s" in caplog.text
    assert script.given_up == ["one"] and not message.channel.send.await_count
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_who_is_cancelled_while_waiting_ends_no_answer(record) -> None:
    script = Scripted(note(actions=(MORE,)))
    script.gates = {"one": asyncio.Event()}
    conversation = conversation_over(record, script)
    message = writing("one")
    asking = asyncio.create_task(conversation.hear(message, cast("Any", Mock(id=99))))
    await until(lambda: script.requests)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    script.gates["one"].set()
    await conversation.drain(60)
    assert message.channel.send.await_count == 1
