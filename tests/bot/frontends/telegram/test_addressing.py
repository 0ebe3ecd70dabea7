"""Which updates ask the bot something, and what."""

from dataclasses import replace
from typing import Any

import pytest
from telegram import User

from bot.frontends.telegram import updates
from bot.frontends.telegram.addressing import Place, place_of, pressed, to_request
from bot.frontends.telegram.updates import Message, Update, language_of
from bot.requests import Identity, Request

ME = User(99, "OnRecord", True, username="OnRecordBot")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "uk"}
OTHER_BOT = {"id": 50, "is_bot": True, "first_name": "Other", "username": "other_bot"}
MYSELF = {"id": 99, "is_bot": True, "first_name": "OnRecord", "username": "OnRecordBot"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Group", "is_forum": True}
CHANNEL = {"id": -100777, "type": "channel", "title": "Channel"}
KNOWN = {"who", "when"}.__contains__


def message(text: str | None, chat: dict[str, Any] = GROUP, **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"message_id": 5, "date": 1, "chat": chat, "from": ANN}
    if text is not None:
        said["text"] = text
    return said | more


def asked(kind: str = "message", /, **data: Any) -> Request | None:
    return to_request(Update.model_validate({"update_id": 1, kind: data}), ME, known=KNOWN)


def text_of(text: str | None, chat: dict[str, Any] = GROUP, **more: Any) -> str | None:
    request = asked(**message(text, chat, **more))
    return None if request is None else request.text


def mention(text: str, name: str = "@OnRecordBot", kind: str = "mention", **more: Any) -> dict[str, Any]:
    start = text.index(name)
    units = [len(part.encode("utf-16-le")) // 2 for part in (text[:start], name)]
    return {"entities": [{"type": kind, "offset": units[0], "length": units[1], **more}]}


def test_private_chat() -> None:
    expected = Request("/who", "telegram:7", "telegram:7", True, None, "uk", name="Ann")
    assert asked(**message("/who", PRIVATE)) == expected
    assert text_of("who is he?", PRIVATE) == "who is he?"
    assert text_of("/who@onrecordbot lubinets", PRIVATE) == "/who lubinets"
    assert text_of("/who@other_bot", PRIVATE) is None
    assert text_of("/кто", PRIVATE) == "/кто"
    assert text_of("x" * 10_000, PRIVATE) == "x" * 10_000
    assert text_of("\x00\u202e🎈שלום", PRIVATE) == "\x00\u202e🎈שלום"
    assert text_of("half \ud83d", PRIVATE) == "half \ufffd"


def test_private_chat_without_text() -> None:
    voice = {"file_id": "x", "file_unique_id": "y", "duration": 1}
    assert text_of(None, PRIVATE, voice=voice) == ""
    assert text_of(None, PRIVATE, voice=voice, caption="who?") == "who?"
    assert text_of(None, PRIVATE, message_auto_delete_timer_changed={"message_auto_delete_time": 1}) is None


def test_commands_in_a_group(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("/who lubinets", "/who lubinets"),
        ("/who@OnRecordBot lubinets", "/who lubinets"),
        ("/WHO@onrecordbot", "/WHO"),
        ("/unheard_of@OnRecordBot", "/unheard_of"),
        ("/who@other_bot", None),
        ("/who@OnRecordBotX", None),
        ("/ban everyone", None),
        ("/", None),
        ("/who,", None),
        ("/кто", None),
        ("who is lubinets?", None),
        ("see /who", None),
        ("", None),
    ]:
        with subtests.test(text=text):
            request = asked(**message(text))
            assert (request.text if request else None) == expected
            if request is not None:
                assert (request.chat, request.user, request.private) == (
                    "telegram:-100123",
                    "telegram:7",
                    False,
                )


def test_a_mention_in_a_group(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("@OnRecordBot, who is he?", "who is he?"),
        ("🎈🎈 who is he @OnRecordBot ?", "🎈🎈 who is he ?"),
        ("שלום @OnRecordBot", "שלום"),
        ("@OnRecordBot", "/help"),
        ("@OnRecordBot /who lubinets", "/who lubinets"),
        ("@OnRecordBot /ban", "/ban"),
        ("@OnRecordBot /who@other_bot", None),
    ]:
        with subtests.test(text=text):
            request = asked(**message(text, **mention(text)))
            assert (request.text if request else None) == expected


def test_plain_talk_to_the_bot_is_marked_as_such() -> None:
    text = "@OnRecordBot who is he?"
    request = asked(**message(text, **mention(text)))
    assert request is not None
    assert request.private
    command = asked(**message("/who"))
    assert command is not None
    assert not command.private


def test_other_mentions() -> None:
    assert text_of("@other_bot who?", **mention("@other_bot who?", "@other_bot")) is None
    assert text_of("@OnRecordBot in code", entities=[{"type": "code", "offset": 0, "length": 12}]) is None
    named = mention("OnRecord: who?", "OnRecord", "text_mention", user=MYSELF)
    assert text_of("OnRecord: who?", **named) == "who?"
    somebody = mention("Ann: who?", "Ann", "text_mention", user=ANN)
    assert text_of("Ann: who?", **somebody) is None
    caption = {"caption": "@OnRecordBot who?", "caption_entities": mention("@OnRecordBot who?")["entities"]}
    assert text_of(None, **caption) == "who?"
    forged = [{"type": "mention", "offset": offset, "length": 500} for offset in (-3, 10**9)]
    assert text_of("@OnRecordBot who?", entities=forged) is None


def test_replies() -> None:
    mine = message("answer", **{"from": MYSELF})
    assert text_of("and when?", reply_to_message=mine) == "and when?"
    assert text_of("/unheard_of", reply_to_message=mine) == "/unheard_of"
    assert text_of("/who@other_bot", reply_to_message=mine) is None
    assert text_of("and when?", reply_to_message=message("talk")) is None
    opened = {"forum_topic_created": {"name": "Topic", "icon_color": 1}}
    topic = message(None, **{"from": MYSELF}, **opened)
    assert text_of("talk in a topic", reply_to_message=topic) is None
    plain = asked(**message("and when?", reply_to_message=mine))
    assert plain is not None
    assert plain.private


def test_who_is_not_a_person() -> None:
    assert text_of("/who", **{"from": OTHER_BOT}) is None
    assert text_of("/who", PRIVATE, **{"from": OTHER_BOT}) is None
    assert text_of("/who", via_bot=OTHER_BOT) is None
    assert text_of("/who", sender_chat=CHANNEL, is_automatic_forward=True) is None
    said = message("/who")
    del said["from"]
    assert asked(**said) is None
    origin = {"type": "user", "date": 1, "sender_user": ANN}
    assert text_of("/who", forward_origin=origin) is None
    assert text_of("who?", PRIVATE, forward_origin=origin) == "who?"


def test_anonymous_admins_and_channels() -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    request = asked(**message("/who", sender_chat=GROUP, **{"from": anonymous}))
    assert request is not None
    assert request.user == "telegram:-100123"
    assert not request.is_person
    post = message("/who", CHANNEL, sender_chat=CHANNEL)
    del post["from"]
    expected = Request("/who", "telegram:-100777", "telegram:-100777", False, shared=True, is_person=False)
    assert asked("channel_post", **post) == replace(expected, name="Channel")
    del post["sender_chat"]
    assert asked("channel_post", **post) == expected
    assert asked("channel_post", **post | {"text": "@OnRecordBot who?"}) is None
    assert asked("channel_post", **post | {"text": "/unheard_of"}) is None


BOB = {"id": 8, "is_bot": False, "first_name": "Bob", "last_name": "B.", "username": "bob"}
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def test_who_asks() -> None:
    request = asked(**message("/who", **{"from": BOB}))
    assert request is not None
    assert request.asker == Identity("telegram:8", "bob", "Bob B.")
    assert request.shared and request.is_person
    private = asked(**message("/who", PRIVATE))
    assert private is not None and not private.shared
    # No front end but the terminal vouches for a role.
    assert request.role is None and private.role is None


def test_groups_and_channels_that_write_are_no_people(subtests: pytest.Subtests) -> None:
    for fields, writer in [
        (
            {"sender_chat": GROUP, "from": ANONYMOUS},
            Identity("telegram:-100123", None, "Group", is_person=False),
        ),
        (
            {"sender_chat": CHANNEL | {"username": "news"}, "from": ANONYMOUS},
            Identity("telegram:-100777", "news", "Channel", is_person=False),
        ),
    ]:
        with subtests.test(fields=fields):
            request = asked(**message("/who", **fields))
            assert request is not None
            assert request.asker == writer


def test_whom_a_message_replies_to(subtests: pytest.Subtests) -> None:
    cases: list[tuple[dict[str, Any], Identity]] = [
        ({"from": BOB}, Identity("telegram:8", "bob", "Bob B.")),
        ({"from": MYSELF}, Identity("telegram:99", "OnRecordBot", "OnRecord", is_person=False)),
        ({"from": OTHER_BOT}, Identity("telegram:50", "other_bot", "Other", is_person=False)),
        (
            {"sender_chat": GROUP, "from": ANONYMOUS},
            Identity("telegram:-100123", None, "Group", is_person=False),
        ),
        (
            {"sender_chat": CHANNEL, "is_automatic_forward": True, "from": ANONYMOUS},
            Identity("telegram:-100777", None, "Channel", is_person=False),
        ),
    ]
    for earlier, author in cases:
        with subtests.test(earlier=earlier):
            request = asked(**message("/who", reply_to_message=message("earlier", **earlier)))
            assert request is not None
            assert request.replied_to == author


def test_the_opening_of_a_topic_is_nobodys_message() -> None:
    opened = message(None, **{"from": BOB}, forum_topic_created={"name": "Topic", "icon_color": 1})
    request = asked(**message("/who", reply_to_message=opened))
    assert request is not None
    assert request.replied_to is None


def test_whom_a_message_names_without_an_at_sign() -> None:
    carl = {"id": 9, "is_bot": False, "first_name": "Cärl 🎈"}
    text = "/who 🎈 Cärl 🎈 x"
    request = asked(**message(text, **mention(text, "Cärl 🎈", "text_mention", user=carl)))
    assert request is not None
    assert request.mentioned == (Identity("telegram:9", None, "Cärl 🎈", words="Cärl 🎈"),)
    bot = asked(**message(text, **mention(text, "Cärl 🎈", "text_mention", user=OTHER_BOT)))
    assert bot is not None
    assert [each.is_person for each in bot.mentioned] == [False]
    # An @name is no more than words: whose it is, Telegram does not say.
    named = asked(**message("/who @bob", **mention("/who @bob", "@bob")))
    assert named is not None and named.mentioned == ()


def test_a_forged_mention_does_no_harm(subtests: pytest.Subtests) -> None:
    for offset, length in [(-3, 5), (10**9, 5), (0, 10**9), (3, 0), (5, -1)]:
        with subtests.test(offset=offset):
            entity = {"type": "text_mention", "offset": offset, "length": length, "user": BOB}
            request = asked(**message("/who am I", entities=[entity]))
            assert request is not None and request.text == "/who am I"


def test_a_name_with_half_a_character_does_no_harm() -> None:
    request = asked(**message("/who", **{"from": BOB | {"last_name": "\ud83d"}}))
    assert request is not None
    assert request.name == "Bob \ufffd"
    request.name.encode()


def test_a_button_is_pressed_by_a_person_in_a_chat_that_may_be_shared() -> None:
    for chat, shared in ((GROUP, True), (PRIVATE, False)):
        query = {"id": "1", "from": BOB, "chat_instance": "x", "data": "/confirm 1.1"}
        update = Update.model_validate(
            {"update_id": 1, "callback_query": query | {"message": message("x", chat)}}
        )
        assert update.callback_query is not None
        request = pressed(update.callback_query, "/confirm 1.1")
        assert request is not None
        assert request.asker == Identity("telegram:8", "bob", "Bob B.")
        assert (request.shared, request.is_person, request.role) == (shared, True, None)


def test_what_is_not_a_new_message_asks_nothing() -> None:
    assert asked("edited_message", **message("/who", PRIVATE)) is None
    assert asked("edited_channel_post", **message("/who", CHANNEL)) is None
    assert (
        asked("my_chat_member", chat=GROUP, date=1, **{"from": ANN}, **dict.fromkeys(MEMBERS, MEMBER)) is None
    )
    assert to_request(Update(update_id=1), ME) is None


MEMBERS = ("old_chat_member", "new_chat_member")
MEMBER = {"status": "member", "user": MYSELF}


def test_place() -> None:
    def place(**more: Any) -> Place:
        return place_of(Message.model_validate(message("x", **more)))

    assert place() == Place(-100123, 5, None)
    assert place(message_thread_id=3, is_topic_message=True) == Place(-100123, 5, 3)
    assert place(message_thread_id=3) == Place(-100123, 5, None)


def test_buttons() -> None:
    query: dict[str, Any] = {"id": "1", "from": ANN, "chat_instance": "x", "data": "/who >E12"}
    update = Update.model_validate({"update_id": 1, "callback_query": query | {"message": message("answer")}})
    assert update.callback_query is not None
    assert pressed(update.callback_query, "/who >E12") == Request(
        "/who >E12", "telegram:-100123", "telegram:7", True, None, "uk", shared=True, name="Ann", pressed=True
    )
    inaccessible = {"message_id": 5, "date": 0, "chat": GROUP}
    update = Update.model_validate({"update_id": 1, "callback_query": query | {"message": inaccessible}})
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert place_of(update.callback_query.message) == Place(-100123, 5, None)
    update = Update.model_validate({"update_id": 1, "callback_query": query | {"inline_message_id": "x"}})
    assert update.callback_query is not None
    assert pressed(update.callback_query, "/who") is None


def test_language(subtests: pytest.Subtests) -> None:
    for code, expected in [
        ("uk", "uk"),
        ("pt-br", "pt_br"),
        (None, "en"),
        ("", "en"),
        ("../../etc", "en"),
        ("x" * 99, "en"),
    ]:
        with subtests.test(code=code):
            assert (
                language_of(updates.User(id=1, first_name="Ann", is_bot=False, language_code=code), "en")
                == expected
            )
            assert language_of(None, "de") == "de"


def test_what_stands_under_the_message_that_is_replied_to() -> None:
    keys = [
        [
            {"text": "Skip", "callback_data": "/skip 1.2"},
            {"text": "Long", "callback_data": "#0123456789abcdef"},
        ]
    ]
    question = message("Who says so?", **{"from": MYSELF}, reply_markup={"inline_keyboard": keys})
    request = asked(**message("The court", reply_to_message=question))
    assert request is not None
    assert request.offered == ("/skip 1.2", "#0123456789abcdef")
    assert request.answered == question["message_id"]
    link = {"inline_keyboard": [[{"text": "Site", "url": "https://example.org"}]]}
    plain = asked(**message("x", reply_to_message=message("y", **{"from": MYSELF}, reply_markup=link)))
    assert plain is not None
    assert plain.offered == ()
    # Another bot's buttons are none of ours.
    theirs = question | {"from": OTHER_BOT}
    command = asked(**message("/who", reply_to_message=theirs))
    assert command is not None and command.is_reply and command.offered == () and command.answered == 0
