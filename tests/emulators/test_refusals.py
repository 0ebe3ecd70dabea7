"""What the platform refuses, in its words."""

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
)

from tests.emulators.asking import TOKEN, Ask, Json, keyboard, new_bot, refused
from tests.emulators.telegram import TelegramEmulator

pytestmark = pytest.mark.asyncio


class TestRefusals:
    """What the platform refuses, in its words."""

    async def test_messages(self, api: TelegramEmulator, ask: Ask, subtests: pytest.Subtests) -> None:
        cases: list[tuple[Json, str]] = [
            ({"text": ""}, "message text is empty"),
            ({"text": None}, "message text is empty"),
            ({"text": " \n"}, "text must be non-empty"),
            ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
            ({"text": "x" * 4097}, "message is too long"),
            ({"text": "🎄" * 2049}, "message is too long"),
            ({"text": "\ud83c"}, "strings must be encoded in UTF-8"),
            ({"parse_mode": "XML"}, "unsupported parse_mode"),
            ({"chat_id": ""}, "chat_id is empty"),
            ({"chat_id": 999}, "chat not found"),
            ({"chat_id": "@nobody"}, "chat not found"),
            ({"message_thread_id": 7}, "message thread not found"),
            ({"reply_parameters": {"message_id": 77}}, "message to be replied not found"),
            ({"reply_parameters": "{"}, "can't parse reply parameters JSON object"),
            ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
            ({"reply_markup": 5}, "can't parse reply keyboard markup JSON object"),
            ({"message_thread_id": "abc"}, "can't parse message_thread_id"),
        ]
        for asked, reason in cases:
            with subtests.test(asked=asked):
                chat = api.private(api.user("Alice"))
                status, body = await ask("sendMessage", json={"chat_id": chat.id, "text": "hello", **asked})
                assert (status, body["error_code"]) == (400, 400)
                assert body["description"].startswith(f"Bad Request: {reason}")
                assert chat.messages == {}

    async def test_keyboards(self, api: TelegramEmulator, ask: Ask, subtests: pytest.Subtests) -> None:
        for rows, reason in [
            ([[{"text": "a"}]], "Text buttons are unallowed in the inline keyboard"),
            ([[{"text": " ", "callback_data": "a"}]], "inline keyboard button text must be non-empty"),
            ([[{"text": "a", "callback_data": ""}]], "BUTTON_DATA_INVALID"),
            ([[{"text": "a", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
            ([[{"text": "a", "url": "localhost"}]], "URL 'localhost' is invalid"),
            ([[{"text": "a", "url": "https://a.b", "callback_data": "a"}]], "exactly one"),
            ([[{"text": "a", "callback_data": "a"}] * 9], "reply markup is too long"),
            ([[{"text": "a", "callback_data": "a"}] * 8] * 13, "reply markup is too long"),
        ]:
            with subtests.test(rows=rows):
                chat = api.private(api.user("Alice"))
                asked = {"chat_id": chat.id, "text": "hello", "reply_markup": {"inline_keyboard": rows}}
                status, body = await ask("sendMessage", json=asked)
                assert status == 400 and reason in body["description"]

    async def test_limits_are_reached_exactly(self, api: TelegramEmulator, bot: Bot) -> None:
        chat = api.private(api.user("Alice"))
        await bot.send_message(chat.id, f"<b>{'🎄' * 2048}</b>", parse_mode="HTML")
        data = [InlineKeyboardButton("a", callback_data="x" * 64)]
        await bot.send_message(chat.id, "x", reply_markup=InlineKeyboardMarkup([data * 5] * 20))
        missing = ReplyParameters(77, allow_sending_without_reply=True)
        await bot.send_message(chat.id, "x", reply_parameters=missing)
        assert len(chat.sent.unread) == 3

    async def test_edits(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        chat = api.private(alice)
        sent = await bot.send_message(chat.id, "<b>one</b>", parse_mode="HTML")
        theirs = await chat.say(alice, "two")
        for message_id, text, reason in (
            (sent.id, "<b>one</b>", "message is not modified"),
            (sent.id, "x" * 4097, "MESSAGE_TOO_LONG"),
            (theirs.id, "three", "message can't be edited"),
            (999, "three", "message to edit not found"),
        ):
            with refused(BadRequest, reason):
                await bot.edit_message_text(text, chat.id, message_id, parse_mode="HTML")
        with refused(BadRequest, "message to delete not found"):
            await bot.delete_message(chat.id, 999)
        await bot.edit_message_reply_markup(chat.id, sent.id, reply_markup=keyboard(More="2"))
        assert [button.label for button in (await chat.next_edit()).buttons] == ["More"]

    async def test_foreign_messages_of_a_group_stay(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        group = api.group("Desk", members=[alice])
        theirs = await group.say(alice, "hello")
        with refused(BadRequest, "message can't be deleted"):
            await bot.delete_message(group.id, theirs.id)

    async def test_old_messages_stay(self) -> None:
        now = 1_700_000_000.0
        async with TelegramEmulator(TOKEN, wall_clock=lambda: now) as api, new_bot(api) as bot:
            chat = api.private(api.user("Alice"))
            sent = await bot.send_message(chat.id, "hello")
            now += 48 * 3600 + 1
            with refused(BadRequest, "can't be deleted for everyone"):
                await bot.delete_message(chat.id, sent.id)
            await bot.edit_message_text("corrected", chat.id, sent.id)

    async def test_queries(self) -> None:
        now = 0.0
        async with TelegramEmulator(TOKEN, clock=lambda: now) as api, new_bot(api) as bot:
            press = await api.press_raw(api.user("Alice"), "data")
            with refused(BadRequest, "message_too_long"):
                await bot.answer_callback_query(press.id, text="x" * 201)
            with refused(BadRequest, "query ID is invalid"):
                await bot.answer_callback_query("17")
            await bot.answer_callback_query(press.id, text="x" * 200)
            await bot.answer_callback_query(press.id)
            assert api.violations.pop().endswith("was already answered")
            now = 61.0
            with refused(BadRequest, "query is too old"):
                await bot.answer_callback_query(press.id)

    async def test_commands(self, api: TelegramEmulator, bot: Bot, ask: Ask) -> None:
        group = api.group("Desk")
        scope = BotCommandScopeChat(group.id)
        await bot.set_my_commands([BotCommand("who", "Tell who said what")], scope, "uk")
        assert [c.command for c in await bot.get_my_commands(scope, "uk")] == ["who"]
        assert await bot.get_my_commands() == ()
        await bot.delete_my_commands(scope, "uk")
        assert await bot.get_my_commands(scope, "uk") == ()
        await bot.set_my_description("Facts with their sources")
        await bot.set_my_short_description("Who said what")
        assert (await bot.get_my_description()).description == "Facts with their sources"
        good = {"command": "who", "description": "Tell"}
        for asked, reason in (
            ({"commands": [{**good, "command": "Who"}]}, "BOT_COMMAND_INVALID"),
            ({"commands": [{**good, "command": "w" * 33}]}, "BOT_COMMAND_INVALID"),
            ({"commands": [{**good, "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
            ({"commands": [{**good, "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
            ({"commands": [good] * 101}, "BOT_COMMANDS_TOO_MUCH"),
            ({"commands": [good], "scope": {"type": "world"}}, "can't parse"),
            ({"commands": [good], "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
            ({"commands": [good], "language_code": "english"}, "invalid language code"),
        ):
            status, body = await ask("setMyCommands", json=asked)
            assert status == 400 and reason in body["description"]
