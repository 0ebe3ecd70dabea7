"""What Discord is told that the bot offers."""

from __future__ import annotations

import copy
import re
from typing import Any, cast
from unittest.mock import Mock

import aiohttp
import discord
import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import commands
from bot.commands.core.declarations import Argument, Catalogue, Command, Family, Kind
from bot.frontends.discord.client import Client
from bot.frontends.discord.menu import DELETE, ON_RECORD, Menu, _brief
from bot.requests import Role
from tests.bot.frontends.discord.discord_room import open_room, said

# https://discord.com/developers/docs/interactions/application-commands#application-command-object
NAME = re.compile(r"[a-z0-9_-]{1,32}")
STRING, INTEGER, USER = 3, 4, 6


def menu_of(registry: Catalogue) -> Menu:
    client = Client(cast("Any", None), registry, cast("Any", None), aiohttp.TraceConfig())
    return Menu(client, registry, cast("Any", Mock()))


def told(registry: Catalogue) -> dict[str, dict[str, Any]]:
    """Return what Discord is told of each slash command, by name."""
    menu = menu_of(registry)
    return {command.name: cast("dict[str, Any]", command.to_dict(menu)) for command in menu.get_commands(
        type=discord.AppCommandType.chat_input)}  # fmt: skip


SLASH = told(commands)
LISTED = [command for command in commands if command.is_listed]


def catalogue_of(*declared: Command) -> Catalogue:
    catalogue = Catalogue()
    for each in declared:
        catalogue.declare(each)
    return catalogue


def a_command(*arguments: Argument, name: str = "who", **traits: Any) -> Command:
    traits = {"help": "who is who", "role": Role.READER, **traits}
    return Command(name, Family.ASKING, example="", arguments=arguments, **traits)


def test_each_command_of_the_registry_is_a_slash_command_within_all_limits() -> None:
    assert list(SLASH) == [command.name for command in LISTED]
    assert len(SLASH) <= 100
    for name, data in SLASH.items():
        assert NAME.fullmatch(name)
        assert data["type"] == 1 and 1 <= len(data["description"]) <= 100, name
        declared = commands.find(name)
        everywhere = declared is not None and (declared.is_first or declared.role > Role.READER)
        assert (data["contexts"], data["integration_types"]) == ([0, 1] if everywhere else [0], [0]), name
        options = data["options"]
        assert len(options) <= 25 and len({option["name"] for option in options}) == len(options), name
        needed = [option["required"] for option in options]
        assert needed == sorted(needed, reverse=True), name
        texts = [data["name"], data["description"]]
        for option in options:
            assert NAME.fullmatch(option["name"]), (name, option)
            assert 1 <= len(option["description"]) <= 100, (name, option)
            texts += [option["name"], option["description"]]
        assert sum(map(len, texts)) <= 4000, name


def test_options_are_the_arguments(subtests: pytest.Subtests) -> None:
    for command in LISTED:
        with subtests.test(command=command.name):
            options = {option["name"]: option for option in SLASH[command.name]["options"]}
            assert set(options) == {argument.key for argument in command.arguments}
            for argument in command.arguments:
                option = options[argument.key]
                types = {Kind.COUNT: INTEGER, Kind.PERSON: USER}
                assert option["type"] == types.get(argument.kind, STRING)
                assert option["required"] == (argument.required or argument.kind is Kind.PERSON)
                assert (option.get("min_value") == 1) == (argument.kind is Kind.COUNT)
                completed = argument.key in command.completed or argument.kind in {
                    Kind.NAME, Kind.PLACE, Kind.SOURCE, Kind.FACT, Kind.STORY, Kind.COMMAND, Kind.DRAFT,
                }  # fmt: skip
                assert bool(option.get("autocomplete")) == completed
                # People are chosen by Discord itself, and numbers are typed.
                assert not completed or option["type"] == STRING


def test_each_option_says_what_to_fill_in(subtests: pytest.Subtests) -> None:
    for command in LISTED:
        options = {option["name"]: option["description"] for option in SLASH[command.name]["options"]}
        for argument in command.arguments:
            with subtests.test(command=command.name, argument=argument.key):
                described = options[argument.key]
                assert described == argument.help and len(described) <= 100, "whole, as it was written"
                taken = set(re.findall(r"\w+", f"{argument.name} {argument.key}".casefold()))
                said = set(re.findall(r"\w+", described.casefold()))
                assert len(said - taken) >= 5, "more than its name"
                assert re.search(r"for example \S|empty|: .*\S", described)


