"""Figures in what is said: the number, its qualifier, and what it counts. Pure; English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.intake.finding.drafts import FoundFigure
from bot.intake.speech.layout import Span

MOST_FIGURES = 6
# Words that say what is counted: with tags up to the last noun, else up to the first plural of so many.
MOST_COUNTED, MOST_UNTAGGED = 6, 3
_PLURAL = re.compile(
    r"(?:\w*(?:[^s'’]s|ses)|\w*(?:men|people|children|police|feet|sheep|cattle|staff))", re.IGNORECASE
)
_ONES = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split(),
        1,
    )
}
_TENS = dict(
    zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)
)
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 10**9, "trillion": 10**12}
_SMALL = "|".join((*_ONES, *_TENS))
_WORDS = rf"(?:(?:{_SMALL})(?:[- ](?:{_SMALL}))?|an?(?=\s(?:hundred|thousand|million|billion)))"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = rf"(?:\s+(?:{'|'.join(_SCALES)}))?"
_VAGUE = (
    r"(?:dozens|scores|hundreds|thousands|tens\sof\sthousands|hundreds\sof\sthousands|millions"
    r"|billions)(?=\sof\b)"
)
_QUALIFIERS = (
    r"at\sleast|at\smost|no\s(?:more|fewer|less)\sthan|(?:well\s|far\s|slightly\s)?(?:more|fewer|less)\sthan"
    r"|as\s(?:many|few|much)\sas|up\sto|close\sto|(?:just\s|well\s)?(?:over|under|above|below)|about|around"
    r"|roughly|approximately|nearly|almost|some|only|just|exactly|(?:an\s)?estimated|fully|another"
)
_FIGURE = re.compile(
    rf"(?<![\w.,$€£¥-])(?:(?P<qualifier>{_QUALIFIERS})\s+)?(?:the\s+)?"
    rf"(?:(?P<money>[$€£¥](?:{_DIGITS}){_SCALE})"
    rf"|(?P<vague>{_VAGUE})"
    rf"|(?P<minus>minus\s+)?(?P<amount>(?:{_DIGITS}|\b{_WORDS}\b){_SCALE})"
    rf"(?:\s*(?:to|-|–|or)\s*(?P<upper>(?:{_DIGITS}){_SCALE}))?)"
    r"(?P<share>\s*(?:%|per\s?cent\b|percentage\spoints?\b))?(?![\w])"
    # A time of day is counted by nobody.
    r"(?!\s?[ap]\.?\s?m\b)",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s+([^\W\d_][\w'’-]*)")
_OF = re.compile(
    r"\s+(?:out\s+)?of\s+(?:(?:the|its|his|her|their|these|those)\s+)?"
    rf"(?P<number>(?:{_DIGITS}|(?:{_SMALL})\b)\s+)?(?=\w)",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"(?:out )?of ")
# "One in three wells" is a share, and no three wells.
_SHARE = re.compile(r"\b(?:one|1)\s+in\s+$", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_STOPS = frozenset(
    "the a an of in on at to by for from with and or but who which that have has had is are was were be"
    " been being would will could can may might must should did do does not as than into over under"
    " after before during since until when while where if because about against between through without"
    " within per each every its his her their our my your this these those there he she it they we i you"
    " so only also now then".split()
)
_COUNTABLE = ("NN", "JJ", "VBN", "VBG", "POS", "CD", "RBR", "JJR", "HYPH")


class Word(NamedTuple):
    """A word of the text with its tag, which is empty where nothing was parsed."""

    span: Span
    tag: str


def figures(
    text: str, part: Span, tags: dict[int, str], taken: Sequence[Span] = ()
) -> tuple[FoundFigure, ...]:
    """Return the figures in a part of the text: `tags` by where a word begins; `taken` are dates."""
    found: list[FoundFigure] = []
    for match in _FIGURE.finditer(text, *part):
        figure = _figure(text, match, part, tags)
        if figure and not any(figure.at.overlaps(each) for each in (*taken, *(one.at for one in found))):
            found.append(figure)
    return tuple(found[:MOST_FIGURES])


def _figure(text: str, match: re.Match[str], part: Span, tags: dict[int, str]) -> FoundFigure | None:
    share = " ".join((match["share"] or "").split())
    counted = _counted(text, match.end(), part.end, tags)
    of = " ".join(counted.of(text).split()) if counted else ""
    qualifier = " ".join(match["qualifier"].lower().split()) if match["qualifier"] else None
    if _SHARE.search(text[part.start : match.start()]) or not (share or _is_counted(match, of, qualifier)):
        return None
    if of and (share or match["vague"]) and not _WHOLE.match(of):
        of = f"of {of}"
    counts = f"{share} {of}".strip()
    at = Span(match.start(), counted.end if counted else match.end())
    if match["money"]:
        return FoundFigure(at=at, words=match["money"], qualifier=qualifier, counts=counts or "money")
    if match["vague"]:
        return FoundFigure(at=at, words=match["vague"], qualifier=qualifier, counts=of)
    if match["minus"]:
        words = " ".join(f"{match['minus']}{match['amount']}".split())
        return FoundFigure(at=at, words=words, qualifier=qualifier, counts=counts)
    amount, upper = value(match["amount"]), value(match["upper"]) if match["upper"] else None
    if upper is not None and upper < amount:
        return None
    return FoundFigure(at=at, amount=amount, upper=upper, qualifier=qualifier, counts=counts)


def _is_counted(match: re.Match[str], of: str, qualifier: str | None) -> bool:
    """Tell whether a number counts something: it is no year, and no pronoun ("one")."""
    if match["money"]:
        return True
    if not match["amount"] or not of:
        return bool(of)
    if _YEAR.fullmatch(match["amount"]) and not qualifier:
        return False
    return bool(match["amount"].lower() not in ("one", "a", "an") or qualifier or _WHOLE.match(of))


def _counted(text: str, at: int, end: int, tags: dict[int, str]) -> Span | None:
    """Return the words that say what is counted, right behind a number."""
    of = _OF.match(text, at, end)
    begin = here = at
    if of:
        # "Two of its four hinges": the four are told with the two.
        here = of.end() - 1
        begin = at if of["number"] else here
    last: int | None = None
    for taken in range(MOST_COUNTED):
        word = _NEXT.match(text, here, end)
        if word is None or (word[1].lower() in _STOPS and not tags.get(word.start(1), "").startswith("NN")):
            break
        tag = tags.get(word.start(1), "")
        if tag and not tag.startswith(_COUNTABLE):
            break
        if not tag and taken >= MOST_UNTAGGED:
            break
        here = word.end()
        if tag.startswith("NN") or (not tag and taken == 0):
            last = here
        if not tag and _PLURAL.fullmatch(word[1]):
            last = here
            break
    if last is None:
        return None
    start = begin + len(text[begin:last]) - len(text[begin:last].lstrip())
    return Span(start, last)


def value(words: str) -> float:
    """Return the value of a number in digits or words: `two hundred`, `1.5 million`, `2,100`."""
    total = 0.0
    for word in re.split(r"[\s-]+", words.lower().replace(",", "")):
        if word in _SCALES:
            total = (total or 1) * _SCALES[word]
        elif word in ("a", "an"):
            total = 1
        else:
            total += _ONES.get(word) or _TENS.get(word) or float(word)
    return total
