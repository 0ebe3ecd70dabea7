"""Starting on Discord: commands told once, waiting for the network, and starts refused in plain words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.commands import commands
from tests.acceptance.discord.conftest import TOKEN, Launch, emulator
from tests.acceptance.discord.newsroom import DELETE, ON_RECORD, Person
from tests.acceptance.far_ends import DiscordEnd, TelegramEnd, free_port
from tests.acceptance.process import RunningBot, onrecord, until
from tests.conftest import PATIENCE, ROOT
from tests.emulators.discord import DiscordEmulator, Fault
from tests.emulators.telegram import TelegramEmulator

# What answers a question of the bot stands under that question alone.
STEPS = {"answer", "choose", "skip", "back", "confirm", "cancel", "resume"}
SYNC = "/applications/*/commands"
WRONG = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gwrong.another-token-that-no-log-may-hold"
NOT_ACCEPTED = (
    "onrecord: Discord does not accept discord.token: reset it on the Bot page of the application,"
    " and copy it again."
)


async def answers(api: DiscordEmulator) -> None:
    """See that the bot answers somebody."""
    alice = api.user("alice")
    person = Person(api, alice, api.guild("Newsroom", members=[alice]).channel("general"))
    assert "Dmytro Lubinets" in (await person.asks("who", name="lubinets")).text


async def refused(bot: RunningBot) -> str:
    """Wait until a start has failed, as a start should, and return what it says last."""
    assert await bot.ended() == 1
    return bot.log.splitlines()[-1]


# Commands


async def test_commands_are_told_at_the_first_start_and_then_only_if_they_differ(
    api: DiscordEmulator, launch: Launch
) -> None:
    bot = await launch()
    (sync,) = api.calls_of("PUT", SYNC)
    names = {(command["type"], command["name"]) for command in sync.body}
    listed = {command.name for command in commands} - STEPS
    assert names == {(1, name) for name in listed} | {(3, ON_RECORD), (3, DELETE)}
    assert await bot.stop() == 0
    await bot.start()
    assert len(api.calls_of("PUT", SYNC)) == 1, "Discord has them as they are"
    assert await bot.stop() == 0
    known = api.backend.commands[None]
    del known[next(key for key, command in known.items() if command["name"] == "who")]
    await bot.start()
    assert len(api.calls_of("PUT", SYNC)) == 2
    await answers(api)
    assert await bot.stop() == 0
    told = api.backend.commands[None].values()  # a new mapping since the second telling
    fact = next(command for command in told if command["name"] == "fact")
    fact["description"] = "something else"
    await bot.start()
    assert len(api.calls_of("PUT", SYNC)) == 3
    assert await bot.stop() == 0


# The network


async def test_a_start_waits_for_the_network(tmp_path: Path) -> None:
    away = emulator(port=free_port())
    end = DiscordEnd(away)
    bot = RunningBot([end], tmp_path)
    await bot.launch()
    await until(lambda: "Discord cannot be reached" in bot.log, "its being told of", PATIENCE)
    async with away as api:
        await end.reached(PATIENCE)
        await answers(api)
        assert await bot.stop() == 0
        assert api.violations == []
    bot.check_log()


async def test_a_start_waits_for_discord(api: DiscordEmulator, launch: Launch) -> None:
    api.fail_next("GET", "/users/@me", Fault.dropped())
    api.fail_next("PUT", SYNC, Fault.server_error(502))
    await launch()
    await answers(api)


async def test_sigterm_ends_a_bot_that_never_reached_discord(tmp_path: Path) -> None:
    bot = RunningBot([DiscordEnd(emulator(port=free_port()))], tmp_path)
    await bot.launch()
    await until(lambda: "Discord cannot be reached" in bot.log, "its being told of", PATIENCE)
    assert await bot.stop() == 0
    bot.check_log()


# Refused


async def test_a_token_that_discord_does_not_know(api: DiscordEmulator, launch: Launch) -> None:
    bot = await launch(wait=False, discord={"token": WRONG})
    assert await refused(bot) == NOT_ACCEPTED
    assert not any(part in bot.log for part in WRONG.split(".")[1:])


async def test_a_token_that_is_reset_while_the_bot_runs(api: DiscordEmulator, launch: Launch) -> None:
    bot = await launch()
    api.drop_gateway(4004)
    assert await refused(bot) == NOT_ACCEPTED


@pytest.mark.parametrize("code", [4013, 4014])
async def test_a_gateway_that_does_not_take_the_bot(api: DiscordEmulator, launch: Launch, code: int) -> None:
    bot = await launch()
    api.drop_gateway(code)
    assert (await refused(bot)).startswith(f"onrecord: Discord's gateway does not take the bot (code {code})")


async def test_a_token_that_is_none(tmp_path: Path) -> None:
    bot = RunningBot([DiscordEnd(emulator())], tmp_path, discord={"token": "my secret"})
    await bot.launch()
    assert "discord.token should be" in await refused(bot)
    assert "my secret" not in bot.log


async def test_without_discords_library_it_is_told_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys; sys.modules['discord'] = None\n", encoding="utf-8"
    )
    environ = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    bot = RunningBot([DiscordEnd(emulator())], tmp_path, environ=environ)
    await bot.launch()
    assert "pip install 'onrecord[discord]'" in await refused(bot)
    bot.check_log()


# Imports


async def test_each_platforms_library_is_imported_only_where_it_is_used(tmp_path: Path) -> None:
    telegram = TelegramEmulator("987654:AAF-acceptance-token-that-no-log-may-hold", limits=None)
    async with emulator() as discord, telegram:
        for end, own, other in (
            (TelegramEnd(telegram), "telegram", "discord"),
            (DiscordEnd(discord), "discord", "telegram"),
        ):
            folder = tmp_path / own
            folder.mkdir()
            bot = RunningBot([end], folder, environ={"PYTHONPROFILEIMPORTTIME": "1"})
            await bot.start()
            assert await bot.stop() == 0
            lines = [line for line in bot.log.splitlines() if line.startswith("import time:")]
            roots = {line.rpartition("|")[2].strip() for line in lines}
            assert own in roots and f"bot.frontends.{own}.app" in roots
            strange = {name for name in roots if name.split(".")[0] == other or f"frontends.{other}" in name}
            assert strange == set()


# The doctor


async def test_the_doctor_asks_discord(tmp_path: Path) -> None:
    def examined(token: str, address: str) -> str:
        environ = {"ONRECORD_DISCORD__TOKEN": token, "ONRECORD_DISCORD__API_BASE_URL": address}
        ran = onrecord("doctor", folder=tmp_path, environ=environ)
        assert ran.stderr == "" and not any(part in ran.stdout for part in token.split(".")[1:])
        return next(line for line in ran.stdout.splitlines() if "discord" in line)

    async with emulator() as api:
        good = await asyncio.to_thread(examined, TOKEN, api.api_base_url)
        assert good.startswith("ok") and "the token belongs to OnRecord" in good
        bad = await asyncio.to_thread(examined, WRONG, api.api_base_url)
        assert bad.startswith("FAIL") and "does not know the token" in bad
    away = await asyncio.to_thread(examined, TOKEN, f"http://127.0.0.1:{free_port()}/api/v10")
    assert away.startswith("FAIL") and "was not reached" in away
