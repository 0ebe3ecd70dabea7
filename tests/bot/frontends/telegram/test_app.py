"""The front end as a whole, against a small Bot API over HTTP."""

import asyncio
import logging
from typing import Any, cast

import pytest

from bot.commands import commands
from bot.commands.core.declarations import FIRST
from bot.config import Settings
from bot.errors import SettingsError
from bot.frontends.telegram.app import build
from bot.frontends.telegram.menu import menus
from bot.replies import Action, Note, Reply
from bot.requests import Role
from storage.domain.changes import Appoint, OpenStory
from storage.domain.entries import StoryEntry
from storage.domain.errors import BusyRecord, UnreadableRecord
from storage.notifying.notices import post
from storage.trail.audit import Actor
from tests.bot.small_bot import LONG, TOKEN, Dispatcher, message, press, running, sent, stopped_bot
from tests.conftest import PATIENCE


async def test_a_message_is_answered_where_it_was_asked() -> None:
    async with running() as bot:
        group = {"id": -100, "type": "supergroup", "title": "G", "is_forum": True}
        asked = message("/who") | {"chat": group, "message_thread_id": 3, "is_topic_message": True}
        bot.api.give({"update_id": 1, "message": asked})
        await bot.api.until(lambda: sent(bot))
    assert bot.api.made("sendMessage") == [
        {
            "chat_id": -100,
            "message_thread_id": 3,
            "text": "/who",
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_parameters": {"message_id": 5, "allow_sending_without_reply": True},
        }
    ]


async def test_bad_updates_do_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as bot:
        bad: list[Any] = [
            {"update_id": 1, "message": {"text": "secret words"}},
            {"update_id": 2, "message": 5},
            {"update_id": 3, "callback_query": {"id": "x"}},
            {"update_id": 4, "unheard_of": {}},
            {"update_id": 5, "message": message("x") | {"text": 17}},
            {"update_id": 6, "message": message("x") | {"chat": {"id": [1], "type": "private"}}},
            {"update_id": 7, "message": message("fail secret words")},
            {"update_id": 8, "edited_message": message("x")},
            {"update_id": "9"},
            "no update",
            None,
        ]
        bot.api.give(*bad, {"update_id": 10, "message": message("fine")})
        await bot.api.until(lambda: sent(bot))
        await bot.api.until(lambda: bot.api.offset == 11)
    assert sent(bot) == ["fine"]
    assert "malformed update 1 is left out" in caplog.text
    assert "secret words" not in caplog.text


async def test_sixty_four_chats_are_answered_at_once_and_each_in_order() -> None:
    async with running() as bot:
        bot.dispatcher.gate = asyncio.Event()
        updates = [
            {"update_id": 1 + 64 * turn + chat, "message": message(f"{chat} {turn}", chat + 1, turn)}
            for turn in range(2)
            for chat in range(64)
        ]
        bot.api.give(*updates)
        await bot.api.until(lambda: len(bot.dispatcher.requests) == 64)
        await asyncio.sleep(0.05)
        assert len(bot.dispatcher.requests) == 64
        bot.dispatcher.gate.set()
        await bot.api.until(lambda: len(sent(bot)) == 128)
    for chat in range(64):
        assert [text for text in sent(bot) if text.startswith(f"{chat} ")] == [f"{chat} 0", f"{chat} 1"]


async def test_what_was_taken_is_answered_when_stopped() -> None:
    async with stopped_bot() as bot:
        bot.dispatcher.gate = asyncio.Event()
        task = asyncio.create_task(bot.run())
        bot.api.say("one", 1, chat=1)
        bot.api.say("two", 2, chat=1)
        await bot.api.until(lambda: bot.dispatcher.requests)
        bot.stop.set()
        await asyncio.sleep(0.05)
        assert not task.done()
        bot.dispatcher.gate.set()
        await asyncio.wait_for(task, PATIENCE)
        assert sent(bot) == ["one", "two"]
        # Confirmed, so that the next start does not answer them again.
        assert bot.api.offset == 3


async def test_a_long_reply_is_sent_in_pieces() -> None:
    async with running() as bot:
        bot.api.say("long")
        await bot.api.until(lambda: len(sent(bot)) == 5)
    assert ["reply_parameters" in call for call in bot.api.made("sendMessage")] == [True] + [False] * 4


async def test_buttons_hold_the_command_or_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(command: str, *, until: str | None) -> str:
        raise BusyRecord("busy")

    async with running() as bot:
        bot.api.say("buttons")
        await bot.api.until(lambda: sent(bot))
        digests = [await bot.record.buttons.button(command) for command in (LONG, "who?")]
        monkeypatch.setattr(bot.record.buttons, "button", broken)
        bot.api.say("buttons", 2)
        await bot.api.until(lambda: len(sent(bot)) == 2)
    first, second = bot.api.made("sendMessage")
    assert first["reply_markup"]["inline_keyboard"] == [
        [{"text": "More", "callback_data": "/who >E12"}, {"text": "Long", "callback_data": f"#{digests[0]}"}],
        [{"text": "Q", "callback_data": f"#{digests[1]}"}],
    ]
    assert len(second["reply_markup"]["inline_keyboard"]) == 1


