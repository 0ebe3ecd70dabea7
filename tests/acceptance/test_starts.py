"""Starting `onrecord run`: menus, waiting for Telegram, and the starts that are refused in plain words."""

from __future__ import annotations

from socket import create_server

import pytest

from bot.commands import commands
from bot.requests import Role
from tests.acceptance.conftest import Launch
from tests.acceptance.newsroom import ask
from tests.emulators.telegram import Fault, TelegramEmulator


async def test_the_menu_is_set_for_each_scope(api: TelegramEmulator, launch: Launch) -> None:
    olga, alice = api.user("Olga"), api.user("Alice")
    api.private(olga)
    await launch(owners=[f"telegram:{olga.id}", "telegram:5", "discord:7"])
    await ask(api.private(alice), alice, "/start")
    menus = {
        scope: [entry["command"] for entry in entries]
        for (scope, _language), entries in api.profile.commands.items()
    }
    readers = "ask about who when sources disputed check subscribe suggest help".split()
    answering = "answer choose skip back confirm cancel".split()
    keeping = [command.name for command in commands.allowed(Role.OWNER) if command.role > Role.READER]
    keeping = [name for name in keeping if name not in answering]
    assert {"add", "retract", "review", "appoint"} <= set(keeping)
    assert menus == {
        "default": readers,
        "all_private_chats": readers,
        "all_group_chats": readers,
        f"chat:{olga.id}": readers + keeping,
    }


async def test_menus_that_are_right_are_not_set_again(api: TelegramEmulator, launch: Launch) -> None:
    alice = api.user("Alice")
    bot = await launch()
    await ask(api.private(alice), alice, "/start")
    count = len(api.calls_of("setMyCommands"))
    await bot.stop()
    await bot.start()
    await ask(api.private(alice), alice, "/start")
    assert len(api.calls_of("setMyCommands")) == count


async def test_a_start_waits_for_telegram(api: TelegramEmulator, launch: Launch) -> None:
    alice = api.user("Alice")
    api.fail_next("getMe", Fault.server_error(502))
    api.fail_next("deleteWebhook", Fault.dropped())
    api.fail_next("setMyCommands", Fault.server_error(500))
    await launch()
    assert "Dmytro" in (await ask(api.private(alice), alice, "/who lubinets")).text


async def test_for_telegram_alone_no_module_of_discord_is_imported(
    api: TelegramEmulator, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    alice = api.user("Alice")
    bot = await launch()
    await ask(api.private(alice), alice, "/who")
    imported = [line.rpartition("|")[2].strip() for line in bot.log.splitlines() if "|" in line]
    assert "bot.frontends.telegram.app" in imported
    assert [name for name in imported if "discord" in name.split(".")] == []


async def test_logs_as_json_hold_no_secrets_either(api: TelegramEmulator, launch: Launch) -> None:
    alice = api.user("Alice")
    api.fail_next("sendMessage", Fault.server_error(502))
    bot = await launch(mode="webhook", log={"format": "json"})
    await ask(api.private(alice), alice, "/who <b>")
    await bot.stop()
    assert bot.log.startswith('{"time"')
    assert "/who <b>" not in bot.log, "what readers write is not logged"


async def test_a_token_that_telegram_does_not_know(api: TelegramEmulator, launch: Launch) -> None:
    wrong = "987654:AAX-another-token-that-no-log-may-hold"
    bot = await launch(wait=False, telegram={"token": wrong})
    assert await bot.ended() == 1
    last = bot.log.splitlines()[-1]
    assert last == "onrecord: Telegram does not accept telegram.token: copy it again from @BotFather."
    assert wrong.partition(":")[2] not in bot.log


async def test_a_webhook_address_that_telegram_does_not_accept(api: TelegramEmulator, launch: Launch) -> None:
    api.fail_next("setWebhook", Fault.refused(400, "Bad Request: bad webhook: HTTPS URL must be provided"))
    bot = await launch(mode="webhook", wait=False)
    assert await bot.ended() == 1
    assert "onrecord: Telegram does not accept telegram.webhook_url" in bot.log


async def test_a_port_that_is_taken(api: TelegramEmulator, launch: Launch) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        bot = await launch(mode="webhook", wait=False, telegram={"listen": address})
        assert await bot.ended() == 1
    assert f"onrecord: telegram.listen: {address} cannot be listened on" in bot.log
