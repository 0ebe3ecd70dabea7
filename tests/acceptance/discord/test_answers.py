"""Answers on Discord are opened, shared and deleted, notices are published, and a new server is greeted."""

from __future__ import annotations

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import MODERATING, ON_RECORD, Person, aside, labels, plain
from tests.acceptance.newsroom import rows
from tests.acceptance.process import until
from tests.emulators.discord import Channel, Fault, Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
DELETE = "Delete this answer"
CLAIM = "The ICC issued a warrant for Putin in March 2023"


# Opening


async def test_a_statement_of_a_list_is_opened_for_who_chooses_it(scene: Scene) -> None:
    alice, bob = scene.reader(), scene.reader("bob")
    listed = await alice.asks("who", name="lubinets")
    assert len(listed.options) > 1
    first = listed.options[0]
    assert first.label.startswith(f"{first.value} ") and first.description.startswith("[1")
    opened = await aside(await scene.api.choose(bob.user, listed, first.value))
    assert plain(opened).startswith(first.value)
    assert labels(opened)[-1] == "Share"


# Sharing


async def look_up(person: Person, text: str = CLAIM) -> Message:
    post = await person.api.say(person.user, person.channel, text)
    return await aside(await person.api.context_menu(person.user, post, ON_RECORD))


async def refusal(person: Person, private: Message) -> Message:
    """Return what only the person sees who wants to share an answer and may not."""
    refused = await (await person.presses(private, "Share")).next_followup()
    assert refused.ephemeral
    return refused


async def test_a_private_answer_is_shown_to_the_channel_once(scene: Scene) -> None:
    alice = scene.reader()
    private = await look_up(alice)
    assert "F19" in private.text and "Share" in labels(private)
    pressed = await alice.presses(private, "Share")
    public = await pressed.next_followup()
    assert not public.ephemeral and public.text == private.text and "Share" not in labels(public)
    assert "Share" not in labels(await pressed.message()), "it works once"
    again = await alice.api.press_raw(alice.user, private.button("Share").custom_id or "", private)
    assert "too old" in (await aside(again)).text
    assert [each.id for each in alice.channel.messages][1:] == [public.id]
    # What was shared is put right like any other answer.
    await until(lambda: rows(scene.record, "SELECT 1 FROM receipt WHERE message = ?", public.id))
    await (await scene.moderator()).corrects("F19", Statement="it issued the warrant on 17 March 2023")
    edited = await alice.channel.next_edit()
    assert edited.id == public.id and "on 17 March 2023" in edited.text


async def test_that_nothing_is_on_record_is_shared_too_with_what_it_is_about(scene: Scene) -> None:
    alice = scene.reader()
    private = await look_up(alice, "Aliens have landed in Paris with 300 ships")
    assert "found nothing on record" in private.text or "Closest on record" in private.text
    public = await (await alice.presses(private, "Share")).next_followup()
    assert public.text == private.text and "Aliens have landed" in public.text
    assert "Tell me when there is an answer" in labels(public)
    kept = rows(scene.record, "SELECT command FROM button WHERE command LIKE '%Aliens%'")
    assert kept == [], "nothing of it is kept"


async def test_a_shared_answer_has_no_button_of_what_was_said_in_private(scene: Scene) -> None:
    alice = scene.reader()
    bob = scene.reader("bob").within(alice.channel)
    await alice.asks("ask", question="What did Lubinets say?")
    answer = await alice.asks("ask", question="and when?")
    private = await bob.alone_presses(answer, "Next »")
    assert {"« Previous", "Next »", "Share"} <= set(labels(private))
    public = await (await bob.presses(private, "Share")).next_followup()
    assert public.text == private.text and labels(public) == []
    # A list is the same for everybody: its pages can be turned.
    private = await bob.alone_presses(await alice.asks("what"), "Next »")
    public = await (await bob.presses(private, "Share")).next_followup()
    turned = await alice.presses(public, "Next »")
    assert (await aside(turned)).text != public.text


async def test_a_button_that_shares_works_under_no_other_message(scene: Scene) -> None:
    alice, bob = scene.reader(), scene.reader("bob")
    listed = await alice.asks("who", name="lubinets")
    private = await aside(await scene.api.choose(alice.user, listed, listed.options[0].value))
    forged = await scene.api.press_raw(bob.user, private.button("Share").custom_id or "", listed)
    assert "too old" in (await forged.next_followup()).text
    assert len(alice.channel.messages) == 1 and "Share" in labels(private)


async def test_what_has_changed_since_is_not_shared(scene: Scene) -> None:
    alice = scene.reader()
    listed = await alice.asks("who", name="lubinets")
    fact = listed.options[0].value
    opened = await aside(await scene.api.choose(alice.user, listed, fact))
    await (await scene.moderator()).corrects(fact, Statement="something else was said of it")
    refused = await refusal(alice, opened)
    assert f"{fact} has changed since" in refused.text
    assert len(alice.channel.messages) == 1


async def test_who_may_not_write_in_a_channel_shares_nothing_there(scene: Scene) -> None:
    alice = scene.reader()
    listed = await alice.asks("who", name="lubinets")
    opened = await aside(await scene.api.choose(alice.user, listed, listed.options[0].value))
    alice.channel.deny(alice.user, "send_messages")
    refused = await refusal(alice, opened)
    assert "You may not write in this channel" in refused.text
    alice.channel.allow(alice.user, "send_messages")
    alice.channel.deny(scene.api.bot, "send_messages")
    refused = await refusal(alice, opened)
    assert "I may not write in this channel" in refused.text and "Send Messages" in refused.text


