"""A `Reply` as Telegram shows it: pieces of HTML within the limit, and an inline keyboard. Pure: no I/O.

Limits and tags: https://core.telegram.org/bots/api#html-style and #inlinekeyboardbutton.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.replies import Action, Block, Heading, Item, Line, Note, Reply
from bot.texts import _

LIMIT = 4096  # UTF-16 code units of a message
LABEL_LIMIT = 64
DATA_LIMIT = 64  # bytes of a button's data
BUTTON_LIMIT = 100
LINK_LIMIT = 1024  # units; a longer address is shown as text only: it would crowd out what it belongs to
# Two buttons share a row as long as a phone shows both labels whole.
SHORT_LABEL = 20

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_JOINING = frozenset("\u200d\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


class Piece(NamedTuple):
    """One message: well-formed HTML of at most `LIMIT` UTF-16 units."""

    html: str


class _Span(NamedTuple):
    """Text under one tag; text is escaped only when it is written out, so it can be cut anywhere."""

    text: str
    before: str = ""
    after: str = ""

    def html(self) -> str:
        return f"{self.before}{escape(self.text, quote=False)}{self.after}" if self.text else ""


class _Row(NamedTuple):
    """What stands together on the screen: a block or a source."""

    spans: tuple[_Span, ...]
    gap: str = "\n"
    heading: bool = False

    def html(self) -> str:
        return "".join([span.html() for span in self.spans])


def render(reply: Reply) -> list[Piece]:
    """Return the messages that show a reply, in order; at least one.

    It is split between blocks. A block that is too long by itself is split between words of its text, and
    a word only where it is longer than a message. The sources stay together, under the last blocks if they
    fit there.
    """
    rows = [
        _row(reply, block, above) for above, block in zip((None, *reply.blocks), reply.blocks, strict=False)
    ]
    sources = _sources(reply)
    whole = _joined([*rows, *sources])
    if units(whole) <= LIMIT:
        return [Piece(whole if whole.strip() else "…")]
    pieces = _packed(rows)
    if sources:
        under = pieces[-1] + sources[0].gap + _joined(sources) if pieces else ""
        if under and units(under) <= LIMIT:
            pieces[-1] = under
        else:
            pieces += _packed(sources)
    return [Piece(html) for html in pieces] or [Piece("…")]


def keyboard(actions: Sequence[Action], data: Sequence[str]) -> InlineKeyboardMarkup | None:
    """Return the buttons for `actions`, each with its `data` (at most 64 bytes); None if there are none.

    Two short labels share a row.
    """
    rows: list[list[InlineKeyboardButton]] = []
    room = False
    for action, value in list(zip(actions, data, strict=True))[:BUTTON_LIMIT]:
        label = _label(action)
        short = len(label) <= SHORT_LABEL
        button = InlineKeyboardButton(label, callback_data=value)
        if room and short:
            rows[-1].append(button)
            room = False
        else:
            rows.append([button])
            room = short
    return InlineKeyboardMarkup(rows) if rows else None


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it, in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def clean(text: str) -> str:
    """Return a text without what Telegram refuses: control characters and halves of surrogate pairs."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWABLE.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", text)


def _label(action: Action) -> str:
    label = " ".join(clean(action.label).split()) or clean(action.command).strip() or "…"
    return label if len(label) <= LABEL_LIMIT else label[: LABEL_LIMIT - 1].rstrip() + "…"


def _bold(text: str) -> _Span:
    return _Span(clean(text), "<b>", "</b>")


def _plain(text: str) -> _Span:
    return _Span(clean(text))


def _linked(text: str, url: str | None) -> _Span:
    """Return the text as a link if the address is one that a reader may safely follow."""
    if url is None or not _followable(url):
        return _plain(text)
    return _Span(clean(text), f'<a href="{escape(url)}">', "</a>")


