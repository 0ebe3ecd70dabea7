"""Logging in, and the gateway: sessions that begin, break off, resume and end."""

import asyncio

import discord
import pytest

from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_asking import SmallBot, newsroom, pointed_at, running

pytestmark = pytest.mark.asyncio


class TestLogin:
    """Who comes in."""

    async def test_who_it_is(self, discord_api: DiscordEmulator) -> None:
        alice, channel = newsroom(discord_api)
        async with running(discord_api) as bot:
            assert bot.user and (bot.user.id, bot.user.name) == (discord_api.bot.id, "OnRecord")
            assert bot.application_id == discord_api.backend.application_id
            assert [guild.name for guild in bot.guilds] == ["Newsroom"]
            assert bot.get_channel(channel.id) is not None
            assert bot.guilds[0].get_member(alice.id) is None, "members are told to those who may know them"
            assert bot.guilds[0].me.id == discord_api.bot.id
            assert discord_api.connected

    async def test_wrong_token(self, discord_api: DiscordEmulator) -> None:
        bot = SmallBot()
        with pointed_at(discord_api), pytest.raises(discord.LoginFailure):
            await bot.login("some.other.token")
        await bot.close()
        assert (discord_api.calls[-1].status, discord_api.invalid_requests) == (401, 1)

    async def test_token_withdrawn(self, discord_api: DiscordEmulator) -> None:
        bot = SmallBot()
        with pointed_at(discord_api):
            await bot.login(discord_api.token)
            discord_api.token = "a.new.one"
            with pytest.raises(discord.ConnectionClosed) as caught:
                await bot.connect()
        assert caught.value.code == 4004
        await bot.close()

    async def test_privileged_intents_are_refused(self, discord_api: DiscordEmulator) -> None:
        bot = SmallBot()
        bot._connection._intents.message_content = True
        with pointed_at(discord_api):
            await bot.login(discord_api.token)
            with pytest.raises(discord.PrivilegedIntentsRequired):
                await bot.connect()
        await bot.close()
        assert discord_api.violations == ["gateway closed with 4014: intents ['message_content']"]
        discord_api.violations.clear()

    async def test_one_after_the_other(self, discord_api: DiscordEmulator) -> None:
        alice, _ = newsroom(discord_api)
        for _ in range(2):
            async with running(discord_api) as bot:
                await discord_api.say(alice, discord_api.dm(alice), "hello")
                assert (await asyncio.wait_for(bot.heard.get(), 5)).content == "hello"


class TestResuming:
    """Connections that break off."""

    async def test_missed_events_come_once(self, discord_api: DiscordEmulator) -> None:
        alice, _ = newsroom(discord_api)
        dm = discord_api.dm(alice)
        async with running(discord_api) as bot:
            await discord_api.say(alice, dm, "before")
            await asyncio.wait_for(bot.heard.get(), 5)
            for code in (4000, 1001, 4008):
                discord_api.drop_gateway(code)
                assert not discord_api.connected
                await discord_api.say(alice, dm, f"during {code}")
                assert await discord_api.next_session() == "RESUMED"
                await discord_api.say(alice, dm, f"after {code}")
                texts = [(await asyncio.wait_for(bot.heard.get(), 5)).content for _ in range(2)]
                assert texts == [f"during {code}", f"after {code}"]
            assert len(discord_api.gateway.sessions) == 1 and bot.heard.empty()

    async def test_interactions_are_missed_too(self, discord_api: DiscordEmulator) -> None:
        alice, channel = newsroom(discord_api)
        async with running(discord_api) as bot:

            @bot.tree.command(description="Answer")
            async def ping(interaction: discord.Interaction) -> None:
                await interaction.response.send_message("pong")

            await bot.tree.sync()
            discord_api.drop_gateway()
            asked = await discord_api.slash(alice, channel, "ping")
            assert (await asked.message()).text == "pong"

    async def test_refused(self, discord_api: DiscordEmulator) -> None:
        alice, _ = newsroom(discord_api)
        async with running(discord_api) as bot:
            discord_api.refuse_resume()
            discord_api.drop_gateway()
            await discord_api.say(alice, discord_api.dm(alice), "lost")
            assert await discord_api.next_session() == "READY"
            await discord_api.say(alice, discord_api.dm(alice), "heard")
            assert (await asyncio.wait_for(bot.heard.get(), 5)).content == "heard"

    async def test_a_code_to_give_up_at(self, discord_api: DiscordEmulator) -> None:
        bot = SmallBot()
        with pointed_at(discord_api):
            await bot.login(discord_api.token)
            connection = asyncio.create_task(bot.connect())
            await discord_api.next_session()
            discord_api.drop_gateway(4004)
            with pytest.raises(discord.ConnectionClosed):
                await asyncio.wait_for(connection, 5)
        await bot.close()
