"""Honorifics before a name: `Dr Ann Reed` is Ann Reed, who is Dr; `Mr Reed` is Reed. Pure.

None is part of a name. What tells a rank, an office or a degree is a role, in the words of the text; what is
mere courtesy is left out. Longer titles are told from names by the parse (`titles.py`): here is what a parse
takes for names, and what a typed sentence, which is not parsed, begins with.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.parsing.articles import bare

_COURTESY = re.compile(
    r"(?:Mr|Mrs|Ms|Mx|Mme|Mlle)\.?|Miss|Sir|Dame|Madame|Monsieur|Herr|Frau|Señora?|Signora?"
)
_TELLING = re.compile(
    r"(?:Dr|Prof|Lt|Sgt|Capt|Cpl|Cmdr|Cllr)\.?|(?:Sen|Rep|Gov|Gen|Col|Maj|Adm|Rev|Brig|Amb|Supt|Insp|Det|Hon)\."
)
# Before a single word they may begin the name of a company: `Gen Digital`.
_TELLING_BEFORE_TWO = re.compile(
    r"Sen|Rep|Gov|Gen|Col|Maj|Adm|Rev|Brig|Supt|Insp|Doctor|Professor|Senator|Congress(?:wo)?man|Reverend"
    r"|Sergeant|Lieutenant|Colonel|Councillor"
)
_LINKS = frozenset("de del della da di du van von der den ter bin ibn al el la le".split())
_WORD = re.compile(r"\S+")


class Honorifics(NamedTuple):
    """What stands before a name: the role that it tells, "" for none, and how many signs it takes."""

    role: str
    length: int


def honorifics(words: str) -> Honorifics:
    """Return what stands before the name in the words for somebody; of length 0 where that is nothing."""
    article, name = bare(words)
    found = [*_WORD.finditer(words, len(words) - len(name))]
    at, told = 0, list[str]()
    while at < len(found) - 1:
        word = found[at][0]
        telling = _TELLING.fullmatch(word) or (
            len(found) - at > 2 and _TELLING_BEFORE_TWO.fullmatch(word) is not None
        )
        if telling:
            told.append(word)
        elif article or not _COURTESY.fullmatch(word):
            break
        at += 1
    if not at or not _is_name([each[0] for each in found[at:]]):
        return Honorifics("", 0)
    return Honorifics(" ".join(told), found[at].start())


def without(words: str) -> str:
    """Return the words for somebody without the honorifics before the name."""
    return words[honorifics(words).length :]


def _is_name(words: list[str]) -> bool:
    """Tell whether words can be a name by themselves."""
    begins = words[0] in _LINKS or any(map(str.isupper, words[0]))
    return begins and any(map(str.isupper, words[-1])) and len(words[-1]) > 1
