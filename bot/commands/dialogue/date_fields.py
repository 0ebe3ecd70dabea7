"""The dates that moderators type: read as people write them, and kept as the EDTF dates that they mean.

Words that depend on a day ("on Tuesday") are those of the source, so its date is that day where it is known.
What the words were is kept beside the date that they were taken for.
"""

from __future__ import annotations

import re
from datetime import date

from bot.answers.date_text import in_words
from bot.commands.core.context import Context
from bot.commands.core.typed_dates import impossible, may_be, read_date, told, turned
from bot.commands.dialogue.forms import Check, Filled, Option, Unclear
from bot.commands.dialogue.references import is_new_source, source_of
from bot.errors import UserError
from bot.texts import _
from storage.domain import dates

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROUGH = re.compile(r"[^/]+~/[^/]+~")


def date_field(name: str, *, of_source: bool = True) -> Check:
    """Return the check of a date's field, which puts the EDTF date in the place of the words.

    `of_source` tells that the words are the source's. Raises Unclear where they may mean several dates.
    """

    async def check(context: Context, filled: Filled, text: str) -> None:
        if _is_exact(text):
            return
        said_on = None
        reading = await read_date(context, text)
        if reading is not None and reading.relative and of_source:
            said_on = await _said_on(context, filled, text)
            reading = await read_date(context, text, said_on)
        if reading is None:
            raise _no_date(context, text)
        if reading.edtf is None:
            options = [Option(in_words(edtf), edtf) for edtf in reading.choices]
            raise Unclear(_("{may_be} Which is meant?", may_be=may_be(reading)), options)
        filled.texts[name] = reading.edtf
        same = in_words(reading.edtf).casefold() == text.strip().casefold()
        if reading.relative or (_ROUGH.fullmatch(reading.edtf) and not same):
            filled.worded[name] = [reading.edtf, text]

    return check


def words_of(filled: Filled, name: str) -> str | None:
    """Return a note of the words that a date was given in, None where it says them itself."""
    edtf, words = filled.worded.get(name, ("", ""))
    return _("given as “{words}”", words=words) if words and edtf == filled.text(name) else None


def depend_again(filled: Filled) -> None:
    """Put words that depend on the source's day in the place of the dates that they were taken for."""
    for name, (edtf, words) in filled.worded.items():
        if filled.text(name) == edtf:
            filled.texts[name] = words


def _is_exact(text: str) -> bool:
    try:
        return dates.canonical(text) == text and not re.fullmatch(r"\d{4}-(?:1[3-9]|[2-9]\d)", text)
    except ValueError:
        return False


async def _said_on(context: Context, filled: Filled, text: str) -> date | None:
    """Return the day on which a form's source was published, None where that is not known.

    Raises UserError if only its month or year is, or if it is not clear yet which source is meant.
    """
    try:
        published = await published_on(context, filled)
    except Unclear:
        raise UserError(
            _("“{text}” depends on the date of a source that is not clear yet: write the date itself.",
              text=text[:60])
        ) from None  # fmt: skip
    if not published:
        return None
    if not _DAY.match(published):
        known = in_words(published)
        raise UserError(
            _("“{text}” depends on a day, and of its source only “{date}” is known: write the date itself.",
              text=text[:60], date=known)
        )  # fmt: skip
    return date.fromisoformat(published[:10])


async def published_on(context: Context, filled: Filled) -> str | None:
    """Return when a form's source was published, None where that is not known.

    Raises Unclear or UserError if it is not clear which source is meant.
    """
    source = filled.text("source")
    if source and is_new_source(source):
        return told(filled.text("published")) if filled.text("published") else None
    if source:
        found = await source_of(context, source)
        return found.published if found else None
    if context.command.name != "correct" or filled.target is None:
        return None
    fact = await context.record.facts.find(filled.target)
    return fact.attributions[0].source.published if fact else None


def _no_date(context: Context, text: str) -> UserError:
    """Return the reason why a text is no date."""
    if impossible(text):
        return UserError(_("“{text}” is no day that exists.", text=text[:60]))
    if turned(context, text):
        return UserError(_("“{text}” ends before it begins: write the earlier date first.", text=text[:60]))
    return UserError(
        _(
            "“{text}” is no date: write 2024-01-04, 2024-01, 2024, 2023/2024 or 2023..2024 (a range), 18 July"
            " (no year known) or 2023-07-18? (uncertain).",
            text=text[:60],
        )
    )