async def test_a_page_is_turned_in_place() -> None:
    async with running() as bot:
        bot.api.give(press("/who >E12"))
        await bot.api.until(lambda: bot.api.made("editMessageText") and bot.api.made("answerCallbackQuery"))
    assert not sent(bot)
    (edit,) = bot.api.made("editMessageText")
    assert (edit["chat_id"], edit["message_id"], edit["text"]) == (7, 5, "/who &gt;E12")
    assert bot.dispatcher.requests[0].user == "telegram:7"


async def test_other_buttons_are_answered_with_a_new_message() -> None:
    async with running() as bot:
        digest = await bot.record.buttons.button(LONG)
        bot.api.give(press(f"#{digest}"), press("/who", 2), press("/who >E1", 3, message=INACCESSIBLE))
        await bot.api.until(lambda: len(sent(bot)) == 3)
        await bot.api.until(lambda: len(bot.api.made("answerCallbackQuery")) == 3)
    assert sorted(sent(bot)) == sorted([LONG, "/who", "/who &gt;E1"])
    assert not bot.api.made("editMessageText")


INACCESSIBLE = {"message_id": 5, "date": 0, "chat": {"id": 7, "type": "private", "first_name": "Ann"}}


async def test_forged_and_stale_buttons(subtests: pytest.Subtests) -> None:
    for update in [
        press("#0123456789abcdef"),
        press("#'; DROP TABLE button; --"),
        press("\x00" * 64),
        press("who?"),
        press(""),
        press(None, game_short_name="x"),
        press("/who", message=None, inline_message_id="x"),
    ]:
        with subtests.test(update=update):
            update["callback_query"] = {
                name: value for name, value in update["callback_query"].items() if value is not None
            }
            async with running() as bot:
                bot.api.give(update)
                await bot.api.until(lambda: bot.api.made("answerCallbackQuery"))
            (answer,) = bot.api.made("answerCallbackQuery")
            assert answer["text"] == "This button is too old: send the command again."
            assert answer["show_alert"] is True
            assert not bot.dispatcher.requests


async def test_a_query_is_answered_whatever_happens(subtests: pytest.Subtests) -> None:
    for command in ["fail", "silence"]:
        with subtests.test(command=command):
            async with running() as bot:
                bot.api.give(press("#" + await bot.record.buttons.button(command)))
                await bot.api.until(lambda: bot.api.made("answerCallbackQuery"))
            assert not sent(bot)


async def test_what_is_asked_of_a_record_that_cannot_be_read_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_args: object) -> None:
        raise UnreadableRecord("damaged")

    async with running() as bot:
        digest = await bot.record.buttons.button(LONG)
        bot.api.say("before")
        await bot.api.until(lambda: sent(bot))
        monkeypatch.setattr(bot.record.database, "read", broken)
        monkeypatch.setattr(bot.record.database, "reading_version", broken)
        bot.api.say("after", 2)
        bot.api.give(press(f"#{digest}", 3))
        await bot.api.until(lambda: len(sent(bot)) == 2 and bot.api.made("answerCallbackQuery"))
    # What the record itself is asked for, the dispatcher answers.
    assert sent(bot) == ["before", "after"]
    (answer,) = bot.api.made("answerCallbackQuery")
    assert answer["text"].startswith("The record cannot be read or written just now")


async def test_menus_are_set_once_for_each_scope() -> None:
    async with running() as bot:
        await bot.api.until(lambda: bot.api.made("getUpdates"))
        found = {scope: [entry["command"] for entry in menu] for scope, menu in bot.api.menus.items()}
    assert found == {
        '{"type": "default"}': ["who"],
        '{"type": "all_private_chats"}': ["who"],
        '{"type": "all_group_chats"}': ["who"],
        '{"chat_id": 42, "type": "chat"}': ["who", "publish"],
    }
    assert len(bot.api.made("setMyCommands")) == 4
    bot.stop = asyncio.Event()
    async with stopped_bot() as again:
        again.api.menus = bot.api.menus
        refused = {"ok": False, "description": "Bad Request: chat not found"}
        again.api.answers["getMyCommands"] = [(400, refused)]
        task = asyncio.create_task(again.run())
        await again.api.until(lambda: again.api.made("getUpdates"))
        again.stop.set()
        await task
        assert len(again.api.made("setMyCommands")) == 1, "only the one that could not be looked at"


