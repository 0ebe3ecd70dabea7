"""One proof: words that were published, corrected, cited in messages, exported and asked for are gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.acceptance import newsroom as telegram
from tests.acceptance.conftest import LIMITS
from tests.acceptance.conftest import emulator as telegram_emulator
from tests.acceptance.discord import newsroom as discord
from tests.acceptance.discord.conftest import emulator as discord_emulator
from tests.acceptance.far_ends import DiscordEnd, TelegramEnd
from tests.acceptance.process import RunningBot, onrecord, until
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
STATEMENT = "a boy of 9, the only child of the ferryman, lives at 12 Mill Street in Holm"
FACT = f"/add {STATEMENT}\nwho: Lubinets\ncue: said that\nsource: S1\nquote: the boy from number 12"
HARM = ("Mill Street", "ferryman", "boy of 9", "number 12", "mill street")
MESSAGES = 50


def folder_of(bot: RunningBot, *arguments: str) -> str:
    ran = onrecord(*arguments, "--config", str(bot.config), folder=bot.folder)
    assert ran.returncode == 0, ran
    return ran.stdout


def said_on(there: TelegramEmulator, elsewhere: DiscordEmulator) -> list[str]:
    """Return what the bot's own messages read now, in all chats of both platforms, and their buttons."""
    written = [
        f"{message.text} {message.buttons}"
        for chat in there.chats.values()
        for message in chat.messages.values()
        if message.raw.get("from", {}).get("is_bot")
    ]
    return written + [
        f"{message.text} {message.rows}" for each in elsewhere.channels.values() for message in each.messages
    ]


def hits(path: Path) -> list[str]:
    content = path.read_bytes()
    return [word for word in HARM if word.encode() in content]


async def test_what_is_taken_down_is_found_nowhere_but_in_the_backup_that_is_named(tmp_path: Path) -> None:
    release = asyncio.Event()
    async with telegram_emulator(release) as there, discord_emulator(release) as elsewhere:
        owners = (*telegram.OWNERS, *discord.OWNERS)
        bot = RunningBot([TelegramEnd(there), DiscordEnd(elsewhere)], tmp_path, owners=owners, limits=LIMITS)
        await bot.start()
        guild = elsewhere.guild("Newsroom")
        ada = elsewhere.user("ada")
        guild.join(ada)
        member = discord.Person(elsewhere, ada, guild.channel("ada"))
        mona = await telegram.moderator(there, "Mona")
        name = telegram.fact_in(await mona.does(FACT))
        lines = f"statement: {STATEMENT}, near the ferry\nmaterial: no\nreason: said the ferryman"
        await mona.does(f"/correct {name}\n{lines}")
        readers = [there.user(f"Reader {number}") for number in range(5)]
        people = [telegram.Person(there, user, there.private(user)) for user in readers]
        for number in range(MESSAGES // 2):
            shown = await people[number % 5].says(f"/fact {name}")
            assert "Mill Street" in shown.text
            assert "Mill Street" in (await member.asks("fact", id=name)).text
        await people[0].does(f"/suggest {STATEMENT}\nwho: Lubinets\ncue: said that\nsource: S1")
        await people[1].says(f"/ask Is it true that {STATEMENT}?")
        record = tmp_path / "record.db"
        receipts = "SELECT count(*) FROM receipt WHERE fact_id = ?"
        number = int(name[1:])
        await until(lambda: telegram.rows(record, receipts, number)[0][0] > MESSAGES, "receipts are written")
        folder_of(bot, "backup", "old.db")
        folder_of(bot, "export", "--story", "belarus", "--output", "old.toml")
        assert hits(tmp_path / "old.db") and hits(tmp_path / "old.toml")
        assert "the chain holds" in onrecord("doctor", "--config", str(bot.config), folder=tmp_path).stdout
        told = await asyncio.to_thread(folder_of, bot, "takedown", name, "--ground", "privacy", "--yes")
        assert str(tmp_path / "old.db") in told and not [word for word in HARM if word in told]
        open_ones = "SELECT count(*) FROM amendment WHERE state IN ('due', 'sending', 'failed')"
        await until(lambda: telegram.rows(record, open_ones)[0][0] == 0, "messages are put right", 60)
        spoken = [text for text in said_on(there, elsewhere) if any(word in text for word in HARM)]
        assert spoken == []
        assert "taken down on" in (await people[2].says(f"/fact {name}")).text
        (tmp_path / "old.toml").unlink()
        folder_of(bot, "export", "--story", "belarus", "--output", "new.toml")
        checked = onrecord("doctor", "--config", str(bot.config), folder=tmp_path).stdout
        assert "the chain holds" in checked and str(tmp_path / "old.db") in checked
        found = {path.name: hits(path) for path in tmp_path.rglob("*") if path.is_file()}
        assert {name for name, words in found.items() if words} == {"old.db"}, found
        assert folder_of(bot, "audit", "--json")
        assert not [word for word in HARM if word in folder_of(bot, "audit", "--json")]
        release.set()
        assert await bot.stop() == 0
        bot.check_log()
        found = {path.name: hits(path) for path in tmp_path.rglob("*") if path.is_file()}
        assert {name for name, words in found.items() if words} == {"old.db"}, found
