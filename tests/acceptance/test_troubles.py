"""What goes wrong between the bot and Telegram, one trouble at a time, and what readers notice of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import pytest

from tests.acceptance.conftest import HELD, Scene
from tests.acceptance.newsroom import ask
from tests.acceptance.process import until
from tests.emulators.telegram import Chat, Fault

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]


def to(chat: Chat) -> Callable[[Mapping[str, Any]], bool]:
    """Tell whether a call is for a chat."""
    return lambda asked: asked.get("chat_id") == chat.id


async def test_429_is_waited_out_as_long_as_told(scene: Scene) -> None:
    alice, chat = scene.reader()
    scene.api.fail_next("sendMessage", Fault.too_many(retry_after=1), when=to(chat))
    assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
    refused, sent = [call for call in scene.api.calls_of("sendMessage") if to(chat)(call.params)]
    assert (refused.status, sent.status) == (429, 200)
    assert sent.time - refused.time >= 1.0


async def test_a_lost_call_is_made_again(scene: Scene, subtests: pytest.Subtests) -> None:
    for fault in [Fault.server_error(502), Fault.server_error(500), Fault.dropped()]:
        with subtests.test(fault=fault):
            alice, chat = scene.reader()
            scene.api.fail_next("sendMessage", fault, when=to(chat))
            assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
            assert chat.sent.unread == []


async def test_an_answer_that_broke_off_is_sent_at_most_twice(scene: Scene) -> None:
    alice, chat = scene.reader()
    scene.api.fail_next("sendMessage", Fault.dropped_after(), times=9, when=to(chat))
    await chat.say(alice, "/who lubinets")
    for _ in range(2):
        assert "Dmytro" in (await chat.next_message()).text
    scene.api.calm()
    assert "Belarus" in (await ask(chat, alice, "/about")).text
    assert chat.sent.unread == []


async def test_a_reader_who_blocks_the_bot_stops_nothing(scene: Scene) -> None:
    alice, chat = scene.reader()
    bob, other = scene.reader("Bob")
    await chat.say(alice, "/who")
    scene.api.block(alice)
    assert "Dmytro" in (await ask(other, bob, "/who lubinets")).text
    await scene.api.next_call("sendMessage", matching=lambda call: call.status == 403)
    scene.api.unblock(alice)
    assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
    assert chat.sent.unread == [], "nothing is sent after the fact"


async def test_a_group_from_which_the_bot_was_removed_stops_nothing(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.group("Desk", members=[alice])
    await group.say(alice, "/who@onrecord_bot")
    await group.set_bot("kicked", by=alice)
    await scene.api.next_call("sendMessage", matching=lambda call: "kicked" in call.description)
    bob, chat = scene.reader("Bob")
    assert "Dmytro" in (await ask(chat, bob, "/who lubinets")).text


async def test_the_answer_follows_a_group_that_migrates(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.group("Desk", members=[alice])
    await group.say(alice, "/who@onrecord_bot lubinets")
    new = scene.api.migrate(group)
    assert "Dmytro" in (await new.next_message()).text
    assert group.sent.unread == []


async def test_a_topic_that_was_deleted_stops_nothing(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    forum = scene.api.forum("Newsroom", topics=["Belarus"], members=[alice])
    await forum.say(alice, "/who@onrecord_bot", topic="Belarus")
    forum.delete_topic("Belarus")
    await scene.api.next_call("sendMessage", matching=lambda call: "thread not found" in call.description)
    assert "Dmytro" in (await ask(forum, alice, "/who@onrecord_bot lubinets", topic="General")).text


async def test_a_page_whose_edit_fails_is_made_again(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, "/what")
    scene.api.fail_next("editMessageText", Fault.server_error(502), when=to(chat))
    scene.api.fail_next("answerCallbackQuery", Fault.dropped())
    query = await scene.api.press(alice, page, "Next »")
    assert (await chat.next_edit()).text != page.text
    await query.answer()


async def test_a_page_turned_twice_is_no_error(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, "/what")
    first = await scene.api.press(alice, page, "Next »")
    second = await scene.api.press(alice, page, "Next »")
    await chat.next_edit()
    await first.answer()
    await second.answer()
    assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
    assert (chat.sent.unread, chat.edits.unread) == ([], [])


async def test_a_stalled_chat_keeps_its_order_and_holds_up_no_other(scene: Scene) -> None:
    alice, slow = scene.reader()
    bob, quick = scene.reader("Bob")
    scene.release.clear()
    scene.api.fail_next("sendMessage", Fault.stalled(HELD), when=to(slow))
    asked = [await slow.say(alice, text) for text in ("/who", "/where", "/about", "/when", "/disputed")]
    replies = [await slow.next_message()]
    for _ in range(3):
        assert "Dmytro" in (await ask(quick, bob, "/who lubinets")).text
    assert slow.sent.unread == [], "the second answer went out before the first was done"
    scene.release.set()
    replies += [await slow.next_message() for _ in asked[1:]]
    assert [reply.reply_to for reply in replies] == [message.id for message in asked]


async def test_polling_goes_on_after_a_failure(scene: Scene, subtests: pytest.Subtests) -> None:
    for fault in [
        Fault.server_error(502),
        Fault.dropped(),
        Fault.too_many(retry_after=1),
        Fault.dropped_after(),
    ]:
        with subtests.test(fault=fault):
            alice, chat = scene.reader()
            scene.api.fail_next("getUpdates", fault)
            # The first ends the poll that is open; the next poll fails.
            for _ in range(2):
                assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text
            await until(lambda: not scene.api.updates.pending, "the confirmation of all updates")
            assert chat.sent.unread == []


async def test_an_answer_that_is_no_json_does_not_stop_polling(scene: Scene) -> None:
    alice, chat = scene.reader()
    scene.api.push_raw("{broken")
    scene.api.push_raw({"update_id": "no number", "message": 5})
    assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text


async def test_another_instance_is_named_in_the_log(scene: Scene) -> None:
    alice, chat = scene.reader()
    await until(lambda: scene.api.updates.polled, "a poll")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{scene.api.base_url}/bot{scene.api.token}/getUpdates") as answer,
    ):
        assert answer.status == 200
    await until(lambda: "another process runs with this token" in scene.bot.log, "a word on the conflict")
    assert "Dmytro" in (await ask(chat, alice, "/who lubinets")).text


@pytest.mark.slow
async def test_a_call_without_an_answer_is_given_up_and_not_repeated(scene: Scene) -> None:
    alice, chat = scene.reader()
    scene.release.clear()
    scene.api.fail_next("sendMessage", Fault.stalled(HELD), when=to(chat))
    await chat.say(alice, "/who")
    await chat.say(alice, "/who lubinets")
    await chat.next_message()
    reply = await chat.next_message(timeout=40)
    assert "Dmytro" in reply.text
    assert chat.sent.unread == []
    scene.release.set()
    await asyncio.sleep(0)
