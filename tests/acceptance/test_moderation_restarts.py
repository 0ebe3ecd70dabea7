"""Moderators' work, and what people wait for, while the real process is killed and started again."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.acceptance.conftest import Launch
from tests.acceptance.newsroom import OWNERS, Person, deliveries, fact_in, labels, moderator, owner, rows
from tests.acceptance.process import RunningBot, onrecord, until
from tests.emulators.telegram import Fault, TelegramEmulator

BOTH = pytest.mark.parametrize("mode", ["polling", "webhook"])
QUICK = {"burst": 1000}
ANSWER = {
    "ref": "lighthouse",
    "statement": "the guild repaired the lighthouse at Skagen",
    "attributions": [{"speaker": "lubinets", "cue": "said that", "source": "article"}],
}


def facts(bot: RunningBot, words: str) -> int:
    """Return how many facts hold some words."""
    record = bot.folder / "record.db"
    return int(rows(record, "SELECT count(*) FROM fact WHERE statement LIKE ?", f"%{words}%")[0][0])


async def waiting(api: TelegramEmulator, name: str = "Rita") -> Person:
    """Return a reader who waits to be told who repaired the lighthouse."""
    user = api.user(name)
    rita = Person(api, user, api.private(user))
    asked = await rita.says("Who repaired the lighthouse at Skagen?")
    assert "You will be told" in (await rita.presses(asked, "Tell me when there is an answer")).text
    return rita


async def confirmed(api: TelegramEmulator) -> None:
    """Wait until Telegram knows that all updates are handled: it hands none over again after a kill."""
    await until(lambda: not api.updates.pending, "the confirmation of all updates")


async def import_answer(bot: RunningBot) -> None:
    """Put the answer on record from another process."""
    (bot.folder / "answer.jsonl").write_text(json.dumps(ANSWER), encoding="utf-8")
    asked = ("import", "answer.jsonl", "--story", "belarus")
    ran = await asyncio.to_thread(onrecord, *asked, folder=bot.folder)
    assert (ran.returncode, ran.stderr) == (0, "") and "1 fact added" in ran.stdout


@BOTH
async def test_a_dialogue_goes_on_after_a_kill(api: TelegramEmulator, launch: Launch, mode: str) -> None:
    bot = await launch(mode=mode, owners=OWNERS, limits=QUICK)
    mona, nils = await moderator(api, "Mona"), await moderator(api, "Nils")
    first = await mona.says("/add")
    who = await mona.says("The crane at Holt fell")
    shown = await nils.says("/retract F5 Not so")
    await confirmed(api)
    await bot.kill()
    await bot.start()
    old = await mona.presses(first, "Cancel")
    assert "answered already. This is the one that is open" in old.text and "Who says so?" in old.text
    assert "In which words" in (await mona.says("Lubinets")).text, "plain talk is still an answer"
    again = await mona.presses(who, "Skip")
    source = await mona.presses(again, "said that")
    where = await mona.says("S1")
    assert "Which source" in source.text
    await confirmed(api)
    await bot.kill()
    await bot.start()
    await mona.presses(where, "Skip")
    await mona.says("/skip")
    await mona.says("/skip")
    done = await mona.says("/confirm")
    assert "Lubinets said that the crane at Holt fell" in done.text and facts(bot, "crane at Holt") == 1
    assert "F5 is retracted" in (await nils.presses(shown, "Confirm")).text
    await confirmed(api)
    await bot.kill()
    await bot.start()
    assert "Undone." in (await mona.presses(done, "Undo")).text
    assert "answered already, or ended" in await nils.is_refused(shown, "Confirm")


async def test_what_comes_again_changes_nothing_again(api: TelegramEmulator, launch: Launch) -> None:
    bot = await launch(owners=OWNERS, limits=QUICK)
    mona, nils, rita = await moderator(api, "Mona"), await moderator(api, "Nils"), api.user("Rita")
    shown = await mona.says("/add The crane at Holt fell\nsource: S1")
    await nils.does("/suggest The crane at Holt rose\nsource: S1")
    await confirmed(api)
    # The changes are made, but no poll gets through that would confirm what asked for them.
    api.fail_next(
        "getUpdates", Fault.server_error(502), times=10_000, when=lambda call: call["offset"] > begun
    )
    begun = api.updates.next_id()
    api.fail_next("answerCallbackQuery", Fault.refused(400, "Bad Request: query is too old"))
    press = await api.press(mona.user, shown, "Confirm")
    for text in ("/approve D1", "/undo", "/confirm"):
        await mona.chat.say(mona.user, text)
    await owner(api).chat.say(owner(api).user, f"/appoint {rita.id}")
    answers = [await mona.chat.next_message() for _ in range(4)]
    assert "D1 is on record" in answers[1].text and "Undone." in answers[2].text
    assert "To become a moderator" in (await owner(api).chat.next_message()).text
    before = rows(bot.folder / "record.db", "SELECT hash FROM audit")
    await bot.kill()
    api.calm()
    assert len(api.updates.pending) == 5, "nothing was confirmed"
    await bot.start()
    assert (await press.answer()).text == ""
    again = [(await mona.chat.next_message()).text for _ in range(4)]
    assert again[:3] == ["I had read that already, before I was restarted: it is done."] * 3
    assert "Nothing is being asked" in again[3]
    assert "To become a moderator" in (await owner(api).chat.next_message()).text
    assert rows(bot.folder / "record.db", "SELECT hash FROM audit") == before
    assert facts(bot, "crane at Holt") == 2


async def test_an_import_by_another_process_tells_who_waits(api: TelegramEmulator, launch: Launch) -> None:
    bot = await launch(owners=OWNERS, limits=QUICK)
    record = bot.folder / "record.db"
    rita = await waiting(api)
    await import_answer(bot)
    told = await rita.chat.next_message()
    assert "This is now on record:" in told.text and "the guild repaired the lighthouse" in told.text
    await until(lambda: deliveries(record, rita.address) == ["sent"], "the delivery's end")
    await confirmed(api)
    await bot.kill()
    await bot.start()
    assert "the guild" in (await rita.says("Who repaired the lighthouse at Skagen?")).text
    assert deliveries(record, rita.address) == ["sent"] and rita.chat.sent.unread == []


async def test_what_happened_while_the_bot_was_away_is_told_when_it_is_back(
    api: TelegramEmulator, launch: Launch
) -> None:
    bot = await launch(owners=OWNERS, limits=QUICK)
    record = bot.folder / "record.db"
    rita = await waiting(api)
    await confirmed(api)
    await bot.kill()
    await import_answer(bot)
    assert deliveries(record, rita.address) == []
    await bot.start()
    assert "the guild repaired the lighthouse" in (await rita.chat.next_message()).text
    await until(lambda: deliveries(record, rita.address) == ["sent"], "the delivery's end")
    await confirmed(api)
    await bot.kill()
    await bot.start()
    assert "Belarus" in (await rita.says("/about")).text
    assert deliveries(record, rita.address) == ["sent"] and rita.chat.sent.unread == []


async def test_a_message_that_did_not_get_out_is_sent_after_the_restart(
    api: TelegramEmulator, launch: Launch
) -> None:
    bot = await launch(owners=OWNERS, limits=QUICK)
    record = bot.folder / "record.db"
    mona, rita, sam = await moderator(api, "Mona"), await waiting(api), await waiting(api, "Sam")
    away = {rita.chat.id, sam.chat.id}
    api.fail_next(
        "sendMessage", Fault.server_error(502), times=10_000, when=lambda call: call["chat_id"] in away
    )
    done = await mona.does("/add The guild repaired the lighthouse at Skagen\nwho: Lubinets\nsource: S1")
    await api.next_call("sendMessage", matching=lambda call: call.params["chat_id"] in away)
    await confirmed(api)
    await bot.kill()
    api.calm()
    await bot.start()
    for person in (rita, sam):
        assert fact_in(done) in (await person.chat.next_message()).text
    both = (sam.address, rita.address)
    await until(lambda: all(deliveries(record, chat) == ["sent"] for chat in both), "the deliveries' end")
    for person in (rita, sam):
        assert "Belarus" in (await person.says("/about")).text
        assert person.chat.sent.unread == []


async def test_who_blocked_the_bot_is_given_up_and_holds_up_nobody(
    api: TelegramEmulator, launch: Launch
) -> None:
    bot = await launch(owners=OWNERS, limits=QUICK)
    record = bot.folder / "record.db"
    mona, rita, sam = await moderator(api, "Mona"), await waiting(api), await waiting(api, "Sam")
    api.block(rita.user)
    await mona.does("/add The guild repaired the lighthouse at Skagen\nwho: Lubinets\nsource: S1")
    assert "lighthouse" in (await sam.chat.next_message()).text
    assert (
        deliveries(record, sam.address)[0] in ("sending", "sent")
        and deliveries(record, rita.address)[0] != "sent"
    )


async def test_moderators_are_moderators_after_a_restart(api: TelegramEmulator, launch: Launch) -> None:
    bot = await launch(owners=OWNERS, limits=QUICK)
    mona = await moderator(api, "Mona")
    assert "Confirm" in labels(await mona.says("/retract F5 Not so"))
    assert await bot.stop() == 0
    await bot.start()
    assert f"@{mona.user.username}" in (await owner(api).says("/moderators")).text
    menus = [menu for (scope, _language), menu in api.profile.commands.items() if str(mona.user.id) in scope]
    assert "retract" in {command["command"] for command in menus[0]}
    assert "no longer" in (await owner(api).does(f"/dismiss @{mona.user.username}")).text
    assert "There is no command /confirm" not in (await mona.says("/confirm")).text
    assert rows(bot.folder / "record.db", "SELECT revision FROM fact WHERE id = 5") == [(1,)]
