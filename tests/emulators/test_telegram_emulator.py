"""The Bot API emulator, asked by python-telegram-bot and in raw HTTP."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from tests.emulators.telegram import Fault, Limits, TelegramEmulator
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.limits import Limiter
from tests.emulators.telegram.markup import find_entities, format_text, parse_html
from tests.emulators.telegram.schema import SchemaError

pytestmark = pytest.mark.asyncio

TOKEN = "123456:TEST-TOKEN"
Json = dict[str, Any]
Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def _new_times(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without it the library warns of its future at each 429.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TelegramEmulator]:
    """Start an emulator without limits, which must see nothing that its schema does not know."""
    async with TelegramEmulator(TOKEN, limits=None, webhook_backoff=0.001) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest_asyncio.fixture
async def bot(api: TelegramEmulator) -> AsyncIterator[Bot]:
    """Point the real library at the emulator."""
    async with new_bot(api) as client:
        yield client


@pytest_asyncio.fixture
async def ask(api: TelegramEmulator) -> AsyncIterator[Ask]:
    """Return a function for raw calls, which gives back status and body."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, token: str = TOKEN, **how: Any) -> tuple[int, Json]:
            url = f"{api.base_url}/bot{token}/{method}"
            async with session.post(url, **how) as answer:
                return answer.status, await answer.json()

        yield call


def new_bot(api: TelegramEmulator) -> Bot:
    return Bot(TOKEN, base_url=f"{api.base_url}/bot")


def refused(error: type[Exception], reason: str) -> Any:
    """Expect a refusal; the library changes the case of what the platform says."""
    return pytest.raises(error, match=f"(?i){re.escape(reason)}")


def keyboard(**buttons: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(k, callback_data=v) for k, v in buttons.items()]])


class TestCalls:
    """How calls reach the emulator."""

    async def test_names_the_bot(self, bot: Bot) -> None:
        me = await bot.get_me()
        assert (me.id, me.username, me.is_bot) == (123456, "onrecord_bot", True)

    async def test_takes_parameters_in_all_four_ways(self, api: TelegramEmulator, ask: Ask) -> None:
        chat = api.private(api.user("Alice"))
        asked = {"chat_id": str(chat.id), "text": "hello"}
        form = aiohttp.FormData(asked, default_to_multipart=True)
        for how in ({"params": asked}, {"data": asked}, {"json": asked}, {"data": form}):
            status, _ = await ask("SENDmessage", **how)
            assert status == 200
            assert (await chat.next_message()).text == "hello"

    async def test_refuses_unknown_methods_and_tokens(self, api: TelegramEmulator, ask: Ask) -> None:
        assert await ask("sendNothing") == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
        assert api.violations.pop() == "unknown method sendNothing"
        assert (await ask("getMe", token="123456:OTHER"))[0] == 401

    async def test_notes_unknown_parameters(self, api: TelegramEmulator, ask: Ask) -> None:
        chat = api.private(api.user("Alice"))
        markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b", "colour": "red"}]]}
        asked = {"chat_id": chat.id, "text": "hello", "txet": "hello", "reply_markup": markup}
        assert (await ask("sendMessage", json=asked))[0] == 500, "the answer would hold an unknown field"
        assert [note.split(":")[0] for note in api.violations] == [
            "sendMessage",
            "sendMessage",
            "the emulator failed in sendMessage",
        ]
        api.violations.clear()

    async def test_logs_calls(self, api: TelegramEmulator, bot: Bot) -> None:
        with pytest.raises(BadRequest):
            await bot.send_message(1, "hello")
        call = await api.next_call("sendMessage")
        assert (call.ok, call.status, call.params["text"]) == (False, 400, "hello")
        assert call.description == "Bad Request: chat not found"
        assert api.calls_of("sendmessage") == [call]

    async def test_refuses_all_after_log_out(self, api: TelegramEmulator, ask: Ask) -> None:
        assert (await ask("logOut"))[1]["result"] is True
        assert (await ask("getMe"))[1]["description"] == "Logged out"


