"""Places on Discord that took no messages for a while hear of what they missed, and are put right."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import Person, plain
from tests.acceptance.discord.test_notices import corrected, subscribed, why
from tests.acceptance.newsroom import deliveries
from tests.acceptance.process import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
Act = Callable[[], object]


class Away(NamedTuple):
    """Who has subscribed a place, how it comes to take no messages, and how it takes them again."""

    ada: Person
    go: Act
    come_back: Act

    @property
    def address(self) -> str:
        """Return the place's address."""
        return f"discord:#{self.ada.channel.id}"


def away(scene: Scene, kind: str) -> Away:
    api, ada = scene.api, scene.admin()
    bot, channel = api.bot, ada.channel
    match kind:
        case "send messages" | "view channel":
            right = kind.replace(" ", "_")
            return Away(ada, lambda: channel.deny(bot, right), lambda: channel.allow(bot, right))
        case "send in threads":
            right = "send_messages_in_threads"
            inside = ada.within(channel.thread("leads", ada.user))
            return Away(inside, lambda: channel.deny(bot, right), lambda: channel.allow(bot, right))
        case "a locked thread":
            thread = channel.thread("leads", ada.user)
            channel.deny(bot, "manage_threads")
            return Away(ada.within(thread), lambda: thread.archive(locked=True), thread.reopen)
    guild = api.guild("Elsewhere", members=[ada.user], owner=ada.user)
    there = ada.within(guild.channel("general"))
    if kind == "the bot's role":
        guild.revoke(None, "send_messages")
        return Away(
            there, lambda: guild.revoke(bot, "send_messages"), lambda: guild.grant(bot, "send_messages")
        )
    return Away(there, guild.kick_bot, guild.invite_bot)


@pytest.mark.parametrize(
    "kind",
    ["send messages", "view channel", "send in threads", "a locked thread", "the bot's role", "the server"],
)
async def test_what_was_missed_comes_in_one_message(scene: Scene, kind: str) -> None:
    here = away(scene, kind)
    ada = await subscribed(here.ada)
    here.go()
    await corrected(scene, "F3", f"the first was told, {kind}")
    await until(lambda: deliveries(scene.record, here.address) == ["held"], "the first's waiting")
    await corrected(scene, "F4", f"the second was told, {kind}")
    await until(lambda: deliveries(scene.record, here.address) == ["held"] * 2, "the second's waiting")
    assert "waits. This chat has taken no messages" in why(scene, "F4", here.address)
    assert ada.channel.sent.unread == []
    here.come_back()
    told = await ada.channel.next_message(matching=lambda message: "2 changes" in message.text)
    first, _, second = told.text.partition("the second was told")
    assert "the first was told" in first and second
    await until(lambda: deliveries(scene.record, here.address) == ["sent"] * 2, "their being sent")
    assert ada.channel.sent.unread == []


async def test_a_channel_that_is_closed_to_the_bot_says_so_where_it_is_asked(scene: Scene) -> None:
    ada = await subscribed(scene.admin())
    ada.channel.deny(scene.api.bot, "send_messages")
    await corrected(scene, "F9", "the first post came")
    address = f"discord:#{ada.channel.id}"
    await until(lambda: deliveries(scene.record, address) == ["held"], "its waiting")
    for asked in (await ada.asks("subscriptions"), await ada.alone_asks("why", id="F9")):
        assert "taken no messages from the bot since <t:" in plain(asked)
        assert "permission to send messages or embeds is missing" in plain(asked)
    assert deliveries(scene.record, address) == ["held"], "asking does not open it"


async def test_who_takes_direct_messages_again_hears_once_they_write(scene: Scene) -> None:
    alice = await subscribed(scene.reader().in_private)
    scene.api.close_dms(alice.user)
    await corrected(scene, "F10", "the first letter came")
    await until(lambda: deliveries(scene.record, alice.address) == ["held"], "its waiting")
    scene.api.open_dms(alice.user)
    await alice.says("/who lubinets")
    told = await alice.channel.next_message()
    assert "the first letter came" in told.text


async def test_a_correction_waits_for_a_server_that_has_removed_the_bot(scene: Scene) -> None:
    alice = scene.reader()
    guild = scene.api.guild("Elsewhere", members=[alice.user], owner=alice.user)
    alice = alice.within(guild.channel("general"))
    answer = await alice.asks("fact", id="F14")
    guild.kick_bot()
    await corrected(scene, "F14", "it was counted in spring")
    await until(lambda: f"discord:#{alice.channel.id} does not take messages" in scene.bot.log, "the pause")
    await corrected(scene, "F14", "it was counted in summer")
    guild.invite_bot()
    edited = await alice.channel.next_edit()
    assert edited.id == answer.id and "in summer" in edited.text and "in spring" not in edited.text
    assert alice.channel.sent.unread == []


async def test_an_edit_is_made_where_the_bot_may_not_send_and_the_remark_waits(scene: Scene) -> None:
    alice, mona = scene.reader(), await scene.moderator()
    answer = await alice.asks("fact", id="F13")
    alice.channel.deny(scene.api.bot, "send_messages")
    shown = await mona.opens("retract", {"Reason": "The source withdrew it"}, id="F13")
    await mona.alone_presses(shown, "Confirm")
    edited = await alice.channel.next_edit()
    assert edited.id == answer.id and "The source withdrew it" in edited.text
    address = f"discord:#{alice.channel.id}"
    await until(lambda: f"{address} does not take messages" in scene.bot.log, "the pause")
    assert alice.channel.sent.unread == []
    alice.channel.allow(scene.api.bot, "send_messages")
    remark = await alice.channel.next_message()
    assert remark.reply_to == answer.id and "Retracted: F13" in remark.text
