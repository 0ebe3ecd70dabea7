"""/settings: what is kept and shown, and what is refused with the nearest that would do."""

from __future__ import annotations

import pytest

from bot.frontends.terminal.render import plain
from storage.domain.models import Cadence
from tests.bot.chatroom import Room, offered, open_room


@pytest.fixture
async def room(tmp_path):
    async with open_room(tmp_path) as opened:
        yield opened


KEPT: list[tuple[str, dict[str, object]]] = [
    ("cadence daily", {"cadence": Cadence.DAILY}),
    ("cadence at once", {"cadence": Cadence.AT_ONCE}),
    ("Cadence WEEKLY", {"cadence": Cadence.WEEKLY}),
    ("time 7:30", {"time": "07:30"}),
    ("time 7", {"time": "07:00"}),
    ("time 23.59", {"time": "23:59"}),
    ("time 0730", {"time": "07:30"}),
    ("time 7pm", {"time": "19:00"}),
    ("time 7:30 PM", {"time": "19:30"}),
    ("time noon", {"time": "12:00"}),
    ("weekday friday", {"weekday": 4}),
    ("weekday Tu", {"weekday": 1}),
    ("zone Europe/Kyiv", {"zone": "Europe/Kyiv"}),
    ("zone europe/kyiv", {"zone": "Europe/Kyiv"}),
    ("zone new york", {"zone": "America/New_York"}),
    ("zone Lord Howe", {"zone": "Australia/Lord_Howe"}),
    ("zone GMT+2", {"zone": "Etc/GMT-2"}),
    ("zone UTC-5", {"zone": "Etc/GMT+5"}),
    ("zone Kyiv", {"zone": "Europe/Kyiv"}),
    ("quiet 22-7", {"quiet_from": "22:00", "quiet_until": "07:00"}),
    ("quiet 22:30 to 06:15", {"quiet_from": "22:30", "quiet_until": "06:15"}),
    ("quiet from 10 pm to 7 am", {"quiet_from": "22:00", "quiet_until": "07:00"}),
    ("quiet 22h–7h30", {"quiet_from": "22:00", "quiet_until": "07:30"}),
    ("quiet midnight to noon", {"quiet_from": "00:00", "quiet_until": "12:00"}),
    ("quiet off", {"quiet_from": None, "quiet_until": None}),
    ("which material", {"material_only": True}),
    ("which all", {"material_only": False}),
    ("sound off", {"silent": True}),
    ("sound ON", {"silent": False}),
    ("words The Dam", {"words": "dam"}),
    ("words none", {"words": None}),
]


async def test_each_setting_is_kept_and_shown(room: Room, subtests: pytest.Subtests):
    for text, kept in KEPT:
        with subtests.test(text=text):
            said = await room.say(f"/settings {text}")
            assert "How this chat hears of changes" in said
            found = await room.listener()
            assert {name: getattr(found, name) for name in kept} == kept


async def test_settings_are_shown_with_a_button_for_each_other_choice(room: Room):
    reply = await room.ask("/settings")
    assert offered(reply) == [
        "/settings cadence hourly", "/settings cadence daily", "/settings cadence weekly",
        "/settings quiet 22:00-07:00", "/settings which material", "/settings sound off",
    ]  # fmt: skip
    for command in offered(reply):
        await room.say(command)
    reply = await room.ask("/settings")
    assert offered(reply)[-3:] == ["/settings quiet off", "/settings which all", "/settings sound on"]
    said = plain(reply)
    assert "every Monday at 09:00 (UTC)" in said and "22:00-07:00" in said and "silent" in said
    assert "The next digest comes 2026-11-30 09:00 UTC" in said


async def test_a_changed_setting_offers_its_own_choices_and_the_way_to_all(room: Room, subtests):
    for text, choices in [
        ("cadence hourly", ["cadence at once", "cadence daily", "cadence weekly"]),
        ("which material", ["which all"]),
        ("quiet off", ["quiet 22:00-07:00"]),
        ("words none", []),
    ]:
        with subtests.test(text=text):
            commands = offered(await room.ask(f"/settings {text}"))
            assert commands == [*(f"/settings {choice}" for choice in choices), "/settings"]
    with subtests.test("without a value"):
        reply = await room.refused("/settings quiet", "Say from when to when")
        assert offered(reply) == ["/settings quiet 22:00-07:00"]


async def test_a_paused_chat_sees_why(room: Room):
    now = room.record.ledger.now()
    await room.record.listeners.pause("telegram:7", "blocked or removed", now, now)
    said = " ".join((await room.say("/settings")).split())
    assert "taken no messages from the bot since 2026-11-24 12:00 UTC (blocked or removed)" in said
    assert "Notices come" not in said
    await room.record.listeners.resume("telegram:7")
    assert "Notices come at once" in await room.say("/settings")


