"""Every command, by everybody, by every way in: what they may do works, and nothing else changes anything."""

from __future__ import annotations

import pytest

from bot.commands import commands
from bot.commands.core.declarations import Command
from bot.commands.dispatch import Dispatcher
from bot.requests import Role
from tests.bot.commands.core.test_roles import may
from tests.bot.desk import OWNER, PASSING, Desk, assert_short, kept, said, still
from tests.bot.filling_in import OPENING, draft
from tests.bot.ways_in import GIVEN, IN_GROUPS, LOOKED_UP, UNHEARD, Way, Who

# Each with what `may` calls them.
PEOPLE = {
    "reader": (Who(66), "reader"),
    "moderator": (Who(7, Role.MODERATOR), "moderator here"),
    "owner": (Who(1, Role.OWNER), "owner"),
    "moderator of another story": (Who(8), "moderator elsewhere"),
    "dismissed moderator": (Who(9), "reader"),
    "anonymous admin": (Who(10, anonymous=True), "group"),
}
NOT_FOR_THEM = ("There is no command", "only people can have a role", " is for moderators", " is for owners")
TERMINAL = "typed in the terminal"
COMMANDS = ("/confirm", "/skip", "/cancel", "/answer Putin")


async def everybody(desk: Desk) -> None:
    """Give people their roles, on Telegram and on Discord."""
    desk.settings = desk.settings.model_copy(update={"owners": [OWNER, "discord:1"]})
    desk.dispatcher = Dispatcher(desk.record, commands, desk.settings, still)
    for platform in ("telegram", "discord"):
        await desk.appoint(f"{platform}:7")
        await desk.appoint(f"{platform}:8", "tarrow-ferry")
        await desk.appoint(f"{platform}:9")
        await desk.person(OWNER).tells(f"/dismiss {platform}:9 belarus", "[Confirm]")
    await draft(desk)


def of(who: Who, ways: dict[str, Way]) -> dict[str, Way]:
    """Return the ways that are open to somebody; in the terminal only a role as such is."""
    if who.anonymous:
        return {name: way for name, way in ways.items() if name in IN_GROUPS}
    return {name: way for name, way in ways.items() if name != TERMINAL or who.number not in (8, 9)}


def coming_by(way: str) -> list[Command]:
    return [command for command in commands if way != "a modal" or command.name in OPENING]


@pytest.mark.parametrize("name", PEOPLE)
async def test_a_command_does_what_somebody_may_and_nothing_else(desk, name, subtests):
    await everybody(desk)
    who, called = PEOPLE[name]
    for way, arrive in of(who, GIVEN).items():
        if way == TERMINAL and who.role is Role.MODERATOR:
            called = "moderator of all"
        # What may not be done comes first: then nothing at all may have changed.
        for allowed in (False, True):
            before = desk.kept()
            for command in coming_by(way):
                if may(called, command) is allowed:
                    with subtests.test(way=way, command=command.name):
                        text = said(await desk.dispatcher.answer(arrive(who, command.example, command)))
                        assert "went wrong" not in text
                        assert any(words in text for words in NOT_FOR_THEM) is not allowed, text
            assert allowed or desk.kept() == before, way


@pytest.mark.parametrize("name", PEOPLE)
async def test_what_somebody_else_wrote_is_never_a_command(desk, name, subtests):
    await everybody(desk)
    who, _called = PEOPLE[name]
    before = kept(desk.record.database.path, ())
    for way, arrive in of(who, UNHEARD | LOOKED_UP).items():
        for command in commands:
            with subtests.test(way=way, command=command.name):
                request = arrive(who, command.example, command)
                if way in UNHEARD:
                    assert request is None
                else:
                    reply = await desk.dispatcher.answer(request)
                    assert_short(reply, "only looked up", "type it to me yourself")
        assert kept(desk.record.database.path, ()) == before, way


async def test_what_somebody_else_wrote_answers_no_question(desk, subtests):
    """Its plain text is looked up, as if nothing were asked; “quoted” is only a command that is quoted."""
    await everybody(desk)
    who, command = PEOPLE["moderator"][0], commands.find("add")
    passing = PASSING - {"dialogue"}
    for way, arrive in LOOKED_UP.items():
        arrived = arrive(who, "/add", command)
        ann = desk.person(arrived.user, arrived.chat)
        for opening in ("/add The bridge is closed", "/retract F5 The source withdrew it"):
            await ann.says(opening)
            token = ann.button("Cancel").removeprefix("/cancel ")
            before = kept(desk.record.database.path, passing)
            for text in (*COMMANDS, f"/confirm {token}", f"/answer #{token} Putin", "Who denied it?", "1"):
                if way.startswith("quoted") and not text.startswith("/"):
                    continue
                with subtests.test(way=way, text=text):
                    told = said(await desk.dispatcher.answer(arrive(who, text, command)))
                    assert ("only looked up" in told) is text.startswith("/"), told
                    assert not any(words in told for words in ("Who says so", "Readers will see")), told
                    assert kept(desk.record.database.path, passing) == before
