"""What Discord's emulator refuses, as the platform does: each rule on its edge and one over it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
import pytest_asyncio

from tests.emulators.discord import Channel, DiscordEmulator, User
from tests.emulators.discord_asking import newsroom, running

pytestmark = pytest.mark.asyncio
Json = dict[str, Any]

PERIOD = 3.0


class Ticking(DiscordEmulator):
    """An emulator whose clock stands still until it is told to go on."""

    def __init__(self) -> None:
        self.moment = 0.0
        super().__init__(limits=None, clock=lambda: self.moment)

    def tick(self, seconds: float) -> None:
        self.moment += seconds


@pytest_asyncio.fixture
async def strict() -> AsyncIterator[Ticking]:
    """Start an emulator whose violations are looked at."""
    async with Ticking() as api:
        yield api


class Asking:
    """Call the API in raw HTTP."""

    def __init__(self, api: DiscordEmulator, session: aiohttp.ClientSession) -> None:
        self.api, self.session = api, session

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, int]:
        """Return status and Discord's own code."""
        headers = {"Authorization": f"Bot {self.api.token}"}
        async with self.session.request(
            method, f"{self.api.api_base_url}{path}", json=body, headers=headers
        ) as answer:
            reply = await answer.json() if answer.status != 204 else {}
            return answer.status, reply.get("code", 0) if isinstance(reply, dict) else 0

    async def answers(self, interaction: Any, kind: int, data: Json | None = None) -> tuple[int, int]:
        """Answer an interaction."""
        record = interaction.record
        path = f"/interactions/{record.id}/{record.token}/callback"
        return await self("POST", path, {"type": kind, "data": data or {}})


@pytest_asyncio.fixture
async def ask(strict: DiscordEmulator) -> AsyncIterator[Asking]:
    async with aiohttp.ClientSession() as session:
        yield Asking(strict, session)


@asynccontextmanager
async def asking() -> AsyncIterator[tuple[Ticking, Asking]]:
    """Start an emulator for one of a test's cases."""
    async with Ticking() as api, aiohttp.ClientSession() as session:
        yield api, Asking(api, session)


def embed(**parts: Any) -> Json:
    return {"embeds": [parts]}


def buttons(*rows: int, **parts: Any) -> Json:
    made = [
        [{"type": 2, "style": 1, "label": "x", "custom_id": f"{r}:{c}", **parts} for c in range(count)]
        for r, count in enumerate(rows)
    ]
    return {"content": "x", "components": [{"type": 1, "components": row} for row in made]}


def fields(count: int, name: int = 1, value: int = 1) -> list[Json]:
    return [{"name": "n" * name, "value": "v" * value}] * count


# What is just right, and what is one too many.
MESSAGES = {
    "content": ({"content": "x" * 2000}, {"content": "x" * 2001}),
    "something": ({"content": "x"}, {"content": "  "}),
    "title": (embed(title="x" * 256), embed(title="x" * 257)),
    "description": (embed(description="x" * 4096), embed(description="x" * 4097)),
    "fields": (embed(fields=fields(25)), embed(fields=fields(26))),
    "field name": (embed(fields=fields(1, name=256)), embed(fields=fields(1, name=257))),
    "field value": (embed(fields=fields(1, value=1024)), embed(fields=fields(1, value=1025))),
    "field without value": (embed(fields=fields(1)), embed(fields=fields(1, value=0))),
    "footer": (embed(footer={"text": "x" * 2048}), embed(footer={"text": "x" * 2049})),
    "author": (embed(author={"name": "x" * 256}), embed(author={"name": "x" * 257})),
    "empty embed": (embed(title="x"), embed(color=1)),
    "address": (embed(title="x", url="https://x"), embed(title="x", url="javascript:x")),
    "color": (embed(title="x", color=0xFFFFFF), embed(title="x", color=0x1000000)),
    "moment": (embed(title="x", timestamp="2026-01-02T03:04:05+00:00"), embed(title="x", timestamp="today")),
    "embeds": ({"embeds": [{"title": "x"}] * 10}, {"embeds": [{"title": "x"}] * 11}),
    "characters of all embeds": (
        {"embeds": [{"description": "x" * 3000}] * 2},
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}]},
    ),
    "rows": (buttons(1, 1, 1, 1, 1), buttons(1, 1, 1, 1, 1, 1)),
    "buttons of a row": (buttons(5), buttons(6)),
    "custom id": (buttons(1, custom_id="x" * 100), buttons(1, custom_id="x" * 101)),
    "custom id at all": (buttons(1), buttons(1, custom_id="")),
    "custom id once": (buttons(2), buttons(2, custom_id="same")),
    "label": (buttons(1, label="x" * 80), buttons(1, label="x" * 81)),
    "label at all": (buttons(1, label=None, emoji={"name": "✅"}), buttons(1, label="")),
    "mentions": (
        {"content": "x", "allowed_mentions": {"parse": []}},
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
    ),
}


