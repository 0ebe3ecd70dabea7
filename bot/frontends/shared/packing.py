"""Rows of marked-up text, packed into texts of a limited length. Pure.

One rule packs messages for every platform; only its limits and markup differ.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_JOINING = frozenset("\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units, never fewer than its characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class Span(NamedTuple):
    """Text under one mark; text is escaped only when it is written out, so it can be cut anywhere.

    A `whole` span is cut only where it is longer than a text.
    """

    text: str
    before: str = ""
    after: str = ""
    whole: bool = False


class Row(NamedTuple):
    """A block or a source, which stay together on the screen; `gap` separates it from the row above.

    `fact` is the id of the fact that it states.
    """

    spans: tuple[Span, ...]
    gap: str = "\n"
    heading: bool = False
    fact: int | None = None


class Part(NamedTuple):
    """A text that holds some rows, or a part of one, and the ids of the facts that it states."""

    text: str
    facts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Packing:
    """Write rows with a platform's escaping, into texts of at most `limit` UTF-16 units."""

    escape: Callable[[str], str]
    limit: int

    def joined(self, rows: Sequence[Row]) -> str:
        """Return the rows as one text, however long."""
        parts: list[str] = []
        for row in rows:
            if parts:
                parts.append(row.gap)
            parts += [self._written(span) for span in row.spans]
        return "".join(parts)

    def packed(self, rows: Sequence[Row]) -> list[Part]:
        """Return the rows as texts, each as full as possible and none of white space alone.

        A heading stays with the row below it. A row longer than a text is split between words, and a word
        only where it is longer than a text itself.
        """
        whole = self.joined(rows)
        if units(whole) <= self.limit:
            return [Part(whole, stated(rows))] if whole.strip() else []
        parts: list[Part] = []
        held: list[Row] = []
        size = 0
        for row in rows:
            grown = size + len(row.gap) * bool(held) + units(self.joined([row]))
            if grown <= self.limit:
                held.append(row)
                size = grown
                continue
            carried: list[Row] = []
            while held and held[-1].heading:
                carried.insert(0, held.pop())
            parts.append(Part(self.joined(held), stated(held)))
            held = [*carried, row]
            size = units(self.joined(held))
            if size > self.limit:
                *full, rest = self._cut(_run_on(held))
                parts += [Part(self.joined([Row(tuple(part))]), stated(held)) for part in full]
                held = [Row(tuple(rest), fact=row.fact)]
                size = units(self.joined(held))
        parts.append(Part(self.joined(held), stated(held)))
        return [part for part in parts if part.text.strip()]

    def _written(self, span: Span) -> str:
        """Write a span out. White space at its ends goes outside of the marks, as some platforms want."""
        if not span.before:
            return self.escape(span.text)
        text = span.text.strip()
        if not text:
            return span.text
        lead, _, trail = span.text.partition(text)
        return f"{lead}{span.before}{self.escape(text)}{span.after}{trail}"

    def _cut(self, spans: Iterable[Span]) -> list[list[Span]]:
        """Split one long row between words so that each part fits; no mark is left open."""
        parts: list[list[Span]] = [[]]
        room = self.limit
        for span in spans:
            text, frame = span.text, units(span.before) + units(span.after)
            while text:
                count = self._fitting(text, room - frame)
                fresh = not parts[-1]
                if count < len(text):
                    count = _word_end(text, count, fresh=fresh) if fresh or not span.whole else 0
                if count:
                    part = span._replace(text=text[:count])
                    parts[-1].append(part)
                    room -= units(self._written(part))
                    text = text[count:]
                if text:
                    if all(part.text.isspace() for part in parts[-1]):
                        parts.pop()  # no platform takes a message of white space alone
                    parts.append([])
                    room = self.limit
        return parts

    def _fitting(self, text: str, room: int) -> int:
        """Return how many characters of `text` fit into `room` units once they are escaped."""
        # A character takes one unit or more, so at most `room` fit; and the length grows with each.
        most = min(len(text), max(room, 0))
        if units(self.escape(text[:most])) <= room:
            return most
        return bisect_right(range(1, most + 1), room, key=lambda count: units(self.escape(text[:count])))


def stated(rows: Iterable[Row]) -> frozenset[int]:
    """Return the ids of the facts that some rows state."""
    return frozenset(row.fact for row in rows if row.fact is not None)


def _run_on(rows: Sequence[Row]) -> list[Span]:
    """Return the spans of several rows as those of one."""
    return [
        span for row in rows for span in ((Span(row.gap), *row.spans) if row is not rows[0] else row.spans)
    ]


def _word_end(text: str, count: int, *, fresh: bool) -> int:
    """Return where to cut at or before `count`: after white space, or (if fresh) inside a word."""
    if text[count].isspace():
        return count
    for end in range(count, 0, -1):
        if text[end - 1].isspace():
            return end
    if not fresh:
        return 0
    end = count
    while end > max(count - 32, 1) and _joins(text[end - 1], text[end]):
        end -= 1
    return max(end if end > count - 32 else count, 1)


def _joins(left: str, right: str) -> bool:
    """Tell whether two characters are drawn as one: a letter and its accent, the parts of an emoji."""
    return right in _JOINING or left == "\u200d" or unicodedata.combining(right) != 0
