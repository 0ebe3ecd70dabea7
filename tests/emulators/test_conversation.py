"""What people do, and what the bot gets of it."""

import pytest
from telegram import (
    Bot,
    InlineQueryResultArticle,
    InputTextMessageContent,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
)

from tests.emulators.asking import keyboard, refused
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.schema import SchemaError

pytestmark = pytest.mark.asyncio


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

    async def test_rights_that_are_taken_and_given_back(
        self, api: TelegramEmulator, bot: Bot, subtests: pytest.Subtests
    ) -> None:
        alice = api.user("Alice")
        channel, group = api.channel("News"), api.supergroup("Desk", owner=alice)
        no_post, no_send = "need administrator rights in the channel chat", "not enough rights to send text"
        for chat, status, right, reason in [
            (channel, "administrator", "can_post_messages", no_post),
            (group, "restricted", "can_send_messages", no_send),
        ]:
            with subtests.test(chat=chat):
                said = await bot.send_message(chat.id, "said")
                for may in (False, True):
                    await chat.set_bot(status, by=alice, **{right: may})
                    (*_others, update) = await bot.get_updates()
                    assert update.my_chat_member is not None
                    assert getattr(update.my_chat_member.new_chat_member, right) is may
                    # What has been said can be edited all the same.
                    await bot.edit_message_text(f"edited {may}", chat.id, said.message_id)
                    if may:
                        await bot.send_message(chat.id, "more")
                    else:
                        with refused(BadRequest, reason):
                            await bot.send_message(chat.id, "more")

    async def test_a_group_that_is_closed_for_the_night(self, api: TelegramEmulator, bot: Bot) -> None:
        group = api.supergroup("Desk")
        group.close_to_members()
        with refused(BadRequest, "not enough rights to send text messages"):
            await bot.send_message(group.id, "by night")
        group.open_to_members()
        await bot.send_message(group.id, "by day")
        group.close_to_members()
        group.set_status(api.bot, "administrator")
        await bot.send_message(group.id, "as an administrator")
        assert await bot.get_updates() == (), "bots are told nothing of it"

    async def test_topics_that_are_closed_and_opened(self, api: TelegramEmulator, bot: Bot) -> None:
        forum = api.forum("Newsroom", ["Story"])
        forum.close_topic("Story")
        forum.reopen_topic("Story")
        closed, opened = (update.message for update in await bot.get_updates())
        assert closed is not None and closed.forum_topic_closed is not None
        assert opened is not None and opened.forum_topic_reopened is not None
        await bot.send_message(forum.id, "story", message_thread_id=forum.topics["Story"].id)

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
