"""From a request to a reply: parsing, roles, limits, errors, stories of chats, and lists that go on."""

import logging

import pytest
import pytest_asyncio

from bot.answers import bounds
from bot.commands import commands
from bot.commands.core import paging
from bot.commands.core.declarations import FIRST, Argument, Family, Kind
from bot.commands.core.registry import Registry
from bot.commands.dispatch import Dispatcher, Parsed
from bot.config import Settings
from bot.errors import UserError
from bot.replies import Action, Heading, Line, Note, Reply
from bot.requests import Request, Role
from bot.settings.sections import LimitSettings
from storage.domain.errors import BusyRecord, UnwritableRecord
from storage.engines.memo import Memo
from storage.record import Record

ANN, BOB = "telegram:7", "telegram:8"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def request(text, user=ANN, chat="telegram:1", **fields):
    return Request(text, chat, user, **fields)


def texts(reply):
    return [block.text for block in reply.blocks]


WORDS = Argument("x", Kind.WORDS)


def registry_of(handler, role=Role.READER, argument=WORDS, *, paged=False):
    registry = Registry()
    declared = {"family": Family.ASKING, "role": role, "help": "to try", "example": "/try it", "paged": paged}
    registry.command("try", argument, **declared)(handler)
    return registry


async def echoing(context, argument):
    return Reply(blocks=(Note(text=f"{context.role.name} {argument} {context.after}"),))


@pytest_asyncio.fixture
async def dispatcher(record: Record) -> Dispatcher:
    return Dispatcher(record, commands, Settings(owners=["telegram:1"]), Clock())


PARSED = [
    ("/who", Parsed("who", "", None)),
    ("/WHO  Lubinets ", Parsed("who", "Lubinets", None)),
    ("/who@OnRecordBot lubinets", Parsed("who", "lubinets", None)),
    ("/who\nlubinets", Parsed("who", "lubinets", None)),
    ("\u200e/who", Parsed("ask", "\u200e/who", None)),
    ("\u202e/who", Parsed("who", "", None)),
    ("/who >a12", Parsed("who", "", "a12")),
    ("/when March 2023 >2023-03-01.7", Parsed("when", "March 2023", "2023-03-01.7")),
    ("/what a>b", Parsed("what", "a>b", None)),
    ("/", Parsed("?", "", None)),
    ("//who", Parsed("/who", "", None)),
    ("/who! x", Parsed("who!", "", None)),
    ("who denied it", Parsed("ask", "who denied it", None)),
]


def test_a_message_is_taken_apart(dispatcher, subtests):
    for text, parsed in PARSED:
        with subtests.test(text=text):
            assert dispatcher.parse(request(text)) == parsed


async def test_talk_in_a_group_is_left_alone_but_commands_are_answered(dispatcher):
    assert await dispatcher.answer(request("who denied it?", private=False)) is None
    assert await dispatcher.answer(request("", private=False)) is None
    assert await dispatcher.answer(request("/who", private=False)) is not None


async def test_a_plain_question_in_private_is_answered_as_ask_answers_it(dispatcher):
    asked = "Who denied that children came to Belarus?"
    assert await dispatcher.answer(request(asked)) == await dispatcher.answer(request(f"/ask {asked}"))


async def test_empty_text_is_told_what_to_do_instead(dispatcher):
    for text in ("", "  ", "\x00\x01", "\n\t", "\u202e"):
        assert texts(await dispatcher.answer(request(text, role=Role.READER))) == [
            "That message holds no text: ask a question, or send /help."
        ]


async def test_an_unknown_command_names_the_nearest_and_offers_it(dispatcher):
    reply = await dispatcher.answer(request("/disputd"))
    assert texts(reply) == ["There is no command /disputd. Did you mean /disputed? /help all lists all."]
    assert reply.actions == (Action(label="/disputed", command="/disputed"),)


async def test_an_unknown_command_like_none_points_to_help(dispatcher):
    reply = await dispatcher.answer(request("/xylophone <b>now</b>"))
    assert texts(reply) == ["There is no command /xylophone: /help all lists all of them."]
    assert reply.actions == ()


async def test_a_command_is_told_what_it_needs(dispatcher):
    assert texts(await dispatcher.answer(request("/fact"))) == [
        "Add what you ask for: /fact <id>, for example /fact F7"
    ]


async def test_a_command_above_ones_role_looks_as_if_it_did_not_exist(record):
    restricted = Dispatcher(record, registry_of(echoing, Role.OWNER), Settings(), Clock())
    as_reader = texts(await restricted.answer(request("/try", role=Role.READER)))
    assert as_reader == ["There is no command /try: /help all lists all of them."]
    assert texts(await restricted.answer(request("/try", role=Role.MODERATOR))) == ["/try is for owners."]
    assert texts(await restricted.answer(request("/try x", role=Role.OWNER))) == ["OWNER x None"]


async def test_the_role_is_vouched_for_by_the_front_end_or_read_from_the_settings(dispatcher):
    assert await dispatcher.roles.of(request("/x", user="telegram:1"), None) is Role.OWNER
    assert await dispatcher.roles.of(request("/x", user="telegram:11"), None) is Role.READER
    assert await dispatcher.roles.of(request("/x", user="telegram:1", role=Role.READER), None) is Role.READER