async def test_moderators_get_a_menu_of_their_own() -> None:
    async with stopped_bot() as bot:
        ferry = OpenStory(story=StoryEntry(name="ferry", title="The ferry"))
        await bot.record.ledger.make(ferry, by=Actor("operator"))
        for address, story in (
            ("telegram:8", 1),
            ("telegram:42", None),
            ("discord:9", None),
            ("telegram:-5", 1),
        ):
            await bot.record.ledger.make(Appoint(address=address, story_id=story), by=Actor("operator"))
        task = asyncio.create_task(bot.run())
        await bot.api.until(lambda: bot.api.made("getUpdates"))
        bot.stop.set()
        await task
    own = {
        scope: [entry["command"] for entry in menu]
        for scope, menu in bot.api.menus.items()
        if "chat_id" in scope
    }
    assert own == {
        '{"chat_id": 8, "type": "chat"}': ["who", "publish"],
        # An owner's is an owner's, appointed or not.
        '{"chat_id": 42, "type": "chat"}': ["who", "publish"],
    }


def test_a_menu_holds_what_is_needed_first_and_what_a_role_alone_may_do() -> None:
    found = {
        (scope.type, getattr(scope, "chat_id", None)): {entry.command for entry in menu}
        for scope, menu in menus(
            commands, ["telegram:1"], ["telegram:2", "telegram:1", "terminal:local", "telegram:٣"]
        )
    }
    first = set(FIRST)
    only = {
        role: {each.name for each in commands if Role.READER < each.role <= role}
        for role in (Role.MODERATOR, Role.OWNER)
    }
    assert len(first) == 10
    assert (
        found["default", None] == found["all_private_chats", None] == found["all_group_chats", None] == first
    )
    assert found["chat", 1] == first | only[Role.OWNER]
    assert found["chat", 2] == first | only[Role.MODERATOR]
    assert len(found) == 5
    # https://core.telegram.org/bots/api#setmycommands: at most 100 commands.
    assert all(len(menu) <= 100 for menu in found.values())


async def test_what_is_in_the_outbox_is_sent_while_the_bot_runs() -> None:
    async with running() as bot:
        reply = Reply(blocks=(Note(text="told <later>"),), actions=(Action(label="Who", command="/who"),))
        async with bot.record.database.transaction() as tx:
            await post(tx, "telegram:7", reply.model_dump_json(), "2026")
        await bot.api.until(lambda: sent(bot))
    (call,) = bot.api.made("sendMessage")
    assert (call["chat_id"], call["text"]) == (7, "told &lt;later&gt;")
    assert "reply_parameters" not in call
    assert call["reply_markup"]["inline_keyboard"] == [[{"text": "Who", "callback_data": "/who"}]]
    assert not bot.dispatcher.requests


async def test_a_refusal_of_a_button_is_shown_to_who_pressed_it_alone() -> None:
    async with running() as bot:
        bot.api.give(press("/refuse"), press("/refuse " + "x" * 40, 2))
        await bot.api.until(lambda: len(bot.api.made("answerCallbackQuery")) == 2)
        bot.api.say("/refuse", 3)
        await bot.api.until(lambda: sent(bot))
    assert [answer.get("text") for answer in bot.api.made("answerCallbackQuery")] == ["not for you"] * 2
    assert sent(bot) == ["not for you"], "what was typed is answered in the chat"


async def test_polling_goes_on_after_errors(caplog: pytest.LogCaptureFixture) -> None:
    async with stopped_bot() as bot:
        bot.api.answers["getMe"] = [(502, {}), (429, {"ok": False, "parameters": {"retry_after": 1}})]
        bot.api.answers["getUpdates"] = [
            (409, {"ok": False, "description": "Conflict: terminated by other getUpdates request"}),
            (429, {"ok": False, "parameters": {"retry_after": 1}}),
            (502, {}),
            (401, {"ok": False, "description": "Unauthorized"}),
            (200, {"ok": True, "result": {"no": "list"}}),
        ]
        task = asyncio.create_task(bot.run())
        bot.api.say("fine")
        await bot.api.until(lambda: sent(bot))
        bot.stop.set()
        await task
    assert (
        "another process runs with this token" in caplog.text.replace("\n", " ")
        or "somebody else" in caplog.text
    )
    assert TOKEN not in caplog.text


async def test_the_token_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    async with stopped_bot(token="123456:a-wrong-token") as bot:
        with pytest.raises(SettingsError, match=r"telegram\.token") as caught:
            await bot.run()
        assert "a-wrong-token" not in str(caught.value)
        assert caught.value.__suppress_context__
    assert "a-wrong-token" not in caplog.text
    empty = Settings()
    with pytest.raises(SettingsError, match="BotFather"):
        build(empty, cast("Any", Dispatcher()), cast("Any", None))


async def test_stopped_before_telegram_is_reached() -> None:
    async with stopped_bot() as bot:
        bot.api.answers["getMe"] = [(502, {})] * 1000
        task = asyncio.create_task(bot.run())
        await bot.api.until(lambda: len(bot.api.made("getMe")) > 6)
        bot.stop.set()
        await asyncio.wait_for(task, PATIENCE)
    assert not bot.api.made("getUpdates")
