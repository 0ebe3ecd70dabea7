"""Every moment is told in the zone of the chat that asks, and its days begin and end there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.bot.desk import ANN, EVE, said

EVENING = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # half past midnight, a day later, in Kyiv


@pytest.fixture
async def ann(desk):
    desk.moments.now = EVENING
    ann = await desk.moderator(ANN)
    await ann.says("/settings zone Kyiv")
    await ann.tells("/retract F8\nreason: it is gone", "[Confirm]")
    return ann


async def test_moments_are_told_in_the_zone_of_the_chat(desk, ann, subtests):
    eve = desk.person(EVE)
    for command, kyiv, utc in [
        ("/fact F8", "retracted on 25 November 2026", "retracted on 24 November 2026"),
        ("/history F8", "on 25 November 2026 by", "on 24 November 2026 by"),
        ("/mute 1h", "Muted until 2026-11-25 01:30 (Europe/Kyiv).", "Muted until 2026-11-24 23:30 UTC."),
        ("/settings", "Muted until 2026-11-25 01:30 (Europe/Kyiv)", "Muted until 2026-11-24 23:30 UTC"),
        ("/settings cadence daily", "2026-11-25 09:00 (Europe/Kyiv)", "2026-11-25 09:00 UTC"),
        ("/why F8", "Retracted, 2026-11-25 00:30 (Europe/Kyiv)", "Retracted, 2026-11-24 22:30 UTC"),
        ("/asof 2026", "The record so far, 25 November 2026 (Europe/Kyiv)", "24 November 2026 (UTC)"),
    ]:
        with subtests.test(command=command):
            assert kyiv in said(await ann.says(command))
            assert utc in said(await eve.says(command))
    trail = said(await ann.says("/audit F8"))
    assert "2026-11-25 00:30 (Europe/Kyiv) " in trail and "UTC" not in trail


async def test_days_begin_and_end_in_the_zone_of_the_chat(desk, ann):
    eve = desk.person(EVE)
    assert "is in the future" in said(await eve.says("/asof 2026-11-25"))
    assert "is in the future" not in said(await ann.says("/asof 2026-11-25"))
    # It was retracted in the first hour of the 25th there, in the last but one of the 24th in UTC.
    assert 8 in await shown(ann, "/asof 2026-11-24")
    assert 8 not in await shown(eve, "/asof 2026-11-24")
    assert "no such entry" not in said(await ann.says("/audit since 2026-11-25"))
    await ann.says("/settings zone UTC")
    assert "no such entry" in said(await ann.says("/audit since 2026-11-25"))


async def shown(person, command):
    found, reply = set(), await person.says(command)
    while True:
        found |= set(reply.facts)
        more = [action.command for action in reply.actions if action.turn == "next"]
        if not more:
            return found
        reply = await person.says(more[0])


async def test_a_chat_is_muted_until_a_time_of_its_own(desk, ann):
    assert "Muted until 2026-11-25 19:00 (Europe/Kyiv)" in said(await ann.says("/mute until 7pm"))
    assert "Muted until 2026-11-25 19:30 (Europe/Kyiv)" in said(await ann.says("/mute 19.30"))
    assert "Muted until 2026-12-01 00:00 (Europe/Kyiv)" in said(await ann.says("/mute until 2026-12-01"))
    assert "Say how long" in said(await ann.says("/mute until 2026-11-01"))