async def test_a_message_over_the_length_is_refused_with_both_lengths(dispatcher):
    (text,) = texts(await dispatcher.answer(request("x" * 10_000)))
    assert "10000" in text and "4000" in text
    assert len(text) < 200
    assert len((await dispatcher.answer(request("/what " + "x" * 3994))).blocks) == 1


async def test_two_hundred_messages_at_once_are_answered_to_the_limit_and_warned_of_once(dispatcher):
    replies = [await dispatcher.answer(request("/stories")) for _ in range(200)]
    given = [reply for reply in replies if reply is not None]
    assert len(given) == 11
    assert "faster" in texts(given[-1])[0]
    assert [reply is None for reply in replies] == [False] * 11 + [True] * 189
    assert len((await dispatcher.answer(request("/stories", user=BOB))).blocks) > 1


async def test_messages_that_are_refused_count_towards_the_limit_too(dispatcher, subtests):
    for number, text in enumerate(("", "\x00", "/nonsense", "x" * 5000, "/fact F999")):
        with subtests.test(text=text):
            user = f"telegram:{100 + number}"
            replies = [await dispatcher.answer(request(text, user)) for _ in range(50)]
            assert sum(reply is not None for reply in replies) == 11


async def test_a_rested_reader_is_answered_again(record):
    clock = Clock()
    limited = Dispatcher(
        record, commands, Settings(limits=LimitSettings(messages_per_minute=60, burst=2)), clock
    )
    assert [await limited.answer(request("/stories")) is not None for _ in range(4)] == [
        True,
        True,
        True,
        False,
    ]
    clock.now += 1.5
    rested = await limited.answer(request("/stories"))
    assert isinstance(rested, Reply) and len(rested.blocks) > 1


async def test_group_talk_that_is_not_for_the_bot_costs_nothing(dispatcher):
    for _ in range(100):
        assert await dispatcher.answer(request("lovely weather", private=False)) is None
    assert len((await dispatcher.answer(request("/stories"))).blocks) > 1


async def test_whoever_a_front_end_vouches_for_is_not_limited(dispatcher):
    for _ in range(50):
        assert len((await dispatcher.answer(request("/stories", role=Role.READER))).blocks) > 1


async def test_an_error_made_to_be_shown_is_shown_with_its_commands(record):
    async def refusing(context, argument):
        raise UserError("Not so: {argument}", commands=(("Try /who", "/who"),))

    reply = await Dispatcher(record, registry_of(refusing), Settings(), Clock()).answer(request("/try"))
    assert texts(reply) == ["Not so: {argument}"]
    assert isinstance(reply, Reply) and reply.actions == (Action(label="Try /who", command="/who"),)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (BusyRecord, "The record is busy just now, and nothing was changed: try again in a moment."),
        (
            UnwritableRecord,
            "The record cannot be read or written just now: tell the operator, and try again.",
        ),
    ],
)
async def test_a_record_that_fails_is_told_in_the_users_terms_and_logged(record, caplog, kind, told):
    async def failing(context, argument):
        raise kind("/secret/path/record.db is locked")

    reply = await Dispatcher(record, registry_of(failing), Settings(), Clock()).answer(request("/try"))
    assert texts(reply) == [told]
    assert "/secret/path" in caplog.text


async def test_an_unforeseen_error_shows_only_its_id_and_is_logged_under_it(record, caplog):
    async def breaking(context, argument):
        raise ZeroDivisionError("private detail")

    reply = await Dispatcher(record, registry_of(breaking), Settings(), Clock()).answer(request("/try"))
    (text,) = texts(reply)
    incident = text.rstrip(".").split(" ")[-1]
    assert "private" not in text and "ZeroDivision" not in text
    (entry,) = [item for item in caplog.records if item.levelno >= logging.ERROR]
    assert incident in entry.getMessage()
    assert "private detail" in caplog.text


async def test_the_cursor_reaches_the_command_apart_from_its_argument(record):
    argument = Argument("x", Kind.WORDS, required=True)
    listing = registry_of(echoing, argument=argument, paged=True)
    trying = Dispatcher(record, listing, Settings(), Clock())
    assert texts(await trying.answer(request("/try a b >c.1"))) == ["READER a b c.1"]
    assert texts(await trying.answer(request("/try >1"))) == [
        "Add what you ask for: /try <x>, for example /try it"
    ]


async def test_without_pages_an_ending_like_a_cursor_is_part_of_what_is_typed(record):
    trying = Dispatcher(record, registry_of(echoing), Settings(), Clock())
    assert texts(await trying.answer(request("/try a >no"))) == ["READER a >no None"]


def test_a_command_declared_twice_is_a_mistake():
    registry = registry_of(echoing)
    with pytest.raises(ValueError, match="twice"):
        registry.command("try", family=Family.ASKING, role=Role.READER, help="h", example="/try")(echoing)


