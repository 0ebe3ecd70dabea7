"""Dates told from today: days ago, last week, next Tuesday. Pure.

Weeks begin on Monday.
"""

from __future__ import annotations

from datetime import date, timedelta

from bot.dates.told import Told, one


def months_on(day: date, months: int) -> str:
    """Return the month so many months after a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return f"{year:04}-{month + 1:02}"


def ago(count: int, unit: str, today: date) -> Told | None:
    """Return the time so many units before today: a day exactly, anything longer about."""
    if unit == "day":
        return days_on(-count, today)
    if unit == "week":
        return one(f"{(today - timedelta(weeks=count)).isoformat()}~", relative=True)
    if unit == "month":
        return one(f"{months_on(today, -count)}~", relative=True)
    return one(f"{today.year - count:04}~", relative=True) if unit == "year" and count < today.year else None


def this(step: int, unit: str, today: date) -> Told | None:
    """Return last, this or next week, weekend, month or year; weeks begin on Monday."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    if unit == "week":
        return Told(monday.isoformat(), (monday + timedelta(days=6)).isoformat(), relative=True)
    if unit == "weekend":
        return Told(
            (monday + timedelta(days=5)).isoformat(), (monday + timedelta(days=6)).isoformat(), relative=True
        )
    if unit == "month":
        return one(months_on(today, step), relative=True)
    return one(f"{today.year + step:04}", relative=True) if unit == "year" else None


def past(count: int, unit: str, today: date) -> Told | None:
    """Return the last so many units up to today."""
    begin = ago(count, unit, today)
    if begin is None:
        return None
    ends = {"month": today.strftime("%Y-%m"), "year": f"{today.year:04}"}
    return Told(begin.begin.rstrip("~"), ends.get(unit, today.isoformat()), relative=True)


def weekday(number: int, today: date, step: int | None = None) -> Told:
    """Return a weekday: the nearest one, today at latest; last is before today, next after this week."""
    if step is None:
        day = today - timedelta(days=(today.weekday() - number) % 7)
    elif step < 0:
        day = today - timedelta(days=(today.weekday() - number - 1) % 7 + 1 + 7 * (-step - 1))
    else:
        day = today + timedelta(days=number - today.weekday() + 7 * step)
    return one(day.isoformat(), relative=True)


def weekday_of(number: int, step: int, unit: str, today: date) -> Told | None:
    """Return a weekday of last, this or next week."""
    return (
        weekday(number, today, step)
        if unit == "week" and step >= 0
        else (days_on(7 * step - today.weekday() + number, today) if unit == "week" else None)
    )


def month_of(month: int, step: int, today: date) -> Told:
    """Return last, this or next May: last is before this month."""
    year = today.year
    if step < 0:
        year = year - (month >= today.month) + step + 1
    elif step > 0:
        year += month <= today.month
    return one(f"{year:04}-{month:02}", relative=True)


def season_of(season: int, step: int, today: date) -> Told:
    """Return last, this or next spring: last has begun in a year before, or is over."""
    over = today.month > {21: 5, 22: 8, 23: 11, 24: 12}[season]
    year = today.year + (step + over if step < 0 else step)
    return one(f"{year:04}-{season}", relative=True)


def days_on(days: int, today: date) -> Told:
    """Return the day so many days after today."""
    return one((today + timedelta(days=days)).isoformat(), relative=True)


def last_night(today: date) -> Told:
    """Return yesterday and today, as a night belongs to both."""
    return Told(days_on(-1, today).begin, today.isoformat(), relative=True)
