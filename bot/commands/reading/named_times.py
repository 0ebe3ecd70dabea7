"""The times that people name: read as dates, asked about in doubt, refused with the reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bot.commands.core.context import Context
from bot.commands.core.typed_dates import impossible, is_meant, read_date, turned, which
from bot.errors import UserError
from bot.texts import _
from bot.times.zones import local_day
from storage.domain import dates

if TYPE_CHECKING:
    from bot.dates.reading import Reading

# Text meant as a date that is ambiguous or not a date.
_DATELIKE = re.compile(r"[\d\s./:-]+|(?:yester|to)day|tomorrow|(?:last|this|next) \w+", re.IGNORECASE)
_BEFORE_A_DATE = re.compile(r"^(?:on|in|at|during)\s+", re.IGNORECASE)
_DAY_OF_ANY_YEAR = re.compile(r"XXXX-\d\d-\d\d")


class Named(NamedTuple):
    """A time as typed: the words, and the span of a date or range.

    `read_as` is the EDTF date that the words stand for, where they do not say it all themselves, `instead` is
    another that they may stand for. `turned` tells that a range was typed with its end first.
    """

    text: str
    span: dates.Span | None
    read_as: str | None = None
    instead: str | None = None
    turned: bool = False


async def named(context: Context, text: str) -> Named:
    """Return the time that a text names. Raises UserError where it may be several days."""
    text = _BEFORE_A_DATE.sub("", text)
    reading = await read_date(context, text)
    return of_reading(context, reading) if reading is not None else turned_round(context, text)


def turned_round(context: Context, text: str) -> Named:
    """Return the range that a text names with its end first; of any other text no time."""
    edtf = turned(context, text)
    return Named(text, dates.span(edtf), turned=True) if edtf else Named(text, None)


def of_reading(context: Context, reading: Reading) -> Named:
    """Return the time that a reading tells. Raises UserError where it may be several days."""
    from bot.dates.reading import Doubt

    edtf, *others = reading.choices
    if reading.doubt is Doubt.DAY:
        raise which(context, reading)
    text = _BEFORE_A_DATE.sub("", reading.said)
    span = dates.span(edtf)
    said_otherwise = reading.relative or others or span is None or dates.MOMENT.fullmatch(edtf)
    read_as = edtf if said_otherwise else None
    return Named(text, span, read_as, others[0] if others else None)


async def date_or_words(context: Context, text: str) -> Named:
    """Return the time or the words to look for. Raises UserError for an ambiguous or malformed date."""
    if await _is_called_so(context, text):
        return Named(text, None)
    asked = await named(context, text)
    _refuse_impossible(asked)
    if asked.span is None and asked.read_as:
        raise UserError(
            _(
                "The year is missing in “{date}”: write 18 July 2023 to 20 July 2023; 18 July finds that day"
                " of any year.",
                date=asked.text[:40],
            )
        )
    if asked.span is None and (_DATELIKE.fullmatch(asked.text) or is_meant(asked.text, alone=True)):
        raise not_understood(asked.text)
    return asked


async def _is_called_so(context: Context, text: str) -> bool:
    """Tell whether a text names a day by a feast, which facts of the record are told by and not dated to."""
    reading = None if any(map(str.isdigit, text)) else await read_date(context, text)
    if reading is None or not all(_DAY_OF_ANY_YEAR.fullmatch(choice) for choice in reading.choices):
        return False
    listings, story = context.record.listings, context.story.id
    for choice in reading.choices:
        if await listings.of_month_or_day(story, choice[5:], limit=1):
            return False
    return bool(await context.record.search.find(text, story_id=story, limit=1))


def not_understood(text: str) -> UserError:
    """Return the refusal of what is meant as a date, and what to write instead."""
    return UserError(
        _(
            "“{date}” is not understood. Write the date as 2024-01-04, 4 January 2024 or March 2023; a range"
            " as 2023..2024 or March 2023 to May 2023.",
            date=text[:40],
        )
    )


async def with_end(context: Context, text: str) -> Named:
    """Return a time with an end. Raises UserError for any other."""
    asked = await named(context, text)
    _refuse_impossible(asked)
    if reason := _why_no_moment(text[:40], asked, local_day(context.record.ledger.now())):
        raise UserError(
            _("{reason} Name a day, a month or a year, for example /asof 2026-11-22.", reason=reason)
        )
    return asked


def _why_no_moment(text: str, asked: Named, today: str) -> str | None:
    """Return why a time is no moment of the record, which ends today (an ISO day)."""
    span = asked.span
    if asked.instead or (asked.read_as and span is None) or (span and span.yearless):
        return _("The year is missing in “{date}”.", date=text)
    if span is None:
        return _("“{date}” is not understood.", date=text)
    if span.earliest > today:
        return _("“{date}” is in the future.", date=text)
    if span.latest == dates.LAST:
        return _("“{date}” has no end, and the record is shown as it stood at one moment.", date=text)
    return None


def _refuse_impossible(asked: Named) -> None:
    """Refuse what is meant as a date but is no day of the calendar."""
    if asked.span is None and impossible(asked.text):
        raise UserError(
            _(
                "There is no day “{date}”: write 2024-01-04, March 2023, or 2023..2024.",
                date=asked.text[:40],
            )
        )
