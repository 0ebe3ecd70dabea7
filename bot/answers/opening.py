"""How a statement reads on in a sentence: its first word without a capital, unless it is a name. Pure."""

from __future__ import annotations

import re

from storage.domain.language.abbreviations import ends_abbreviated
from storage.domain.language.common_words import is_common, is_grammar
from storage.domain.models import Fact

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def reading_on(statement: str, fact: Fact) -> str:
    """Return a fact's statement, or its brief, as it reads on after a cue: without capital and full stop.

    A capital stays where the words begin a name on record, or where they may begin another.
    """
    match = _WORD.match(statement)
    text = statement
    if match and _is_lowered(match[0], statement[match.end() :], fact):
        text = match[0].lower() + statement[match.end() :]
    ends = text.endswith(".") and not text.endswith("...") and not ends_abbreviated(text)
    return text[:-1] if ends else text


def _is_lowered(word: str, rest: str, fact: Fact) -> bool:
    """Tell whether the first word of a statement loses its capital when the statement reads on."""
    if not word[0].isupper() or (len(word) > 1 and not word[1:].islower()):
        return False
    if any(_begins(f"{word}{rest}", name) for name in (*fact.opening, *_names(fact))):
        return False
    if is_grammar(word, fact.language):
        return True
    # Two words with capitals are a name or a title and a name: "Red Crescent", "President Duda".
    following = _WORD.match(rest.lstrip())
    return is_common(word, fact.language) and not (following and following[0][0].isupper())


def _names(fact: Fact) -> list[str]:
    return [
        name
        for entity in fact.entities()
        for name in (entity.name, entity.short or "", *entity.aliases)
        if name[:1].isupper()
    ]


def _begins(text: str, name: str) -> bool:
    """Tell whether a text begins with a name, and not in the middle of a word."""
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()
