"""The words that are taken down, and whether a text holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from storage.domain.folding import fold
from storage.domain.words import query_words

# Fewer words than these are nobody's own: "sanctions" alone tells nothing of a statement.
FEWEST_WORDS = 3
# The part of a statement's words that a text in other words shares with it, and at least how many of them.
ALIKE, FEWEST_ALIKE = 0.6, 4


class Needles:
    """Texts to be found in others: word for word, or (`near`) in much the same words.

    Titles and names (`verbatim`) are only found word for word.
    """

    def __init__(self, texts: Iterable[str], *, shortest: int = FEWEST_WORDS, verbatim: bool = False) -> None:
        self.texts = tuple(dict.fromkeys(text for text in texts if text))
        folded = dict.fromkeys(fold(text) for text in self.texts)
        self._folded = [f" {each} " for each in folded if len(each.split()) >= shortest]
        self._rarest = [max(each.split(), key=len) for each in self._folded]
        stated = () if verbatim else self.texts
        self._stems = [frozenset(word.stem for word in query_words(text)) for text in stated]

    def held(self, text: str) -> bool:
        """Tell whether a text holds one of them, whatever its case, accents and punctuation."""
        if not self._folded:
            return False
        lowered = text.casefold()
        if lowered.isascii() and not any(word in lowered for word in self._rarest):
            return False
        whole = f" {fold(text)} "
        return any(each in whole for each in self._folded)

    def near(self, text: str) -> bool:
        """Tell whether a text holds one of them or most of its words."""
        if self.held(text):
            return True
        stems = {word.stem for word in query_words(text)}
        return any(
            len(shared := each & stems) >= FEWEST_ALIKE and len(shared) >= ALIKE * len(each)
            for each in self._stems
        )

    def asked(self, text: str) -> bool:
        """Tell whether a question holds one of them, most of its words, or has most of its own from it."""
        if self.near(text):
            return True
        stems = {word.stem for word in query_words(text)}
        return any(
            len(shared := each & stems) >= FEWEST_WORDS and len(shared) >= ALIKE * len(stems)
            for each in self._stems
        )

    def written(self) -> list[str]:
        """Return the texts as JSON writes them: so they stand in the trail and in revisions."""
        worth = (text for text in self.texts if f" {fold(text)} " in self._folded)
        return [json.dumps(text, ensure_ascii=False)[1:-1] for text in worth]


def texts_in(data: Any) -> Iterator[str]:
    """Yield every text in JSON data."""
    match data:
        case str():
            yield data
        case Mapping():
            for value in data.values():
                yield from texts_in(value)
        case list() | tuple():
            for value in data:
                yield from texts_in(value)


def of_states(states: Iterable[Mapping[str, Any]]) -> Needles:
    """Return the words of a fact: its statements, briefs and quotes at all its revisions."""
    kept = list(states)
    quotes = (item.get("quote") for state in kept for item in state.get("attributions", ()))
    worded = (state.get(key) for state in kept for key in ("statement", "brief"))
    return Needles(text for text in (*worded, *quotes) if text)
