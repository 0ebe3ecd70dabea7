"""Reading figures as moderators type them: `at least 2,100 children`, `“hundreds” of guests`. Pure."""

from __future__ import annotations

import re
from math import isfinite

from pydantic import ValidationError

from bot.errors import UserError
from bot.texts import _
from storage.domain.entries import FigureEntry

_NUMBER = r"\d+(?:[,  ]\d{3})*(?:\.\d+)?"
_AMOUNT = re.compile(
    r"(?:(?P<qualifier>[^\d“”\"]{0,59}?[^\d\s“”\"])\s+)?"
    rf"(?P<amount>{_NUMBER})(?:\s*(?:to|-|–)\s*(?P<upper>{_NUMBER}))?"
    r"\s++(?P<counts>\D.*)"
)
_WORDS = re.compile(
    r"(?:(?P<qualifier>[^“\"]{0,59}?[^\s“\"])\s+)?[“\"](?P<words>[^”\"]+)[”\"]\s+(?P<counts>\S.*)"
)


def read_figures(text: str) -> tuple[FigureEntry, ...]:
    """Return the figures of a text, one a line. Raises UserError for a line that is not a figure."""
    return tuple(_read(line.strip()) for line in text.split("\n") if line.strip())


def _read(line: str) -> FigureEntry:
    match = _AMOUNT.fullmatch(line) or _WORDS.fullmatch(line)
    if match is None:
        raise _not_a_figure(line)
    found = match.groupdict()
    number: dict[str, object] = {"words": found.get("words")}
    if not number["words"]:
        number = {name: _value(found[name]) for name in ("amount", "upper") if found[name]}
    try:
        return FigureEntry.model_validate(
            {**number, "qualifier": found["qualifier"], "counts": found["counts"]}
        )
    except ValidationError:  # there are marks of quotation, and nothing between them
        raise _not_a_figure(line) from None


def _not_a_figure(line: str) -> UserError:
    return UserError(
        _(
            "“{text}” is not a figure: write a number (or its words in quotes) and what it counts,"
            " for example “at least 2,100 children”.",
            text=line[:60],
        )
    )


def _value(text: str) -> float:
    value = float(re.sub(r"[,  ]", "", text))
    if not isfinite(value):
        raise UserError(_("“{text}…” is too large a number: write it in words, in quotes.", text=text[:20]))
    return value
