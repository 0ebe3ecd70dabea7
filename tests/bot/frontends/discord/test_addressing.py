"""What asks the bot something on Discord, who asks and where, and how options become a text."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.core.declarations import Argument, Command, Kind
from bot.frontends.discord.addressing import (
    asked,
    call_of,
    channel,
    lacking,
    may_manage,
    number_of,
    person,
    quoted,
    request_of,
)
from bot.requests import Call, Identity, Request
from tests.bot.hostile import STRANGE

ME = cast("discord.ClientUser", SimpleNamespace(id=99))
ALL = discord.Permissions.all()
THREAD = Mock(spec=discord.Thread, id=55)
CHANNEL = Mock(spec=discord.TextChannel, id=44)
FORUM_POST = Mock(spec=discord.Thread, id=66, parent=Mock(spec=discord.ForumChannel, id=33))


class Somebody(SimpleNamespace):
    """A user, told apart by the id, as the library's are."""

    def __eq__(self, other: object) -> bool:
        return getattr(other, "id", None) == self.id

    __hash__ = None  # nobody needs it


def user(number: int = 7, name: str = "ann", *, bot: bool = False) -> Any:
    return Somebody(id=number, name=name, display_name=name.title(), bot=bot)


def acting(place: Any = CHANNEL, guild: int | None = 1, **fields: Any) -> Any:
    known: dict[str, Any] = {
        "guild_id": guild, "channel_id": place.id, "channel": place, "user": user(),
        "locale": discord.Locale.ukrainian, "permissions": discord.Permissions.none(), "app_permissions": ALL,
    }  # fmt: skip
    return SimpleNamespace(**known | fields)


def test_where_and_by_whom_something_is_asked(subtests: pytest.Subtests) -> None:
    for place, guild, chat in [
        (CHANNEL, 1, "discord:#44"),
        (THREAD, 1, "discord:#55"),
        (FORUM_POST, 1, "discord:#66"),
        (Mock(spec=discord.DMChannel, id=70), None, "discord:7"),
    ]:
        with subtests.test(place=place):
            request = asked(acting(place, guild), "/who")
            assert request == Request(
                "/who", chat, "discord:7", language="uk", shared=guild is not None, handle="ann", name="Ann",
                alone="discord:7", discreet=True,
            )  # fmt: skip
            assert request.role is None and request.private
            assert (request.administers is None) == (guild is None)


def test_addresses_are_read_back(subtests: pytest.Subtests) -> None:
    for number, address in [(person(34), (34, False)), (channel(12), (12, True))]:
        with subtests.test(number=number):
            assert number_of(number) == address


def test_languages(subtests: pytest.Subtests) -> None:
    for locale, language in [("en-US", "en_US"), ("pt-BR", "pt_BR"), ("uk", "uk"), ("xx-Y", "xx_Y")]:
        with subtests.test(locale=locale):
            found = discord.enums.try_enum(discord.Locale, locale)
            assert asked(acting(locale=found), "/who").language == language


async def test_who_decides_what_a_channel_hears(subtests: pytest.Subtests) -> None:
    for place, permission, may in [
        (CHANNEL, "manage_channels", True),
        (CHANNEL, "manage_threads", False),
        (CHANNEL, "manage_guild", False),
        (CHANNEL, "manage_messages", False),
        (THREAD, "manage_channels", True),
        (THREAD, "manage_threads", True),
        (THREAD, "manage_messages", False),
        (FORUM_POST, "manage_threads", True),
        (None, "manage_channels", True),
        (None, "manage_threads", False),
    ]:
        with subtests.test(place=place, permission=permission):
            permissions = discord.Permissions(**{permission: True})
            assert may_manage(permissions, place) is may
            assert may_manage(discord.Permissions.none(), place) is False
            request = asked(acting(place or CHANNEL, permissions=permissions, channel=place), "/subscribe")
            assert request.administers is not None and await request.administers() is may


