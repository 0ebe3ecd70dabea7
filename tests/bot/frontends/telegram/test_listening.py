"""Who may speak for a chat on Telegram, and what the bot makes of being blocked, let in and moved."""

from __future__ import annotations

from typing import Any, cast

import pytest
from telegram import ChatMember, User
from telegram.error import BadRequest

from bot.frontends.telegram.client import Client
from bot.frontends.telegram.conversation import Conversation
from bot.frontends.telegram.sending import Courier
from bot.frontends.telegram.transport import AiohttpRequest
from bot.frontends.telegram.updates import Update
from bot.notices.receipt_buffer import ReceiptBuffer
from tests.bot.chatroom import Room, open_room

AiohttpRequest()  # the library's deprecated way to tell times is switched off by the transport
ANN = {"id": 7, "is_bot": False, "first_name": "Ann"}
BOT = User(99, "OnRecord", True, username="OnRecordBot")
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -5, "type": "supergroup", "title": "Group", "is_forum": True}
CHANNEL = {"id": -6, "type": "channel", "title": "Channel"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class Far:
    """A client that notes what is said and knows who is what in a chat."""

    bot = BOT

    def __init__(self) -> None:
        self.said: list[tuple[int, int | None, str]] = []
        self.status: dict[int, str] = {}
        self.asked: list[tuple[int, int]] = []
        self.alerts: list[str | None] = []
        self.refusing = False

    async def say(self, html: str, chat: int, *, topic: int | None, answering: Any, buttons: Any) -> int:
        if self.refusing:
            raise BadRequest("not enough rights to send text messages to the chat")
        self.said.append((chat, topic, html))
        return 500 + len(self.said)

    async def rewrite(self, html: str, chat: int, message: int, *, buttons: Any) -> None:
        self.said.append((chat, None, html))

    async def answer_callback_query(self, query: str, *, text: str | None, show_alert: Any) -> None:
        self.alerts.append(text)

    async def get_chat_member(self, chat: int, user: int) -> Any:
        self.asked.append((chat, user))
        if user not in self.status:
            raise BadRequest("user not found")
        return ChatMember(User(user, "X", False), self.status[user])


class Scene:
    def __init__(self, room: Room) -> None:
        self.room = room
        self.record = room.record
        self.far = Far()
        client = cast("Client", self.far)
        self.memory = ReceiptBuffer(room.record)
        self.conversation = Conversation(client, room.dispatcher, room.record, Courier(client), self.memory)
        self._numbers = 0

    async def update(self, **content: Any) -> str:
        """Hand in an update and return the last that was said because of it, or shown in an alert."""
        self._numbers += 1
        before, alerts = len(self.far.said), len(self.far.alerts)
        update = Update.model_validate({"update_id": self._numbers, **content})
        await self.conversation.handle(update)
        told = [html for *_place, html in self.far.said[before:]]
        return (told + [text for text in self.far.alerts[alerts:] if text] or [""])[-1]

    async def say(self, text: str, chat: dict[str, Any] = PRIVATE, **fields: Any) -> str:
        self._numbers += 1
        content = {"message_id": self._numbers, "date": 1, "chat": chat, "text": text, "from": ANN, **fields}
        if fields.get("from", ANN) is None:
            del content["from"]
        return await self.update(**{"channel_post" if chat is CHANNEL else "message": content})

    async def press(self, data: str, chat: dict[str, Any] = PRIVATE, **fields: Any) -> str:
        message = {"message_id": 50, "date": 1, "chat": chat, "text": "x", "from": BOT.to_dict(), **fields}
        query = {"id": "q", "from": ANN, "chat_instance": "x", "message": message, "data": data}
        return await self.update(callback_query=query)


@pytest.fixture
async def scene(tmp_path):
    async with open_room(tmp_path) as room:
        yield Scene(room)


async def test_in_private_everybody_subscribes_for_themselves(scene: Scene):
    assert "You will hear here" in await scene.say("/subscribe")
    assert await scene.room.heard("telegram:7") == [("flood", None, None)]
    assert scene.far.asked == []


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (ChatMember.OWNER, True),
        (ChatMember.ADMINISTRATOR, True),
        (ChatMember.MEMBER, False),
        (ChatMember.RESTRICTED, False),
        (ChatMember.LEFT, False),
        (None, False),  # Telegram does not tell
    ],
)
async def test_in_a_group_only_admins_do(scene: Scene, status, may):
    if status is not None:
        scene.far.status[7] = status
    for answer in (await scene.say("/subscribe@OnRecordBot", GROUP), await scene.press("/subscribe", GROUP)):
        assert ("hear" in answer and "Only those who may manage" not in answer) == may, answer
    assert scene.far.asked == [(-5, 7), (-5, 7)]
    assert (await scene.room.heard("telegram:-5") != []) == may


