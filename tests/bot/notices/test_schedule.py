"""When a chat may hear: cadences, quiet hours, muting, and the days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.notices.schedule import next_digest, ready_at, text_of
from storage.domain.models import Cadence, Listener

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
# Days on which the clocks are changed, forth and back, in the zones above.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 10, 4), date(2026, 4, 5)),
    "Asia/Kathmandu": (date(2026, 3, 29), date(2026, 10, 25)),  # never changed: to compare
}
HOUR = timedelta(hours=1)


def listener(zone: str = "UTC", **settings) -> Listener:
    return Listener(id=1, chat="telegram:1", zone=zone, **settings)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ready(who: Listener, due: str, now: str | None = None) -> str:
    """Return when something due is ready, to the minute, in UTC."""
    return text_of(ready_at(who, utc(due), utc(now or due)))[:16].replace("T", " ")


def test_a_notice_belongs_to_the_next_digest(subtests):
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({}, "2026-01-05 10:20", "2026-01-05 10:20"),
        ({"cadence": "hourly"}, "2026-01-05 10:20", "2026-01-05 11:00"),
        ({"cadence": "hourly"}, "2026-01-05 11:00", "2026-01-05 11:00"),
        ({"cadence": "hourly", "zone": "Asia/Kathmandu"}, "2026-01-05 10:20", "2026-01-05 11:15"),
        ({"cadence": "daily"}, "2026-01-05 08:59", "2026-01-05 09:00"),
        ({"cadence": "daily"}, "2026-01-05 09:01", "2026-01-06 09:00"),
        ({"cadence": "daily", "time": "00:00"}, "2026-01-05 09:01", "2026-01-06 00:00"),
        ({"cadence": "daily", "zone": "America/New_York"}, "2026-01-05 09:01", "2026-01-05 14:00"),
        ({"cadence": "daily", "zone": "Pacific/Kiritimati"}, "2026-01-05 19:30", "2026-01-06 19:00"),
        ({"cadence": "weekly", "weekday": 2}, "2026-01-05 10:20", "2026-01-07 09:00"),
        ({"cadence": "weekly"}, "2026-01-05 08:20", "2026-01-05 09:00"),
        ({"cadence": "weekly"}, "2026-01-05 10:20", "2026-01-12 09:00"),
        ({"cadence": "weekly", "weekday": 6, "time": "23:59"}, "2026-01-05 10:20", "2026-01-11 23:59"),
    ]
    for settings, due, moment in cases:
        with subtests.test(settings=settings, due=due):
            assert ready(listener(**settings), due) == moment


def test_quiet_hours_are_waited_for(subtests):
    for quiet, due, moment in [
        ("22:00-07:00", "2026-01-05 21:59", "2026-01-05 21:59"),
        ("22:00-07:00", "2026-01-05 22:00", "2026-01-06 07:00"),
        ("22:00-07:00", "2026-01-06 03:00", "2026-01-06 07:00"),
        ("22:00-07:00", "2026-01-06 07:00", "2026-01-06 07:00"),
        ("12:00-14:00", "2026-01-05 11:59", "2026-01-05 11:59"),
        ("12:00-14:00", "2026-01-05 12:30", "2026-01-05 14:00"),
        ("00:00-07:00", "2026-01-05 00:00", "2026-01-05 07:00"),
        ("22:00-00:00", "2026-01-05 23:00", "2026-01-06 00:00"),
    ]:
        with subtests.test(quiet=quiet, due=due):
            begins, ends = quiet.split("-")
            assert ready(listener(quiet_from=begins, quiet_until=ends), due) == moment


def test_a_digest_in_quiet_hours_comes_after_them():
    who = listener(cadence="daily", time="06:00", quiet_from="22:00", quiet_until="07:30")
    assert ready(who, "2026-01-05 12:00") == "2026-01-06 07:30"


def test_what_is_muted_comes_after_it_and_after_the_quiet_hours_that_it_ends_in():
    who = listener(muted_until="2026-01-05T12:00:00.000000Z")
    assert ready(who, "2026-01-05 10:00") == "2026-01-05 12:00"
    assert ready(who, "2026-01-05 10:00", "2026-01-05 13:00") == "2026-01-05 13:00"
    quiet = listener(muted_until="2026-01-05T23:00:00.000000Z", quiet_from="22:00", quiet_until="07:00")
    assert ready(quiet, "2026-01-05 10:00") == "2026-01-06 07:00"


def test_what_is_late_is_ready_now():
    assert ready(listener(cadence="daily"), "2026-01-05 08:00", "2026-01-05 09:10") == "2026-01-05 09:10"


def test_a_daily_digest_comes_once_on_a_day_on_which_the_clocks_are_changed(subtests):
    for at in ["02:30", "02:00", "01:45", "03:00", "00:00"]:
        for which in [0, 1]:
            for zone in ZONES[:4]:
                with subtests.test(at=at, which=which, zone=zone):
                    who = listener(zone, cadence="daily", time=at)
                    changed = CHANGES[zone][which]
                    # Something happens every ten minutes for three days.
                    first = datetime.combine(changed, time(12), ZoneInfo(zone)) - timedelta(days=1)
                    dues = [first.astimezone(UTC) + timedelta(minutes=10 * n) for n in range(3 * 144)]
                    moments = {ready_at(who, due, due) for due in dues}
                    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in sorted(moments)]
                    assert days == sorted(set(days))
                    assert changed in days
                    assert len(days) == 4


def test_at_half_past_two_on_such_a_day(subtests):
    for zone, which, moment in [
        ("Europe/Berlin", 0, "2026-03-29 01:00"),  # 2:30 is skipped: it is 3:00
        ("Europe/Berlin", 1, "2026-10-25 00:30"),  # 2:30 comes twice: the first
        ("America/New_York", 0, "2026-03-08 07:00"),
        ("America/New_York", 1, "2026-11-01 07:30"),  # there 1:30 comes twice
        ("Australia/Lord_Howe", 0, "2026-10-03 15:30"),  # 2:00 becomes 2:30
        ("Australia/Lord_Howe", 1, "2026-04-04 16:00"),
        ("Asia/Kathmandu", 0, "2026-03-28 20:45"),
    ]:
        with subtests.test(zone=zone, which=which):
            changed = CHANGES[zone][which]
            before = datetime.combine(changed, time(0, 5), ZoneInfo(zone)).astimezone(UTC)
            who = listener(zone, cadence="daily", time="02:30")
            assert ready(who, before.strftime("%Y-%m-%d %H:%M")) == moment


def test_quiet_hours_last_by_the_clock_on_the_wall():
    who = listener("Europe/Berlin", quiet_from="22:00", quiet_until="02:30")
    assert ready(who, "2026-03-29 00:50") == "2026-03-29 01:00"  # they end at 2:30, which is skipped
    assert ready(who, "2026-10-24 23:50") == "2026-10-25 00:30"
    assert ready(who, "2026-10-25 00:40") == "2026-10-25 00:40"
    assert ready(who, "2026-10-25 01:10") == "2026-10-25 01:30"  # it is 2:10 again
    skipped = listener("Europe/Berlin", quiet_from="02:15", quiet_until="02:45")
    assert ready(skipped, "2026-03-29 00:59") == "2026-03-29 00:59"
    assert ready(skipped, "2026-03-29 01:00") == "2026-03-29 01:00"


def test_a_day_that_an_island_skipped_is_passed_over():
    who = listener("Pacific/Apia", cadence="weekly", weekday=4)  # 30 December 2011, a Friday
    assert ready(who, "2011-12-29 12:00") == "2011-12-30 10:00"  # midnight, as the Saturday begins


TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
# Around the days on which clocks are changed, and anywhere.
MOMENTS = st.one_of(
    st.builds(
        lambda day, minutes: datetime.combine(day, time(), UTC) + timedelta(minutes=minutes),
        st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        st.integers(0, 1439),
    ),
    st.builds(
        lambda day, minutes: datetime.combine(day, time(), UTC) + timedelta(minutes=minutes),
        st.sampled_from([day for days in CHANGES.values() for day in days]),
        st.integers(-1440, 2880),
    ),
)


@st.composite
def listeners(draw) -> Listener:
    quiet = draw(st.none() | st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1]))
    return listener(
        draw(st.sampled_from(ZONES)),
        cadence=draw(st.sampled_from(Cadence)),
        time=draw(TIMES),
        weekday=draw(st.integers(0, 6)),
        quiet_from=quiet[0] if quiet else None,
        quiet_until=quiet[1] if quiet else None,
        muted_until=draw(st.none() | MOMENTS.map(text_of)),
    )


@given(listeners(), MOMENTS, MOMENTS)
def test_nothing_is_ready_before_it_is_due_or_before_now_or_while_muted_or_quiet(who, due, now):
    found = ready_at(who, due, now)
    assert found >= max(due, now)
    assert who.muted_until is None or text_of(found) >= who.muted_until
    if who.quiet_from and who.quiet_until:
        at = found.astimezone(ZoneInfo(who.zone)).time()
        begins, ends = time.fromisoformat(who.quiet_from), time.fromisoformat(who.quiet_until)
        assert not (begins <= at < ends if begins < ends else at >= begins or at < ends)


@given(listeners(), MOMENTS, MOMENTS, st.timedeltas(timedelta(), timedelta(days=3)))
def test_what_is_due_later_is_not_ready_sooner(who, due, now, later):
    assert ready_at(who, due, now) <= ready_at(who, due + later, now)
    assert ready_at(who, due, now) <= ready_at(who, due, now + later)


@given(listeners(), MOMENTS)
def test_what_has_become_ready_is_ready(who, due):
    """A parcel that was held until a moment is sent at that moment, not held once more."""
    moment = ready_at(who, due, due)
    assert ready_at(who, due, moment) == moment


@given(listeners(), MOMENTS)
def test_nothing_waits_longer_than_its_settings_say(who, due):
    assume(who.muted_until is None)
    longest = {
        Cadence.AT_ONCE: timedelta(),
        Cadence.HOURLY: HOUR,
        Cadence.DAILY: timedelta(hours=25),
        Cadence.WEEKLY: timedelta(days=7, hours=1),
    }
    quiet = timedelta(hours=25) if who.quiet_from else timedelta()
    assert next_digest(who, due) - due <= longest[who.cadence] + quiet