def test_what_the_bot_lacks_to_write_there(subtests: pytest.Subtests) -> None:
    for place, missing, told in [
        (CHANNEL, [], ()), (THREAD, [], ()),
        (CHANNEL, ["send_messages"], ("Send Messages",)), (THREAD, ["send_messages"], ()),
        (THREAD, ["send_messages_in_threads"], ("Send Messages In Threads",)),
        (CHANNEL, ["send_messages_in_threads"], ()),
        (CHANNEL, ["view_channel", "embed_links"], ("View Channel", "Embed Links")),
        (THREAD, ["read_message_history"], ("Read Message History",)), (CHANNEL, ["attach_files"], ()),
    ]:  # fmt: skip
        with subtests.test(place=place, missing=missing):
            permissions = discord.Permissions.all()
            permissions.update(**dict.fromkeys(missing, False))
            assert lacking(permissions, place) == told
            assert asked(acting(place, app_permissions=permissions), "/subscribe").lacking == told
            assert (
                asked(acting(place, None, app_permissions=discord.Permissions.none()), "/subscribe").lacking
                == ()
            )


def message(content: str = "<@99> who?", *, shared: bool = True, author: Any = None, **fields: Any) -> Any:
    """Return a message in a channel, or a direct one; in a channel it mentions the bot."""
    known: dict[str, Any] = {
        "author": author or user(), "webhook_id": None, "guild": object() if shared else None,
        "content": content, "mentions": [Somebody(id=99)] if shared else [], "reference": None,
        "message_snapshots": [],
        "channel": CHANNEL if shared else Mock(spec=discord.DMChannel, id=70), "embeds": [],
        "is_system": lambda: False,
    }  # fmt: skip
    return SimpleNamespace(**known | fields)


def test_a_mention_in_a_channel(subtests: pytest.Subtests) -> None:
    for content, expected in [
        ("<@99> who is he?", "who is he?"), ("<@!99>, who?", "who?"), ("who <@99> is?", "who  is?"),
        ("hey <@99>, who?", "hey, who?"),
        ("<@99>", "/start"), (" <@99> : ", "/start"), ("<@99> /who lubinets", "/who lubinets"),
        ("<@99>\n/add x\nwho: y", "/add x\nwho: y"), ("<@99> <@8> who?", "<@8> who?"),
        ("<@99> — what?", "what?"),
    ]:  # fmt: skip
        with subtests.test(content=content):
            request = request_of(message(content), ME, language="en")
            assert request is not None and request.text == expected
            assert (request.chat, request.user, request.shared) == ("discord:#44", "discord:7", True)
            # What is written is seen by all, and so what is answered: nothing is discreet.
            assert not request.discreet and request.private and request.role is None


def test_direct_messages_are_all_meant_for_the_bot(subtests: pytest.Subtests) -> None:
    for content in ["who is he?", "/who", "", "<@99> x", "x" * 4000]:
        with subtests.test(content=content):
            request = request_of(message(content, shared=False), ME, language="de")
            assert request == Request(
                content, "discord:7", "discord:7", language="de", handle="ann", name="Ann", alone="discord:7"
            )


def test_what_no_person_wrote_is_passed_over(subtests: pytest.Subtests) -> None:
    for fields in [{"author": user(50, "other", bot=True)}, {"webhook_id": 5}, {"is_system": lambda: True}]:
        for shared in [True, False]:
            with subtests.test(fields=fields, shared=shared):
                assert request_of(message(shared=shared, **fields), ME, language="en") is None


def test_talk_among_others_is_passed_over() -> None:
    assert request_of(message("who?", mentions=[]), ME, language="en") is None
    assert request_of(message("<@8> who?", mentions=[user(8, "bob")]), ME, language="en") is None


def answered(author: Any, *ids: str) -> Any:
    row = Mock(children=[*(Mock(spec=["custom_id"], custom_id=each) for each in ids), Mock(spec=["url"])])
    earlier = Mock(spec=discord.Message, author=author, components=[row, Mock(spec=["content"])])
    earlier.content, earlier.embeds, earlier.message_snapshots = "", [], []
    earlier.id = 41
    return SimpleNamespace(resolved=earlier, type=discord.MessageReferenceType.reply)


def test_whom_a_message_replies_to_and_what_was_offered_there() -> None:
    mine = answered(user(99, "onrecord", bot=True), "/skip 1.2", "#0123456789abcdef")
    for shared in (True, False):
        request = request_of(message("The court", shared=shared, reference=mine), ME, language="en")
        assert request is not None
        assert request.replied_to == Identity("discord:99", "onrecord", "Onrecord", is_person=False)
        assert request.offered == ("/skip 1.2", "#0123456789abcdef")
        assert request.answered == 41
    bobs = request_of(message("<@99> /appoint", reference=answered(user(8, "bob"))), ME, language="en")
    assert bobs is not None
    assert bobs.replied_to == Identity("discord:8", "bob", "Bob") and bobs.offered == ()
    for gone in (None, Mock(spec=discord.DeletedReferencedMessage)):
        reference = SimpleNamespace(resolved=gone, type=discord.MessageReferenceType.reply)
        request = request_of(message(reference=reference), ME, language="en")
        assert request is not None and request.replied_to is None and request.offered == ()
        assert request.is_reply
    # Another bot's buttons are none of ours.
    theirs = answered(user(50, "other", bot=True), "/cancel 1.2")
    request = request_of(message(reference=theirs), ME, language="en")
    assert request is not None and request.is_reply and request.offered == () and request.answered == 0


