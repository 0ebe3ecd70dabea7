"""Discord's rate limits, and faults that a test plans."""

import asyncio
import time
from typing import Any

import aiohttp
import discord
import pytest

from tests.emulators.discord import Channel, DiscordEmulator, Fault, Limits
from tests.emulators.discord.limits import Limiter, TooMany
from tests.emulators.discord_asking import SmallBot, newsroom, running

pytestmark = pytest.mark.asyncio


async def send(bot: SmallBot, channel: Channel, text: str = "news") -> discord.Message:
    return await bot.get_partial_messageable(channel.id).send(text)


class TestLimiter:
    """What is counted, in injected time."""

    @staticmethod
    def limiter(**limits: Any) -> tuple[Limiter, list[float]]:
        now = [1000.0]
        return Limiter(Limits(**limits), lambda: now[0]), now

    @staticmethod
    def refused(limiter: Limiter, path: str, *, by_bot: bool = True) -> tuple[str, float] | None:
        try:
            limiter.spend("POST", path, by_bot=by_bot)
        except TooMany as error:
            return error.scope, error.retry_after
        return None

    async def test_any_second_counts(self) -> None:
        limiter, now = self.limiter(per_second=3)
        for moment in (0.0, 0.6, 0.9):
            now[0] = 1000 + moment
            assert self.refused(limiter, f"/channels/1{moment}/messages") is None
        assert self.refused(limiter, "/channels/2/messages") == ("global", pytest.approx(0.1, abs=0.002))
        assert self.refused(limiter, "/interactions/1/token/callback", by_bot=False) is None
        now[0] = 1001.1
        assert self.refused(limiter, "/channels/2/messages") is None

    async def test_one_channel(self) -> None:
        limiter, now = self.limiter()
        assert [self.refused(limiter, "/channels/1/messages") for _ in range(5)] == [None] * 5
        now[0] += 2
        assert self.refused(limiter, "/channels/1/messages") == ("user", pytest.approx(3, abs=0.002))
        assert self.refused(limiter, "/channels/2/messages") is None
        now[0] += 3
        assert self.refused(limiter, "/channels/1/messages") is None

    async def test_headers(self) -> None:
        limiter, now = self.limiter()
        first = limiter.spend("POST", "/channels/12345/messages", by_bot=True)
        now[0] += 1.5
        second = limiter.spend("POST", "/channels/12345/messages", by_bot=True)
        assert [first[f"X-RateLimit-{n}"] for n in ("Limit", "Remaining", "Reset-After")] == [
            "5",
            "4",
            "5.000",
        ]
        assert [second[f"X-RateLimit-{n}"] for n in ("Remaining", "Reset-After", "Reset")] == [
            "3",
            "3.500",
            "1005.000",
        ]
        other = limiter.spend("POST", "/channels/67890/messages", by_bot=True)
        assert other["X-RateLimit-Bucket"] == first["X-RateLimit-Bucket"]
        assert other["X-RateLimit-Remaining"] == "4"


class TestPacing:
    """How the real library fares."""

    async def test_one_bucket(self) -> None:
        limits = Limits(messages=2, messages_within=0.2)
        async with DiscordEmulator(limits=limits) as api, running(api) as bot:
            _, channel = newsroom(api)
            began = time.monotonic()
            await asyncio.gather(*(send(bot, channel) for _ in range(5)))
            assert time.monotonic() - began > 0.35, "it obeys the headers"
            assert len(channel.messages) == 5
            assert (api.too_many, api.invalid_requests) == (0, 0)

    async def test_one_bucket_in_raw(self) -> None:
        async with DiscordEmulator() as api, aiohttp.ClientSession() as session:
            _, channel = newsroom(api)
            headers = {"Authorization": f"Bot {api.token}"}
            url = f"{api.api_base_url}/channels/{channel.id}/messages"
            for _ in range(6):
                async with session.post(url, json={"content": "news"}, headers=headers) as answer:
                    reply = await answer.json()
            assert answer.status == 429 and reply["global"] is False and 4 < reply["retry_after"] <= 5.001
            assert answer.headers["X-RateLimit-Scope"] == "user" and answer.headers["Via"]
            assert answer.headers["X-RateLimit-Remaining"] == "0"
            assert (api.too_many, api.invalid_requests, api.calls[-1].status) == (1, 1, 429)
            assert len(channel.messages) == 5

    async def test_all_together(self) -> None:
        async with DiscordEmulator(limits=Limits(per_second=10)) as api, running(api) as bot:
            guild = api.guild("Newsroom")
            channels = [guild.channel(f"c{number}") for number in range(15)]
            await asyncio.gather(*(send(bot, channel) for channel in channels))
            assert all(len(channel.messages) == 1 for channel in channels)
            assert api.too_many > 0 and api.max_in_a_second > 10
            refused = next(call for call in api.calls if call.status == 429)
            assert refused.reply["global"] is True

    async def test_the_most_in_a_second(self) -> None:
        now = [0.0]
        async with DiscordEmulator(limits=None, clock=lambda: now[0]) as api, running(api) as bot:
            _, channel = newsroom(api)
            now[0] += 10
            for _ in range(6):
                now[0] += 0.3
                await send(bot, channel)
            assert api.max_in_a_second == 4
            now[0] += 1
            for _ in range(6):
                await send(bot, channel)
            assert api.max_in_a_second == 6

    async def test_invalid_requests_lapse(self) -> None:
        now = [0.0]
        async with DiscordEmulator(limits=None, clock=lambda: now[0]) as api, running(api) as bot:
            alice, _ = newsroom(api)
            api.close_dms(alice)
            for _ in range(3):
                with pytest.raises(discord.Forbidden):
                    await send(bot, api.dm(alice))
                now[0] += 300
            assert api.invalid_requests == 1