async def test_what_concerns_one_person_or_the_record_alone_is_not_shared(scene: Scene) -> None:
    mona = await scene.moderator()
    for answer in [
        await mona.alone_asks("privacy"),
        await mona.alone_asks("audit", about="F5"),
        await mona.alone_asks("fact", id="F999"),
    ]:
        assert "Share" not in labels(answer)
    direct = await mona.in_private.asks("who", name="lubinets")
    assert "Share" not in labels(direct), "nobody reads along"


# Deleting


async def deletes(person: Person, message: Message) -> Message:
    return await aside(await person.api.context_menu(person.user, message, DELETE))


async def test_an_answer_is_deleted_by_who_asked_for_it(scene: Scene) -> None:
    alice, bob = scene.reader(), scene.reader("bob")
    by_command = await alice.asks("fact", id="F5")
    by_words = await alice.says(f"{scene.api.bot.mention} who is Lubinets?")
    await until(lambda: rows(scene.record, "SELECT 1 FROM said WHERE message = ?", by_words.id))
    for answer in (by_command, by_words):
        assert "Only who asked for that answer" in (await deletes(bob, answer)).text
        assert "Deleted" in (await deletes(alice, answer)).text
        assert await alice.channel.next_deletion() == answer.id
        assert rows(scene.record, "SELECT 1 FROM said WHERE message = ?", answer.id) == []
        assert rows(scene.record, "SELECT 1 FROM receipt WHERE message = ?", answer.id) == []
    own = await scene.api.say(alice.user, alice.channel, "hello")
    assert "not mine" in (await deletes(alice, own)).text


async def test_a_moderator_deletes_any_answer_of_the_bot(scene: Scene) -> None:
    alice, mona = scene.reader(), await scene.moderator()
    answer = await alice.asks("fact", id="F5")
    assert "Deleted" in (await deletes(mona, answer)).text
    assert await alice.channel.next_deletion() == answer.id


async def test_an_answer_in_an_archived_thread_is_not_deleted_and_that_is_said(scene: Scene) -> None:
    alice = scene.reader()
    inside = alice.within(alice.channel.thread("leads", alice.user))
    answer = await inside.asks("fact", id="F5")
    inside.channel.archive()
    scene.api.faults.add(
        "DELETE", f"/channels/{inside.channel.id}/messages/{answer.id}",
        Fault.refused(400, 50083, "Thread is archived"), 1, None,
    )  # fmt: skip
    assert "does not let me delete" in (await deletes(inside, answer)).text


# Publishing


async def announcing(scene: Scene) -> Channel:
    ada = scene.admin()
    place = scene.guild.announcements(f"news-{ada.user.id}")
    await ada.within(place).asks("subscribe")
    return place


async def test_notices_in_an_announcement_channel_are_published_ten_an_hour(scene: Scene) -> None:
    place, mona = await announcing(scene), await scene.moderator()
    told = []
    for number in range(11):
        await mona.corrects("F3", Statement=f"none of them had come, it said {number} times")
        told.append(await place.next_message(matching=lambda message: "Corrected" in message.text))
    await until(lambda: sum(message.published for message in place.messages) == 10)
    assert [message.published for message in place.messages if message.id in {each.id for each in told}] == (
        [True] * 10 + [False]
    )
    assert len(scene.api.calls_of("POST", f"/channels/{place.id}/messages/*/crosspost")) == 10


async def test_a_notice_that_cannot_be_published_is_sent_all_the_same(scene: Scene) -> None:
    place, mona = await announcing(scene), await scene.moderator()
    crosspost = f"/channels/{place.id}/messages/*/crosspost"
    scene.api.faults.add("POST", crosspost, Fault.too_many(1800.0), 1, None)
    for text in ("nobody had come there", "nobody had come here"):
        await mona.corrects("F3", Statement=text)
        told = await place.next_message(matching=lambda message: "Corrected" in message.text)
        assert text in told.text and not told.published
    # It was told when to come back, and does not ask before.
    assert len(scene.api.calls_of("POST", crosspost)) == 1


async def test_answers_in_an_announcement_channel_are_not_published(scene: Scene) -> None:
    alice = scene.reader()
    place = scene.guild.announcements(f"news-{alice.user.id}")
    await alice.within(place).asks("fact", id="F5")
    assert scene.api.calls_of("POST", f"/channels/{place.id}/messages/*/crosspost") == []


# Greeting


async def test_a_server_is_greeted_once_where_the_bot_may_write(scene: Scene) -> None:
    await until(lambda: "connected to Discord as" in scene.bot.log, "all servers that it was in before")
    guild = scene.api.guild("New server")
    first, second = guild.channel("rules"), guild.channel("general")
    first.deny(scene.api.bot, "send_messages")
    guild.kick_bot()
    guild.invite_bot()
    greeting = await second.next_message()
    assert "who said what" in greeting.text and "/subscribe" in greeting.text and "owners" in greeting.text
    assert len(greeting.text.splitlines()) <= 6 and first.messages == []


async def test_the_channel_that_a_server_welcomes_people_in_comes_first(scene: Scene) -> None:
    guild = scene.api.guild("Another server")
    guild.channel("rules")
    welcome = guild.channel("welcome")
    guild.welcome_in(welcome)
    guild.kick_bot()
    guild.invite_bot()
    assert "who said what" in (await welcome.next_message()).text


async def test_a_server_that_hears_of_changes_is_not_greeted_again(scene: Scene) -> None:
    guild = scene.api.guild("Old server")
    ada = scene.api.user("ada")
    guild.join(ada)
    guild.grant(ada, "manage_channels", *MODERATING)
    person = Person(scene.api, ada, guild.channel("news"))
    await person.asks("subscribe")
    guild.kick_bot()
    guild.invite_bot()
    await person.asks("who")
    assert person.channel.sent.unread == []
