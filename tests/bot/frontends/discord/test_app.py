"""The Discord front end as a whole: what it hears of, how it begins, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, ClassVar, cast
from unittest.mock import Mock

import aiohttp
import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import Settings
from bot.errors import SettingsError
from bot.frontends.discord import app, client
from bot.frontends.discord.app import build, run
from bot.frontends.discord.client import Client, intents
from bot.frontends.discord.menu import Menu
from bot.settings.sections import DiscordSettings
from storage.record import Record
from tests.bot.frontends.discord.discord_end import serving
from tests.bot.frontends.discord.discord_room import dispatcher_over, open_room
from tests.bot.scripted import Scripted, note
from tests.conftest import PATIENCE

TOKEN = "ODk.a-secret.a-secret-token-a-secret-token"
SETTINGS = Settings.model_validate({"discord": {"token": TOKEN}})


def test_the_bot_hears_of_nothing_privileged() -> None:
    heard = {name for name, value in intents() if value}
    assert heard == {"guilds", "guild_messages", "dm_messages"}
    # https://discord.com/developers/docs/events/gateway#privileged-intents
    assert not intents().value & (1 << 1 | 1 << 8 | 1 << 15)


async def test_nobody_is_mentioned_and_nothing_is_kept(record: Record) -> None:
    made = build(SETTINGS, dispatcher_over(record), record).client
    assert made.intents == intents()
    mentions = made.allowed_mentions
    assert mentions is not None and mentions.to_dict() == {"parse": []}
    state = made._connection
    assert state._messages is None and not state._chunk_guilds
    assert state.member_cache_flags == discord.MemberCacheFlags.none()
    assert made.http.max_ratelimit_timeout == 30.0
    await made.close()


def test_the_library_speaks_to_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in ((Route, "BASE"), (DiscordWebSocket, "DEFAULT_GATEWAY")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    before = Route.BASE
    client.point_to(Settings().discord)
    assert before == Route.BASE
    base, gateway = "http://127.0.0.1:1/api/v10", "ws://127.0.0.1:1/"
    client.point_to(DiscordSettings.model_validate({"api_base_url": base, "gateway_url": gateway}))
    assert (Route.BASE, str(DiscordWebSocket.DEFAULT_GATEWAY)) == (base, gateway)


async def test_the_listener_of_a_deleted_channel_is_paused(record: Record) -> None:
    async with open_room(record) as room:
        admin = room.member("admin", manage_channels=True, manage_threads=True, administrator=True)
        place = room.guild.create_text_channel("news")
        starter = await admin.send(place, "talk")
        found: Any = await room.client.fetch_channel(place.id)
        thread = await found.create_thread(name="t", message=starter)
        (inside,) = place.threads
        assert inside.id == thread.id
        chats = [f"discord:#{place.id}", f"discord:#{inside.id}", f"discord:#{room.channel.id}"]
        for where in (place, inside, room.channel):
            await admin.slash(where, "subscribe")
        unheard = room.guild.create_text_channel("unheard")

        async def paused() -> list[bool]:
            return [await record.listeners.is_paused(chat) for chat in chats]

        assert await paused() == [False] * 3
        await thread.delete()
        await room.env.settle()
        assert await paused() == [False, True, False]
        for gone in (place, unheard):
            found = await room.client.fetch_channel(gone.id)
            await found.delete()
        await room.env.settle()
        assert await paused() == [True, True, False]
        assert await record.listeners.find(f"discord:#{unheard.id}") is None


async def test_a_client_at_rest_takes_nothing(record: Record) -> None:
    script = Scripted(note())
    async with open_room(record, script) as room:
        alice = room.member()
        shown = (await alice.slash(room.channel, "who")).response
        room.client.rest()
        await alice.send(room.channel, f"<@{room.client.user.id}> who?")
        await room.client.on_interaction(cast("Any", Mock(type=discord.InteractionType.component)))
        assert len(script.requests) == 1 and shown is not None


class Fake(Client):
    """A client whose connections end as planned; each that was made is in `made`."""

    made: ClassVar[list[Fake]] = []
    logging_in: ClassVar[list[Exception]] = []
    connecting: ClassVar[list[Exception]] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tokens: list[str] = []
        self.connected = asyncio.Event()
        self.session: aiohttp.ClientSession | None = None
        type(self).made.append(self)

    async def login(self, token: str) -> None:
        self.tokens.append(token)
        # What the library opens for each login, and warns of where it is left open.
        self.session = aiohttp.ClientSession()
        if self.logging_in:
            raise self.logging_in.pop(0)

    async def connect(self, *, reconnect: bool = True) -> None:
        self.connected.set()
        if self.connecting:
            raise self.connecting.pop(0)
        await asyncio.Event().wait()

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()
        await super().close()


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    Fake.made, Fake.logging_in, Fake.connecting = [], [], []
    monkeypatch.setattr(app, "Client", Fake)
    return Fake


class Naps:
    """A sleep that takes no time, and tells how long it would have been."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


def refusal(status: int, code: int = 0) -> discord.HTTPException:
    return discord.HTTPException(cast("Any", Mock(status=status, reason="x")), {"code": code, "message": "m"})


