"""Conversations on Discord with the real process: commands, completion, pages, messages, direct ones too."""

from __future__ import annotations

from functools import partial

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import (
    LONG_NAME,
    ON_RECORD,
    Person,
    aside,
    labels,
    plain,
    put_long_name,
)
from tests.acceptance.newsroom import rows
from tests.emulators.discord import Channel

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
QUESTION = "Who denied that the children came to Belarus?"
DENIED = "Lukashenko has denied"


def places(scene: Scene, person: Person) -> dict[str, Channel]:
    """Return a channel of each kind in which somebody can ask."""
    forum = scene.guild.forum(f"forum of {person.user.id}")
    return {
        "channel": person.channel,
        "thread": person.channel.thread("leads", person.user),
        "post": forum.post("The party", person.user, "What is known of it?"),
        "direct": scene.api.dm(person.user),
    }


# Commands


async def test_a_command_is_answered_where_it_is_given(scene: Scene, subtests: pytest.Subtests) -> None:
    for kind in ["channel", "thread", "post", "direct"]:
        with subtests.test(kind=kind):
            alice = scene.reader()
            alice = alice.within(places(scene, alice)[kind])
            reply = await alice.asks("who", name="lubinets")
            assert reply.channel == alice.channel
            assert reply.text.startswith("Dmytro Lubinets\n") and "reminded that" in reply.text
            assert "[1 ¶5]" in reply.text and "Sources" in reply.text
            assert reply.content == "" and len(reply.embeds) == 1
            assert alice.channel.sent.unread == [], "it is the answer itself, and no message beside it"


async def test_options_may_be_left_out_and_are_typed(scene: Scene) -> None:
    alice = scene.reader()
    assert "Who is on record" in (await alice.asks("who")).text
    newest = await alice.asks("latest", count=1)
    assert newest.text.count("**F") == 1
    with pytest.raises(AssertionError, match="requires"):
        await alice.gives("fact")
    with pytest.raises(AssertionError):
        await alice.gives("latest", count=0)


async def test_each_channel_has_a_story_of_its_own(scene: Scene) -> None:
    alice = scene.reader()
    assert "No story is named" in (await alice.alone_asks("story", name="moon landing")).text
    assert "Belarus" in (await alice.asks("story")).text


async def test_options_are_completed(scene: Scene, subtests: pytest.Subtests) -> None:
    for command, option, typed, first in [
        ("who", "name", "lub", "Dmytro Lubinets"),
        ("where", "place", "bel", "Belarus"),
        ("fact", "id", "F1", "F1"),
        ("fact", "id", "staging point", "F15"),
        ("sources", "id", "yale", "S6"),
        ("story", "name", "child", "belarus"),
        ("help", "command", "sub", "subscribe"),
    ]:
        with subtests.test(command=command, option=option, typed=typed):
            offered = await scene.reader().is_offered(command, option, typed)
            assert offered[0] == first
            assert len(offered) <= 25


async def test_lines_that_correct_a_statement_are_completed_too(scene: Scene) -> None:
    mona, ada = await scene.moderator(), scene.admin()
    offered = partial(mona.is_offered, "correct", "lines", id="F5")
    assert await offered("who: lub") == ["who: Dmytro Lubinets"]
    assert await offered("sour") == ["source: "]
    assert await offered("when: 2024-01") == ["when: 2024-01"], "what is typed, and not that nothing matches"
    assert await mona.is_offered("source", "source", "A new report") == ["A new report"]
    assert (await ada.is_offered("subscribe", "what", "child"))[0] == "belarus"


async def test_completing_bears_anything(scene: Scene, subtests: pytest.Subtests) -> None:
    for typed in ["", "@everyone", "' OR 1=1 --", "x" * 6000, "\u202e🎄 zzz"]:
        with subtests.test(typed=typed):
            assert len(await scene.reader().is_offered("fact", "id", typed)) <= 25
            assert len(await scene.reader().is_offered("who", "name", typed)) <= 25


# Pages