def test_what_is_forwarded_is_looked_up() -> None:
    """Its text stands in a copy of the other message; discord.py may know the other message as well."""
    kind = discord.MessageReferenceType.forward
    mine = Mock(spec=discord.Message, author=user(99, bot=True), components=[])
    snapshot = SimpleNamespace(content="/appoint 66", embeds=[discord.Embed(title="A title")])
    for resolved in (None, mine):
        reference = SimpleNamespace(resolved=resolved, type=kind)
        request = request_of(
            message("", shared=False, reference=reference, message_snapshots=[snapshot]), ME, language="en"
        )
        assert request is not None and request.forwarded and not request.is_reply
        assert request.text == "/appoint 66\nA title"
        assert request.replied_to is None and request.offered == ()
    plain = request_of(message("/who", shared=False), ME, language="en")
    assert plain is not None and not plain.forwarded and not plain.is_reply
    assert quoted(message("", message_snapshots=[snapshot])) == "/appoint 66\nA title"


def test_whom_a_message_names() -> None:
    other = user(50, "other", bot=True)
    request = request_of(
        message("<@99> /who", mentions=[user(8, "bob"), Somebody(id=99), other]), ME, language="en"
    )
    assert request is not None
    assert request.mentioned == (
        Identity("discord:8", "bob", "Bob"), Identity("discord:50", "other", "Other", is_person=False),
    )  # fmt: skip


async def test_who_decides_for_a_channel_by_a_message(subtests: pytest.Subtests) -> None:
    for may in [True, False]:
        with subtests.test(may=may):
            member = Mock(spec=discord.Member, id=7, bot=False, display_name="Ann")
            member.name = "ann"
            place = Mock(spec=discord.TextChannel, id=44)
            place.permissions_for.return_value = discord.Permissions(manage_channels=may)
            for author, where, expected in (
                (member, place, may), (user(), place, False),
                (member, Mock(spec=discord.PartialMessageable, id=44), False),
            ):  # fmt: skip
                request = request_of(message(author=author, channel=where), ME, language="en")
                assert request is not None and request.administers is not None
                assert await request.administers() is expected


def test_the_question_that_a_message_makes() -> None:
    embed = discord.Embed(title="Title", description="More\nwords")
    assert quoted(message("a\n\nb", embeds=[embed, discord.Embed()])) == "a\n\nb\nTitle\nMore\nwords"
    assert quoted(message("  ")) == ""
    assert len(quoted(message("word " * 1900))) == 6000


SLASHES = ["/add x", "/who", "x\n/retract F1", "/", "//who", "@bot /who"]
values = st.sampled_from([*STRANGE, *SLASHES, "a >5", ">5", "  a  ", "a\nb\r\nc", "\n>5"]) | st.text(
    max_size=60
)


def options_of(command: Command) -> st.SearchStrategy[dict[str, Any]]:
    def value_of(argument: Argument) -> st.SearchStrategy[Any]:
        if argument.kind is Kind.PERSON:
            return st.integers(1, 2**63).map(lambda number: user(number, "bob"))
        return st.integers(1, 10**6) if argument.kind is Kind.COUNT else values

    return st.fixed_dictionaries({}, optional={each.key: value_of(each) for each in command.arguments})


def check_arrival(command: Command, options: dict[str, Any]) -> None:
    call, people = call_of(command, options)
    people_by_key = {key: Identity(person(each.id), "bob", "Bob") for key, each in options.items()
                     if not isinstance(each, str | int)}  # fmt: skip
    assert call == Call(command.name, options | people_by_key)
    assert people == tuple(people_by_key.values())


def test_options_arrive_as_arguments_just_as_they_were_given(subtests: pytest.Subtests) -> None:
    for command in commands:
        with subtests.test(command=command.name):
            check = given(st.just(command), options_of(command))(check_arrival)
            settings(max_examples=20)(check)()
