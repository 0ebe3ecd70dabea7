"""Which entries of a feed a watch is for. Pure."""

from __future__ import annotations

from bot.intake.feed import Entry
from storage.domain.words import split, stem


def matches(entry: Entry, words: str | None) -> bool:
    """Tell whether what a feed says of an article holds all of some words (folded), in any inflection."""
    if not words:
        return True
    held = {stem(word) for word in split(f"{entry.title} {entry.summary}")}
    return all(stem(word) in held for word in words.split())
