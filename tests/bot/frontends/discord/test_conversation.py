"""How answers come on Discord: at once or announced, to all or to one alone, in one message or several."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, Mock

import discord
import pytest

from bot.replies import Action, Modal, ModalField, Note, Reply
from bot.requests import Call, Submission
from tests.bot.frontends.discord.discord_room import (
    Room,
    conversation_over,
    labels,
    messages,
    open_room,
    said,
    words,
)
from tests.bot.scripted import MORE, Pace, Scripted, fact, long, note
from tests.conftest import PATIENCE

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object
AT_ONCE, DEFERRED = 4, 5


@pytest.fixture(params=[False, True], ids=["at once", "announced"])
def pace(request, monkeypatch) -> Pace:
    return Pace(monkeypatch, announced=request.param)


def noted(room: Room) -> list[tuple[str, tuple[int, ...]]]:
    """Return the chats and messages that are remembered to have cited something."""
    return [(chat, messages) for chat, _topic, messages, *_more in room.memory._gathered]


async def seen(room: Room, member: Any) -> list[str]:
    """Return what a member sees in the channel."""
    return [words(message) for message in room.channel.history(viewer=member)]


async def test_who_sees_an_answer(record, pace: Pace, subtests: pytest.Subtests) -> None:
    for aside in [False, True]:
        for command in ["who", "forgetme"]:
            with subtests.test(aside=aside, command=command):
                async with open_room(record, pace.script(fact(aside=aside, actions=(MORE,)))) as room:
                    alice, bob = room.member(), room.member("bob")
                    result = await alice.slash(room.channel, command)
                    private = aside or command == "forgetme"
                    (shown,) = messages(result)
                    assert "The fact F5" in words(shown) and labels(shown) == ["Next »"]
                    assert shown.ephemeral is private
                    assert len(await seen(room, alice)) == 1
                    assert len(await seen(room, bob)) == (0 if private else 1)
                    (told,) = room.asked_of_discord("POST", "/callback")
                    assert told["type"] == (DEFERRED if pace.announced else AT_ONCE)
                    # Announced to all, it is taken back before it is said to one.
                    turned = pace.announced and aside and command == "who"
                    assert len(room.asked_of_discord("DELETE", "/messages/@original")) == turned
                    assert noted(room) == ([] if private else [(f"discord:#{room.channel.id}", (shown.id,))])


async def test_an_answer_of_several_messages(record, pace: Pace, subtests: pytest.Subtests) -> None:
    for command in ["who", "forgetme"]:
        with subtests.test(command=command):
            async with open_room(record, pace.script(long())) as room:
                alice = room.member()
                shown = messages(await alice.slash(room.channel, command))
                assert [labels(message) for message in shown] == [[], [], ["Next »"]]
                assert {message.ephemeral for message in shown} == {command == "forgetme"}
                public = command == "who"
                sent = tuple(message.id for message in shown)
                assert noted(room) == ([(f"discord:#{room.channel.id}", sent)] if public else [])


async def test_a_message_is_answered_by_a_reply_to_it(record, subtests: pytest.Subtests) -> None:
    for aside in [False, True]:
        with subtests.test(aside=aside):
            async with open_room(record, Scripted(long(aside=aside))) as room:
                alice = room.member()
                asked = await alice.send(room.channel, f"<@{room.client.user.id}> who?")
                _asked, *shown = room.channel.history()
                references = [message.reference and message.reference.message_id for message in shown]
                assert references == [asked.id, None, None]
                assert [bool(message.components) for message in shown] == [False, False, True]
                assert noted(room) == [
                    (f"discord:#{room.channel.id}", tuple(message.id for message in shown))
                ]


async def test_what_is_said_in_a_direct_message_is_noted_under_the_person(record) -> None:
    async with open_room(record, Scripted(fact())) as room:
        user = room.env.create_user("alice")
        await user.send_dm("who?")
        answer = user.dm_channel.last_message
        assert answer is not None
        result = await user.slash("who")
        shown = [(f"discord:{user.id}", (answer.id,)), (f"discord:{user.id}", (result.response.id,))]
        assert noted(room) == shown


async def test_what_cites_nothing_is_not_noted(record) -> None:
    async with open_room(record, Scripted(note())) as room:
        await room.member().slash(room.channel, "who")
        assert noted(room) == []


@pytest.mark.parametrize("command", ["who", "audit"])
async def test_a_page_takes_the_place_of_the_one_before(record, pace: Pace, command: str) -> None:
    script = pace.script(fact(1, actions=(Action(label="Next", command=f"/{command} >8", turn="next"),)))
    async with open_room(record, script) as room:
        mod = await room.moderator()
        first = (await mod.slash(room.channel, command)).response
        script.reply = fact(2, actions=(Action(label="Next", command=f"/{command} >16", turn="next"),))
        await mod.click(first, label="Next »")
        (page,) = room.channel.history(viewer=mod)
        assert page.id == first.id and "The fact F2" in words(page)
        assert [request.given or request.text for request in script.requests] == [
            Call(command),
            f"/{command} >8",
        ]
        chat = f"discord:#{room.channel.id}"
        assert noted(room) == ([(chat, (first.id,))] * 2 if command == "who" else [])


async def test_a_last_page_has_no_buttons_left(record, pace: Pace) -> None:
    script = pace.script(fact(1, actions=(MORE,)))
    async with open_room(record, script) as room:
        alice = room.member()
        first = (await alice.slash(room.channel, "who")).response
        script.reply = fact(2)
        await alice.click(first, label="Next »")
        (page,) = room.channel.history()
        assert page.components == [] and "F2" in words(page)


async def test_a_refused_page_of_ones_own_stays_too(record, pace: Pace, subtests: pytest.Subtests) -> None:
    for reply in [note("refused", aside=True), None]:
        with subtests.test(reply=reply):
            expected = "You are asking faster than I may answer." if reply is None else "refused"
            script = pace.script(
                fact(1, actions=(Action(label="Next", command="/forgetme >8", turn="next"),))
            )
            async with open_room(record, script) as room:
                alice, user = room.member(), room.env.create_user("bob")
                own = (await alice.slash(room.channel, "forgetme")).response
                direct = (await user.slash("who")).response
                assert own.ephemeral and not direct.ephemeral, "in a direct message nobody else reads"
                script.reply = reply
                for person, shown, place in ((alice, own, room.channel), (user, direct, user.dm_channel)):
                    await person.click(shown, label="Next »")
                    assert ["F1" in words(message) for message in place.history(viewer=person)] == [
                        True,
                        False,
                    ]
                    assert words(place.history(viewer=person)[-1]) == expected


async def test_a_refused_page_leaves_the_one_before(record, pace: Pace, subtests: pytest.Subtests) -> None:
    for reply in [note("refused", aside=True), None]:
        with subtests.test(reply=reply):
            script = pace.script(fact(1, actions=(MORE,)))
            async with open_room(record, script) as room:
                alice, bob = room.member(), room.member("bob")
                first = (await alice.slash(room.channel, "who")).response
                script.reply = reply
                await bob.click(first, label="Next »")
                for_all = room.channel.history(viewer=alice)
                assert [message.id for message in for_all] == [first.id] and "F1" in words(for_all[0])
                expected = "You are asking faster than I may answer." if reply is None else "refused"
                assert (await seen(room, bob))[1:] == [expected]


async def test_a_page_of_several_messages_stands_below(record, pace: Pace) -> None:
    script = pace.script(fact(1, actions=(MORE,)))
    async with open_room(record, script) as room:
        alice = room.member()
        first = (await alice.slash(room.channel, "who")).response
        script.reply = long()
        await alice.click(first, label="Next »")
        before, *pages = room.channel.history()
        assert "F1" in words(before) and [len(page.components) for page in pages] == [0, 0, 2]
        assert noted(room)[1:] == [(f"discord:#{room.channel.id}", tuple(page.id for page in pages))]


async def test_what_a_button_leads_to_is_as_private_as_its_command(record, subtests: pytest.Subtests) -> None:
    for command, private in [("/about", False), ("/privacy", True), ("/add x", True), ("who?", False)]:
        with subtests.test(command=command):
            script = Scripted(note(actions=(Action(label="Go", command=command),)))
            async with open_room(record, script) as room:
                alice = room.member()
                for place in ("who", "forgetme"):
                    shown = (await alice.slash(room.channel, place)).response
                    result = await alice.click(shown, label="Go")
                    # What stands under a message for one pair of eyes stays for those.
                    assert result.ephemeral is (private or place == "forgetme")


async def test_requests_that_get_no_answer_are_answered_all_the_same(record) -> None:
    script = Scripted(None)
    async with open_room(record, script) as room:
        alice = room.member()
        result = await alice.slash(room.channel, "who")
        assert result.ephemeral and said(result) == "You are asking faster than I may answer."
        await alice.send(room.channel, f"<@{room.client.user.id}> who?")
        assert len(room.channel.history(viewer=alice)) == 2, "a message that is not answered is no harm"


async def test_an_old_button_and_an_old_modal(record, subtests: pytest.Subtests) -> None:
    for identity in ["", "#0123456789abcdef", "who", "modal:/add"]:
        with subtests.test(identity=identity):
            script = Scripted(note())
            async with open_room(record, script) as room:
                interaction = pressing(identity)
                await room.conversation.act(interaction)
                (embed,) = interaction.response.send_message.await_args.kwargs["embeds"]
                assert embed.description == "This button is too old: send the command again."
                assert interaction.response.send_message.await_args.kwargs["ephemeral"] is True
                assert not script.requests


def pressing(identity: str) -> Any:
    interaction = Mock(spec=discord.Interaction, guild_id=1, channel_id=2, id=9, message=None)
    interaction.type, interaction.data = discord.InteractionType.component, {"custom_id": identity}
    interaction.locale, interaction.user = discord.Locale.american_english, Mock(id=7, display_name="Ann")
    interaction.user.name = "ann"
    interaction.permissions = interaction.app_permissions = discord.Permissions.all()
    interaction.response = AsyncMock(is_done=Mock(return_value=False))
    return interaction


async def test_only_what_takes_long_is_announced(record) -> None:
    interaction, script = pressing("/who"), Scripted(note())
    script.gates["/who"] = asyncio.Event()
    # Discord hears of it, and only then is it answered.
    interaction.response.defer.side_effect = lambda **_how: script.gates["/who"].set()
    await conversation_over(record, script, prompt=0.01).act(interaction)
    interaction.response.defer.assert_awaited_once_with(ephemeral=False, thinking=True)
    quick = pressing("/who")
    await conversation_over(record, Scripted(note()), prompt=30.0).act(quick)
    assert not quick.response.defer.called and quick.response.send_message.await_count == 1


async def test_a_modal_is_opened_at_once_and_what_refuses_it_is_shown(record) -> None:
    script = Scripted(note("sent"))
    async with open_room(record, script) as room:
        alice = room.member()
        script.opens = Modal("/suggest", "/suggest", (ModalField("statement", "Statement"),))
        result = await alice.slash(room.channel, "suggest")
        assert result.modal is not None and not messages(result)
        sent = await alice.submit_modal(result, {"statement": "x"})
        assert sent.ephemeral and said(sent) == "sent"
        script.opens = note("not now")
        refused = await alice.slash(room.channel, "suggest")
        assert refused.ephemeral and said(refused) == "not now"
        assert [request.given for request in script.requests] == [Submission("/suggest", {"statement": "x"})]


async def test_a_message_is_looked_up_for_who_asks_alone(record) -> None:
    script = Scripted(note())
    async with open_room(record, script) as room:
        alice = room.member()
        asked = await alice.send(room.channel, "He\nsaid so")
        result = await alice.context_menu(room.channel, "On the record?", asked)
        assert result.ephemeral and script.requests[-1].given == Call("check", {"text": "He\nsaid so"})
        empty = await alice.send(room.channel, "", attachments=[("a.txt", b"x")])
        result = await alice.context_menu(room.channel, "On the record?", empty)
        assert result.ephemeral and "no text that could be looked up" in said(result)
        assert len(script.requests) == 1


async def test_options_are_offered_by_what_was_chosen_before(record) -> None:
    async with open_room(record, Scripted(note())) as room:
        mod = await room.moderator()
        offered = await mod.autocomplete(room.channel, "relate", "other", "F", id="F5", how="supports")
        assert offered == [{"name": "F5|supports", "value": "F"}]


def writing(text: str, chat: int = 44) -> Any:
    """Return a direct message to the bot."""
    message = Mock(
        spec=discord.Message, content=text, guild=None, webhook_id=None, mentions=[], reference=None
    )
    message.author = Mock(spec=discord.User, id=chat, bot=False, display_name="Ann")
    message.author.name = "ann"
    message.channel = Mock(send=AsyncMock(return_value=Mock(id=1)))
    message.is_system.return_value = False
    return message


async def until(ready: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not ready():
            await asyncio.sleep(0)


async def test_in_a_chat_one_is_answered_after_the_other_and_chats_beside_each_other(record) -> None:
    script = Scripted(Reply(blocks=(Note(text="said"),)))
    script.gates = {"first": asyncio.Event()}
    conversation = conversation_over(record, script)
    me = Mock(id=99)
    tasks = [asyncio.create_task(conversation.hear(writing("first"), me))]
    await until(lambda: script.requests)
    tasks.append(asyncio.create_task(conversation.hear(writing("second"), me)))
    await conversation.hear(writing("elsewhere", 55), me)
    assert script.done == ["elsewhere"]
    script.gates["first"].set()
    await asyncio.gather(*tasks)
    assert script.done == ["elsewhere", "first", "second"]