async def test_pages_turn_in_the_same_message(scene: Scene) -> None:
    alice = scene.reader()
    page = await alice.asks("what")
    seen = [page.text]
    while "Next »" in labels(page):
        pressed = await alice.presses(page, "Next »")
        assert (await pressed.answer()).kind == "update"
        turned = await pressed.message()
        assert turned.id == page.id and turned.text not in seen
        page = turned
        seen.append(page.text)
    assert len(seen) > 2
    assert [message.id for message in alice.channel.messages] == [page.id]


async def test_a_button_that_asks_something_else_is_answered_anew(scene: Scene) -> None:
    alice = scene.reader()
    start = await alice.asks("about")
    pressed = await alice.presses(start, "disputed")
    reply = await pressed.message()
    assert reply.id != start.id and "against" in reply.text and not pressed.ephemeral


async def test_a_page_that_another_turns_is_shown_to_them_alone(scene: Scene) -> None:
    alice, bob = scene.reader(), scene.reader("bob").within
    page = await alice.asks("what")
    turned = await aside(await bob(alice.channel).presses(page, "Next »"))
    assert turned.text != page.text and turned.id != page.id
    assert alice.channel.sent.unread == []


async def test_a_long_command_is_kept_for_its_button(scene: Scene) -> None:
    alice = scene.reader()
    await put_long_name(scene.bot)
    page = await alice.asks("who", name=LONG_NAME)
    custom_id = page.button("Next »").custom_id
    assert custom_id is not None and custom_id.startswith("#") and len(custom_id) <= 100
    assert (await (await alice.presses(page, "Next »")).message()).text != page.text


