"""Until when: times, days and weekdays to come, in the chat's zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.dates.until import until
from bot.times import zones

# A Saturday, half past eight in the evening in Kyiv.
NOW = datetime(2026, 11, 28, 18, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kyiv():
    zones.keep_time("Europe/Kyiv")
    yield
    zones.keep_time("UTC")


def test_until_when_is_the_next_such_time_or_a_day(subtests):
    for typed, meant in [
        ("until 7pm", "2026-11-29T17:00+00:00"),
        ("until 21", "2026-11-28T19:00+00:00"),
        ("noon", "2026-11-29T10:00+00:00"),
        ("until midnight", "2026-11-28T22:00+00:00"),
        ("until 2026-11-30", "2026-11-29T22:00+00:00"),
        ("20261130", "2026-11-29T22:00+00:00"),
        ("until 30 November 2026 9 am", "2026-11-30T07:00+00:00"),
        ("until tomorrow", "2026-11-28T22:00+00:00"),
        ("until tomorrow 9am", "2026-11-29T07:00+00:00"),
        ("until Friday", "2026-12-03T22:00+00:00"),
        ("until Saturday", "2026-12-04T22:00+00:00"),
        ("until Friday at 14:30 London", "2026-12-04T14:30+00:00"),
        ("until 18 July", "2027-07-17T21:00+00:00"),
        ("до п'ятниці", "2026-12-03T22:00+00:00"),
        ("до завтра 9:00", "2026-11-29T07:00+00:00"),
        ("до 1 декабря", "2026-11-30T22:00+00:00"),
        ("bis 19 Uhr", "2026-11-29T17:00+00:00"),
        ("do 5 grudnia", "2026-12-04T22:00+00:00"),
        ("hasta mañana", "2026-11-28T22:00+00:00"),
        ("jusqu’au 5 décembre", "2026-12-04T22:00+00:00"),
    ]:
        with subtests.test(typed=typed):
            assert until(typed, NOW) == datetime.fromisoformat(meant)


def test_what_names_no_moment_is_none(subtests):
    for typed in (
        "2",
        "until",
        "until May 2027",
        "until 0000-01-01",
        "until x",
        "",
        "until 3/4/2027",
        "1" * 9,
    ):
        with subtests.test(typed=typed):
            assert until(typed, NOW) is None