async def test_messages(subtests: pytest.Subtests) -> None:
    for rule, (right, wrong) in MESSAGES.items():
        with subtests.test(rule=rule):
            async with asking() as (strict, ask):
                alice, channel = newsroom(strict)
                path = f"/channels/{channel.id}/messages"
                assert await ask("POST", path, right) == (200, 0)
                assert strict.violations == []
                assert await ask("POST", path, wrong) == (400, 50035)
                sent = await channel.next_message()
                if rule != "something":
                    assert await ask("PATCH", f"{path}/{sent.id}", wrong) == (400, 50035)
                slash = await known(strict, alice, channel)
                assert await ask.answers(slash, 4, wrong) == (400, 50035)
                assert await ask.answers(slash, 4, right) == (200, 0)
                hook = f"/webhooks/{strict.backend.application_id}/{slash.record.token}"
                assert await ask("POST", hook, wrong) == (400, 50035)
                assert len(strict.violations) >= 3 and channel.sent.unread == []


async def known(api: DiscordEmulator, user: User, channel: Channel, **options: Any) -> Any:
    """Give a command that is known without a sync."""
    api.backend.register_commands(None, [{"name": "who", "description": "Who it is", **options}])
    return await api.slash(user, channel, "who")


def command(**parts: Any) -> Json:
    return {"name": "who", "description": "Who it is", "type": 1} | parts


def option(**parts: Any) -> Json:
    return {"name": "name", "description": "A name", "type": 3} | parts


def choices(count: int, **parts: Any) -> list[Json]:
    return [{"name": f"n{number}", "value": f"v{number}"} | parts for number in range(count)]


def options(*found: Json) -> list[Json]:
    return [command(options=list(found))]


COMMANDS = {
    "number": (
        [command(name=f"who{n}") for n in range(100)],
        [command(name=f"who{n}") for n in range(101)],
    ),
    "menus": (
        [{"name": f"Who? {n}", "type": 3} for n in range(5)],
        [{"name": f"Who? {n}", "type": 3} for n in range(6)],
    ),
    "once": ([command(), command(name="when")], [command(), command()]),
    "name": ([command(name="x" * 32)], [command(name="x" * 33)]),
    "signs": ([command(name="кто-це_1")], [command(name="who?")]),
    "spaces": ([{"name": "On the record?", "type": 3}], [command(name="on record")]),
    "lower case": ([command(name="who")], [command(name="Who")]),
    "description": ([command(description="x" * 100)], [command(description="x" * 101)]),
    "description at all": ([command()], [command(description="")]),
    "options": (
        options(*(option(name=f"n{n}") for n in range(25))),
        options(*(option(name=f"n{n}") for n in range(26))),
    ),
    "option once": (options(option(), option(name="x")), options(option(), option())),
    "option name": (options(option()), options(option(name="Name"))),
    "option description": (options(option()), options(option(description="x" * 101))),
    "required first": (
        options(option(required=True), option(name="x")),
        options(option(), option(name="x", required=True)),
    ),
    "choices": (options(option(choices=choices(25))), options(option(choices=choices(26)))),
    "choice name": (
        options(option(choices=choices(1, name="x" * 100))),
        options(option(choices=choices(1, name="x" * 101))),
    ),
    "choice value": (
        options(option(choices=choices(1, value="x" * 100))),
        options(option(choices=choices(1, value=""))),
    ),
    "completion": (
        options(option(autocomplete=True)),
        options(option(autocomplete=True, choices=choices(1))),
    ),
    "completion of texts and numbers": (
        options(option(autocomplete=True, type=4)),
        options(option(autocomplete=True, type=5)),
    ),
    "length": (options(option(max_length=6000)), options(option(max_length=6001))),
    "subcommands alone": (
        options(option(type=1), option(name="x", type=1)),
        options(option(type=1), option(name="x")),
    ),
    "characters in all": (
        options(*(option(name=f"n{n}", choices=choices(25, name="x" * 97)) for n in range(3))),
        options(*(option(name=f"n{n}", choices=choices(25, name="x" * 97)) for n in range(4))),
    ),
}