class TestFaults:
    """Faults that a test plans."""

    async def test_refusals(self, discord_api: DiscordEmulator) -> None:
        _, channel = newsroom(discord_api)
        async with running(discord_api) as bot:
            for fault, error in (
                (Fault.refused(403, 50013, "Missing Permissions"), discord.Forbidden),
                (Fault.banned(), discord.HTTPException),
                (Fault.server_error(503), discord.DiscordServerError),
                (Fault.dropped(), aiohttp.ClientError),
            ):
                discord_api.fail_next("POST", "/channels/*/messages", fault)
                with pytest.raises(error):
                    await send(bot, channel)
            assert channel.messages == []
            await send(bot, channel)
        statuses = [call.status for call in discord_api.calls_of("POST", "/channels/*/messages")]
        assert statuses == [403, 429, 503, 0, 200]

    async def test_retried(self, discord_api: DiscordEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
        _, channel = newsroom(discord_api)
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            if seconds > 0:
                waits.append(seconds)

        async with running(discord_api) as bot:
            with monkeypatch.context() as patched:
                patched.setattr("discord.http.asyncio.sleep", sleep)
                discord_api.fail_next("*", "/channels/*", Fault.server_error(502))
                await send(bot, channel)
                discord_api.fail_next("*", "/channels/*", Fault.too_many(0.25))
                await send(bot, channel)
                discord_api.fail_next("*", "/channels/*", Fault.too_many(0.5, everywhere=True))
                await send(bot, channel)
        assert [round(wait, 2) for wait in waits] == [1, 0.25, 0.5]
        assert len(channel.messages) == 3

    async def test_dropped_after_is_applied(self, discord_api: DiscordEmulator) -> None:
        _, channel = newsroom(discord_api)
        async with running(discord_api) as bot:
            discord_api.fail_next("POST", "*", Fault.dropped_after())
            with pytest.raises(aiohttp.ClientError):
                await send(bot, channel)
        assert (await channel.next_message()).text == "news"
        assert discord_api.calls[-1].status == 0

    async def test_times_and_predicates(self, discord_api: DiscordEmulator) -> None:
        _, channel = newsroom(discord_api)
        fault = Fault.refused(403, 50001, "Missing Access")
        discord_api.fail_next("POST", "*", fault, times=2, when=lambda body: body["content"] == "b")
        outcomes = []
        async with running(discord_api) as bot:
            for text in "abbab":
                try:
                    await send(bot, channel, text)
                    outcomes.append(text)
                except discord.Forbidden:
                    outcomes.append("-")
        assert outcomes == ["a", "-", "-", "a", "b"]

    async def test_latency_and_stall(self) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        async with DiscordEmulator(limits=None, latency=0.5, sleep=sleep) as api, running(api) as bot:
            alice, channel = newsroom(api)
            dm = api.dm(alice)
            await api.say(alice, dm, "hello")
            await bot.heard.get()
            *_, of_an_event = slept
            slept.clear()
            api.fail_next("POST", "*", Fault.stalled(60))
            await send(bot, channel)
        assert slept[:2] == [0.25, 60.25]
        assert 0 < of_an_event <= 0.25

    async def test_chaos_repeats_itself(self) -> None:
        async def outcome(seed: int) -> list[int]:
            async with DiscordEmulator(limits=None) as api, aiohttp.ClientSession() as session:
                _, channel = newsroom(api)
                headers = {"Authorization": f"Bot {api.token}"}
                url = f"{api.api_base_url}/channels/{channel.id}/messages"
                api.chaos(0.5, [Fault.too_many(), Fault.server_error()], seed=seed)
                for _ in range(20):
                    async with session.post(url, json={"content": "news"}, headers=headers):
                        pass
                return [call.status for call in api.calls]

        assert await outcome(1) == await outcome(1) != await outcome(2)
        assert set(await outcome(1)) == {200, 429, 502}


async def test_the_same_nonce_sends_one_message(discord_api: DiscordEmulator) -> None:
    _alice, channel = newsroom(discord_api)
    async with running(discord_api) as bot:
        place = bot.get_partial_messageable(channel.id)
        first = await place.send("news", nonce="a1")
        again = await place.send("news", nonce="a1")
        other = await place.send("news", nonce="a2")
    assert first.id == again.id != other.id
    assert len(channel.messages) == 2