def test_each_key_is_a_word_that_a_function_can_be_called_with(subtests: pytest.Subtests) -> None:
    for command in LISTED:
        with subtests.test(command=command.name):
            keys = [argument.key for argument in command.arguments]
            assert len(set(keys)) == len(keys)
            assert all(re.fullmatch(r"[a-z][a-z_]{0,31}", key) for key in keys)


def test_who_sees_a_command_unless_a_server_says_otherwise() -> None:
    seen = {name: data["default_member_permissions"] for name, data in SLASH.items()}
    for command in LISTED:
        readers = None if command.is_first else discord.Permissions(manage_messages=True).value
        expected = {
            Role.MODERATOR: discord.Permissions(manage_messages=True).value,
            Role.OWNER: discord.Permissions(manage_guild=True).value,
            Role.READER: discord.Permissions(manage_channels=True).value if command.by_admins else readers,
        }
        assert seen[command.name] == expected[command.role], command.name
    assert seen["who"] is None and seen["subscribe"] == 16 and seen["add"] == seen["figures"] == 8192
    assert len([name for name, needed in seen.items() if needed is None]) <= 10


def test_what_answers_a_dialogue_is_no_slash_command() -> None:
    assert not {"answer", "choose", "skip", "back", "confirm", "cancel"} & set(SLASH)


def test_two_commands_stand_in_the_menu_of_a_message() -> None:
    menu = menu_of(commands)
    told = [cast("dict[str, Any]", each.to_dict(menu)) for each in menu.get_commands(
        type=discord.AppCommandType.message)]  # fmt: skip
    assert [data["name"] for data in told] == [ON_RECORD, DELETE]
    for data in told:
        assert data["type"] == 3 and len(data["name"]) <= 32
        assert data["contexts"] == [0, 1] and data["default_member_permissions"] is None
    assert not menu.get_commands(type=discord.AppCommandType.user)


@given(st.text(max_size=300))
def test_a_description_is_one_line_and_no_longer_than_discord_shows(text: str) -> None:
    brief = _brief(text)
    assert len(brief) <= 100 and "\n" not in brief
    whole = " ".join(text.split())
    assert brief == whole if len(whole) <= 100 else whole.startswith(brief[:-1]) and brief.endswith("…")


def test_a_command_without_words_is_described_by_its_name() -> None:
    data = told(catalogue_of(a_command(help=" "), a_command(name="long", help="word " * 40)))
    assert data["who"]["description"] == "who"
    assert len(data["long"]["description"]) == 100 and data["long"]["description"].endswith("word…")


def test_what_must_be_given_comes_first() -> None:
    arguments = (
        Argument("a", Kind.WORDS),
        Argument("b", Kind.PERSON),
        Argument("c", Kind.DATE, required=True),
    )
    options = told(catalogue_of(a_command(*arguments)))["who"]["options"]
    assert [(option["name"], option["required"]) for option in options] == [
        ("b", True), ("c", True), ("a", False),
    ]  # fmt: skip


BEFORE = a_command(Argument("name", Kind.NAME), Argument("count", Kind.COUNT))
NAME_OF, COUNT_OF = BEFORE.arguments
# What may differ from what Discord has: what we offer now.
CHANGES: dict[str, tuple[Command, ...]] = {
    "description": (a_command(*BEFORE.arguments, help="who is named"),),
    "option added": (a_command(*BEFORE.arguments, Argument("place", Kind.PLACE)),),
    "option removed": (a_command(NAME_OF),),
    "option renamed": (a_command(Argument("whom", Kind.NAME), COUNT_OF),),
    "option described otherwise": (a_command(Argument("whom", Kind.NAME, option="name"), COUNT_OF),),
    "options in another order": (a_command(COUNT_OF, NAME_OF),),
    "option needed": (a_command(Argument("name", Kind.NAME, required=True), COUNT_OF),),
    "type of an option": (a_command(NAME_OF, Argument("count", Kind.WORDS)),),
    "option not completed": (a_command(Argument("name", Kind.WORDS), COUNT_OF),),
    "option completed": (a_command(NAME_OF, Argument("count", Kind.WORDS), completed=frozenset({"count"})),),
    "permission": (a_command(*BEFORE.arguments, role=Role.MODERATOR),),
    "by admins": (a_command(*BEFORE.arguments, by_admins=True),),
    "command added": (BEFORE, a_command(name="when")),
    "command removed": (),
    "command renamed": (a_command(*BEFORE.arguments, name="whom"),),
}


