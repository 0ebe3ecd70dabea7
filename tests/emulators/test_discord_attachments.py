"""Files that the bot attaches on Discord's emulator: described within bounds, and replaced by an edit."""

import io

import discord
import pytest

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_asking import newsroom, running

pytestmark = pytest.mark.asyncio


def file(name: str, content: bytes = b"one", description: str | None = None) -> discord.File:
    """Return a file to attach."""
    return discord.File(io.BytesIO(content), name, description=description)


async def test_files_are_described_and_replaced_by_an_edit() -> None:
    async with DiscordEmulator(limits=None) as api:
        _alice, channel = newsroom(api)
        async with running(api) as bot:
            place = bot.get_partial_messageable(channel.id)
            files = [file("a.png", description="x" * 1024), file("a.txt")]
            sent = await place.send("one", files=files)
            first = await channel.next_message()
            assert [each["filename"] for each in first.attachments] == ["a.png", "a.txt"]
            assert first.attachments[0]["description"] == "x" * 1024
            held = api.backend.cdn.get(first.attachments[1]["url"])
            assert held == b"one"
            await sent.edit(attachments=[file("b.png", b"two", "y")])
            (only,) = (await channel.next_edit()).attachments
            assert (only["filename"], only["description"]) == ("b.png", "y")
            await sent.edit(content="two")
            assert len((await channel.next_edit()).attachments) == 1, "what is not named stays"
            await sent.edit(attachments=[])
            assert (await channel.next_edit()).attachments == []
        assert api.violations == []


async def test_a_description_that_is_too_long_is_refused_wherever_it_stands() -> None:
    async with DiscordEmulator(limits=None) as api:
        _alice, channel = newsroom(api)
        async with running(api) as bot:
            place = bot.get_partial_messageable(channel.id)
            sent = await place.send("one")
            for call in (
                lambda long: place.send(file=file("a.png", description=long)),
                lambda long: sent.edit(attachments=[file("a.png", description=long)]),
            ):
                with pytest.raises(discord.HTTPException) as refused:
                    await call("x" * 1025)
                assert refused.value.code == 50035
        assert len(api.violations) == 2
