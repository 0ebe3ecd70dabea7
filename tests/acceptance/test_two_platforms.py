"""Telegram and Discord speak the same record: from one process, and from one of each beside the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from tests.acceptance import newsroom as telegram
from tests.acceptance.conftest import LIMITS
from tests.acceptance.conftest import emulator as telegram_emulator
from tests.acceptance.discord import newsroom as discord
from tests.acceptance.discord.conftest import emulator as discord_emulator
from tests.acceptance.discord.newsroom import Person as DiscordPerson
from tests.acceptance.far_ends import DiscordEnd, FarEnd, TelegramEnd
from tests.acceptance.newsroom import Person as TelegramPerson
from tests.acceptance.process import RunningBot, until
from tests.emulators.discord import DiscordEmulator, Guild
from tests.emulators.telegram import TelegramEmulator

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("nothing_amiss"),
    pytest.mark.parametrize("desk", ["one process", "two processes"], indirect=True, scope="module"),
]


class Desk(NamedTuple):
    """One newsroom on two platforms."""

    telegram: TelegramEmulator
    discord: DiscordEmulator
    guild: Guild
    bots: list[RunningBot]

    @property
    def record(self) -> Path:
        """Return the record's file."""
        return self.bots[0].folder.parent / "record.db"

    def reader(self) -> TelegramPerson:
        """Return a new person in their private chat on Telegram."""
        user = self.telegram.user("Alice")
        return telegram.Person(self.telegram, user, self.telegram.private(user))

    def member(self, name: str = "ada") -> DiscordPerson:
        """Return a new person in a channel of their own on Discord, which they may manage."""
        user = self.discord.user(f"{name}_{len(self.discord.backend.users)}")
        self.guild.join(user)
        self.guild.grant(user, *discord.MODERATING, *discord.ADMINISTERING)
        return discord.Person(self.discord, user, self.guild.channel(user.name))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    release = asyncio.Event()
    async with telegram_emulator(release) as there, discord_emulator(release) as elsewhere:
        ends: list[FarEnd] = [TelegramEnd(there), DiscordEnd(elsewhere)]
        shared: Any = {"storage": {"path": str(folder / "record.db")}, "limits": LIMITS}
        owners = (*telegram.OWNERS, *discord.OWNERS)
        apart = [[end] for end in ends] if request.param == "two processes" else [ends]
        bots = []
        for number, own in enumerate(apart):
            (folder / str(number)).mkdir()
            bots.append(RunningBot(own, folder / str(number), owners=owners, **shared))
            await bots[-1].start()
        yield Desk(there, elsewhere, elsewhere.guild("Newsroom"), bots)
        release.set()
        for bot in bots:
            assert await bot.stop() == 0
            bot.check_log()


@pytest.fixture
def nothing_amiss(desk: Desk) -> Iterator[None]:
    yield
    assert desk.telegram.violations == desk.discord.violations == desk.discord.pings == []
    assert all(bot.running for bot in desk.bots)


async def on_record(desk: Desk, chat: str) -> None:
    """Wait until the other process, too, can know what was said in a chat: it is written once in a while."""
    query = "SELECT 1 FROM receipt WHERE chat = ?"
    await until(lambda: telegram.rows(desk.record, query, chat), "what was said is on record")


async def test_a_change_on_telegram_is_told_on_discord(desk: Desk) -> None:
    ada, mona = desk.member(), await telegram.moderator(desk.telegram, "Mona")
    await ada.asks("subscribe")
    answer = await ada.asks("fact", id="F3")
    await on_record(desk, f"discord:#{ada.channel.id}")
    await mona.does("/correct F3\nstatement: none of them had come so\nmaterial: yes\nreason: read again")
    told = await ada.channel.next_message()
    assert "Corrected: F3" in told.text and "none of them had come so" in told.text
    edited = await ada.channel.next_edit()
    assert edited.id == answer.id and "none of them had come so" in edited.text
    await ada.asks("unsubscribe", which="all")


async def test_a_change_on_discord_is_told_on_telegram(desk: Desk) -> None:
    alice, mona = desk.reader(), await discord.moderator(desk.discord, desk.guild, "mona")
    await alice.says("/subscribe")
    answer = await alice.says("/fact F5")
    await on_record(desk, alice.address)
    await mona.corrects("F5", Statement="none of them had come there")
    told = await alice.chat.next_message()
    assert "Corrected: F5" in told.text and "none of them had come there" in told.text
    edited = await alice.chat.next_edit()
    assert edited.id == answer.id and "none of them had come there" in edited.text
    assert "Ended" in (await alice.says("/unsubscribe all")).text


async def test_a_suggestion_on_discord_is_approved_on_telegram_and_told_on_discord(desk: Desk) -> None:
    rita, mona = desk.member("rita"), await telegram.moderator(desk.telegram, "Mona")
    shown = await rita.opens("suggest", {"Statement": "The mill at Dorn was sold", "Source": "S1"})
    draft = (await rita.alone_presses(shown, "Confirm")).text.split("Suggestion ")[1].split()[0]
    fact = telegram.fact_in(await mona.says(f"/approve {draft}"))
    assert f"Your draft {draft} is on record as {fact}" in (await rita.in_private.channel.next_message()).text
    assert "The mill at Dorn" in (await desk.reader().says(f"/fact {fact}")).text


async def test_a_moderator_of_telegram_is_one_on_discord_by_a_code(desk: Desk) -> None:
    vera = await telegram.moderator(desk.telegram, "Vera")
    same, stranger = desk.member("elsewhere"), desk.member("eve")
    assert "/retract is for moderators." in (await same.alone_asks("retract", id="F9")).text
    code = (await vera.says("/link")).text.split("/link ")[1].split()[0]
    assert "acts as" in discord.plain(await same.alone_asks("link", code=code))
    assert f"The account {same.address} was linked to you" in (await vera.chat.next_message()).text
    assert "wrong, was used" in (await stranger.alone_asks("link", code=code)).text
    await same.corrects("F9", Statement="the children were from elsewhere")
    await vera.does("/correct F9\nstatement: the children were from there\nmaterial: yes\nreason: read again")
    for trail in (
        discord.plain(await same.alone_asks("audit", about="F9")),
        (await vera.says("/audit F9")).text,
    ):
        assert trail.count(f"@{vera.user.username}") == 2, trail
        assert same.user.name not in trail and same.address not in trail
    owner = telegram.owner(desk.telegram)
    listed = await owner.says("/moderators")
    while f"@{vera.user.username}" not in listed.text:
        await (await desk.telegram.press(owner.user, listed, "Next »")).answer()
        listed = await owner.chat.next_edit()
    assert listed.text.count(f"@{vera.user.username}") == 1 and same.address not in listed.text
    assert "no longer acts as" in discord.plain(await same.alone_asks("link", code="off"))
    assert "/retract is for moderators." in (await same.alone_asks("retract", id="F9")).text


async def test_each_platform_answers_while_the_other_is_away(desk: Desk) -> None:
    ada, alice = desk.member(), desk.reader()
    desk.discord.drop_gateway()
    assert "Dmytro" in (await alice.says("/who lubinets")).text
    assert "Dmytro" in (await ada.asks("who", name="lubinets")).text
