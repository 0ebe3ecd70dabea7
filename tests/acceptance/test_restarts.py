"""The real process is stopped, killed and started again on the same record."""

from __future__ import annotations

import time

import pytest

from tests.acceptance.conftest import Launch
from tests.acceptance.newsroom import ask
from tests.acceptance.process import until
from tests.emulators.telegram import Fault, TelegramEmulator

BOTH = pytest.mark.parametrize("mode", ["polling", "webhook"])
LONG = "/asof 1st, of, September, 2000 until 30th, of, September, 2100"


@BOTH
async def test_buttons_and_the_story_in_use_outlive_a_kill(
    api: TelegramEmulator, launch: Launch, mode: str
) -> None:
    alice = api.user("Alice")
    chat = api.private(alice)
    bot = await launch(mode=mode, limits={"page": 3})
    plain = await ask(chat, alice, "/what")
    kept = await ask(chat, alice, LONG)
    story = await ask(chat, alice, "/story belarus")
    assert (kept.button("Next »").data or "").startswith("#")
    await until(lambda: not api.updates.pending, "the confirmation of what was answered")
    await bot.kill()
    await bot.start()
    for page in (plain, kept):
        query = await api.press(alice, page, "Next »")
        turned = await chat.next_edit()
        assert turned.id == page.id and turned.text != page.text
        assert not (await query.answer()).show_alert
    assert (await ask(chat, alice, "/story belarus")).text == story.text
    assert bot.log.count("put the first story on record") == 1


@BOTH
async def test_what_was_asked_while_the_bot_was_away_is_answered_once(
    api: TelegramEmulator, launch: Launch, mode: str
) -> None:
    alice = api.user("Alice")
    chat = api.private(alice)
    bot = await launch(mode=mode)
    await ask(chat, alice, "/who")
    await until(lambda: not api.updates.pending, "the confirmation of what was answered")
    await bot.kill()
    asked = await chat.say(alice, "/who lubinets")
    await bot.start()
    reply = await chat.next_message()
    assert reply.reply_to == asked.id and "Dmytro" in reply.text
    assert "Timeline" in (await ask(chat, alice, "/when")).text
    assert chat.sent.unread == []


@BOTH
async def test_sigterm_lets_what_was_taken_be_answered(
    api: TelegramEmulator, launch: Launch, mode: str
) -> None:
    readers = [(user, api.private(user)) for user in map(api.user, ("Alice", "Bob", "Eve"))]
    bot = await launch(mode=mode)
    api.fail_next("sendMessage", Fault.too_many(retry_after=1), times=3)
    asked = [await chat.say(user, "/who lubinets") for user, chat in readers]
    for _ in readers:
        assert (await api.next_call("sendMessage")).status == 429
    bot.signal()
    await until(lambda: "SIGTERM" in bot.log, "the signal's arrival")
    late = await readers[0][1].say(readers[0][0], "/about")
    assert await bot.ended() == 0
    replies = [await chat.next_message() for _user, chat in readers]
    assert [reply.reply_to for reply in replies] == [message.id for message in asked]
    await bot.start()
    reply = await readers[0][1].next_message()
    assert reply.reply_to == late.id, "what came later was kept, and nothing was answered twice"
    assert [chat.sent.unread for _user, chat in readers] == [[], [], []]
    assert await bot.stop() == 0
    assert "stopped: all that was taken has been answered" in bot.log


async def test_sigterm_ends_a_bot_that_never_reached_telegram(api: TelegramEmulator, launch: Launch) -> None:
    api.fail_next("getMe", Fault.server_error(502), times=1000)
    bot = await launch(wait=False)
    for _ in range(2):
        await api.next_call("getMe", 30)
    assert await bot.stop() == 0


async def test_a_flood_is_limited_told_once_and_harms_nobody(api: TelegramEmulator, launch: Launch) -> None:
    alice, bob = api.user("Alice"), api.user("Bob")
    flooded, other = api.private(alice), api.private(bob)
    bot = await launch()
    began = time.monotonic()
    for number in range(200):
        await flooded.say(alice, "/who lubinets" if number % 2 else "who is Lubinets?")
    assert "Dmytro" in (await ask(other, bob, "/who lubinets")).text
    await until(lambda: not api.updates.pending, "the confirmation of all updates")
    assert await bot.stop() == 0
    # Ten at once, and half a one a second for as long as all of this took.
    most = 11 + 0.5 * (time.monotonic() - began)
    texts = [message.text for message in flooded.sent.unread]
    told = [text for text in texts if "faster than I may answer" in text]
    assert len(told) == 1
    assert 10 <= len(texts) - len(told) <= most


async def test_a_flood_of_button_presses_is_limited_as_well(api: TelegramEmulator, launch: Launch) -> None:
    alice = api.user("Alice")
    chat = api.private(alice)
    await launch()
    began = time.monotonic()
    start = await ask(chat, alice, "/start")
    presses = [await api.press(alice, start, "about") for _ in range(60)]
    told = [(await press.answer()).text for press in presses]
    assert len([text for text in told if "faster than I may answer" in text]) == 1
    assert len(chat.sent.unread) <= 11 + 0.5 * (time.monotonic() - began)