async def test_an_admin_who_writes_as_the_group_is_one(scene: Scene):
    answer = await scene.say("/subscribe@OnRecordBot", GROUP, **{"from": ANONYMOUS, "sender_chat": GROUP})
    assert "You will hear here" in answer
    assert scene.far.asked == []


async def test_a_channel_that_writes_in_a_group_is_none(scene: Scene):
    scene.far.status[-6] = ChatMember.ADMINISTRATOR
    answer = await scene.say("/subscribe@OnRecordBot", GROUP, **{"from": ANONYMOUS, "sender_chat": CHANNEL})
    assert "Only those who may manage" in answer
    assert await scene.room.heard("telegram:-5") == []


async def test_who_posts_in_a_channel_speaks_for_it_and_a_reader_who_presses_does_not(scene: Scene):
    await scene.record.stories.use("telegram:-6", 1)
    answer = await scene.say("/subscribe@OnRecordBot", CHANNEL, **{"from": None, "sender_chat": CHANNEL})
    assert "You will hear here" in answer
    assert "Only those who may manage" in await scene.press("/unsubscribe all", CHANNEL)
    assert await scene.room.heard("telegram:-6") == [("flood", None, None)]


async def test_looking_needs_no_admin(scene: Scene):
    for text in ("/subscriptions@OnRecordBot", "/why@OnRecordBot F1"):
        assert "Only those who may manage" not in await scene.say(text, GROUP)
    assert scene.far.asked == []


async def test_a_topic_subscribes_for_itself(scene: Scene):
    scene.far.status[7] = ChatMember.OWNER
    where = {"message_thread_id": 40, "is_topic_message": True}
    await scene.say("/subscribe@OnRecordBot", GROUP, **where)
    await scene.press("/settings sound off", GROUP, **where)
    assert await scene.room.heard("telegram:-5", 40) == [("flood", None, None)]
    assert (await scene.room.listener("telegram:-5", 40)).silent
    assert {topic for _chat, topic, _html in scene.far.said} == {40}


async def test_a_forged_button_is_refused_or_answered_and_changes_nothing(scene: Scene):
    before = await scene.room.kept()
    for data in (
        "/subscribe",
        "/settings cadence daily",
        "/mute 2h",
        "#0123456789abcdef",
        "",
        "subscribe",
        "#zz",
    ):
        answer = await scene.press(data, GROUP)
        assert "Only those who may manage" in answer or "too old" in answer, data
    for data in ("/unsubscribe 4", "/settings zone Nowhere/Land", "/start F99", "/start subscribe_nowhere"):
        assert await scene.press(data)
    assert await scene.room.kept() == before


def standing(status: str, chat: dict[str, Any] = PRIVATE, **rights: bool) -> dict[str, Any]:
    me = {"user": BOT.to_dict()}
    old = {**me, "status": ChatMember.MEMBER}
    new = {**me, "status": status, **rights, **({"until_date": 0} if status == ChatMember.BANNED else {})}
    change = {"chat": chat, "from": ANN, "date": 1, "old_chat_member": old, "new_chat_member": new}
    return {"my_chat_member": change}


@pytest.mark.parametrize("status", [ChatMember.BANNED, ChatMember.LEFT])
async def test_what_changes_while_the_bot_is_blocked_or_removed_is_told_once_it_is_back(scene: Scene, status):
    await scene.say("/subscribe")
    await scene.update(**standing(status))
    assert (await scene.room.listener()).paused == "blocked or removed"
    await scene.room.wire.publish("snow", "It snows.")
    await scene.room.wire.deliver()
    await scene.room.wire.publish("ice", "The river is frozen.")
    await scene.room.wire.deliver(hours=1)
    assert scene.room.wire.far.chats() == []
    await scene.update(**standing(ChatMember.MEMBER))
    assert (await scene.room.listener()).paused is None
    await scene.room.wire.deliver()
    assert ["2 changes" in text for text in scene.room.wire.far.texts()] == [True]