async def closed_by(code: int) -> discord.ConnectionClosed:
    return discord.ConnectionClosed(cast("Any", Mock(close_code=code)), shard_id=None)


async def test_it_logs_in_for_as_long_as_it_takes(record, clients, caplog) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    errors: list[Exception] = [
        OSError("no route"), aiohttp.ClientConnectionError("refused"), TimeoutError(), refusal(503),
        refusal(401), discord.GatewayNotFound(), *(OSError() for _ in range(3)),
    ]  # fmt: skip
    clients.logging_in = list(errors)
    stop, naps = asyncio.Event(), Naps()
    task = asyncio.create_task(run(SETTINGS, dispatcher_over(record), record, stop, sleep=naps))
    async with asyncio.timeout(PATIENCE):
        while len(clients.made) <= len(errors):
            await asyncio.sleep(0)
        await clients.made[-1].connected.wait()
    assert naps.taken[: len(errors)] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0]
    assert [made.tokens for made in clients.made] == [[TOKEN]] * (len(errors) + 1)
    assert [made.is_closed() for made in clients.made] == [True] * len(errors) + [False]
    stop.set()
    await asyncio.wait_for(task, PATIENCE)
    assert all(made.session is not None and made.session.closed for made in clients.made)
    assert "OSError; trying again in 1 s" in caplog.text and "503" in caplog.text
    assert "stopped: all that was taken has been answered" in caplog.text
    assert TOKEN not in caplog.text and "no route" not in caplog.text


async def test_stopped_before_discord_is_reached(record, clients) -> None:
    clients.logging_in = [OSError() for _ in range(10_000)]
    stop = asyncio.Event()
    task = asyncio.create_task(run(SETTINGS, dispatcher_over(record), record, stop, sleep=Naps()))
    async with asyncio.timeout(PATIENCE):
        while len(clients.made) < 5:
            await asyncio.sleep(0)
        stop.set()
        await task
    assert all(made.is_closed() for made in clients.made)
    assert not any(made.connected.is_set() for made in clients.made)


async def test_a_token_that_is_not_accepted_is_the_settings_fault(record, clients) -> None:
    clients.logging_in = [discord.LoginFailure(f"Improper token: {TOKEN}")]
    with pytest.raises(SettingsError, match=r"does not accept discord\.token") as caught:
        await run(SETTINGS, dispatcher_over(record), record, asyncio.Event(), sleep=Naps())
    assert TOKEN not in str(caught.value) and caught.value.__suppress_context__
    (made,) = clients.made
    assert made.is_closed()


@pytest.mark.parametrize(
    ("code", "told"), [(4004, "does not accept discord.token"), (4013, "code 4013"), (4011, "code 4011")]
)
async def test_a_gateway_that_does_not_take_the_bot(record, clients, code: int, told: str) -> None:
    clients.connecting = [await closed_by(code)]
    with pytest.raises(SettingsError) as caught:
        await run(SETTINGS, dispatcher_over(record), record, asyncio.Event(), sleep=Naps())
    assert told in str(caught.value) and caught.value.__suppress_context__
    (made,) = clients.made
    assert made.is_closed() and made.session is not None and made.session.closed


async def test_a_real_client_leaves_nothing_open_where_login_fails(record, monkeypatch) -> None:
    async with serving(monkeypatch) as far:
        # What the library does not try again by itself.
        far.planned = [(403, {}, {"code": 0, "message": "m"}) for _ in range(1000)]
        stop = asyncio.Event()
        task = asyncio.create_task(run(SETTINGS, dispatcher_over(record), record, stop, sleep=Naps()))
        async with asyncio.timeout(PATIENCE):
            while len(far.asked) < 6:
                await asyncio.sleep(0.001)
            stop.set()
            await task
        assert set(far.asked) == {"GET /users/@me"}


async def test_a_refused_token_for_real(record, monkeypatch) -> None:
    async with serving(monkeypatch) as far:
        far.planned = [(401, {}, {"message": "401: Unauthorized", "code": 0})]
        with pytest.raises(SettingsError, match=r"discord\.token"):
            await run(SETTINGS, dispatcher_over(record), record, asyncio.Event(), sleep=Naps())


@pytest.mark.parametrize(
    ("status", "goes_on"), [(400, True), (403, True), (401, False), (429, False), (500, False)]
)
async def test_commands_that_discord_will_never_take_do_not_keep_the_bot_away(
    record: Record, monkeypatch: pytest.MonkeyPatch, caplog, status: int, goes_on: bool
) -> None:
    async def refused(_menu: Any) -> bool:
        raise discord.HTTPException(
            Mock(status=status, reason="no"), {"code": 50035, "message": "told by a user"}
        )

    monkeypatch.setattr(Menu, "sync_changes", refused)
    made = build(SETTINGS, dispatcher_over(record), record).client
    if goes_on:
        await made.setup_hook()
        assert "Discord does not take the commands" in caplog.text and "by a user" not in caplog.text
    else:
        with pytest.raises(discord.HTTPException):
            await made.setup_hook()
    await made.close()
