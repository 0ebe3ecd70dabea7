"""Read the English words in which a date of each form of EDTF is told: `the 15th of a month in 2024`. Pure.

What the record tells of a date can be typed again and is the same date. The words are told by
`bot.answers.date_text`; a property there holds the two together.
"""

from __future__ import annotations

import re

from storage.domain.date_forms import is_form

# No two dates with words between them are longer.
LONGEST = 140
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = "|".join(_MONTHS)
# EDTF's numbers of the seasons and other parts of a year.
_PARTS = {
    "spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24, "first quarter of": 33,
    "second quarter of": 34, "third quarter of": 35, "fourth quarter of": 36, "first four months of": 37,
    "second four months of": 38, "last four months of": 39, "first half of": 40, "second half of": 41,
}  # fmt: skip
_HEMISPHERES = {" (northern hemisphere)": 4, " (southern hemisphere)": 8}
_ENDLESS = {
    "beginning and end open": "../..", "beginning and end unknown": "/",
    "beginning open, end unknown": "../", "beginning unknown, end open": "/..",
}  # fmt: skip
_WITHOUT_YEAR = {"date not given": "XXXX-XX-XX", "year not given": "XXXX"}
_RANGES = (
    (re.compile(r"since (.+)|from (.+?) \(end open\)"), "{}/.."),
    (re.compile(r"from (.+?) \(end unknown\)"), "{}/"),
    (re.compile(r"until (.+?) \(beginning unknown\)"), "/{}"),
    (re.compile(r"until (.+?)(?: \(beginning open\))?"), "../{}"),
)
_QUALIFIED = re.compile(r"(about |circa |c\. ?)?(.+?)( \(uncertain\))?")
_TIMED = re.compile(r"(.+), ([0-9:.]+) (?:utc([+-][0-9:]+)?|(\(time zone not given\)))")
_LONE_DIGITS = re.compile(r"([0-9x-]+) \(x: digit not given\)")
_WITHIN = re.compile(
    rf"(?P<day>[0-9]{{1,2}}) (?P<month>{_MONTH})|(?P<one>a day in )?(?P<lone>{_MONTH})|(?P<any>a month|a day)"
    rf"|(?:the )?(?P<nth>[0-9]{{1,2}})(?:st|nd|rd|th) of a month|(?P<part>{'|'.join(_PARTS)})"
)
_IN_A_YEAR = re.compile(
    r"(?P<told>.+?)??(?: ?\b(?P<year>[0-9]{4})| ?\(year not given\)"
    r"| ?\b(?:the )?(?:(?P<decade>[0-9]{3})0s"
    r"|(?P<nth>[0-9]{1,3})(?:st|nd|rd|th) (?P<span>century|millennium)))"
)


def read(text: str) -> str | None:
    """Return the EDTF date that a text tells in the record's own words; None for any other text."""
    plain = " ".join(text.casefold().split()) if len(text) <= LONGEST else ""
    if plain in _ENDLESS:
        return _ENDLESS[plain]
    for words, form in _RANGES:
        if match := words.fullmatch(plain):
            told = next(filter(None, match.groups()))
            return _checked(form, _date(told))
    first, parted, last = plain.partition(" to ")
    return _checked("{}/{}", _date(first), _date(last)) if parted else _checked("{}", _date(plain))


def _checked(form: str, *told: str | None) -> str | None:
    text = form.format(*told)
    return text if None not in told and is_form(text) else None


def _date(text: str) -> str | None:
    """Return one date, with what qualifies it or with its time of day."""
    if match := _TIMED.fullmatch(text):
        day, hour, offset, unzoned = match.groups()
        date = _in_a_year(day)
        return f"{date}T{hour}{'' if unzoned else offset or 'Z'}" if date else None
    match = _QUALIFIED.fullmatch(text)
    if match is None:
        return None
    about, plain, uncertain = match.groups()
    date = _in_a_year(plain)
    sign = "%" if about and uncertain else "~" if about else "?" if uncertain else ""
    return f"{date}{sign}" if date else None


def _in_a_year(text: str) -> str | None:
    if text in _WITHOUT_YEAR:
        return _WITHOUT_YEAR[text]
    if match := _LONE_DIGITS.fullmatch(text):
        return match[1].upper()
    for words, further in _HEMISPHERES.items():
        if text.endswith(words):
            return _in_half_the_world(_in_a_year(text.removesuffix(words)), further)
    match = _IN_A_YEAR.fullmatch(text)
    if match is None:
        return None
    told, year = match["told"], _year(match)
    if not told:
        return year if year != "XXXX" else None
    within = _within(told.removesuffix(" in"))
    return f"{year}-{within}" if year and within else None


def _in_half_the_world(season: str | None, further: int) -> str | None:
    """Return a season with its number in one hemisphere: so many further than its number anywhere."""
    year, _sign, number = (season or "").rpartition("-")
    return f"{year}-{int(number) + further}" if number in ("21", "22", "23", "24") else None


def _year(match: re.Match[str]) -> str | None:
    if match["decade"]:
        return f"{match['decade']}X"
    if match["nth"]:
        number, digits = int(match["nth"]) - 1, 2 if match["span"] == "century" else 1
        return f"{number:0{digits}}".ljust(4, "X") if 0 <= number < 10**digits else None
    return match["year"] or "XXXX"


def _within(told: str) -> str | None:
    """Return the month and the day that are told, or the part of the year."""
    match = _WITHIN.fullmatch(told)
    if match is None:
        return None
    if match["part"]:
        return str(_PARTS[match["part"]])
    if match["any"] or match["nth"]:
        day = match["nth"] or ("XX" if match["any"] == "a day" else "")
    else:
        day = match["day"] or ("XX" if match["one"] else "")
    name = match["month"] or match["lone"]
    month = f"{_MONTHS.index(name) + 1:02}" if name else "XX"
    return f"{month}-{day:0>2}" if day else month
