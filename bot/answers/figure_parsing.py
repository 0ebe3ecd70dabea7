"""Reading figures as moderators type them: `at least 2,100 children`, `“hundreds” of guests`. Pure."""

from __future__ import annotations

import re

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
        raise UserError(
            _(
                "“{text}” is not a figure: write a number (or its words in quotes) and what it counts,"
                " for example “at least 2,100 children”.",
                text=line[:60],
            )
        )
    found = match.groupdict()
    if found.get("words"):
        return FigureEntry(words=found["words"], qualifier=found["qualifier"], counts=found["counts"])
    return FigureEntry(
        amount=_value(found["amount"]),
        upper=_value(found["upper"]) if found["upper"] else None,
        qualifier=found["qualifier"],
        counts=found["counts"],
    )


def _value(text: str) -> float:
    return float(re.sub(r"[,  ]", "", text))
