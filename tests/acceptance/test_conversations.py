"""Conversations with the real process, by polling and by webhook, in every kind of chat."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.newsroom import ask
from tests.emulators.telegram import Chat, Message, User

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("nothing_amiss"),
    pytest.mark.parametrize("scene", ["polling", "webhook"], indirect=True, scope="module"),
]
NAME = "onrecord_bot"
# Its command is too long for a button's data, so that the record keeps it under a digest.
LONG = "/asof 1st, of, September, 2000 until 30th, of, September, 2100"


async def silent_until(chat: Chat, user: User, **how: Any) -> Message:
    """Ask something that is always answered, and see that nothing before it was: a chat's order is kept."""
    asked = await chat.say(user, f"/about@{NAME}", **how)
    reply = await chat.next_message()
    assert reply.reply_to == asked.id
    assert chat.sent.unread == []
    return reply


# In a private chat


async def test_start_says_what_the_bot_is_for(scene: Scene) -> None:
    alice, chat = scene.reader()
    reply = await ask(chat, alice, "/start")
    assert "who said what, when, and according to which source" in reply.text
    assert {button.data for button in reply.buttons} >= {"/who", "/when", "/help"}


async def test_who_names_people_with_their_roles_and_sources(scene: Scene) -> None:
    alice, chat = scene.reader()
    reply = await ask(chat, alice, "/who")
    assert "Belarusian President" in reply.text
    assert "[1" in reply.text.split("Sources")[1]


async def test_who_shows_what_one_person_said(scene: Scene) -> None:
    alice, chat = scene.reader()
    asked = await chat.say(alice, "/who lubinets")
    reply = await chat.next_message()
    assert "Dmytro Lubinets" in reply.text and "reminded that" in reply.text
    assert "¶5]" in reply.text
    assert reply.reply_to == asked.id
    assert "bold" in {entity["type"] for entity in reply.entities}


async def test_a_plain_question_is_answered(scene: Scene) -> None:
    alice, chat = scene.reader()
    reply = await ask(chat, alice, "Who denied that the children came to Belarus?")
    assert "Lukashenko has denied" in " ".join(reply.text.split())


async def test_a_name_may_stand_behind_the_command_in_private(scene: Scene) -> None:
    alice, chat = scene.reader()
    await chat.say(alice, "/who@other_bot")
    assert "Dmytro" in (await ask(chat, alice, f"/who@{NAME.upper()} lubinets")).text
    assert chat.sent.unread == []


async def test_link_previews_are_off(scene: Scene) -> None:
    alice, chat = scene.reader()
    reply = await ask(chat, alice, "/sources")
    assert reply.raw["link_preview_options"]["is_disabled"] is True


async def test_a_picture_without_words_is_answered_with_advice(scene: Scene) -> None:
    alice, chat = scene.reader()
    size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
    await chat.send(alice, {"photo": [size]})
    assert "no text" in (await chat.next_message()).text


async def test_hostile_text_comes_back_as_it_was_written(scene: Scene) -> None:
    alice, chat = scene.reader()
    written = "/who <b>&lt;script&gt;</b> *_`[x](y) \u202eabc\u05d0 🎄"
    reply = await ask(chat, alice, written)
    assert "<b>&lt;script&gt;</b> *_`[x](y)" in reply.text
    assert "bold" not in {entity["type"] for entity in reply.entities}


# Buttons


async def test_pages_turn_in_the_same_message(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, "/what")
    seen = [page.text]
    while any(button.label == "Next »" for button in page.buttons):
        query = await scene.api.press(alice, page, "Next »")
        answer = await query.answer()
        assert (answer.text, answer.show_alert) == ("", False)
        turned = await chat.next_edit()
        assert turned.id == page.id and turned.text not in seen
        page = turned
        seen.append(page.text)
    assert len(seen) > 2
    assert chat.sent.unread == []


async def test_a_button_that_asks_something_else_is_answered_anew(scene: Scene) -> None:
    alice, chat = scene.reader()
    start = await ask(chat, alice, "/start")
    query = await scene.api.press(alice, start, "disputed")
    reply = await chat.next_message()
    assert reply.reply_to == start.id and "against" in reply.text
    await query.answer()


async def test_a_long_command_is_kept_for_its_button(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, LONG)
    data = page.button("Next »").data
    assert data is not None and data.startswith("#") and len(data) < 64
    query = await scene.api.press(alice, page, "Next »")
    assert (await chat.next_edit()).text != page.text
    await query.answer()