async def test_commands(subtests: pytest.Subtests) -> None:
    for rule, (right, wrong) in COMMANDS.items():
        with subtests.test(rule=rule):
            async with asking() as (strict, ask):
                path = f"/applications/{strict.backend.application_id}/commands"
                assert await ask("PUT", path, right) == (200, 0)
                assert strict.violations == []
                assert await ask("PUT", path, wrong) == (400, 50035)
                assert len(strict.violations) == 1


def modal(count: int = 1, title: str = "x", **parts: Any) -> Json:
    inputs = [{"type": 4, "style": 1, "label": "x", "custom_id": f"{n}", **parts} for n in range(count)]
    rows = [{"type": 1, "components": [part]} for part in inputs]
    return {"title": title, "custom_id": "modal", "components": rows}


MODALS = {
    "title": (modal(title="x" * 45), modal(title="x" * 46)),
    "inputs": (modal(5), modal(6)),
    "inputs at all": (modal(), modal(0)),
    "label": (modal(label="x" * 45), modal(label="x" * 46)),
    "placeholder": (modal(placeholder="x" * 100), modal(placeholder="x" * 101)),
    "value": (modal(value="x" * 4000), modal(value="x" * 4001)),
    "max length": (modal(max_length=4000), modal(max_length=4001)),
    "value within it": (modal(value="xx", max_length=2), modal(value="xxx", max_length=2)),
    "custom id": (modal(custom_id="x" * 100), modal(custom_id="x" * 101)),
}


async def test_modals(subtests: pytest.Subtests) -> None:
    for rule, (right, wrong) in MODALS.items():
        with subtests.test(rule=rule):
            async with asking() as (strict, ask):
                slash = await known(strict, *newsroom(strict))
                assert await ask.answers(slash, 9, wrong) == (400, 50035)
                assert len(strict.violations) == 1
                assert await ask.answers(slash, 9, right) == (200, 0)
                assert len(strict.violations) == 1 and (await slash.modal()).inputs


