"""/takedown on a simulated Discord: given with its ground, confirmed by a button, and refused to others."""

from __future__ import annotations

from bot.commands import commands
from bot.commands.core.roles import Roles
from storage.record import Record
from tests.bot.frontends.discord.discord_room import dispatcher_over, open_room, said, words
from tests.bot.frontends.discord.test_talks import presses


async def test_an_owner_takes_a_fact_down_with_a_slash_command(record: Record) -> None:
    dispatcher = dispatcher_over(record)
    async with open_room(record, dispatcher) as room:
        owner, mod = room.member("owner", manage_guild=True, manage_messages=True), await room.moderator()
        dispatcher.roles = Roles(record, commands, [f"discord:{owner.id}"])
        statement = (await record.facts.find(7)).statement
        shown = (await mod.slash(room.channel, "fact", id="F7")).response
        assert statement in words(shown)
        refused = await mod.slash(room.channel, "takedown", what="F7", ground="privacy")
        assert refused.ephemeral and "is for owners" in said(refused)
        grounds = await owner.autocomplete(room.channel, "takedown", "ground", "", what="F7")
        assert [each["value"] for each in grounds] == ["safety", "law", "privacy"]
        asked = await owner.slash(room.channel, "takedown", what="F7", ground="privacy")
        assert asked.ephemeral and "F7 will be taken down" in said(asked)
        done = await presses(owner, asked, "Confirm")
        assert "F7 is taken down." in said(done)
        for each in (refused, asked, done):
            assert statement not in said(each)
        assert "taken down on" in said(await mod.slash(room.channel, "fact", id="F7"))