async def test_forged_data_gets_an_alert(scene: Scene, subtests: pytest.Subtests) -> None:
    for data in ["#0123456789abcdef", "#zz", "#", "x" * 64, "who", "🎄", "' OR 1=1 --"]:
        with subtests.test(data=data):
            alice, chat = scene.reader()
            start = await ask(chat, alice, "/start")
            answer = await (await scene.api.press_raw(alice, data, start)).answer()
            assert answer.show_alert and "send the command again" in answer.text
            await silent_until(chat, alice)


async def test_a_button_of_no_message_gets_an_alert(scene: Scene) -> None:
    alice, _chat = scene.reader()
    answer = await (await scene.api.press_raw(alice, "/who")).answer()
    assert answer.show_alert and "send the command again" in answer.text


async def test_a_forged_command_is_no_more_than_a_typed_one(scene: Scene) -> None:
    alice, chat = scene.reader()
    start = await ask(chat, alice, "/start")
    answer = await (await scene.api.press_raw(alice, "/retract F1", start)).answer()
    assert answer.show_alert and "/retract is for moderators" in answer.text
    await silent_until(chat, alice)


async def test_a_page_of_a_deleted_message_is_sent_anew(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, "/what")
    data = page.button("Next »").data
    assert data is not None
    chat.delete(page)
    query = await scene.api.press_raw(alice, data, page)
    assert "On record" in (await chat.next_message()).text
    await query.answer()


async def test_a_page_that_is_no_page_is_refused(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, "/where")
    answer = await (await scene.api.press_raw(alice, "/where >nowhere", page)).answer()
    assert answer.show_alert and "does not exist" in answer.text
    assert chat.edits.unread == [], "the page that stands there is left as it is"


# In a group