async def test_each_chat_has_its_own_story_in_use(dispatcher):
    ferry = next(story for story in await dispatcher.record.stories.all() if story.name == "tarrow-ferry")
    await dispatcher.answer(request("/story tarrow-ferry", chat="telegram:1"))
    assert texts(await dispatcher.answer(request("/about", chat="telegram:1")))[0] == ferry.title
    assert texts(await dispatcher.answer(request("/about", chat="telegram:2")))[0] != ferry.title


async def test_ids_of_another_story_are_refused_naming_that_story(dispatcher):
    stories = {story.name: story for story in await dispatcher.record.stories.all()}
    (fact, *_) = await dispatcher.record.listings.all(stories["tarrow-ferry"].id, limit=1)
    (source, *_) = await dispatcher.record.sources.page(stories["tarrow-ferry"].id, limit=1)
    for text in (f"/fact F{fact.id}", f"/history F{fact.id}", f"/sources S{source.id}"):
        reply = await dispatcher.answer(request(text))
        assert len(reply.blocks) == 1
        assert stories["tarrow-ferry"].title in texts(reply)[0]
        assert reply.actions[0].command == "/story tarrow-ferry"


async def test_everything_can_be_completed_from_what_is_typed(dispatcher):
    async def completed(text):
        return await dispatcher.complete(text, request(text))

    assert set(await completed("/wh")) == {"/who", "/when", "/where", "/what", "/why"}
    assert await completed("/who lub") == ["/who Dmytro Lubinets"]
    assert await completed("/story tar") == ["/story tarrow-ferry"]
    assert await completed("/help di") == ["/help disputed"]
    begun = await completed("/sources s1")
    assert begun == [item for item in await completed("/sources ") if item.startswith("/sources S1")] != []
    found = await completed("/fact f")
    assert len(found) > 5 and all(item.startswith("/fact F") for item in found)
    every = await completed("")
    assert every[:10] == [f"/{name}" for name in FIRST]
    assert {"/figures", "/mute"} < set(every) and not {"/skip", "/answer"} & set(every)
    for nothing in ("hello", "/start x", "/nope x", "/asof 20"):
        assert await completed(nothing) == []


LISTS = "/what|/when|/who|/where|/figures|/latest|/asof 2026-11-22|/sources|/disputed".split("|")


async def test_a_list_read_page_by_page_ends_and_shows_what_one_long_page_shows(record, subtests):
    dispatcher = Dispatcher(record, commands, Settings(), Clock())
    for story in ("belarus", "velmara-bridges", "tarrow-ferry"):
        await dispatcher.answer(request(f"/story {story}"))
        for first in LISTS:
            with subtests.test(story=story, first=first):
                await assert_pages_hold_all(dispatcher, first)


async def uncut(dispatcher, text):
    """Return the answer to a text as if a screen had no end."""
    with pytest.MonkeyPatch.context() as patch:
        for limit in ("SCREEN", "LAST", "PAGE"):
            patch.setattr(bounds, limit, 1_000_000)
        patch.setattr(paging, "page_starts", lambda blocks, _first=None: bounds.page_starts(blocks))
        for memo in ("_STARTS", "_PAGES"):
            patch.setattr(paging, memo, Memo(1))
        return await dispatcher.answer(request(text, role=Role.READER))


async def assert_pages_hold_all(dispatcher, first):
    whole = await uncut(dispatcher, first)
    assert isinstance(whole, Reply) and whole.page is None
    wanted = {(type(block), block.text) for block in whole.blocks if not isinstance(block, Heading | Note)}
    assert wanted
    seen, command, pages = set(), first, 0
    while command:
        reply = await dispatcher.answer(request(command, role=Role.READER))
        assert isinstance(reply, Reply)
        seen |= {(type(block), block.text) for block in reply.blocks}
        following = [action.command for action in reply.actions if action.turn == "next"]
        assert len(following) <= 1
        command = following[0] if following else None
        pages += 1
        assert pages < 40, "the pages do not end"
    assert wanted <= seen
    assert pages > 1 or sum(len(text) for _kind, text in wanted) <= bounds.LAST


async def test_every_line_of_every_list_cites_a_source_of_its_own_story(record, subtests):
    async with record.database.transaction() as tx:
        await tx.run("UPDATE story SET private = 1")  # so that none answers for another
    dispatcher = Dispatcher(record, commands, Settings(), Clock())
    for story in ["belarus", "velmara-bridges", "tarrow-ferry"]:
        with subtests.test(story=story):
            await dispatcher.answer(request(f"/story {story}"))
            found = await record.stories.find(story)
            own, citing = {source.id for source in await record.sources.page(found.id, limit=100)}, 0
            for command in commands:
                text = f"/{command.name}"
                if command.arguments and command.arguments[0].required:
                    text = command.example
                reply = await dispatcher.answer(request(text, role=Role.READER))
                assert isinstance(reply, Reply)
                cited = {
                    c.source for block in reply.blocks if isinstance(block, Line) for c in block.citations
                }
                assert cited <= own, text
                citing += bool(cited)
            assert citing > 5