REFUSED = [
    ("/settings zone Europe/Kiew", "There is no time zone “Europe/Kiew”", "/settings zone Europe/Kiev"),
    ("/settings zone Berln", "There is no time zone", "/settings zone Europe/Berlin"),
    ("/settings zone Istanbul", "There is no time zone", "/settings zone Asia/Istanbul"),
    ("/settings zone localtime", "There is no time zone “localtime”", None),
    ("/settings zone Factory", "There is no time zone “Factory”", None),
    ("/settings zone posixrules", "There is no time zone “posixrules”", None),
    ("/settings zone UTC+5:30", "There is no time zone “UTC+5:30”", None),
    ("/settings zone", "There is no time zone", None),
    ("/settings zone ../../etc/passwd", "There is no time zone", None),
    ("/settings time 24:00", "Did you mean 23:00?", None),
    ("/settings time 25:61", "Did you mean 23:59?", None),
    ("/settings time 7:75", "Did you mean 07:59?", None),
    ("/settings time dawn", "Did you mean 09:00?", None),
    ("/settings time -1", "is no time of day", None),
    ("/settings time ²:³⁰", "is no time of day", None),
    ("/settings time", "is no time of day", None),
    ("/settings quiet 22:00-25:00", "Did you mean 23:00?", None),
    ("/settings quiet 22:00-22:00", "/mute is for that", None),
    ("/settings quiet tonight", "Say from when to when", None),
    ("/settings cadence yearly", "at once, hourly, daily or weekly", None),
    ("/settings weekday t", "is no day of the week", None),
    ("/settings weekday fryday", "Did you mean Friday?", None),
    ("/settings which some", "all, or material", None),
    ("/settings sound loud", "on, or off", None),
    ("/settings words the of", "would let all through", None),
    ("/settings words", "would let all through", None),
    ("/settings zonne Europe/Kyiv", "Did you mean zone?", None),
    ("/settings chat telegram:8", "There is no setting “chat”", None),
    ("/settings id 4", "There is no setting “id”", None),
    ("/settings " + "x" * 3000, "There is no setting", None),
]


async def test_an_impossible_setting_is_refused_with_the_nearest(room: Room, subtests: pytest.Subtests):
    await room.say("/settings")
    for text, said, near in REFUSED:
        with subtests.test(text=text):
            reply = await room.refused(text, said)
            assert near is None or near in offered(reply)


async def test_a_filter_that_lets_nothing_or_all_through_is_said(room: Room):
    assert "No statement on record holds these words" in await room.say("/settings words zeppelin")
    await room.wire.retract(2)
    await room.wire.retract(3)
    assert "Every statement on record holds these words" in await room.say("/settings words rain")
    assert "holds these words" not in await room.say("/settings sound off")


async def test_a_changed_setting_holds_for_what_already_waits(room: Room):
    await room.say("/subscribe")
    await room.say("/settings cadence daily")
    await room.wire.publish("snow", "It snows.")
    await room.wire.deliver()
    assert room.wire.far.chats() == []
    await room.say("/settings cadence at once")
    await room.wire.deliver()
    assert room.wire.far.chats() == ["telegram:7"]


async def test_the_zone_is_asked_for_where_a_time_of_day_is_set_and_none_is_known(room: Room, subtests):
    asking = "Which time zone is this chat in?"
    for text in (
        "/settings quiet 22-7",
        "/settings time 7pm",
        "/settings cadence daily",
        "/settings weekday Tu",
    ):
        with subtests.test(text=text):
            reply = await room.ask(text)
            assert asking in plain(reply)
            assert {"/settings zone Europe/Kyiv", "/settings zone UTC"} <= set(offered(reply))
            assert all(command.startswith("/settings zone ") for command in offered(reply))
    with subtests.test("muted until a time"):
        reply = await room.ask("/mute until 7pm")
        assert asking in plain(reply) and "/settings zone Europe/Kyiv" in offered(reply)
    for text in (
        "/settings cadence at once",
        "/settings quiet off",
        "/settings sound off",
        "/mute 2h",
        "/mute off",
    ):
        with subtests.test(text=text):
            assert asking not in plain(await room.ask(text))


async def test_a_zone_once_chosen_is_not_asked_for_again_and_every_time_is_told_in_it(room: Room, subtests):
    for zone, called in (("UTC", "UTC"), ("Kyiv", "Europe/Kyiv")):
        with subtests.test(zone=zone):
            await room.say(f"/settings zone {zone}")
            said = await room.say("/settings quiet 22-7")
            assert "Which time zone" not in said and f"22:00-07:00 ({called})" in said
            assert called in await room.say("/mute until 7pm")
