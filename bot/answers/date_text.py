"""Dates in words, with exactly the precision of the source, and what it left open said as open."""

from __future__ import annotations

import re

from bot.texts import N_, _
from storage.domain import dates
from storage.domain.models import Attribution, Fact, SourceKind

_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
    N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_QUALIFIED = {"?": N_("{date} (uncertain)"), "~": N_("about {date}"), "%": N_("about {date} (uncertain)")}

# What stands for an end of an interval: as its beginning and as its end.
_OPEN_ENDS = {
    "..": (N_("until {date} (beginning open)"), N_("from {date} (end open)")),
    "": (N_("until {date} (beginning unknown)"), N_("from {date} (end unknown)")),
}
# EDTF's numbers of the seasons, quarters and other parts of a year.
_PARTS_OF_YEARS = {
    21: N_("spring {year}"), 22: N_("summer {year}"), 23: N_("autumn {year}"), 24: N_("winter {year}"),
    25: N_("spring {year} (northern hemisphere)"), 26: N_("summer {year} (northern hemisphere)"),
    27: N_("autumn {year} (northern hemisphere)"), 28: N_("winter {year} (northern hemisphere)"),
    29: N_("spring {year} (southern hemisphere)"), 30: N_("summer {year} (southern hemisphere)"),
    31: N_("autumn {year} (southern hemisphere)"), 32: N_("winter {year} (southern hemisphere)"),
    33: N_("first quarter of {year}"), 34: N_("second quarter of {year}"),
    35: N_("third quarter of {year}"), 36: N_("fourth quarter of {year}"),
    37: N_("first four months of {year}"), 38: N_("second four months of {year}"),
    39: N_("last four months of {year}"), 40: N_("first half of {year}"), 41: N_("second half of {year}"),
}  # fmt: skip
_SEASON = re.compile(r"([0-9X]{4})-(2[1-9]|3[0-9]|4[01])")
_UNSPECIFIED = re.compile(r"(?=.*X)[0-9X]{4}(?:-[0-9X]{2}){0,2}")


def in_words(edtf: str) -> str:
    """Return an EDTF date as people read it: `18 July (year not given)`; what is no EDTF as it is."""
    signs = (edtf[:1], edtf[-1:])
    if signs == ("[", "]"):
        return _listed(edtf, _("{first} or {last}"))
    if signs == ("{", "}"):
        return _listed(edtf, _("{first} and {last}"))
    return _interval(edtf) if "/" in edtf else _date(edtf) or edtf


def _interval(edtf: str) -> str:
    first, _slash, last = edtf.partition("/")
    if first in _OPEN_ENDS and last in _OPEN_ENDS:
        return edtf
    if first in _OPEN_ENDS:
        return _in(_OPEN_ENDS[first][0], edtf, _date(last))
    if last in _OPEN_ENDS:
        return _in(_OPEN_ENDS[last][1], edtf, _date(first))
    begins, ends = _date(first), _date(last)
    return _("{first} to {last}", first=begins, last=ends) if begins and ends else edtf


def _in(template: str, edtf: str, date: str | None) -> str:
    return _(template, date=date) if date else edtf


def _listed(edtf: str, joined: str) -> str:
    """Return a set of dates in words: one of them `[2023,2024]`, or all of them `{2023,2024}`."""
    every = [_piece(piece) for piece in edtf[1:-1].split(",")]
    told = [each for each in every if each]
    if len(told) != len(every):
        return edtf
    head = ", ".join(told[:-1])
    return joined.format(first=head, last=told[-1]) if head else told[0]


def _piece(text: str) -> str | None:
    """Return a date or a range of a set in words."""
    first, parted, last = text.partition("..")
    begins, ends = _date(first), _date(last)
    if not parted:
        return begins
    if begins and ends:
        return _("{first} to {last}", first=begins, last=ends)
    if begins and not last:
        return _("{date} or later", date=begins)
    return _("{date} or earlier", date=ends) if ends and not first else None


def _date(text: str) -> str | None:
    """Return one date in words; None for what is none."""
    moment, at, hour = text.partition("T")
    if at and dates.bounds(text) != (None, None):
        return _("{date}, {time}", date=in_words(moment), time=hour.replace("Z", " UTC"))
    plain = re.sub(r"[?~%]", "", text)
    sign = _qualifier(text)
    if season := _SEASON.fullmatch(plain):
        told = _(_PARTS_OF_YEARS[int(season[2])], year=_year(season[1]))
        return _(_QUALIFIED[sign], date=told) if sign else told
    if pieces := dates.split(plain + sign):
        return _one(pieces[0])
    return _("{date} (X: digit not given)", date=text) if _UNSPECIFIED.fullmatch(plain) else None


def _qualifier(text: str) -> str:
    """Return the one sign for all that qualifies a date or parts of it."""
    signs = {sign for sign in text if sign in _QUALIFIED}
    return signs.pop() if len(signs) == 1 else "%" if signs else ""


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
