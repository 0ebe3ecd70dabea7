"""Whether a quotation stands word for word in a copy of its source. Pure.

Only what printers change is taken for the same: white space, the kinds of quotation marks, apostrophes and
dashes, and the stop or comma at a quotation's end. A word, a number, a capital or a negation more or less is
another text; so is a part of a word or a number ("he denied" in "she denied", "500" in "1,500", "do" in
"don't"). An ellipsis stands for nothing: what was left out is not in the quotation, and may have been "not".
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from storage.snapshots.locators import paragraph_of

_APOSTROPHES = "'’ʼ＇"
_QUOTES = _APOSTROPHES + '"`´‘‚‛“”„‟«»‹›′″＂「」『』'
_HYPHENS, _RANGES, _LONG = "-‐‑−﹣－", "‒–", "—―"
_ONE_KIND = {ord(sign): "'" for sign in _QUOTES} | {ord(sign): "-" for sign in _HYPHENS + _RANGES + _LONG}
# What nobody sees. A soft hyphen is where a line was broken: the word may have one or none.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_SOFT = "\u00ad"
# Thousands may be parted by a space: 12 500.
_BEFORE_GROUP, _GROUP = re.compile(r"(?<![0-9])[0-9]{1,3} ?$"), re.compile(r" ?[0-9]{3}(?![0-9])")


class Verdict(StrEnum):
    """What a copy tells of a quotation."""

    VERBATIM = "verbatim"
    ELSEWHERE = "elsewhere"
    NOT_FOUND = "not found"
    NO_PARAGRAPH = "no paragraph"


class Check(NamedTuple):
    """What a copy tells of a quotation, and in which paragraph it begins, from 1.

    Of a locator alone it tells no more than that the copy has no such paragraph.
    """

    verdict: Verdict
    paragraph: int | None = None


class CopyText:
    """The paragraphs of a copy, against which quotations are checked."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        self._count = len(paragraphs)
        texts = [_squeezed(each) for each in paragraphs]
        soft = any(_SOFT in each for each in texts)
        # As it may be read: each soft hyphen as none, or as one.
        self._readings = [_Reading(texts, each) for each in (("", "-") if soft else ("",))]

    def check(self, quote: str | None, locator: str | None = None) -> Check | None:
        """Tell whether a quotation stands there: in the paragraph that its locator names, if it names one.

        Without a quotation, None where nothing is wrong with the locator.
        """
        if quote is not None:
            return self._check(quote, paragraph_of(locator))
        named = paragraph_of(locator)
        return Check(Verdict.NO_PARAGRAPH, named) if named is not None and named > self._count else None

    def _check(self, quote: str, named: int | None) -> Check:
        wanted = _bare(_squeezed(quote).replace(_SOFT, "")).translate(_ONE_KIND)
        if not any(sign.isalnum() for sign in wanted):
            return Check(Verdict.NOT_FOUND)
        found = {number for reading in self._readings for number in reading.find(wanted)}
        if not found:
            return Check(Verdict.NOT_FOUND)
        if named is None or named in found:
            return Check(Verdict.VERBATIM, named or min(found))
        return Check(Verdict.ELSEWHERE, min(found))


class _Reading:
    """One way to read the paragraphs: their text, and where each begins in it."""

    def __init__(self, texts: Sequence[str], hyphen: str) -> None:
        whole = [each.replace(_SOFT, hyphen) for each in texts]
        self._text = " ".join(whole)
        self._normal = self._text.translate(_ONE_KIND)
        self._starts = list(accumulate((len(each) + 1 for each in whole[:-1]), initial=0))

    def find(self, wanted: str) -> Iterator[int]:
        """Yield the paragraphs in which a text begins, and ends in them or in the next."""
        at = -1
        while (at := self._normal.find(wanted, at + 1)) >= 0:
            if not (_is_within(self._text, at) or _is_within(self._text, at + len(wanted))):
                yield bisect_right(self._starts, at)


def _is_within(text: str, at: int) -> bool:
    """Tell whether a place in a text lies within a word or a number."""
    before, after = text[max(at - 5, 0) : at], text[at : at + 5]
    if not before or not after:
        return False
    left, right = before[-1], after[0]
    if left.isalnum():
        if right.isalnum() or (_joins(right, left, after[1:2]) and not _is_possessive(after)):
            return True
    elif right.isalnum() and (
        _joins(left, right, before[-2:-1])
        or (left in _HYPHENS and right.isdigit() and not before[-2:-1].strip())
    ):
        return True
    digit = left.isdigit() or right.isdigit()
    return digit and bool(_BEFORE_GROUP.search(before)) and bool(_GROUP.match(after)) and " " in left + right


def _joins(sign: str, near: str, far: str) -> bool:
    """Tell whether a sign makes one word or one number of what stands on its two sides."""
    numbers = near.isdigit() and far.isdigit()
    if sign in _HYPHENS:
        return far.isalnum()
    if sign in _APOSTROPHES:
        return near.isalpha() and far.isalpha()
    return (sign in _RANGES or sign in ".,:/") and numbers


def _is_possessive(after: str) -> bool:
    return after[0] in _APOSTROPHES and after[1:2] in ("s", "S") and not after[2:3].isalnum()


def _bare(quote: str) -> str:
    """Return a quotation without marks around it, and without the stop or comma at its end."""
    text = quote
    while len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text[:-1] if text.endswith((".", ",")) and not text.endswith("..") else text


def _squeezed(text: str) -> str:
    """Return a text with single spaces, its accents composed."""
    return " ".join(unicodedata.normalize("NFC", text).replace("…", "...").translate(_UNSEEN).split())
