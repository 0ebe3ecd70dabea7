"""Subscribers hear of changes from the real process, and corrections reach whoever saw the wrong version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import pytest_asyncio

from tests.acceptance.conftest import emulator
from tests.acceptance.far_ends import TelegramEnd, free_port
from tests.acceptance.newsroom import ask
from tests.acceptance.process import RunningBot, onrecord, until
from tests.emulators.telegram import Chat, Fault, Message, TelegramEmulator, User

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
NAME = "onrecord_bot"
MODERATORS = 30
STORY = "Belarus and children from Ukraine: who says what"


class Desk(NamedTuple):
    """One bot at work, the world around it, and moderators who have not done anything yet."""

    api: TelegramEmulator
    bot: RunningBot
    folder: Path
    metrics: str
    moderators: list[User]

    def reader(self, name: str = "Alice") -> tuple[User, Chat]:
        user = self.api.user(name)
        return user, self.api.private(user)

    async def change(self, text: str) -> Message:
        """Let a moderator make a change, and return what they were told of it."""
        moderator = self.moderators.pop()
        chat = self.api.private(moderator)
        shown = await ask(chat, moderator, text)
        await self.api.press(moderator, shown, "Confirm")
        return await chat.next_message()

    async def correct(self, fact: str, statement: str) -> None:
        made = await self.change(
            f"/correct {fact}\nstatement: {statement}\nmaterial: yes\nreason: read again"
        )
        assert statement in made.text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder, release = tmp_path_factory.mktemp("desk"), asyncio.Event()
    async with emulator(release) as api:
        moderators = [api.user(f"Moderator {number}") for number in range(MODERATORS)]
        port = free_port()
        bot = RunningBot(
            [TelegramEnd(api)],
            folder,
            owners=[f"telegram:{user.id}" for user in moderators],
            metrics={"listen": f"127.0.0.1:{port}"},
        )
        await bot.start()
        yield Desk(api, bot, folder, f"http://127.0.0.1:{port}", moderators)
        release.set()
        assert await bot.stop() == 0
        bot.check_log()


@pytest.fixture
def nothing_amiss(desk: Desk) -> Iterator[None]:
    yield
    assert desk.api.violations == []
    assert desk.bot.running


async def subscribed(chat: Chat, user: User, **how: str) -> Message:
    reply = await ask(chat, user, f"/subscribe@{NAME}", **how)
    assert f"You will hear here of every change to “{STORY}”" in reply.text
    return reply


# Who hears


async def test_a_change_arrives_with_what_changed_and_on_whose_word(desk: Desk) -> None:
    alice, chat = desk.reader()
    await subscribed(chat, alice)
    await desk.correct("F3", "none of them had come from there")
    told = await chat.next_message()
    assert "Corrected: F3" in told.text and "Reason given: read again" in told.text
    was, _, now = told.text.partition("none of them had come from there")
    assert "Lukashenko" in was and "was" in was and "now" in was
    assert "[1" in now and "Sources" in now
    assert told.button("F3").data == "/fact F3"
    assert chat.sent.unread == []


async def test_a_new_fact_arrives_once_where_several_subscriptions_fit(desk: Desk) -> None:
    alice, chat = desk.reader()
    await subscribed(chat, alice)
    await ask(chat, alice, "/subscribe lubinets")
    await ask(chat, alice, "/subscribe archive")
    made = await desk.change(
        "/add\nstatement: the archive is complete\nwho: lubinets\ncue: said that\nsource: S1\nat: ¶2"
    )
    told = await chat.next_message()
    assert "New on record" in told.text and "the archive is complete" in told.text and "Lubinets" in told.text
    assert made.id != told.id and chat.sent.unread == []


async def test_who_listens_to_a_name_or_words_hears_of_nothing_else(desk: Desk) -> None:
    alice, chat = desk.reader()
    bob, other = desk.reader("Bob")
    await ask(chat, alice, "/subscribe lubinets")
    await ask(other, bob, "/subscribe a fourth train")
    await desk.correct("F2", "a fourth train had left")
    assert "a fourth train had left" in (await other.next_message()).text
    await desk.correct("F12", "the route leads elsewhere")
    assert "the route leads elsewhere" in (await chat.next_message()).text
    assert chat.sent.unread == other.sent.unread == []


async def test_only_admins_subscribe_a_group(desk: Desk) -> None:
    alice, admin = desk.api.user("Alice"), desk.api.user("Admin")
    group = desk.api.group("Desk", members=[alice], admins=[admin])
    assert "Only those who may manage" in (await ask(group, alice, f"/subscribe@{NAME}")).text
    assert "hears of nothing" in (await ask(group, alice, f"/subscriptions@{NAME}")).text
    await subscribed(group, admin)
    assert "Only those who may manage" in (await ask(group, alice, f"/unsubscribe@{NAME} all")).text
    await desk.correct("F4", "an office has said so")
    assert "an office has said so" in (await group.next_message()).text


async def test_a_topic_hears_alone_and_its_chat_once_it_is_closed(desk: Desk) -> None:
    admin = desk.api.user("Admin")
    forum = desk.api.forum("Newsroom", topics=["Belarus", "Sports"], admins=[admin])
    await subscribed(forum, admin, topic="Belarus")
    await desk.correct("F5", "the first was named")
    told = await forum.next_message()
    assert "the first was named" in told.text and told.thread_id == forum.topics["Belarus"].id
    forum.close_topic("Belarus")
    await desk.correct("F5", "the second was named")
    told = await forum.next_message(matching=lambda message: "the second was named" in message.text)
    assert told.thread_id is None
    await desk.correct("F5", "the third was named")
    told = await forum.next_message(matching=lambda message: "the third was named" in message.text)
    assert told.thread_id is None and "closed" not in told.text.lower(), "said once"
    assert [message.text for message in forum.sent.unread if "was named" in message.text] == []


async def test_a_channel_hears(desk: Desk) -> None:
    channel = desk.api.channel("News")
    await channel.post(f"/subscribe@{NAME}")
    assert "You will hear here" in (await channel.next_message()).text
    await desk.correct("F6", "the press office has spoken")
    assert "the press office has spoken" in (await channel.next_message()).text


async def test_a_group_keeps_its_subscriptions_as_a_supergroup(desk: Desk) -> None:
    admin = desk.api.user("Admin")
    group = desk.api.group("Desk", admins=[admin])
    await subscribed(group, admin)
    # Whichever comes first: the service message, or the refusal of the next notice.
    new = desk.api.migrate(group, by=admin)
    await desk.correct("F7", "it was a Tuesday")
    assert "it was a Tuesday" in (await new.next_message()).text
    assert STORY in (await ask(new, admin, f"/subscriptions@{NAME}")).text
    assert group.sent.unread == []


async def test_a_refusal_tells_of_a_supergroup_as_well(desk: Desk) -> None:
    admin = desk.api.user("Admin")
    group = desk.api.group("Desk", admins=[admin])
    await subscribed(group, admin)
    new = desk.api.supergroup("Desk", admins=[admin])
    desk.api.fail_next(
        "sendMessage", Fault.migrated(new.id), when=lambda asked: asked.get("chat_id") == group.id
    )
    await desk.correct("F7", "it was a Wednesday")
    assert "it was a Wednesday" in (await new.next_message()).text
    assert group.sent.unread == []


async def test_a_chat_that_takes_no_messages_is_left_alone_until_it_speaks(desk: Desk) -> None:
    alice, chat = desk.reader()
    await subscribed(chat, alice)
    chat.blocked = True
    await desk.correct("F10", "the first letter came")
    await desk.api.next_call(
        "sendMessage", matching=lambda call: call.params["chat_id"] == chat.id and not call.ok
    )
    await until(lambda: f"telegram:{chat.id} does not take messages" in desk.bot.log, "the pause")
    chat.blocked = False
    bob, other = desk.reader("Bob")
    await subscribed(other, bob)
    await desk.correct("F10", "the second letter came")
    assert "the second letter came" in (await other.next_message()).text
    assert chat.sent.unread == [], "not asked again"
    listed = onrecord("outbox", folder=desk.folder)
    assert f"telegram:{chat.id}: held, 2, Forbidden" in listed.stdout
    await ask(chat, alice, "/who lubinets")
    missed = (await chat.next_message()).text
    # Of both changes only what came of them.
    assert "the second letter came" in missed and "the first letter came" not in missed
    await desk.correct("F10", "the third letter came")
    assert "the third letter came" in (await chat.next_message()).text


# Corrections chase what was said


async def test_a_correction_edits_the_answer_that_cited_the_fact(desk: Desk) -> None:
    alice, chat = desk.reader()
    bob, other = desk.reader("Bob")
    answer = await ask(chat, alice, "/fact F11")
    assert "F11" not in (await ask(other, bob, "/fact F9")).text
    await desk.correct("F11", "it was put otherwise")
    edited = await chat.next_edit()
    assert edited.id == answer.id
    assert "Before:" in edited.text and "it was put otherwise" in edited.text
    assert chat.sent.unread == other.sent.unread == other.edits.unread == []


async def test_a_retraction_is_also_said_in_reply_to_the_answer(desk: Desk) -> None:
    alice, chat = desk.reader()
    answer = await ask(chat, alice, "/fact F13")
    await desk.change("/retract F13 The source withdrew it")
    edited = await chat.next_edit()
    assert edited.id == answer.id and "The source withdrew it" in edited.text
    remark = await chat.next_message()
    assert remark.reply_to == answer.id and "Retracted: F13" in remark.text
    assert chat.sent.unread == chat.edits.unread == []


async def test_who_cannot_be_corrected_in_place_is_told_in_reply(desk: Desk) -> None:
    alice, chat = desk.reader()
    answer = await ask(chat, alice, "/fact F14")
    refusal = Fault.refused(400, "Bad Request: message can't be edited")
    desk.api.fail_next("editMessageText", refusal, when=lambda asked: asked.get("chat_id") == chat.id)
    await desk.correct("F14", "it was counted anew")
    remark = await chat.next_message()
    assert remark.reply_to == answer.id and "it was counted anew" in remark.text


# Links, reasons, operators


async def test_links_open_a_fact_or_subscribe(desk: Desk) -> None:
    alice, chat = desk.reader()
    assert "F8" in (await ask(chat, alice, "/start F8")).text
    assert "You will hear here of every change" in (await ask(chat, alice, "/start subscribe_belarus")).text
    assert STORY in (await ask(chat, alice, "/subscriptions")).text


@pytest.mark.parametrize("link", ["F99999", "subscribe_moonlanding", "F1;DROP", "subscribe_" + "x" * 50])
async def test_forged_links_change_nothing(desk: Desk, link: str) -> None:
    alice, chat = desk.reader()
    assert (await ask(chat, alice, f"/start {link}")).text
    assert "hears of nothing" in (await ask(chat, alice, "/subscriptions")).text


async def test_why_a_chat_was_told_or_was_not(desk: Desk) -> None:
    alice, chat = desk.reader()
    bob, other = desk.reader("Bob")
    await subscribed(chat, alice)
    await desk.correct("F15", "they met in spring")
    await chat.next_message()
    await until(lambda: "sent 20" in explained(desk, "F15", chat), "its being on record")
    assert "sent 20" in (await ask(chat, alice, "/why F15")).text
    assert "has not subscribed" in (await ask(other, bob, "/why F15")).text
    assert "has not subscribed" in explained(desk, "F15", other)


def explained(desk: Desk, fact: str, chat: Chat) -> str:
    ran = onrecord("why", fact, f"telegram:{chat.id}", folder=desk.folder)
    assert ran.returncode == 0
    return ran.stdout


async def test_the_outbox_is_shown(desk: Desk) -> None:
    alice, chat = desk.reader()
    await subscribed(chat, alice)
    await desk.correct("F1", "it was shown on television")
    await chat.next_message()
    lines = onrecord("outbox", folder=desk.folder).stdout.splitlines()
    names = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert names == [
        "deliveries of open notices",
        "oldest due since",
        "messages to be corrected",
        "sent in the last hour",
    ]
    assert int(lines[3].partition(": ")[2]) > 0


async def test_operators_see_counts_and_health(desk: Desk) -> None:
    alice, chat = desk.reader()
    await subscribed(chat, alice)
    await desk.correct("F16", "the assembly has voted")
    await chat.next_message()
    status, health = await page(f"{desk.metrics}/healthz")
    assert (status, health) == (200, "ok\nroles: poller, telegram sender\n")
    _status, counts = await page(f"{desk.metrics}/metrics")
    told = next(
        line for line in counts.splitlines() if line.startswith('onrecord_deliveries_total{outcome="sent"}')
    )
    assert float(told.split()[1]) >= 1
    assert 'onrecord_command_seconds_count{command="subscribe"}' in counts
    assert 'onrecord_outbox_depth{state="due"}' in counts and "onrecord_outbox_age_seconds" in counts


async def page(address: str) -> tuple[int, str]:
    def get() -> tuple[int, str]:
        try:
            with urlopen(address, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    return await asyncio.to_thread(get)
