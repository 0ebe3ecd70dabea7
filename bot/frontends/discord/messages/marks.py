"""Marked words in Discord's own form: moments in each reader's zone, people and channels as mentions.

Nobody is notified: mentions in embeds never do, and no message of the bot allows any.
https://discord.com/developers/docs/reference#message-formatting
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.frontends.shared.packing import Span
from bot.replies import Mark
from storage.domain.clock import read_moment

_PLACE = re.compile(r"discord:(#?)([1-9]\d{0,19})")


def marked(span: Span, marks: Sequence[Mark]) -> tuple[Span, ...]:
    """Return a span cut at the words that are marked in it, each of them once, in Discord's form.

    A span with an address, a link, stays whole.
    """
    if not marks or span.whole:
        return (span,)
    found: list[tuple[int, int, Span]] = []
    for mark in marks:
        shown = _shown(mark)
        at = _first(span.text, mark.words, found) if shown is not None else None
        if shown is not None and at is not None:
            found.append((at, at + len(mark.words), shown))
    return tuple(_parts(span, sorted(found)))


def _shown(mark: Mark) -> Span | None:
    """Return a mark in Discord's form, None where there is none for it."""
    if mark.moment is not None:
        return Span(str(int(read_moment(mark.moment).timestamp())), "<t:", ":f>", whole=True)
    place = _PLACE.fullmatch(mark.address or "")
    if place is None:
        return None
    return Span(place[2], "<#" if place[1] else "<@", ">", whole=True)


def _first(text: str, words: str, taken: Iterable[tuple[int, int, Span]]) -> int | None:
    """Return where words stand in a text for the first time, whole and not taken yet; None for nowhere."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        is_whole = not text[:at][-1:].isalnum() and not text[end : end + 1].isalnum()
        if is_whole and all(end <= begins or ends <= at for begins, ends, _span in taken):
            return at
        at = text.find(words, at + 1)
    return None


def _parts(span: Span, found: Iterable[tuple[int, int, Span]]) -> Iterator[Span]:
    end = 0
    for begins, ends, shown in found:
        if begins > end:
            yield span._replace(text=span.text[end:begins])
        yield shown
        end = ends
    if end < len(span.text):
        yield span._replace(text=span.text[end:])
