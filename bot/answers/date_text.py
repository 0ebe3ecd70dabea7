"""Dates in words, with exactly the precision of the source, and what it left open said as open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from bot.texts import N_, _, spoken
from bot.times.zones import local_day
from storage.domain import dates
from storage.domain.models import Attribution, Fact, SourceKind

_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"),
    N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_SHORT_MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip
_QUALIFIED = {"?": N_("{date} (uncertain)"), "~": N_("about {date}"), "%": N_("about {date} (uncertain)")}

# What stands for an end of an interval: as its beginning and as its end.
_OPEN_ENDS = {
    "..": (N_("until {date} (beginning open)"), N_("since {date}")),
    "": (N_("until {date} (beginning unknown)"), N_("from {date} (end unknown)")),
}
_NO_ENDS = {
    "../..": N_("beginning and end open"), "/": N_("beginning and end unknown"),
    "../": N_("beginning open, end unknown"), "/..": N_("beginning unknown, end open"),
}  # fmt: skip
# EDTF's numbers of the seasons, quarters and other parts of a year.
_PARTS_OF_YEARS = {
    25: N_("spring {year} (northern hemisphere)"), 26: N_("summer {year} (northern hemisphere)"),
    27: N_("autumn {year} (northern hemisphere)"), 28: N_("winter {year} (northern hemisphere)"),
    29: N_("spring {year} (southern hemisphere)"), 30: N_("summer {year} (southern hemisphere)"),
    31: N_("autumn {year} (southern hemisphere)"), 32: N_("winter {year} (southern hemisphere)"),
    33: N_("first quarter of {year}"), 34: N_("second quarter of {year}"),
    35: N_("third quarter of {year}"), 36: N_("fourth quarter of {year}"),
    37: N_("first four months of {year}"), 38: N_("second four months of {year}"),
    39: N_("last four months of {year}"), 40: N_("first half of {year}"), 41: N_("second half of {year}"),
}  # fmt: skip
_SEASONS = {"21": N_("spring"), "22": N_("summer"), "23": N_("autumn"), "24": N_("winter")}
# Thirds of a month and of a year, as "early March" and "late 2023" are read (bot/dates/grammar.py).
_ROUGH = re.compile(r"([0-9]{4}(?:-[0-9]{2})?)-([0-9]{2})~/\1-([0-9]{2})~")
_WORD = re.compile(r"\w+")
_THIRDS = {
    "01-10": N_("early {date}"), "11-20": N_("mid-{date}"), "21-": N_("late {date}"),
    "01-04": N_("early {date}"), "05-08": N_("mid-{date}"), "09-12": N_("late {date}"),
}  # fmt: skip
_PARTS = re.compile(r"([0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?")
# What the digits of a year may leave open and still be a year, a decade, a century or a millennium.
_YEAR = re.compile(r"[0-9]{4}|[0-9]{3}X|[0-9]{2}XX|[0-9]XXX|XXXX")


def in_words(edtf: str) -> str:
    """Return an EDTF date as people read it: `18 July (year not given)`; what is no EDTF as it is."""
    return _in_words(edtf, spoken())


# A page of a story says hundreds of dates, and each source's again and again.
@lru_cache(maxsize=4_096)
def _in_words(edtf: str, _language: str) -> str:
    signs = (edtf[:1], edtf[-1:])
    if signs == ("[", "]"):
        return _listed(edtf, _("{first} or {last}"))
    if signs == ("{", "}"):
        return _listed(edtf, _("{first} and {last}"))
    return _interval(edtf) if "/" in edtf else _date(edtf) or edtf


def in_short(edtf: str) -> str:
    """Return an EDTF date as `in_words` does, its months abbreviated: `4 Jan 2024`."""
    short = _short_months(spoken())
    return _WORD.sub(lambda found: short.get(found[0], found[0]), in_words(edtf))


@cache
def _short_months(_language: str) -> Mapping[str, str]:
    return dict(zip(map(_, _MONTHS), map(_, _SHORT_MONTHS), strict=True))


def _interval(edtf: str) -> str:
    first, _slash, last = edtf.partition("/")
    if third := _third(edtf):
        return third
    if edtf in _NO_ENDS:
        return _(_NO_ENDS[edtf])
    if first in _OPEN_ENDS:
        return _in(_OPEN_ENDS[first][0], edtf, _date(last))
    if last in _OPEN_ENDS:
        return _in(_OPEN_ENDS[last][1], edtf, _date(first))
    begins, ends = _date(first), _date(last)
    return _("{first} to {last}", first=begins, last=ends) if begins and ends else edtf


def _third(edtf: str) -> str | None:
    """Return a third of a month or year in words; None for any other interval."""
    match = _ROUGH.fullmatch(edtf)
    if match is None:
        return None
    whole, first, last = match.groups()
    of_month = len(whole) > len("2024")
    ends = of_month and f"{whole}-{last}" == dates.bounds(whole)[1]
    third = "21-" if first == "21" and ends else f"{first}-{last}"
    fits = third in _THIRDS and (third in ("01-10", "11-20", "21-")) == of_month
    told = _date(whole) if fits else None
    return _(_THIRDS[third], date=told) if told else None


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
    if moment := dates.MOMENT.fullmatch(text):
        return _("{date}, {time}", date=in_words(moment[1]), time=_time(moment[2], moment[3]))
    parts = _PARTS.fullmatch(re.sub(r"[?~%]", "", text))
    if parts is None:
        return None
    within = _within_a_year(parts[2], parts[3])
    told = _in_a_year(parts[1], within, any_month=parts[2] == "XX") or _by_digits(parts)
    sign = _qualifier(text)
    return _(_QUALIFIED[sign], date=told) if sign and told else told


def _time(hour: str, zone: str | None) -> str:
    """Return a time of day with the zone that its source gives."""
    if not zone:
        return _("{time} (time zone not given)", time=hour)
    digits = zone[1:].replace(":", "")
    return f"{hour} UTC" if zone == "Z" else f"{hour} UTC{zone[0]}{digits[:2]}:{digits[2:] or '00'}"


def _within_a_year(month: str | None, number: str | None) -> str | None:
    """Return what is given of a month and a day: nothing for a year alone, None for lone digits of them."""
    if month is None:
        return ""
    if month in _SEASONS and number is None:
        return _(_SEASONS[month])
    if month == "XX":
        return _of_any_month(number)
    return _of_a_month(int(month), number) if month.isdigit() and 1 <= int(month) <= 12 else None


def _of_any_month(number: str | None) -> str | None:
    if number is None or number == "XX":
        return _("a month") if number is None else _("a day")
    return _("the {day} of a month", day=_ordinal(int(number))) if number.isdigit() else None


def _of_a_month(month: int, number: str | None) -> str | None:
    name = _(_MONTHS[month - 1])
    if number is None or number == "XX":
        return name if number is None else _("a day in {month}", month=name)
    return f"{int(number)} {name}" if number.isdigit() else None


def _in_a_year(year: str, told: str | None, *, any_month: bool) -> str | None:
    """Return what is given within a year with what is given of the year; None if lone digits are open."""
    if told is None or not _YEAR.fullmatch(year):
        return None
    if year == "XXXX":
        if told == _("a day"):
            return _("date not given")
        return _("{date} (year not given)", date=told) if told else _("year not given")
    if not told:
        return _year(year)
    if any_month or "X" in year:
        return _("{date} in {span}", date=told, span=_year(year))
    return f"{told} {year}"


def _by_digits(parts: re.Match[str]) -> str | None:
    """Return what has no words but its digits, or a part of a year that has a number of its own."""
    year, month, number = parts.groups()
    if "X" in parts[0]:
        return _("{date} (X: digit not given)", date=parts[0])
    known = number is None and int(month or 0) in _PARTS_OF_YEARS
    return _(_PARTS_OF_YEARS[int(month)], year=year) if known else None


def _qualifier(text: str) -> str:
    """Return the one sign for all that qualifies a date or parts of it."""
    signs = {sign for sign in text if sign in _QUALIFIED}
    return signs.pop() if len(signs) == 1 else "%" if signs else ""


def day(moment: str) -> str:
    """Return the day of a moment of the record (UTC text), in the chat's zone."""
    return in_words(local_day(moment))


def label(fact: Fact) -> str | None:
    """Return when a fact occurred, in a few words; None if its source dates neither it nor its telling."""
    if fact.occurred:
        return in_words(fact.occurred)
    first = fact.attributions[0]
    return said_on(first, in_words(first.said)) if first.said else _occasion(fact)


def first_day(fact: Fact) -> str:
    """Return the first day (ISO) on which a fact may have occurred, else was said; "" without a year."""
    when = fact.occurred or fact.attributions[0].said
    return (dates.bounds(when)[0] or "") if when else ""


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
    when = when or _("not given")
    return _("{when}; {note}", when=when, note=fact.date_note) if fact.date_note else when


def _year(year: str) -> str:
    """Return a year, or the decade, century or millennium that is all the source gives."""
    given = year.rstrip("X")
    if len(given) == 3:
        return _("the {decade}s", decade=f"{given}0")
    if len(given) == 2:
        return _("the {number} century", number=_ordinal(int(given) + 1))
    return _("the {number} millennium", number=_ordinal(int(given) + 1)) if len(given) == 1 else year


def _ordinal(number: int) -> str:
    """Return an ordinal number in English: its translation is a text's own matter."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