async def test_a_group_is_answered_when_the_bot_is_named(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.group("Desk", members=[alice])
    asked = await group.say(alice, f"/who@{NAME} lubinets")
    reply = await group.next_message()
    assert reply.reply_to == asked.id and "Dmytro Lubinets" in reply.text


async def test_a_page_that_another_turns_is_sent_to_them_and_turns_there(scene: Scene) -> None:
    alice, bob = scene.api.user("Alice"), scene.api.user("Bob")
    group = scene.api.supergroup("Desk", members=[alice, bob])
    page = await ask(group, alice, f"/what@{NAME}")
    await (await scene.api.press(bob, page, "Next »")).answer()
    theirs = await group.next_message()
    assert theirs.reply_to == page.id and theirs.text != page.text
    assert group.edits.unread == [], "who reads the page before does not lose it"
    await (await scene.api.press(bob, theirs, "Next »")).answer()
    turned = await group.next_edit()
    assert turned.id == theirs.id and turned.text not in (theirs.text, page.text)
    await (await scene.api.press(alice, page, "Next »")).answer()
    assert (await group.next_edit()).id == page.id


async def test_the_number_of_a_page_does_nothing(scene: Scene) -> None:
    alice, chat = scene.reader()
    page = await ask(chat, alice, "/what")
    number = next(button for button in page.buttons if button.label.startswith("1/"))
    assert (await (await scene.api.press(alice, page, number.label)).answer()).text == ""
    await silent_until(chat, alice)


async def test_commands_for_another_bot_are_left_alone(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.supergroup("Desk", members=[alice])
    await group.say(alice, "/who@other_bot", deliver=True)
    await group.say(alice, "/weather", deliver=True)
    await silent_until(group, alice)


async def test_ordinary_talk_is_left_alone(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.group("Desk", members=[alice], bot="administrator")
    for text in (
        "good morning",
        "who is Lubinets?",
        "see /who",
        "mail onrecord_bot@example.org",
        "/ 5 of them",
    ):
        await group.say(alice, text)
    await silent_until(group, alice)


async def test_a_mention_is_answered(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.supergroup("Desk", members=[alice])
    asked = await group.say(alice, f"@{NAME} who is Lubinets?")
    reply = await group.next_message()
    assert reply.reply_to == asked.id and "Commissioner for Human Rights" in reply.text
    assert "Dmytro" in (await ask(group, alice, f"🎄 @{NAME}, who is Lubinets?")).text


async def test_a_reply_to_the_bot_is_answered(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.supergroup("Desk", members=[alice])
    first = await ask(group, alice, f"/start@{NAME}")
    asked = await group.say(alice, "who is Lubinets?", reply_to=first)
    reply = await group.next_message()
    assert reply.reply_to == asked.id and "Dmytro" in reply.text


async def test_an_anonymous_admin_is_answered(scene: Scene) -> None:
    group = scene.api.supergroup("Desk")
    await group.say(group, f"/who@{NAME} lubinets")
    assert "Dmytro" in (await group.next_message()).text


# In a forum


async def test_an_answer_goes_to_the_topic_of_the_question(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    forum = scene.api.forum("Newsroom", topics=["Belarus", "Ferry"], members=[alice])
    for name in ("Ferry", "Belarus", "General"):
        asked = await forum.say(alice, f"/who@{NAME} lubinets", topic=name)
        reply = await forum.next_message(topic=name)
        assert reply.reply_to == asked.id
    assert forum.sent.unread == []


async def test_pages_turn_in_their_topic(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    forum = scene.api.forum("Newsroom", topics=["Belarus"], members=[alice])
    page = await ask(forum, alice, f"/what@{NAME}", topic="Belarus")
    await (await scene.api.press(alice, page, "Next »")).answer()
    turned = await forum.next_edit()
    assert (turned.id, turned.thread_id) == (page.id, forum.topics["Belarus"].id)


async def test_the_first_message_of_a_topic_is_no_reply_to_the_bot(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    forum = scene.api.forum("Newsroom", topics=["Belarus"], members=[alice], bot="administrator")
    await forum.say(alice, "who is Lubinets?", topic="Belarus")
    await silent_until(forum, alice, topic="Belarus")


# Each chat has a story of its own


async def test_an_unknown_story_is_refused_and_the_one_in_use_stays(scene: Scene) -> None:
    alice, chat = scene.reader()
    assert "No story is named" in (await ask(chat, alice, "/story moon landing")).text
    assert "Belarus" in (await ask(chat, alice, "/story")).text


# What asks nothing


async def test_edits_are_passed_over(scene: Scene) -> None:
    alice, chat = scene.reader()
    asked = await chat.say(alice, "/who lubinets")
    await chat.next_message()
    await chat.edit(asked, "/who lukashenko")
    await silent_until(chat, alice)


async def test_other_bots_are_passed_over(scene: Scene) -> None:
    alice, robot = scene.api.user("Alice"), scene.api.user("Robot", is_bot=True)
    group = scene.api.group("Desk", members=[alice, robot])
    await group.say(robot, f"/who@{NAME}", deliver=True)
    await silent_until(group, alice)


async def test_service_messages_are_passed_over(scene: Scene) -> None:
    alice, bob = scene.api.user("Alice"), scene.api.user("Bob")
    group = scene.api.supergroup("Desk", members=[alice], bot="left")
    await group.set_bot("member", by=alice)
    await group.join(bob)
    await group.leave(bob, by=alice)
    await group.send(alice, {"new_chat_title": "The desk"})
    await group.send(alice, {"delete_chat_photo": True})
    await silent_until(group, alice)


async def test_channel_posts_are_read_for_commands_only(scene: Scene) -> None:
    channel = scene.api.channel("News")
    post = await channel.post("who is Lubinets?")
    await channel.edit(post, f"/who@{NAME}")
    await channel.post(f"/who@{NAME} lubinets")
    assert "Dmytro" in (await channel.next_message()).text
    assert channel.sent.unread == []


async def test_inline_questions_and_unknown_kinds_are_passed_over(scene: Scene) -> None:
    alice, chat = scene.reader()
    scene.api.push_raw({"inline_query": {"id": "1", "from": alice.json(), "query": "x", "offset": ""}})
    scene.api.push_raw({"a_kind_of_the_future": {"id": "1"}})
    await silent_until(chat, alice)


async def test_malformed_updates_do_not_stop_the_bot(scene: Scene, subtests: pytest.Subtests) -> None:
    cases: list[dict[str, object]] = [
        {"message": {"text": "no chat"}},
        {"message": 5},
        {"message": {"message_id": "x", "date": "y", "chat": [], "text": {}}},
        {"callback_query": {"id": 7}},
        {"callback_query": None},
        {},
    ]
    for update in cases:
        with subtests.test(update=update):
            alice, chat = scene.reader()
            scene.api.push_raw(update)
            await silent_until(chat, alice)
