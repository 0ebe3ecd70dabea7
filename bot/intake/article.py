"""An article as it was read: its text, where its paragraphs stand in it, and what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Article:
    """The text of an article; `spans` are the offsets of its paragraphs, of which ¶1 is the first.

    All else is what the page or file says of itself, to be shown and mended before anything cites it:
    `language` is a code such as "en", `published` a date in EDTF.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    language: str | None = None
    published: str | None = None
    url: str | None = None

    @cached_property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs, each in one line."""
        return tuple(" ".join(self.text[start:end].split()) for start, end in self.spans)
