"""Dates that people type, read against the day that it is in their chat, and asked about where in doubt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.answers.date_text import in_words
from bot.commands.core.context import Context
from bot.commands.core.declarations import Kind
from bot.errors import UserError
from bot.texts import _

if TYPE_CHECKING:
    from bot.dates.reading import Reading


async def read_date(context: Context, text: str, said_on: date | None = None) -> Reading | None:
    """Return what a text tells, None if it tells no date; `said_on` is the day that its words call today."""
    from bot.dates.reading import read  # with the first date: no start needs it

    return read(text, said_on or context.day, language=context.request.language)


def which(context: Context, reading: Reading) -> UserError:
    """Return the question which of several dates is meant, with a button for each."""
    takes = (argument.kind is Kind.DATE for argument in context.command.arguments)
    command = context.command.name if any(takes) else "when"
    return UserError(
        _("{may_be} Which is meant?", may_be=may_be(reading)),
        commands=tuple((in_words(edtf), f"/{command} {edtf}") for edtf in reading.choices),
    )


def in_doubt(reading: Reading) -> str:
    """Say that an answer is for all the dates that may be meant."""
    return _("{may_be} This is the answer for any of them.", may_be=may_be(reading))


def may_be(reading: Reading) -> str:
    """Say what a text may mean."""
    told = _(" or ").join(in_words(edtf) for edtf in reading.choices)
    return _("“{date}” may be {dates}.", date=reading.said, dates=told)


def turned(context: Context, text: str) -> str | None:
    """Return the EDTF range that a text tells with its end first; None for any other text."""
    from bot.dates.reading import turned as read_turned

    reading = read_turned(text, context.day, language=context.request.language)
    return reading.edtf if reading else None


def told(text: str) -> str | None:
    """Return the EDTF date that a text tells whenever it is said; None if it tells none or several."""
    from bot.dates.reading import told as read_told

    return read_told(text)


def impossible(text: str) -> bool:
    """Tell whether a text names a day that no calendar has."""
    from bot.dates.meaning import impossible as is_impossible

    return is_impossible(text)


def is_meant(text: str, *, alone: bool) -> bool:
    """Tell whether a text is meant as a date: `alone` as nothing but one, else also among other words."""
    from bot.dates.meaning import is_meant as may_be_meant

    return may_be_meant(text, alone=alone)
