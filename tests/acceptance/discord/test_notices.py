"""Channels, threads, posts and people on Discord hear of changes, and what they read is put right."""

from __future__ import annotations

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import ADMINISTERING, Person, plain
from tests.acceptance.newsroom import deliveries, rows
from tests.acceptance.process import onrecord, until
from tests.emulators.discord import Channel, Fault, Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
STORY = "Belarus and children from Ukraine: who says what"
HEARS = f"You will hear here of every change to “{STORY}”."


def place(scene: Scene, admin: Person, kind: str) -> Channel:
    """Return a channel of some kind."""
    match kind:
        case "thread":
            return admin.channel.thread("leads", admin.user)
        case "post":
            forum = scene.guild.forum(f"forum of {admin.user.id}")
            return forum.post("The party", admin.user, "What is known of it?")
        case "direct":
            return scene.api.dm(admin.user)
    return admin.channel


async def subscribed(person: Person) -> Person:
    """Subscribe a channel and return who did."""
    assert HEARS in plain(await person.asks("subscribe"))
    return person


async def corrected(scene: Scene, fact: str, statement: str) -> None:
    """Let a new moderator correct a fact."""
    await (await scene.moderator()).corrects(fact, Statement=statement)


async def hears(channel: Channel, statement: str) -> Message:
    """Return the notice of a correction."""
    told = await channel.next_message(matching=lambda message: statement in message.text)
    assert "Corrected: " in told.text
    return told


def why(scene: Scene, fact: str, address: str) -> str:
    ran = onrecord("why", fact, address, folder=scene.bot.folder)
    assert ran.returncode == 0
    return ran.stdout


# Who hears


async def test_a_change_is_told_where_it_was_asked_for(scene: Scene, subtests: pytest.Subtests) -> None:
    for kind in ["channel", "thread", "post", "direct"]:
        with subtests.test(kind=kind):
            ada = scene.admin()
            ada = await subscribed(ada.within(place(scene, ada, kind)))
            await corrected(scene, "F3", f"none of them had come by {kind}")
            told = await hears(ada.channel, f"none of them had come by {kind}")
            assert "Reason given: read again" in told.text and "Sources" in told.text
            assert told.button("F3").custom_id == "/fact F3"
            if kind == "direct":
                # There Discord's menu holds what readers need first: the rest is typed.
                ended = await ada.says("/unsubscribe 1")
            else:
                assert await ada.is_offered("unsubscribe", "which", "") == ["1", "all"]
                ended = await ada.asks("unsubscribe", which="1")
            assert "Ended: every change" in ended.text
            assert ada.channel.sent.unread == []


async def test_only_who_may_manage_a_channel_subscribes_it(scene: Scene) -> None:
    alice, ada = scene.reader(), scene.admin()
    assert "subscribe" not in scene.api.commands(alice.user, alice.channel)
    page = await alice.asks("subscriptions")
    refused = await alice.alone_presses(page, "/subscribe")
    assert "Only those who may manage" in refused.text
    assert "Only those who may manage" in (await alice.says(f"{scene.api.bot.mention} /subscribe")).text
    thread = alice.channel.thread("leads", alice.user)
    listed = await alice.within(thread).asks("subscriptions")
    assert (
        "Only those who may manage" in (await alice.within(thread).alone_presses(listed, "/subscribe")).text
    )
    assert HEARS in plain(await ada.within(alice.channel).asks("subscribe"))


async def test_who_manages_one_channel_subscribes_that(scene: Scene) -> None:
    alice = scene.reader()
    alice.channel.allow(alice.user, *ADMINISTERING)
    await subscribed(alice)