class TestInteractions:
    """What may answer what, and when."""

    async def test_completion(self, strict: DiscordEmulator, ask: Asking) -> None:
        alice, channel = newsroom(strict)
        strict.backend.register_commands(None, options(option(autocomplete=True)))
        for wrong in (choices(26), choices(1, name="x" * 101), choices(1, value=None)):
            typed = await strict.autocomplete(alice, channel, "who", "name", "x")
            assert await ask.answers(typed, 8, {"choices": wrong}) == (400, 50035)
            assert await ask.answers(typed, 8, {"choices": choices(25)}) == (200, 0)
        assert len(strict.violations) == 3

    async def test_in_time(self, strict: Ticking, ask: Asking) -> None:
        alice, channel = newsroom(strict)
        in_time, late = await known(strict, alice, channel), await known(strict, alice, channel)
        strict.tick(PERIOD - 0.1)
        assert await ask.answers(in_time, 5) == (200, 0)
        assert in_time.answered_after == pytest.approx(PERIOD - 0.1)
        strict.tick(0.1)
        assert await ask.answers(late, 5) == (404, 10062)
        assert len(strict.violations) == 1 and "10062" in strict.violations[0]

    async def test_once(self, strict: DiscordEmulator, ask: Asking) -> None:
        slash = await known(strict, *newsroom(strict))
        assert await ask.answers(slash, 4, {"content": "x"}) == (200, 0)
        assert await ask.answers(slash, 4, {"content": "x"}) == (400, 40060)
        assert len(strict.violations) == 1

    async def test_kinds(self, strict: DiscordEmulator, ask: Asking) -> None:
        slash = await known(strict, *newsroom(strict))
        assert await ask.answers(slash, 7, {"content": "x"}) == (400, 50035)
        assert await ask.answers(slash, 8, {"choices": []}) == (400, 50035)

    async def test_followups_have_their_time(self, strict: Ticking, ask: Asking) -> None:
        slash = await known(strict, *newsroom(strict))
        path = f"/webhooks/{strict.backend.application_id}/{slash.record.token}"
        assert await ask("POST", path, {"content": "x"}) == (404, 10015), "there is no answer yet"
        assert await ask.answers(slash, 5) == (200, 0)
        assert await ask("PATCH", f"{path}/messages/@original", {"content": "x"}) == (200, 0)
        strict.tick(15 * 60)
        assert await ask("POST", path, {"content": "x"}) == (401, 50027)
        assert len(strict.violations) == 1


class TestPings:
    """Nobody is to be pinged."""

    async def test_pings_are_noted(self, subtests: pytest.Subtests) -> None:
        for text in ["<@{alice}>", "@everyone"]:
            with subtests.test(text=text):
                async with asking() as (strict, ask):
                    alice, channel = newsroom(strict)
                    said, path = text.format(alice=alice.id), f"/channels/{channel.id}/messages"
                    quiet: Json = {"allowed_mentions": {"parse": []}}
                    await ask("POST", path, {"content": said} | quiet)
                    await ask("POST", path, {"embeds": [{"description": said}]})
                    assert strict.pings == strict.violations == []
                    await ask("POST", path, {"content": said})
                    assert [ping.content for ping in strict.pings] == [said] and len(strict.violations) == 1
                    slash = await known(strict, alice, channel)
                    await ask.answers(slash, 5)
                    hook = f"/webhooks/{strict.backend.application_id}/{slash.record.token}"
                    await ask("PATCH", f"{hook}/messages/@original", {"content": said})
                    await ask("POST", hook, {"content": said})
                    assert len(strict.pings) == 3

    async def test_replies_ping_too(self, strict: DiscordEmulator) -> None:
        alice, channel = newsroom(strict)
        said = await strict.say(alice, channel, "hello")
        async with running(strict) as bot:
            message = bot.get_partial_messageable(channel.id).get_partial_message(said.id)
            await message.reply("hello", allowed_mentions=discord.AllowedMentions.none())
            assert strict.pings == []
            await message.reply("hello")
        assert len(strict.pings) == 1


async def test_what_nobody_knows(strict: DiscordEmulator, ask: Asking) -> None:
    assert (await ask("GET", "/no/such/route"))[0] == 501
    _, channel = newsroom(strict)
    assert (await ask("POST", f"/channels/{channel.id}/messages", {"content": "x", "spell": 1}))[0] == 501
    assert (await ask("POST", f"/channels/{channel.id}/messages", ["x"]))[0] == 501
    url = f"{strict.api_base_url}/channels/{channel.id}/messages"
    headers = {"Authorization": f"Bot {strict.token}"}
    async with ask.session.post(url, data="{", headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)
    assert len(strict.violations) == 4
