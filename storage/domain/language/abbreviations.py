"""Words that end with a full stop wherever they stand: `Inc.`, `a.m.`, `U.S.`, `млн.`."""

from __future__ import annotations

import re

_ABBREVIATED = re.compile(
    r"(?:^|[\s(\"“«„])(?:\w|(?:\w\.)+\w|mrs?|ms|drs?|prof|gen|col|lt|sgt|capt|maj|sen|rep|gov|rev|adm|amb|brig"
    r"|cmdr|cpl|cllr|det|hon|insp|supt|mme|mlle|mx|st|no|vs|inc|ltd|jr|sr|co|corp|bros|dept|est|etc|mt|ave|blvd|plc|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|art|approx|ca"
    r"|bzw|usw|z\.b|str|тыс|млн|млрд|ул|им|гг|вул|тис)\.$",
    re.IGNORECASE,
)
# Words as well: at the end of a sentence they are no abbreviations.
_WORD = re.compile(r"\b(?:no|art|mar|est|im|str|ca)$", re.IGNORECASE)
# No abbreviation is longer, with the sign before it.
LONGEST = 12


def ends_abbreviated(text: str) -> bool:
    """Tell whether the full stop at the end of a text belongs to its last word."""
    return _ABBREVIATED.search(text[-LONGEST:]) is not None


def without_stop(text: str) -> str:
    """Return a sentence without the full stop at its end, unless that is of its last word: `4 p.m.`."""
    bare = text.rstrip(" .")
    ended = text[: len(bare) + 1]
    return ended if ended.endswith(".") and ends_abbreviated(ended) and not _WORD.search(bare) else bare