async def test_what_the_bot_lacks_in_a_channel_is_named(scene: Scene, subtests: pytest.Subtests) -> None:
    for permission, named in [
        ("send_messages", "Send Messages"),
        ("embed_links", "Embed Links"),
        ("view_channel", "View Channel"),
    ]:
        with subtests.test(permission=permission):
            ada = scene.admin()
            ada.channel.deny(scene.api.bot, permission)
            refused = await ada.alone_asks("subscribe")
            assert (
                f"I may not write here unasked, so nothing would come. Let an admin give me: {named}"
                in refused.text
            )
            ada.channel.allow(scene.api.bot, permission)
            await subscribed(ada)


async def test_what_the_bot_lacks_in_a_thread_is_named(scene: Scene) -> None:
    ada = scene.admin()
    thread = ada.channel.thread("leads", ada.user)
    ada.channel.deny(scene.api.bot, "send_messages_in_threads")
    assert "Send Messages In Threads" in (await ada.within(thread).alone_asks("subscribe")).text


async def test_who_listens_to_a_name_hears_of_nothing_else(scene: Scene) -> None:
    ada, eve = scene.admin(), scene.admin("eve")
    await ada.asks("subscribe", what="lubinets")
    await eve.asks("subscribe", what="a fourth train")
    await corrected(scene, "F2", "a fourth train had left")
    await corrected(scene, "F12", "the route leads elsewhere")
    await hears(eve.channel, "a fourth train had left")
    await hears(ada.channel, "the route leads elsewhere")
    assert ada.channel.sent.unread == eve.channel.sent.unread == []


# Who cannot be told


async def test_closed_direct_messages_are_left_alone_until_they_speak(scene: Scene) -> None:
    alice = await subscribed(scene.reader().in_private)
    scene.api.close_dms(alice.user)
    await corrected(scene, "F10", "the first letter came")
    await until(lambda: f"{alice.address} does not take messages" in scene.bot.log, "the pause")
    scene.api.open_dms(alice.user)
    assert "its direct messages are closed" in why(scene, "F10", alice.address)
    assert deliveries(scene.record, alice.address) == ["held"]
    assert "F10" in (await alice.says("/why F10")).text
    await hears(alice.channel, "the first letter came")
    await corrected(scene, "F10", "the second letter came")
    await hears(alice.channel, "the second letter came")


async def test_a_lost_permission_pauses_a_channel_until_it_is_back(scene: Scene) -> None:
    ada = await subscribed(scene.admin())
    ada.channel.deny(scene.api.bot, "send_messages")
    await corrected(scene, "F9", "the first post came")
    await until(lambda: f"discord:#{ada.channel.id} does not take messages" in scene.bot.log, "the pause")
    reason = "permission to send messages or embeds is missing"
    assert reason in why(scene, "F9", f"discord:#{ada.channel.id}")
    listed = onrecord("outbox", folder=scene.bot.folder)
    assert f"discord:#{ada.channel.id}: held, 1, {reason}" in listed.stdout
    assert reason in (await ada.alone_asks("why", id="F9")).text
    ada.channel.allow(scene.api.bot, "send_messages")
    await hears(ada.channel, "the first post came")
    await corrected(scene, "F9", "the second post came")
    await hears(ada.channel, "the second post came")


@pytest.mark.parametrize("kind", ["channel", "thread", "post"])
async def test_a_deleted_channel_is_paused(scene: Scene, kind: str) -> None:
    ada = scene.admin()
    ada = await subscribed(ada.within(place(scene, ada, kind)))
    address = f"discord:#{ada.channel.id}"
    ada.channel.delete()

    def paused() -> list[tuple[object, ...]]:
        return rows(
            scene.record, "SELECT paused FROM listener WHERE chat = ? AND paused IS NOT NULL", address
        )

    await until(paused, "the pause")
    assert paused() == [("the channel was deleted",)]
    before = len(scene.api.calls_of("POST", f"/channels/{ada.channel.id}/messages"))
    other = await subscribed(scene.admin("eve"))
    await corrected(scene, "F7", f"there was no {kind}")
    await hears(other.channel, f"there was no {kind}")
    assert "(the channel was deleted)" in why(scene, "F7", address)
    assert len(scene.api.calls_of("POST", f"/channels/{ada.channel.id}/messages")) == before