async def test_where_the_bot_may_write_after_a_change_of_its_rights(scene: Scene, subtests):
    mute = {"can_send_messages": False, "is_member": True}
    for chat, status, rights, may in [
        (GROUP, ChatMember.MEMBER, {}, True),
        (GROUP, ChatMember.ADMINISTRATOR, {}, True),
        (GROUP, ChatMember.RESTRICTED, mute, False),
        (GROUP, ChatMember.RESTRICTED, {**mute, "can_send_messages": True}, True),
        (GROUP, ChatMember.RESTRICTED, {"is_member": False, "can_send_messages": True}, False),
        (CHANNEL, ChatMember.ADMINISTRATOR, {"can_post_messages": True}, True),
        (CHANNEL, ChatMember.ADMINISTRATOR, {"can_post_messages": False}, False),
        (CHANNEL, ChatMember.ADMINISTRATOR, {}, False),
        (CHANNEL, ChatMember.MEMBER, {}, False),
        (CHANNEL, ChatMember.BANNED, {}, False),
        (PRIVATE, ChatMember.MEMBER, {}, True),
    ]:
        with subtests.test(chat=chat["type"], status=status, rights=rights):
            address = f"telegram:{chat['id']}"
            for before in (standing(ChatMember.LEFT, chat), standing(ChatMember.OWNER, chat)):
                await scene.update(**before)
                await scene.update(**standing(status, chat, **rights))
                assert await scene.record.listeners.is_paused(address) != may


async def test_an_answer_that_arrives_in_a_group_resumes_it_and_one_that_does_not_leaves_it(scene: Scene):
    await scene.update(**standing(ChatMember.LEFT, GROUP))
    scene.far.refusing = True
    assert await scene.say("/who@OnRecordBot", GROUP) == ""
    assert await scene.press("/who", GROUP) == ""
    assert await scene.record.listeners.is_paused("telegram:-5")
    scene.far.refusing = False
    await scene.say("/who@OnRecordBot", GROUP)
    assert not await scene.record.listeners.is_paused("telegram:-5")


@pytest.mark.parametrize("service", ["forum_topic_reopened", "general_forum_topic_unhidden"])
async def test_a_topic_that_is_opened_again_resumes_its_chat(scene: Scene, service):
    now = scene.record.ledger.now()
    await scene.record.listeners.pause("telegram:-5", "topic closed", now, now)
    content = {"message_id": 9, "date": 1, "chat": GROUP, "from": ANN, service: {}}
    assert await scene.update(message=content) == ""
    assert not await scene.record.listeners.is_paused("telegram:-5")


async def test_pressing_a_button_is_speaking_to_the_bot(scene: Scene):
    await scene.say("/subscribe")
    await scene.update(**standing(ChatMember.BANNED))
    await scene.press("/subscriptions")
    assert (await scene.room.listener()).paused is None


async def test_a_group_that_becomes_a_supergroup_keeps_everything(scene: Scene):
    scene.far.status[7] = ChatMember.OWNER
    group = {"id": -8, "type": "group", "title": "Group"}
    await scene.record.stories.use("telegram:-8", 1)
    await scene.say("/subscribe@OnRecordBot", group)
    await scene.say("/settings@OnRecordBot cadence daily", group)
    moved = {"message_id": 9, "date": 1, "chat": group, "from": ANN, "migrate_to_chat_id": -1008}
    assert await scene.update(message=moved) == ""
    assert await scene.room.heard("telegram:-1008") == [("flood", None, None)]
    assert (await scene.room.listener("telegram:-1008")).cadence == "daily"
    assert await scene.record.listeners.find("telegram:-8") is None


async def test_what_an_answer_cited_is_remembered_with_its_message(scene: Scene):
    await scene.say("/fact F1")
    await scene.memory.flush()
    await scene.press("/fact F2")
    await scene.memory.flush()
    rows = await scene.record.database.read("SELECT fact_id, chat, message FROM receipt ORDER BY fact_id")
    assert [tuple(row) for row in rows] == [(1, "telegram:7", 501), (2, "telegram:7", 502)]


async def test_a_page_that_is_turned_is_remembered_as_it_then_reads(scene: Scene):
    for number in range(10):
        await scene.room.wire.publish(f"snow{number}", f"It snows {number} cm{' in the hills' * 9}.")
    (following,) = (await scene.room.ask("/latest")).turns
    assert "it snows" in await scene.press(following.command, date=1)
    await scene.memory.flush()
    rows = await scene.record.database.read("SELECT DISTINCT message FROM receipt")
    assert [row[0] for row in rows] == [50]