class TestConversation:
    """What people do, and what the bot gets of it."""

    async def test_private_question_and_answer(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice", username="alice")
        chat = api.private(alice)
        asked = await chat.say(alice, "/who 🎄 @alice #news https://example.org/a.")
        (update,) = await bot.get_updates()
        message = update.message
        assert message is not None and message.from_user is not None
        assert message.message_id == asked.id
        assert list(message.parse_entities().values()) == [
            "/who",
            "@alice",
            "#news",
            "https://example.org/a",
        ]
        await bot.send_message(
            chat.id,
            "  <b>Lubinets</b> &amp; <a href='https://example.org'>others</a>\n",
            parse_mode="HTML",
            reply_parameters=ReplyParameters(asked.id),
            reply_markup=keyboard(More="page:2"),
        )
        reply = await chat.next_message()
        assert reply.text == "Lubinets & others"
        assert reply.html.startswith("  <b>")
        assert [entity["type"] for entity in reply.entities] == ["bold", "text_link"]
        assert (reply.reply_to, reply.thread_id, reply.buttons[0].data) == (asked.id, None, "page:2")
        assert chat.sent.unread == []

    async def test_press_edit_answer(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        chat = api.private(alice)
        await bot.send_message(chat.id, "page 1", reply_markup=keyboard(More="2"))
        shown = await chat.next_message()
        press = await api.press(alice, shown, "More")
        (update,) = await bot.get_updates()
        assert update.callback_query is not None and update.callback_query.data == "2"
        await bot.edit_message_text("page 2", chat.id, shown.id)
        await bot.answer_callback_query(update.callback_query.id, text="here", show_alert=True)
        edited = await chat.next_edit()
        assert (edited.text, edited.buttons) == ("page 2", [])
        answer = await press.answer()
        assert (answer.text, answer.show_alert) == ("here", True)
        with pytest.raises(AssertionError, match="no button 'More'"):
            await api.press(alice, edited, "More")

    async def test_forged_and_late_presses(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        chat = api.private(alice)
        await bot.send_message(chat.id, "page 1", reply_markup=keyboard(More="2"))
        message = await chat.next_message()
        await bot.delete_message(chat.id, message.id)
        assert (await chat.next_deletion()).id == message.id
        await api.press_raw(alice, "x" * 64, message)
        await api.press_raw(alice, "no message")
        late, bare = await bot.get_updates()
        assert late.callback_query is not None and late.callback_query.message is not None
        assert not late.callback_query.message.is_accessible
        assert bare.callback_query is not None and bare.callback_query.inline_message_id

    async def test_forum_topics(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        forum = api.forum("Desk", topics=["Story", "Closed"])
        story = forum.topics["Story"]
        asked = await forum.say(alice, "/who", topic="Story")
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert (update.message.message_thread_id, update.message.is_topic_message) == (story.id, True)
        await bot.send_message(forum.id, "general")
        await bot.send_message(forum.id, "story", message_thread_id=story.id)
        await bot.send_message(forum.id, "answer", reply_parameters=ReplyParameters(asked.id))
        assert (await forum.next_message(topic="Story")).text == "story"
        answer = await forum.next_message(topic=story)
        assert (answer.text, answer.thread_id, answer.reply_to) == ("answer", story.id, asked.id)
        assert (await forum.next_message(topic="General")).thread_id is None
        forum.close_topic("Closed")
        closed = forum.topics["Closed"].id
        forum.delete_topic("Story")
        for thread, reason in (
            (1, "thread not found"),
            (story.id, "thread not found"),
            (closed, "TOPIC_CLOSED"),
        ):
            with refused(BadRequest, reason):
                await bot.send_message(forum.id, "lost", message_thread_id=thread)
        await bot.send_chat_action(forum.id, "typing", message_thread_id=1)

    async def test_privacy_mode(self, api: TelegramEmulator, bot: Bot) -> None:
        alice, robot = api.user("Alice"), api.user("Robot", is_bot=True)
        group = api.group("Desk", members=[alice])
        await group.say(alice, "hello")
        await group.say(alice, "/who@other_bot")
        await group.say(robot, "/who")
        assert len(api.updates.pending) == 0
        await group.say(alice, "/who@OnRecord_Bot")
        await group.say(alice, "hey @onrecord_bot")
        await group.say(group, "/anonymous")
        await group.say(robot, "/forced", deliver=True)
        await bot.send_message(group.id, "yes?")
        await group.say(alice, "who?", reply_to=await group.next_message())
        await group.join(api.user("Bob"))
        texts = [u.message.text for u in await bot.get_updates() if u.message]
        assert texts == ["/who@OnRecord_Bot", "hey @onrecord_bot", "/anonymous", "/forced", "who?", None]
        await group.set_bot("administrator", by=alice)
        await group.say(alice, "hello")
        assert len(await bot.get_updates()) == 8

    async def test_channel_posts_and_edits(self, api: TelegramEmulator, bot: Bot) -> None:
        channel = api.channel("News", username="the_news")
        post = await channel.post("first")
        await channel.edit(post, "second")
        first, second = await bot.get_updates()
        assert first.channel_post is not None and first.channel_post.sender_chat is not None
        assert second.edited_channel_post is not None and second.edited_channel_post.text == "second"
        await bot.send_message("@The_News", "third")
        assert (await channel.next_message()).raw["sender_chat"]["id"] == channel.id
        await channel.set_bot("member", by=api.user("Owner"))
        with refused(BadRequest, "need administrator rights"):
            await bot.send_message(channel.id, "fourth")

    async def test_users_edit(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        chat = api.private(alice)
        await chat.edit(await chat.say(alice, "/who"), "/when")
        _, update = await bot.get_updates()
        assert update.edited_message is not None and update.edited_message.text == "/when"

    async def test_migration(self, api: TelegramEmulator, bot: Bot) -> None:
        group = api.group("Desk")
        new = api.migrate(group)
        leaving, arriving = (u.message for u in await bot.get_updates())
        assert leaving is not None and leaving.migrate_to_chat_id == new.id
        assert arriving is not None and arriving.migrate_from_chat_id == group.id
        with pytest.raises(ChatMigrated) as caught:
            await bot.send_message(group.id, "hello")
        assert caught.value.new_chat_id == new.id
        await bot.send_message(new.id, "hello")
        assert (await new.next_message()).text == "hello"

    async def test_membership(self, api: TelegramEmulator, bot: Bot) -> None:
        alice, bob = api.user("Alice"), api.user("Bob")
        group = api.supergroup("Desk", owner=alice, admins=[bob], bot="left")
        with refused(Forbidden, "not a member of the supergroup chat"):
            await bot.send_message(group.id, "hello")
        await group.set_bot("member", by=alice)
        change, service = await bot.get_updates(allowed_updates=Update.ALL_TYPES)
        assert change.my_chat_member is not None
        assert change.my_chat_member.new_chat_member.status == "member"
        assert service.message is not None and service.message.new_chat_members[0].id == bot.id
        assert [m.user.id for m in await bot.get_chat_administrators(group.id)] == [bob.id, alice.id]
        assert (await bot.get_chat_member(group.id, bob.id)).status == "administrator"
        assert (await bot.get_chat_member(group.id, api.user("Eve").id)).status == "left"
        assert (await bot.get_chat(group.id)).title == "Desk"
        await group.set_member(bob, "member", by=alice)
        await group.set_bot("kicked", by=alice)
        member, kicked = (await bot.get_updates())[2:]
        assert member.chat_member is not None and kicked.my_chat_member is not None
        with refused(Forbidden, "bot was kicked from the supergroup chat"):
            await bot.send_message(group.id, "hello")

    async def test_blocking(self, api: TelegramEmulator, bot: Bot) -> None:
        alice, eve = api.user("Alice"), api.user("Eve")
        chat = api.private(alice)
        api.group("Desk", members=[eve])
        api.block(alice)
        with refused(Forbidden, "bot was blocked by the user"):
            await bot.send_message(chat.id, "hello")
        api.unblock(alice)
        await bot.send_message(chat.id, "hello")
        assert len(await bot.get_updates()) == 2
        with refused(Forbidden, "can't initiate conversation"):
            await bot.send_message(eve.id, "hello")

    async def test_inline_question(self, api: TelegramEmulator, bot: Bot) -> None:
        query = await api.inline(api.user("Alice"), "lubinets")
        (update,) = await bot.get_updates()
        assert update.inline_query is not None and update.inline_query.query == "lubinets"
        found = InlineQueryResultArticle("F7", "Lubinets", InputTextMessageContent("<b>F7</b>", "HTML"))
        await bot.answer_inline_query(query.id, [found], cache_time=0)
        assert (await query.answer()).results[0]["title"] == "Lubinets"

    async def test_waiting_ends(self, api: TelegramEmulator) -> None:
        chat = api.private(api.user("Alice"))
        with pytest.raises(AssertionError, match="no message to 'Alice' within"):
            await chat.next_message(timeout=0.01)

    async def test_refuses_what_people_cannot_do(self, api: TelegramEmulator) -> None:
        alice, bob = api.user("Alice"), api.user("Bob")
        with pytest.raises(AssertionError):
            await api.private(alice).say(bob, "hello")
        with pytest.raises(SchemaError, match=r"unknown to the schema: message\.stickr"):
            await api.private(alice).send(alice, {"stickr": {}})


class TestRefusals:
    """What the platform refuses, in its words."""

    @pytest.mark.parametrize(
        ("asked", "reason"),
        [
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
        ],
    )
    async def test_messages(self, api: TelegramEmulator, ask: Ask, asked: Json, reason: str) -> None:
        chat = api.private(api.user("Alice"))
        status, body = await ask("sendMessage", json={"chat_id": chat.id, "text": "hello", **asked})
        assert (status, body["error_code"]) == (400, 400)
        assert body["description"].startswith(f"Bad Request: {reason}")
        assert chat.messages == {}

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            ([[{"text": "a"}]], "Text buttons are unallowed in the inline keyboard"),
            ([[{"text": " ", "callback_data": "a"}]], "inline keyboard button text must be non-empty"),
            ([[{"text": "a", "callback_data": ""}]], "BUTTON_DATA_INVALID"),
            ([[{"text": "a", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
            ([[{"text": "a", "url": "localhost"}]], "URL 'localhost' is invalid"),
            ([[{"text": "a", "url": "https://a.b", "callback_data": "a"}]], "exactly one"),
            ([[{"text": "a", "callback_data": "a"}] * 9], "reply markup is too long"),
            ([[{"text": "a", "callback_data": "a"}] * 8] * 13, "reply markup is too long"),
        ],
    )
    async def test_keyboards(self, api: TelegramEmulator, ask: Ask, rows: Any, reason: str) -> None:
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


class TestMarkup:
    """The HTML dialect."""

    @pytest.mark.parametrize(
        ("source", "reason"),
        [
            ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
            ("x</b>", "Unexpected end tag at byte offset 1"),
            ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
            ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
            ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
            ("1 <2", "Unclosed start tag at byte offset 2"),
            ("x <", "Unclosed start tag at byte offset 2"),
            ("<a href='x", "Unclosed start tag at byte offset 0"),
            ("<b>x</b", "Unclosed end tag at byte offset 4"),
            ("<span class='red'>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
            ("<a ='x'>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
            ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
        ],
    )
    async def test_refuses(self, source: str, reason: str) -> None:
        with pytest.raises(ApiError) as caught:
            parse_html(source)
        assert caught.value.description == f"Bad Request: can't parse entities: {reason}"

    @pytest.mark.parametrize(
        ("source", "text", "entities"),
        [
            ("&lt;b&gt; &amp; &quot;&#33;&#x21; &nbsp; & x", '<b> & "!! &nbsp; & x', []),
            ("<B>x</b>", "x", [("bold", 0, 1)]),
            ("🎄<u>é<s>x</s></u>", "🎄éx", [("strikethrough", 3, 1), ("underline", 2, 2)]),
            ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
            ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
            ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
            ("<blockquote>x</blockquote>", "x", [("blockquote", 0, 1)]),
            ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
            ('<a href="https://a.b/?x=1&amp;y=2">x</a>', "x", [("text_link", 0, 1)]),
            ("<i></i>x", "x", []),
        ],
    )
    async def test_reads(self, source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
        parsed = parse_html(source)
        assert parsed.text == text
        assert [(e["type"], e["offset"], e["length"]) for e in parsed.entities] == entities

    async def test_links(self) -> None:
        parsed = parse_html('<a href="https://a.b?x=1&amp;y=2">x</a><a href="F7">y</a><a>a.b</a>')
        assert [e["url"] for e in parsed.entities] == ["https://a.b?x=1&y=2", "http://a.b/"]
        assert parsed.dropped_links == ["F7"]

    async def test_trims_and_finds(self) -> None:
        formatted = format_text(parse_html("\n <b> x /who</b> <code>/not</code>\n"))
        assert formatted.text == "x /who /not"
        kinds = [(e["type"], e["offset"], e["length"]) for e in formatted.entities]
        assert kinds == [("bold", 0, 6), ("bot_command", 2, 4), ("code", 7, 4)]
        assert find_entities("mail a@b.org, 1/2, /who/ and #1") == []


class TestUpdates:
    """How updates are handed out."""

    async def test_offsets_and_limits(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        for number in range(5):
            await api.private(alice).say(alice, f"/{number}")
        first = await bot.get_updates(limit=2)
        assert [u.message.text for u in first if u.message] == ["/0", "/1"]
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        assert [u.message.text for u in rest if u.message] == ["/2", "/3", "/4"]
        (last,) = await bot.get_updates(offset=-1)
        assert last.message is not None and last.message.text == "/4"
        assert await bot.get_updates(offset=last.update_id + 1) == ()

    async def test_long_poll_wakes(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        while not api.updates.polled:
            await asyncio.sleep(0)
        await api.private(alice).say(alice, "/who")
        assert len(await poll) == 1

    async def test_long_poll_ends_in_injected_time(self) -> None:
        asked: list[float] = []

        async def sleep(seconds: float) -> None:
            asked.append(seconds)

        async with TelegramEmulator(TOKEN, sleep=sleep) as api, new_bot(api) as bot:
            assert await bot.get_updates(timeout=30) == ()
        assert asked == [30]

    async def test_second_poll_ends_the_first(self, api: TelegramEmulator, bot: Bot) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=30))
        while not api.updates.polled:
            await asyncio.sleep(0)
        async with new_bot(api) as other:
            await other.get_updates()
        with refused(Conflict, "terminated by other getUpdates request"):
            await first

    async def test_unasked_kinds(self, api: TelegramEmulator, bot: Bot) -> None:
        alice = api.user("Alice")
        await bot.get_updates(allowed_updates=["callback_query"])
        await api.private(alice).say(alice, "/who")
        await api.press_raw(alice, "data")
        (update,) = await bot.get_updates()
        assert update.callback_query is not None

    async def test_raw_updates(self, api: TelegramEmulator, bot: Bot, ask: Ask) -> None:
        api.push_raw({"message": {"text": "no chat"}})
        _, body = await ask("getUpdates")
        (update,) = body["result"]
        assert update["message"] == {"text": "no chat"}
        _, body = await ask("getUpdates", json={"offset": update["update_id"] + 1})
        api.push_raw("{broken")
        with pytest.raises(TelegramError, match="Invalid server response"):
            await bot.get_updates()
        assert await bot.get_updates() == ()

    async def test_webhook(self, api: TelegramEmulator, bot: Bot) -> None:
        got: asyncio.Queue[tuple[str, Json]] = asyncio.Queue()
        answers = iter([500, 503])

        async def receive(request: web.BaseRequest) -> web.Response:
            status = next(answers, 200)
            if status == 200:
                secret = request.headers["X-Telegram-Bot-Api-Secret-Token"]
                got.put_nowait((secret, json.loads(await request.read())))
            return web.Response(status=status)

        runner = web.ServerRunner(web.Server(receive))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        with refused(BadRequest, "HTTPS URL must be provided"):
            await bot.set_webhook("http://example.org/hook")
        alice = api.user("Alice")
        await api.private(alice).say(alice, "/before")
        await bot.set_webhook(url, secret_token="s3cret", max_connections=1)
        with refused(Conflict, "while webhook is active"):
            await bot.get_updates()
        await api.private(alice).say(alice, "/after")
        for text in ("/before", "/after"):
            secret, update = await asyncio.wait_for(got.get(), 5)
            assert (secret, update["message"]["text"]) == ("s3cret", text)
        info = await bot.get_webhook_info()
        assert (info.url, info.last_error_message) == (
            url,
            "Wrong response from the webhook: 503 Service Unavailable",
        )
        await bot.delete_webhook()
        await api.private(alice).say(alice, "/polled")
        assert "/polled" in [u.message.text for u in await bot.get_updates() if u.message]
        await runner.cleanup()


class TestLimits:
    """Flood control, in injected time."""

    @staticmethod
    def limiter(**limits: Any) -> tuple[Limiter, list[float]]:
        now = [0.0]
        return Limiter(Limits(**limits), lambda: now[0]), now

    @staticmethod
    def refused(limiter: Limiter, chat_id: int, *, group: bool = False) -> int | None:
        try:
            limiter.spend("sendMessage", chat_id, group=group)
        except ApiError as error:
            return error.parameters["retry_after"]
        return None

    async def test_any_second_counts(self) -> None:
        limiter, now = self.limiter(per_second=3)
        for moment in (0.0, 0.6, 0.9):
            now[0] = moment
            assert self.refused(limiter, int(moment * 10)) is None
        now[0] = 1.1
        assert self.refused(limiter, 11) is None, "the first one is over a second old"
        now[0] = 1.5
        assert self.refused(limiter, 15) == 3
        now[0] = 3.0
        assert self.refused(limiter, 15) == 2, "blocked, though the second is over"
        now[0] = 4.6
        assert self.refused(limiter, 15) is None

    async def test_one_chat(self) -> None:
        limiter, now = self.limiter(per_chat_burst=2)
        assert [self.refused(limiter, 1) for _ in range(3)] == [None, None, 1]
        assert self.refused(limiter, 2) is None
        now[0] = 1.0
        assert [self.refused(limiter, 1) for _ in range(2)] == [None, 1]

    async def test_one_group(self) -> None:
        limiter, now = self.limiter()
        for second in range(20):
            now[0] = float(second)
            assert self.refused(limiter, -1, group=True) is None
        assert self.refused(limiter, -1, group=True) == 41
        now[0] = 60.0
        assert self.refused(limiter, -1, group=True) is None

    async def test_answers_429(self) -> None:
        async with (
            TelegramEmulator(TOKEN, limits=Limits(per_second=2), clock=lambda: 0.0) as api,
            new_bot(api) as bot,
        ):
            chats = [api.private(api.user(name)) for name in ("Alice", "Bob", "Eve")]
            for chat in chats[:2]:
                await bot.send_message(chat.id, "hello")
            await bot.send_chat_action(chats[0].id, "typing")
            with pytest.raises(RetryAfter) as caught:
                await bot.send_message(chats[2].id, "hello")
            assert caught.value._retry_after.total_seconds() == 3
            call = api.calls_of("sendMessage")[-1]
            assert call.description == "Too Many Requests: retry after 3"


class TestFaults:
    """Faults that a test plans."""

    async def test_refusals(self, api: TelegramEmulator, bot: Bot) -> None:
        chat = api.private(api.user("Alice"))
        for fault, error in (
            (Fault.too_many(retry_after=2), RetryAfter),
            (Fault.blocked(), Forbidden),
            (Fault.kicked(), Forbidden),
            (Fault.migrated(-100500), ChatMigrated),
            (Fault.refused(400, "Bad Request: no luck"), BadRequest),
            (Fault.server_error(502), NetworkError),
            (Fault.dropped(), NetworkError),
        ):
            api.fail_next("sendMessage", fault)
            with pytest.raises(error):
                await bot.send_message(chat.id, "hello")
        assert chat.messages == {}
        await bot.send_message(chat.id, "hello")
        assert [call.status for call in api.calls_of("sendMessage")] == [429, 403, 403, 400, 400, 502, 0, 200]

    async def test_dropped_after_is_applied(self, api: TelegramEmulator, bot: Bot) -> None:
        chat = api.private(api.user("Alice"))
        api.fail_next("sendMessage", Fault.dropped_after())
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "hello")
        assert (await chat.next_message()).text == "hello"
        assert (await api.next_call("sendMessage")).status == 0

    async def test_times_and_predicates(self, api: TelegramEmulator, bot: Bot) -> None:
        alice, bob = (api.private(api.user(name)) for name in ("Alice", "Bob"))
        api.fail_next("*", Fault.blocked(), times=2, when=lambda asked: asked.get("chat_id") == bob.id)
        await bot.send_message(alice.id, "hello")
        for _ in range(2):
            with pytest.raises(Forbidden):
                await bot.send_message(bob.id, "hello")
        await bot.send_message(bob.id, "hello")

    async def test_delay_and_stall(self) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        async with TelegramEmulator(TOKEN, delay=0.5, sleep=sleep) as api, new_bot(api) as bot:
            api.fail_next("getMe", Fault.stalled(60))
            await bot.get_me()
        assert sorted(slept) == [0.5, 60.5]

    async def test_chaos_repeats_itself(self) -> None:
        async def outcome(seed: int) -> list[int]:
            async with TelegramEmulator(TOKEN, limits=None) as api, aiohttp.ClientSession() as session:
                chat = api.private(api.user("Alice"))
                api.chaos(0.5, [Fault.too_many(), Fault.server_error()], seed=seed)
                for _ in range(20):
                    asked = {"chat_id": chat.id, "text": "hello"}
                    async with session.post(f"{api.base_url}/bot{TOKEN}/sendMessage", json=asked):
                        pass
                return [call.status for call in api.calls]

        assert await outcome(1) == await outcome(1) != await outcome(2)
        assert set(await outcome(1)) == {200, 429, 502}


class TestControl:
    """The emulator as a process of its own."""

    async def test_updates_stats_wait(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.emulators.telegram", "--lenient", stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        base = (await process.stdout.readline()).decode().strip()
        try:
            async with aiohttp.ClientSession(base) as session:
                await session.post("/_control/updates", json={"count": 6, "chats": 3, "text": "/who x"})
                async with session.get(f"/bot{TOKEN}/getUpdates") as answer:
                    updates = (await answer.json())["result"]
                assert [u["message"]["chat"]["id"] - 1_000_001 for u in updates] == [0, 1, 2, 0, 1, 2]
                waiting = asyncio.create_task(session.get("/_control/wait?sent=2&timeout=5"))
                for update in updates[:2]:
                    asked = {"chat_id": update["message"]["chat"]["id"], "text": "reply"}
                    await session.post(f"/bot{TOKEN}/sendMessage", data=asked)
                stats = await (await waiting).json()
                assert (stats["sent"], stats["too_many"], stats["pending_updates"]) == (2, 0, 6)
                assert stats["first"] <= stats["last"] <= stats["time"]
                late = await session.get("/_control/wait?sent=3&timeout=0.01")
                assert late.status == 504
        finally:
            process.terminate()
            assert await process.wait() == 0