async def test_a_server_without_the_bot_is_left_alone_until_it_is_back(scene: Scene) -> None:
    guild = scene.api.guild("Elsewhere", members=[admin := scene.api.user("ada")], owner=admin)
    ada = await subscribed(Person(scene.api, admin, guild.channel("general")))
    guild.kick_bot()
    await corrected(scene, "F4", "an office has said so")
    await until(lambda: f"discord:#{ada.channel.id} does not take messages" in scene.bot.log, "the pause")
    guild.invite_bot()
    await hears(ada.channel, "an office has said so")
    await corrected(scene, "F4", "another office has said so")
    await hears(ada.channel, "another office has said so")


# What was said is put right


async def test_a_correction_edits_the_answer_that_cited_the_fact(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for how in ["command", "mention", "direct"]:
        with subtests.test(how=how):
            alice = scene.reader()
            if how == "command":
                answer = await alice.asks("fact", id="F11")
            else:
                alice = alice.in_private if how == "direct" else alice
                answer = await alice.says(
                    "/fact F11" if how == "direct" else f"{scene.api.bot.mention} /fact F11"
                )
            await corrected(scene, "F11", f"it was put otherwise by {how}")
            edited = await alice.channel.next_edit()
            assert edited.id == answer.id
            assert "Before:" in edited.text and f"it was put otherwise by {how}" in edited.text
            assert alice.channel.sent.unread == []


async def test_a_correction_edits_an_earlier_notice(scene: Scene) -> None:
    ada = await subscribed(scene.admin())
    await corrected(scene, "F6", "the press office has spoken")
    told = await hears(ada.channel, "the press office has spoken")
    await corrected(scene, "F6", "the press office was silent")
    edited = await ada.channel.next_edit()
    assert edited.id == told.id and "the press office was silent" in edited.text
    await hears(ada.channel, "the press office was silent")


async def test_a_retraction_is_also_said_in_reply_to_the_answer(scene: Scene) -> None:
    alice, mona = scene.reader(), await scene.moderator()
    answer = await alice.asks("fact", id="F13")
    shown = await mona.opens("retract", {"Reason": "The source withdrew it"}, id="F13")
    await mona.alone_presses(shown, "Confirm")
    edited = await alice.channel.next_edit()
    assert edited.id == answer.id and "The source withdrew it" in edited.text
    remark = await alice.channel.next_message()
    assert remark.reply_to == answer.id and "Retracted: F13" in remark.text
    assert alice.channel.sent.unread == alice.channel.edits.unread == []


async def test_what_one_person_alone_has_seen_is_not_put_right(scene: Scene) -> None:
    mona, bob = await scene.moderator(), scene.reader("bob")
    await mona.corrects("F14", Statement="finding them is hard")
    kept = await bob.asks("fact", id="F14")
    await corrected(scene, "F14", "finding them is harder still")
    assert (await bob.channel.next_edit()).id == kept.id
    assert mona.channel.messages == [] and mona.channel.edits.unread == []


async def test_who_deleted_the_answer_is_told_beside_it(scene: Scene) -> None:
    alice = scene.reader()
    alice.channel.erase(await alice.asks("fact", id="F16"))
    await corrected(scene, "F16", "it was counted anew")
    assert "it was counted anew" in (await alice.channel.next_message()).text
    assert alice.channel.edits.unread == []


async def test_who_cannot_be_corrected_in_place_is_told_in_reply(scene: Scene) -> None:
    alice = scene.reader()
    answer = await alice.asks("fact", id="F15")
    refusal = Fault.refused(403, 50005, "Cannot edit a message authored by another user")
    scene.api.fail_next("PATCH", f"/channels/{alice.channel.id}/messages/*", refusal)
    await corrected(scene, "F15", "it was weighed anew")
    remark = await alice.channel.next_message()
    assert remark.reply_to == answer.id and "it was weighed anew" in remark.text
