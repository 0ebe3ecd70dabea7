"""Chats that took no messages for a while hear of what they missed, and what they read is put right."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.newsroom import NAME, Person, ask, deliveries
from tests.acceptance.process import onrecord, until
from tests.emulators.telegram import Chat, User

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
Act = Callable[[], Awaitable[object]]


async def corrected(by: Person, fact: str, statement: str) -> None:
    made = await by.does(f"/correct {fact}\nstatement: {statement}\nmaterial: yes\nreason: read again")
    assert statement in made.text


class Away(NamedTuple):
    """A chat that has subscribed, how it comes to take no messages, and how it takes them again."""

    chat: Chat
    go: Act
    come_back: Act


def away(scene: Scene, kind: str, admin: User) -> Away:
    api = scene.api
    if kind == "a person who blocks":
        chat = api.private(admin)

        async def block() -> None:
            api.block(admin)

        async def unblock() -> None:
            api.unblock(admin)

        return Away(chat, block, unblock)
    if kind.startswith("a channel"):
        chat = api.channel("News", admins=[admin])
        if "right to post" in kind:
            return Away(
                chat,
                lambda: chat.set_bot("administrator", by=admin, can_post_messages=False),
                lambda: chat.set_bot("administrator", by=admin),
            )
        return Away(
            chat, lambda: chat.set_bot("kicked", by=admin), lambda: chat.set_bot("administrator", by=admin)
        )
    chat = api.supergroup("Newsroom", admins=[admin])
    if "restricted" in kind:
        return Away(
            chat,
            lambda: chat.set_bot("restricted", by=admin),
            lambda: chat.set_bot("restricted", by=admin, can_send_messages=True),
        )
    if "closed" in kind:

        async def close() -> None:
            chat.close_to_members()

        async def reopen() -> None:
            chat.open_to_members()
            # No bot is told of that; but who asks there is answered.
            await ask(chat, admin, f"/who@{NAME} lubinets")

        return Away(chat, close, reopen)
    return Away(chat, lambda: chat.set_bot("left", by=admin), lambda: chat.set_bot("member", by=admin))


async def subscribed(chat: Chat, admin: User) -> None:
    asked = f"/subscribe@{NAME}"
    who: User | Chat = chat if chat.type == "channel" else admin
    assert "You will hear here of every change" in (await ask(chat, who, asked)).text


@pytest.mark.parametrize(
    "kind",
    [
        "a person who blocks",
        "a channel that removes the bot",
        "a channel that takes its right to post",
        "a group that removes the bot",
        "a group in which it is restricted",
        "a group that is closed for the night",
    ],
)
async def test_what_was_missed_comes_in_one_message(scene: Scene, kind: str) -> None:
    mona, admin = await scene.moderator("Mona"), scene.api.user("Ada")
    chat, go, come_back = away(scene, kind, admin)
    await subscribed(chat, admin)
    await go()
    address = f"telegram:{chat.id}"
    await corrected(mona, "F3", f"the first was told by {kind}")
    await until(lambda: deliveries(scene.record, address) == ["held"], "the first's waiting")
    await corrected(mona, "F4", f"the second was told by {kind}")
    await until(lambda: deliveries(scene.record, address) == ["held"] * 2, "the second's waiting")
    explained = onrecord("why", "F4", address, folder=scene.bot.folder).stdout
    assert "waits. This chat has taken no messages from the bot since 20" in explained
    assert f"{address}: held, 2, " in onrecord("outbox", folder=scene.bot.folder).stdout
    assert chat.sent.unread == []
    await come_back()
    told = await chat.next_message(matching=lambda message: "2 changes" in message.text)
    first, _, second = told.text.partition("the second was told")
    assert "the first was told" in first and second
    await until(lambda: deliveries(scene.record, address) == ["sent"] * 2, "their being sent")
    await corrected(mona, "F3", f"the third was told by {kind}")
    assert "the third was told" in (await chat.next_message()).text
    assert [message for message in chat.sent.unread if "change" in message.text] == []
    if chat.type == "private":
        assert "Notices come at once" in (await ask(chat, admin, "/subscriptions")).text


def time_passes(record: Path, chat: Chat) -> None:
    """Let the record say that a chat has taken no messages for long, and is to be tried again."""
    with closing(sqlite3.connect(record)) as connection, connection:
        connection.execute(
            "UPDATE listener SET paused_at = '2026-01-01T00:00:00.000000Z', open_at = '0' WHERE chat = ?",
            (f"telegram:{chat.id}",),
        )


async def test_a_group_is_tried_again_and_who_subscribed_it_is_told(scene: Scene) -> None:
    mona, ada = await scene.moderator("Mona"), scene.person("Ada")
    await ada.says("/start")
    group = scene.api.supergroup("Newsroom", admins=[ada.user])
    await subscribed(group, ada.user)
    group.close_to_members()
    await corrected(mona, "F9", "they came by night")
    address = f"telegram:{group.id}"
    await until(lambda: f"{address} does not take messages" in scene.bot.log, "the pause")
    time_passes(scene.record, group)
    # It is told when nothing else is to be sent.
    told = await ada.chat.next_message(timeout=30.0)
    assert (
        f"its id is {group.id}" in told.text
        and "since 2026-01-01 00:00 UTC" in told.text
        and "Not enough rights" in told.text
    )
    # A refusal that is still under way would put off the next try by a day.
    refused = f"{address} does not take messages"
    await until(lambda: scene.bot.log.count(refused) == 2, "the second refusal")
    await until(lambda: deliveries(scene.record, address) == ["held"], "its waiting")
    group.open_to_members()
    time_passes(scene.record, group)
    assert "they came by night" in (await group.next_message(timeout=30.0)).text
    await corrected(mona, "F9", "they came by day")
    assert "they came by day" in (await group.next_message()).text
    assert ada.chat.sent.unread == group.sent.unread == []


async def test_a_correction_waits_for_who_has_blocked_the_bot(scene: Scene) -> None:
    mona, alice = await scene.moderator("Mona"), scene.person("Alice")
    answer = await alice.says("/fact F5")
    scene.api.block(alice.user)
    await corrected(mona, "F5", "nobody had come before the summer")
    await scene.api.next_call(
        "editMessageText", matching=lambda call: call.params["chat_id"] == alice.chat.id and not call.ok
    )
    await corrected(mona, "F5", "nobody had come before the autumn")
    scene.api.unblock(alice.user)
    edited = await alice.chat.next_edit()
    assert edited.id == answer.id and "before the autumn" in edited.text and "summer" not in edited.text
    assert alice.chat.sent.unread == []


async def test_a_channels_posts_are_edited_though_the_bot_may_not_post(scene: Scene) -> None:
    mona, admin = await scene.moderator("Mona"), scene.api.user("Ada")
    channel = scene.api.channel("News", admins=[admin])
    answer = await ask(channel, channel, f"/fact@{NAME} F6")
    await channel.set_bot("administrator", by=admin, can_post_messages=False)
    await mona.does("/retract F6 The source withdrew it")
    edited = await channel.next_edit()
    assert edited.id == answer.id and "The source withdrew it" in edited.text
    assert channel.sent.unread == []
    await channel.set_bot("administrator", by=admin)
    remark = await channel.next_message()
    assert remark.reply_to == answer.id and "Retracted: F6" in remark.text
    assert channel.sent.unread == []


async def test_a_topic_hears_again_once_it_is_opened_again(scene: Scene) -> None:
    mona, admin = await scene.moderator("Mona"), scene.api.user("Ada")
    forum = scene.api.forum("Newsroom", topics=["Belarus"], admins=[admin])
    assert "You will hear here" in (await ask(forum, admin, f"/subscribe@{NAME}", topic="Belarus")).text
    forum.close_topic("Belarus")
    await corrected(mona, "F7", "it was said on a Monday")
    told = await forum.next_message()
    assert told.thread_id is None and "The topic for this is closed" in told.text
    forum.reopen_topic("Belarus")
    await corrected(mona, "F7", "it was said on a Tuesday")
    told = await forum.next_message()
    assert told.thread_id == forum.topics["Belarus"].id and "closed" not in told.text
