"""Dates in words, with exactly the precision of the source, and what it left open said as open."""

from __future__ import annotations

from bot.texts import N_, _
from storage.domain import dates
from storage.domain.models import Attribution, Fact, SourceKind

_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
    N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_QUALIFIED = {"?": N_("{date} (uncertain)"), "~": N_("about {date}"), "%": N_("about {date} (uncertain)")}


def in_words(edtf: str) -> str:
    """Return an EDTF date as people read it: `18 July (year not given)`; forms beyond that as they are."""
    pieces = dates.split(edtf)
    if len(pieces) == 2:
        return _("{first} to {last}", first=_one(pieces[0]), last=_one(pieces[1]))
    return _one(pieces[0]) if pieces else edtf


def day(moment: str) -> str:
    """Return the day of a moment of the record (UTC text)."""
    return in_words(moment[:10])


def label(fact: Fact) -> str | None:
    """Return when a fact occurred, in a few words; None if its source dates neither it nor its telling."""
    if fact.occurred:
        return in_words(fact.occurred)
    first = fact.attributions[0]
    return said_on(first, in_words(first.said)) if first.said else _occasion(fact)


def _occasion(fact: Fact) -> str | None:
    return _("{occasion} (no date)", occasion=fact.occasion) if fact.occasion else None


def said_on(attribution: Attribution, date: str) -> str:
    """Return when something was said, or reported where that is the date of the document that tells it."""
    told_by_document = attribution.source.kind in (SourceKind.ARTICLE, SourceKind.REPORT, SourceKind.STUDY)
    if told_by_document and attribution.said == attribution.source.published:
        return _("reported {date}", date=date)
    return _("said {date}", date=date)


def when_text(fact: Fact) -> str:
    """Return all that its source tells of when a fact occurred, and what it leaves open."""
    when = _occasion(fact) if fact.occasion and not fact.occurred else label(fact)
    when = when or _("no date on record")
    return _("{when}; {note}", when=when, note=fact.date_note) if fact.date_note else when


def _one(parts: dates.Parts) -> str:
    month = _(_MONTHS[parts.month - 1]) if parts.month and 1 <= parts.month <= 12 else None
    if month and parts.day:
        date = f"{parts.day} {month}"
        date = f"{date} {_year(parts.year)}" if parts.year else _("{date} (year not given)", date=date)
    elif month:
        date = f"{month} {_year(parts.year)}" if parts.year else _("{date} (year not given)", date=month)
    else:
        date = _year(parts.year) if parts.year else _("date not given")
    return _(_QUALIFIED[parts.qualifier], date=date) if parts.qualifier else date


def _year(year: str | None) -> str:
    """Return a year, or the decade or century that is all the source gives."""
    if not year or "X" not in year:
        return year or ""
    return f"{year.replace('X', '0')}s"
