"""The real process is stopped, killed and started again on the same record, and Discord's users go on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.discord.conftest import Launch, emulator
from tests.acceptance.discord.newsroom import (
    ADMINISTERING,
    LONG_NAME,
    Person,
    aside,
    moderator,
    put_long_name,
)
from tests.acceptance.far_ends import DiscordEnd
from tests.acceptance.newsroom import deliveries, rows
from tests.acceptance.process import RunningBot, until
from tests.broadcasts import STATEMENT, publish, stock, subscribe
from tests.conftest import KILLS
from tests.emulators.discord import Channel, DiscordEmulator, Limits

# More than are taken up at once.
CHANNELS = 120


async def test_buttons_forms_and_dialogues_outlive_a_kill(api: DiscordEmulator, launch: Launch) -> None:
    bot = await launch()
    guild = api.guild("Newsroom")
    mona, nils = await moderator(api, guild, "mona"), await moderator(api, guild, "nils")
    plain = await mona.asks("what")
    await put_long_name(bot)
    kept = await mona.asks("who", name=LONG_NAME)
    form = await mona.gives("add")
    await form.modal()
    asked = await nils.alone_asks("add", text="The crane at Holt fell")
    shown = await nils.within(guild.channel("elsewhere")).opens("retract", {"Reason": "not so"}, id="F5")
    await bot.kill()
    await bot.start()
    for page in (plain, kept):
        turned = await (await mona.presses(page, "Next »")).message()
        assert turned.id == page.id and turned.text != page.text
    shown_of_form = await mona.sends(form, {"Statement": "The quay was closed", "Source": "S1"})
    assert "is on record" in (await mona.alone_presses(shown_of_form, "Confirm")).text
    answering = await nils.presses(asked, "Answer")
    assert "In which words" in (await nils.sends(answering, {"text": "Lubinets"})).text
    elsewhere, confirm = nils.within(shown.channel), shown.button("Confirm").custom_id
    assert confirm is not None
    assert "F5 is retracted" in (await elsewhere.alone_presses(shown, "Confirm")).text
    await bot.kill()
    await bot.start()
    again = await aside(await api.press_raw(nils.user, confirm, shown))
    assert "answered already, or ended" in again.text
    assert bot.log.count("put the first story on record") == 1
    assert await bot.stop() == 0


async def test_what_was_opened_while_the_bot_was_stopped_is_seen_at_its_start(
    api: DiscordEmulator, launch: Launch
) -> None:
    bot = await launch()
    admin = api.user("ada")
    guild = api.guild("Newsroom", members=[admin], owner=admin)
    ada, mona = Person(api, admin, guild.channel("general")), await moderator(api, guild, "mona")
    assert "You will hear here" in (await ada.asks("subscribe")).text
    ada.channel.deny(api.bot, "send_messages")
    await mona.corrects("F9", Statement="the first post came")
    address, record = f"discord:#{ada.channel.id}", bot.folder / "record.db"
    await until(lambda: deliveries(record, address) == ["held"], "its waiting")
    assert await bot.stop() == 0
    ada.channel.allow(api.bot, "send_messages")
    await bot.start()
    told = await ada.channel.next_message(matching=lambda message: "the first post came" in message.text)
    assert "Corrected: F9" in told.text


async def test_a_command_that_is_no_more_is_answered_clearly(api: DiscordEmulator, launch: Launch) -> None:
    bot = await launch()
    alice = api.user("alice")
    person = Person(api, alice, api.guild("Newsroom", members=[alice]).channel("general"))
    # As somebody's client still shows it, which was open while the bot became another.
    commands = api.backend.commands[None]
    name, kind = next(key for key in commands if key[0] == "who")
    who = commands[name, kind]
    commands["whowas", kind] = {**who, "name": "whowas", "id": str(int(who["id"]) + 10_000)}
    asked = await person.gives("whowas")
    answer = await asked.message()
    assert asked.ephemeral and "This command has changed" in answer.text
    assert await bot.stop() == 0


async def test_what_changed_while_the_bot_was_away_is_told_when_it_is_back(
    api: DiscordEmulator, launch: Launch
) -> None:
    bot = await launch()
    ada = api.user("ada")
    guild = api.guild("Newsroom", members=[ada])
    guild.grant(ada, *ADMINISTERING)
    channel = guild.channel("general")
    await Person(api, ada, channel).asks("subscribe")
    await bot.kill()
    await publish(bot.folder / "record.db")
    await bot.start()
    assert STATEMENT in (await channel.next_message()).text
    assert await bot.stop() == 0
    await bot.start()
    assert await bot.stop() == 0
    assert channel.sent.unread == []


async def test_a_server_is_greeted_and_a_channel_published_as_often_as_before_a_restart(
    api: DiscordEmulator, launch: Launch
) -> None:
    bot = await launch()
    ada = api.user("ada")
    guild, other = api.guild("Newsroom", members=[ada], owner=ada), api.guild("Elsewhere", members=[ada])
    news, first = guild.announcements("news"), other.channel("general")
    # Until then the library takes a server for one of those that the bot was in before.
    await until(lambda: "connected to Discord as" in bot.log, "all servers")
    other.kick_bot()
    other.invite_bot()
    greeting = await first.next_message()
    assert "who said what" in greeting.text
    await Person(api, ada, news).asks("subscribe")
    mona = await moderator(api, guild, "mona")
    for number in range(12):
        if number == 6:
            assert await bot.stop() == 0
            await bot.start()
        await mona.corrects("F3", Statement=f"none of them had come, it said {number} times")
        await news.next_message(matching=lambda message: "Corrected" in message.text)
    # It joins a server once more in which nothing hears of changes.
    other.kick_bot()
    other.invite_bot()
    assert "Lubinets" in (await Person(api, ada, first).asks("who", name="lubinets")).text
    assert await bot.stop() == 0
    assert [message.published for message in news.messages].count(True) == 10
    assert len(api.calls_of("POST", f"/channels/{news.id}/messages/*/crosspost")) == 10
    assert [message.id for message in first.messages if "who said what" in message.text] == [greeting.id]


async def test_sigterm_lets_what_was_taken_be_answered(api: DiscordEmulator, launch: Launch) -> None:
    bot = await launch()
    readers = [api.user(f"reader {number}") for number in range(20)]
    guild = api.guild("Newsroom", members=readers)
    people = [Person(api, user, guild.channel(user.name)) for user in readers]
    api.latency = 0.2
    asked = [await person.gives("who") for person in people]
    await api.next_call("POST", "/interactions/*/callback")
    assert await bot.stop() == 0
    answered = [interaction for interaction in asked if interaction.answered_after is not None]
    assert len(answered) == len(asked)
    assert "stopped: all that was taken has been answered" in bot.log


# A broadcast


async def many(api: DiscordEmulator, record: Path, count: int = CHANNELS) -> list[Channel]:
    """Return channels that hear of changes."""
    guild = api.guild("Newsroom")
    channels = [guild.channel(f"channel-{number}") for number in range(count)]
    await stock(record, [])
    subscribe(record, [f"discord:#{channel.id}" for channel in channels])
    return channels


def told(channels: list[Channel]) -> Counter[int]:
    """Return how often each channel has been told."""
    return Counter(
        channel.id for channel in channels for message in channel.messages if STATEMENT in message.text
    )


def waiting(record: Path) -> int:
    """Return how many deliveries are not sent yet."""
    return int(rows(record, "SELECT count(*) FROM delivery WHERE state <> 'sent'")[0][0])


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_a_broadcast_goes_on_after_its_process_has_ended(tmp_path: Path, how: str) -> None:
    record = tmp_path / "record.db"
    async with emulator(latency=0.1) as api:
        channels = await many(api, record)
        bot = RunningBot([DiscordEnd(api)], tmp_path)
        await bot.start()
        await publish(record)
        await until(lambda: len(told(channels)) > CHANNELS // 5, "a part of the broadcast")
        if how == "kill":
            await bot.kill()
        else:
            assert await bot.stop() == 0
        assert len(told(channels)) < CHANNELS
        await bot.start()
        await until(lambda: not waiting(record), "the end of it")
        assert await bot.stop() == 0
        bot.check_log()
        # What was under way at a kill is sent again under the same nonce, by which Discord knows it.
        assert told(channels) == dict.fromkeys((channel.id for channel in channels), 1)
        assert api.violations == api.pings == []


@pytest.mark.slow
async def test_a_broadcast_outlives_kills_under_discords_limits(tmp_path: Path) -> None:
    record, kills = tmp_path / "record.db", min(KILLS, 10)
    async with emulator(latency=0.05, limits=Limits()) as api:
        channels = await many(api, record, 400)
        bot = RunningBot([DiscordEnd(api)], tmp_path)
        await bot.start()
        await publish(record)
        for _ in range(kills):
            before = told(channels).total()
            await until(lambda before=before: told(channels).total() > before + 20, "its going on", 40)
            await bot.kill()
            await bot.start()
        await until(lambda: not waiting(record), "the end of the broadcast", 60)
        assert await bot.stop() == 0
        bot.check_log()
        assert told(channels) == dict.fromkeys((channel.id for channel in channels), 1)
        assert api.violations == api.pings == [] and api.too_many <= kills