async def test_a_forged_button_is_told_aside_that_it_is_too_old(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for custom_id in ["#0123456789abcdef", "#zz", "#", "x" * 100, "who", "🎄", "' OR 1=1 --", "modal:/add"]:
        with subtests.test(custom_id=custom_id):
            alice = scene.reader()
            start = await alice.asks("about")
            reply = await aside(await scene.api.press_raw(alice.user, custom_id, start))
            assert "This button is too old: send the command again." in reply.text


async def test_a_forged_command_is_no_more_than_a_given_one(scene: Scene) -> None:
    alice = scene.reader()
    start = await alice.asks("about")
    for command in ("/retract F1", "/add", "/appoint discord:5", "/who >nowhere", "/nothing", "/"):
        reply = await aside(await scene.api.press_raw(alice.user, command, start))
        refusals = ("There is no command", "does not exist", "is for moderators", "is for owners")
        assert any(refusal in plain(reply) for refusal in refusals), command
    assert rows(scene.record, "SELECT revision FROM fact WHERE id = 1") == [(1,)]


async def test_a_forged_form_is_refused(scene: Scene, subtests: pytest.Subtests) -> None:
    for custom_id, told in [
        ("nothing", "too old"),
        ("modal:", "not open any more"),
        ("modal:/who", "not open any more"),
        ("modal:/nothing", "not open any more"),
        ("modal:/add", "/add is for moderators."),
        ("modal:/correct F3 r9", "/correct is for moderators."),
        ("modal:/answer #9.9", "holds no words"),
    ]:
        with subtests.test(custom_id=custom_id):
            alice = scene.reader()
            opened = await alice.gives("suggest")
            (await opened.modal()).raw["custom_id"] = custom_id
            assert told in plain(await alice.sends(opened, {"Statement": "x", "Source": "S1"}))
            assert rows(scene.record, "SELECT count(*) FROM dialogue") == [(0,)]


async def test_a_page_of_a_deleted_message_is_shown_anew(scene: Scene) -> None:
    alice = scene.reader()
    page = await alice.asks("what")
    custom_id = page.button("Next »").custom_id
    assert custom_id is not None
    alice.channel.erase(page)
    turned = await (await scene.api.press_raw(alice.user, custom_id, page)).message()
    assert turned.id != page.id and turned.text != page.text


# Messages


async def test_direct_messages_are_answered_like_a_private_chat(scene: Scene) -> None:
    alice = scene.reader().in_private
    assert DENIED in (await alice.says(QUESTION)).text
    assert "Dmytro Lubinets" in (await alice.says("/who lubinets")).text
    page = await alice.says("/what")
    assert (await (await alice.presses(page, "Next »")).message()).id == page.id
    assert "There is no command /whoo" in plain(await alice.says("/whoo"))
    assert alice.channel.sent.unread == []


async def test_a_mention_is_answered(scene: Scene) -> None:
    alice = scene.reader()
    for text in ("{0} {1}", "{0}, {1}", "<@!{id}> {1}", "{1} {0}"):
        written = text.format(scene.api.bot.mention, QUESTION, id=scene.api.bot.id)
        assert DENIED in (await alice.says(written)).text
    assert "/help" in (await alice.says(scene.api.bot.mention)).text


async def test_a_reply_to_the_bot_is_answered(scene: Scene) -> None:
    alice = scene.reader()
    first = await alice.says(scene.api.bot.mention)
    assert DENIED in (await alice.says(QUESTION, reply_to=first)).text


async def test_other_messages_are_left_alone(scene: Scene) -> None:
    alice, bob = scene.reader(), scene.reader("bob")
    robot = scene.api.user("robot", is_bot=True)
    scene.guild.join(robot)
    for text in (
        "good morning",
        QUESTION,
        "/who",
        "OnRecord who is Lubinets?",
        bob.user.mention,
        "@everyone",
    ):
        await scene.api.say(alice.user, alice.channel, text)
    await scene.api.say(robot, alice.channel, f"{scene.api.bot.mention} {QUESTION}")
    assert DENIED in (await alice.says(f"{scene.api.bot.mention} {QUESTION}")).text
    assert alice.channel.sent.unread == []


async def test_what_stands_on_record_about_a_message(scene: Scene) -> None:
    alice, bob = scene.reader(), scene.reader("bob")
    message = await scene.api.say(bob.user, alice.channel, QUESTION)
    asked = await scene.api.context_menu(alice.user, message, ON_RECORD)
    assert DENIED in (await aside(asked)).text


async def test_what_stands_on_record_about_a_message_of_the_bot(scene: Scene) -> None:
    alice = scene.reader()
    answer = await alice.asks("fact", id="F15")
    asked = await scene.api.context_menu(alice.user, answer, ON_RECORD)
    assert "Lubinets" in (await asked.message()).text
    assert plain(await asked.message()).startswith("F15")


async def test_a_message_without_text_is_told_of_aside(scene: Scene) -> None:
    alice = scene.reader()
    picture = await scene.api.say(alice.user, alice.channel, "a picture")
    scene.api.backend.messages[alice.channel.id][picture.id].content = ""
    reply = await aside(await scene.api.context_menu(alice.user, picture, ON_RECORD))
    assert reply.text == "That message has no text that could be looked up."


# What is nobody else's business


async def test_refusals_and_private_matters_are_shown_to_who_asks(scene: Scene) -> None:
    alice = scene.reader()
    assert "F999 is not on record" in (await alice.alone_asks("fact", id="F999")).text
    assert "There is no command /whoo" in (await alice.alone_asks("help", command="whoo")).text
    assert "What is kept" in (await alice.alone_asks("privacy")).text
    code = await alice.alone_asks("link")
    assert "works once" in code.text
    assert "works once" in (await alice.alone_presses(code, "Make another code")).text
    assert "Removed: codes" in (await alice.alone_asks("forgetme")).text
    assert alice.channel.messages == []


async def test_who_has_no_role_is_offered_no_command_and_refused_it(scene: Scene) -> None:
    alice, mod = scene.reader(), scene.reader("mod")
    scene.guild.grant(mod.user, "manage_messages")
    for name in ("add", "correct", "retract", "review", "audit", "undo"):
        assert name not in scene.api.commands(alice.user, alice.channel)
        assert name in scene.api.commands(mod.user, mod.channel)
    assert {"appoint", "moderators"}.isdisjoint(scene.api.commands(mod.user, mod.channel))
    # Whom a server lets see a command need not have a role on the record.
    assert "/retract is for moderators." in (await mod.alone_asks("retract", id="F1")).text
    assert "/add is for moderators." in (await mod.alone_asks("add")).text
    assert "/audit is for moderators." in (await alice.in_private.asks("audit")).text
    assert await mod.is_offered("retract", "id", "F1") == []
    assert rows(scene.record, "SELECT revision FROM fact WHERE id = 1") == [(1,)]
