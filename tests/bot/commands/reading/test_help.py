"""Help: one screen in plain words, and all commands where they are asked for."""

from __future__ import annotations

from bot.commands import commands
from bot.commands.core.declarations import FIRST
from bot.frontends.terminal.render import rows
from bot.replies import Item
from bot.requests import Role
from tests.bot.desk import ANN, EVE, buttons, said


async def test_help_is_one_screen(desk, subtests):
    for person in (
        desk.person(EVE),
        await desk.moderator(ANN),
        desk.person(EVE, "telegram:-100", shared=True),
    ):
        with subtests.test(chat=person.chat):
            reply = await person.says("/help")
            assert reply is not None and reply.page is None
            assert len(said(reply)) <= 700
            assert [block.label for block in reply.blocks if isinstance(block, Item)] == [
                f"/{name}" for name in FIRST
            ]
            assert buttons(reply) == ["All commands", "Settings", "Privacy"]


async def test_help_fits_a_narrow_terminal(desk):
    reply = await desk.person(EVE).says("/help")
    assert all(len(row.text) <= 42 for row in rows(reply, 42))


async def test_all_commands_stand_on_pages_and_what_answers_a_dialogue_on_none(desk):
    shown = await desk.person(EVE).reads("/help all")
    for command in commands:
        listed = command.role is Role.READER and command.is_listed
        assert (f"{command.usage()} " in f"{shown} ") == listed, command.name
    assert "/answer" not in shown