def _followable(url: str) -> bool:
    if units(escape(clean(url))) > LINK_LIMIT or clean(url) != url or any(sign.isspace() for sign in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _row(reply: Reply, block: Block, above: Block | None) -> _Row:
    match block:
        case Heading():
            return _Row((_bold(block.text),), gap="\n\n", heading=True)
        case Note():
            # After lines or items it speaks of all of them, not of the last.
            return _Row((_plain(block.text),), gap="\n\n" if isinstance(above, Line | Item) else "\n")
        case Item():
            text = (_Span(" — "), _linked(block.text, block.url)) if block.text else ()
            label = _bold(block.label) if block.text or block.url is None else _linked(block.label, block.url)
            return _Row((label, *text))
        case Line():
            return _Row(tuple(_line(reply, block)))


def _line(reply: Reply, line: Line) -> Iterable[_Span]:
    if line.nested:
        yield _Span("   ↳ ")
    if line.label:
        yield _plain(f"{line.label}: ")
    if line.fact is not None:
        yield _bold(f"F{line.fact}")
        yield _Span(" ")
    yield _plain(f"{line.text} {reply.marks(line)}")
    if line.mark:
        yield _Span(" — ")
        yield _Span(clean(line.mark), "<i>", "</i>")


def _sources(reply: Reply) -> list[_Row]:
    if not reply.sources:
        return []
    rows = [_Row((_plain(f"[{cited.number}] "), _linked(cited.entry, cited.url))) for cited in reply.sources]
    return [_Row((_bold(_("Sources")),), gap="\n\n", heading=True), *rows]


def _joined(rows: Sequence[_Row]) -> str:
    parts: list[str] = []
    for row in rows:
        if parts:
            parts.append(row.gap)
        parts.append(row.html())
    return "".join(parts)


def _packed(rows: Sequence[_Row]) -> list[str]:
    """Return the rows as messages, each as full as can be; a heading goes with what it heads."""
    pieces: list[str] = []
    held: list[_Row] = []
    size = 0
    for row in rows:
        grown = size + len(row.gap) * bool(held) + units(row.html())
        if grown <= LIMIT:
            held.append(row)
            size = grown
            continue
        carried = [held.pop()] if held and held[-1].heading and not row.heading else []
        pieces.append(_joined(held))
        held = [*carried, row]
        size = units(_joined(held))
        if size > LIMIT:
            spans = [span for part in held for span in (*part.spans, _Span(row.gap))]
            *full, rest = _cut(spans[:-1])
            pieces += ["".join([span.html() for span in part]) for part in full]
            held = [_Row(tuple(rest))]
            size = units(_joined(held))
    pieces.append(_joined(held))
    return [piece for piece in pieces if piece.strip()]


def _cut(spans: Iterable[_Span]) -> list[list[_Span]]:
    """Split one long row between words so that each part fits a message; no tag is left open."""
    parts: list[list[_Span]] = [[]]
    room = LIMIT
    for span in spans:
        text, frame = span.text, units(span.before) + units(span.after)
        while text:
            count = _fitting(text, room - frame)
            if count < len(text):
                count = _word_end(text, count, fresh=not parts[-1])
            if count:
                part = span._replace(text=text[:count])
                parts[-1].append(part)
                room -= units(part.html())
                text = text[count:]
            if text:
                if all(part.text.isspace() for part in parts[-1]):
                    parts.pop()  # Telegram takes no message of white space alone
                parts.append([])
                room = LIMIT
    return parts


def _fitting(text: str, room: int) -> int:
    """Return how many characters of `text` fit into `room` units once they are escaped."""
    if room <= 0:
        return 0
    if units(escape(text[:room], quote=False)) <= room:
        # A character takes a unit or more, so none beyond these could fit.
        return min(len(text), room)
    used = 0
    for count, sign in enumerate(text):
        used += _COST.get(sign, 1 if sign <= "\uffff" else 2)
        if used > room:
            return count
    return len(text)


_COST = {"&": 5, "<": 4, ">": 4}


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
