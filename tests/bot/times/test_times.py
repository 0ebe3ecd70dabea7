"""Times of day, days and zones as people type them, and moments in a chat's zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.times import zones
from bot.times.of_day import time_of_day


@pytest.fixture
def kyiv():
    zones.keep_time("Europe/Kyiv")
    yield
    zones.keep_time("UTC")


def test_a_time_of_day_is_read_as_people_type_it(subtests):
    for typed, read in [
        ("19:00", "19:00"),
        ("7", "07:00"),
        ("0730", "07:30"),
        ("19.30", "19:30"),
        ("7pm", "19:00"),
        ("7 PM", "19:00"),
        ("7:30pm", "19:30"),
        ("7.30 p.m.", "19:30"),
        ("9am", "09:00"),
        ("12am", "00:00"),
        ("12 pm", "12:00"),
        ("19h", "19:00"),
        ("19h30", "19:30"),
        ("19 Uhr", "19:00"),
        ("9 o'clock", "09:00"),
        ("noon", "12:00"),
        ("Midnight", "00:00"),
        *((none, None) for none in "24:00 25 7:75 13pm 0am 19:5 7p seven -1 pm x".split()),
        ("", None),
        ("7 30", None),
        ("1" + " " * 500 + "x", None),
    ]:
        with subtests.test(typed=typed):
            assert time_of_day(typed) == read


def test_hours_from_utc_are_a_zone_with_the_sign_that_people_give_them(subtests):
    now = datetime(2026, 11, 28, 10, tzinfo=UTC)
    for typed, hours in [
        ("GMT+2", 2),
        ("utc-5", -5),
        ("UTC+02:00", 2),
        ("+3", 3),
        ("GMT+0", 0),
        ("UTC+14", 14),
    ]:
        with subtests.test(typed=typed):
            name = zones.zone_at_offset(typed)
            assert name is not None
            offset = now.astimezone(zones.zone(name)).utcoffset()
            assert offset is not None and offset.total_seconds() == hours * 3600
            assert zones.zone_text(name) == (f"UTC{hours:+d}" if hours else "UTC")
    for typed in ("UTC+15", "GMT-13", "UTC+5:30", "2", "GMT", "Europe/Kyiv"):
        with subtests.test(typed=typed):
            assert zones.zone_at_offset(typed) is None


def test_what_is_no_place_is_no_zone():
    assert not {"localtime", "Factory", "posixrules"} & set(zones.zones())
    assert "Europe/Kyiv" in zones.zones_of_places()
    assert not any("GMT+2" in name for name in zones.zones_of_places())


def test_a_moment_is_told_in_the_zone_of_its_context(kyiv):
    assert zones.shown("2026-11-28T22:30:00.000000Z") == "2026-11-29 00:30 (Europe/Kyiv)"
    assert zones.local_day("2026-11-28T22:30:00.000000Z") == "2026-11-29"
    zones.keep_time("Etc/GMT-2")
    assert zones.shown("2026-11-28T22:30:00.000000Z") == "2026-11-29 00:30 UTC+2"
    zones.keep_time("No/Such")
    assert zones.shown("2026-11-28T22:30:00.000000Z") == "2026-11-28 22:30 UTC"


def test_a_day_begins_and_ends_in_the_zone_of_its_context(kyiv):
    assert zones.moment_of("2026-03-29") == "2026-03-28T22:00:00.000000Z"
    # A day with a change of clocks is an hour shorter.
    assert zones.end_of("2026-03-29") == "2026-03-29T20:59:59.999999Z"
    assert zones.end_of("0000-02-29") == "0000-02-29T23:59:59.999999Z"
    assert zones.end_of("9999-12-31") == "9999-12-31T23:59:59.999999Z"