class Told(Menu):
    """A menu that Discord has already been told of, in some way."""

    def __init__(self, registry: Catalogue, has: list[dict[str, Any]]) -> None:
        client = Client(cast("Any", None), registry, cast("Any", None), aiohttp.TraceConfig())
        super().__init__(client, registry, cast("Any", Mock()))
        self._has = has
        self.synced = 0

    async def sync_changes(self) -> bool:
        async def get_global_commands(_application: int) -> list[dict[str, Any]]:
            return self._has

        self.client.http.get_global_commands = get_global_commands  # type: ignore[method-assign,assignment]  # reason: stands in for it
        return await super().sync_changes()

    async def sync(self, **_options: Any) -> list[app_commands.AppCommand]:
        self.synced += 1
        return []


def as_discord_has_it(menu: Menu) -> list[dict[str, Any]]:
    """Return commands as Discord tells of them: with its ids, texts for numbers, no defaults."""
    found = []
    for number, command in enumerate(menu.get_commands(), 1):
        data: dict[str, Any] = copy.deepcopy(cast("dict[str, Any]", command.to_dict(menu)))
        if (permissions := data["default_member_permissions"]) is not None:
            data["default_member_permissions"] = str(permissions)
        for option in data.get("options", ()):
            for name in [name for name, value in option.items() if value in (False, None, [])]:
                del option[name]
        data.setdefault("description", "")
        found.append({"id": str(number), "application_id": "1", "version": "1", "dm_permission": True,
                      "nsfw": False, **data})  # fmt: skip
    return found


async def test_discord_is_told_nothing_that_it_knows() -> None:
    for registry in (catalogue_of(BEFORE), commands):
        menu = Told(registry, as_discord_has_it(menu_of(registry)))
        assert not await menu.sync_changes() and menu.synced == 0


async def test_discord_is_told_of_whatever_differs(subtests: pytest.Subtests) -> None:
    for what, declared in CHANGES.items():
        with subtests.test(what=what):
            menu = Told(catalogue_of(*declared), as_discord_has_it(menu_of(catalogue_of(BEFORE))))
            assert await menu.sync_changes() and menu.synced == 1


async def test_discord_is_told_where_somebody_else_changed_a_command(subtests: pytest.Subtests) -> None:
    for name, value in [("contexts", [0]), ("integration_types", [0, 1]), ("default_member_permissions", "8"),
     ("description", "old"), ("name", "old"), ("contexts", None)]:  # fmt: skip
        with subtests.test(name=name, value=value):
            has = as_discord_has_it(menu_of(catalogue_of(BEFORE)))
            has[0][name] = value
            menu = Told(catalogue_of(BEFORE), has)
            assert await menu.sync_changes() and menu.synced == 1


async def test_a_second_start_tells_discord_nothing(record) -> None:
    async with open_room(record) as room:
        assert len(room.asked_of_discord("PUT", "/commands")) == 1
        again = Client(record, commands, room.conversation, aiohttp.TraceConfig())
        await room.env.restart_bot(again)
        assert len(room.asked_of_discord("PUT", "/commands")) == 1
        fewer = catalogue_of(BEFORE)
        await room.env.restart_bot(Client(record, fewer, room.conversation, aiohttp.TraceConfig()))
        assert len(room.asked_of_discord("PUT", "/commands")) == 2


async def test_an_older_command_is_answered_clearly(record, monkeypatch) -> None:
    old = catalogue_of(
        a_command(Argument("whom", Kind.NAME), name="gone"),
        a_command(Argument("number", Kind.WORDS), name="fact", completed=frozenset({"number"})),
    )

    async def in_no_hurry(self: Menu) -> bool:
        return False

    async with open_room(record) as room:
        alice = room.member(manage_messages=True)
        await room.env.restart_bot(Client(record, old, room.conversation, aiohttp.TraceConfig()))
        monkeypatch.setattr(Menu, "sync_changes", in_no_hurry)
        await room.env.restart_bot(Client(record, commands, room.conversation, aiohttp.TraceConfig()))
        for name, options in (("gone", {}), ("fact", {"number": "5"})):
            result = await alice.slash(room.channel, name, **options)
            assert result.ephemeral and "This command has changed" in said(result)
        assert await alice.autocomplete(room.channel, "gone", "whom", "x") == []
        room.env.inject_error("POST", "/interactions/*", status=404, code=10062)
        result = await alice.slash(room.channel, "gone")
        assert not result.acknowledged
