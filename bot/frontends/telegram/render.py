"""A `Reply` as Telegram shows it: pieces of HTML within the limit, and an inline keyboard. Pure: no I/O.

Limits and tags: https://core.telegram.org/bots/api#html-style and #inlinekeyboardbutton.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.answers.addresses import Addresses
from bot.frontends.shared.packing import Packing, Row, Span, units
from bot.replies import (
    Action,
    Block,
    Drawing,
    Heading,
    Item,
    Line,
    Note,
    PageNumber,
    Quote,
    Reply,
    repeats_id,
    stands_apart,
)
from bot.texts import _, spoken
from storage.engines.memo import Memo

LIMIT = 4096  # of a message, in UTF-16 code units as Telegram counts
CAPTION_LIMIT = 1024  # of what stands under a picture
LABEL_LIMIT = 64
DATA_LIMIT = 64  # bytes of a button's data
BUTTON_LIMIT = 100
LINK_LIMIT = 1024  # units; a longer address is shown as text only: it would crowd out what it belongs to
# Two buttons share a row if a phone shows both labels whole.
SHORT_LABEL = 20

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_PACKING = Packing(lambda text: text.translate(_ESCAPED), LIMIT)
# Folded away, more lines than three stand behind a tap: https://core.telegram.org/bots/api#html-style
_FOLDED = ("<blockquote expandable>", "</blockquote>")
_SOURCES = Packing(_PACKING.escape, LIMIT - sum(map(len, _FOLDED)))


# Rows of buttons as the Bot API reads them. The library's objects took a quarter of a millisecond a keyboard.
Keyboard = list[list[dict[str, str]]]


class Piece(NamedTuple):
    """One message: well-formed HTML of at most `LIMIT` UTF-16 units, and the facts that it states.

    With a picture, the HTML is its caption, of at most `CAPTION_LIMIT` units.
    """

    html: str
    facts: frozenset[int] = frozenset()
    picture: Drawing | None = None


_RENDERED: Memo[list[Piece]] = Memo(200)


def render(reply: Reply) -> list[Piece]:
    """Return the messages that show a reply, in order; at least one.

    It is split between blocks. A block that is too long by itself is split between words of its text, and
    a word only where it is longer than a message. The sources stay together, folded away, under the last
    blocks if they fit there.
    """
    if reply.picture is not None:
        return _under_picture(_render(reply), reply.picture)
    return list(_RENDERED.of(reply, spoken(), lambda: _render(reply)))


def _under_picture(pieces: list[Piece], picture: Drawing) -> list[Piece]:
    """Return messages of which the first shows a picture; what is too long for a caption follows it."""
    first, *rest = pieces
    if units(first.html) <= CAPTION_LIMIT:
        return [first._replace(picture=picture), *rest]
    return [Piece("", picture=picture), *pieces]


def _render(reply: Reply) -> list[Piece]:
    rows = [
        _row(reply, block, above) for above, block in zip((None, *reply.blocks), reply.blocks, strict=False)
    ]
    folded = [Piece(f"{_FOLDED[0]}{text}{_FOLDED[1]}") for text in _sources(reply)]
    pieces = [Piece(*part) for part in _PACKING.packed(rows)]
    under = f"{pieces[-1].html}\n\n{folded[0].html}" if pieces and len(folded) == 1 else ""
    if under and units(under) <= LIMIT:
        pieces[-1] = pieces[-1]._replace(html=under)
    else:
        pieces += folded
    return pieces or [Piece("…")]


def stated_by(pieces: Sequence[Piece]) -> tuple[frozenset[int], ...]:
    """Return the ids of the facts that each of several messages states; nothing where one holds all."""
    facts = tuple(piece.facts for piece in pieces)
    return facts if len(facts) > 1 and any(facts) else ()


def fits(command: str) -> bool:
    """Tell whether a button's data can hold a command."""
    return len(command.encode()) <= DATA_LIMIT


def keyboard(buttons: Sequence[tuple[Action, str]], page: PageNumber | None = None) -> Keyboard | None:
    """Return the rows of buttons for some actions, each with its data or its link; None if there are none.

    Two short labels share a row. Those that turn pages are the last row, with the page's number between them.
    """
    rows: Keyboard = []
    room = False
    turns = {
        action.turn: {"text": _turning(action), "callback_data": data}
        for action, data in buttons
        if action.turn
    }
    others = [button for button in buttons if button[0].turn is None]
    for action, data in others[: BUTTON_LIMIT - 3]:
        label = _label(action)
        short = len(label) <= SHORT_LABEL
        button = {"text": label, "url" if action.private else "callback_data": data}
        if room and short:
            rows[-1].append(button)
            room = False
        else:
            rows.append([button])
            room = short
    if turns:
        number = [] if page is None else [{"text": str(page), "callback_data": f"{page.number}/{page.total}"}]
        before, behind = ([turns[turn]] if turn in turns else [] for turn in ("previous", "next"))
        rows.append([*before, *number, *behind])
    return rows or None


def clean(text: str) -> str:
    """Return a text without what Telegram refuses: control characters and halves of surrogate pairs."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSHOWABLE.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", text)


def _turning(action: Action) -> str:
    return f"« {_label(action)}" if action.turn == "previous" else f"{_label(action)} »"


def _label(action: Action) -> str:
    label = " ".join(clean(action.label).split()) or clean(action.command).strip() or "…"
    return label if len(label) <= LABEL_LIMIT else label[: LABEL_LIMIT - 1].rstrip() + "…"


def _bold(text: str) -> Span:
    return Span(clean(text), "<b>", "</b>")


def _plain(text: str) -> Span:
    return Span(clean(text))


def _linked(text: str, url: str | None) -> Span:
    """Return the text as a link if the address is one that a reader may safely follow."""
    if url is None or not _followable(url):
        return _plain(text)
    return Span(clean(text), f'<a href="{escape(url)}">', "</a>")


@lru_cache(maxsize=4_096)
def _followable(url: str) -> bool:
    if units(escape(clean(url))) > LINK_LIMIT or clean(url) != url or any(sign.isspace() for sign in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _row(reply: Reply, block: Block, above: Block | None) -> Row:
    match block:
        case Heading():
            return Row((_bold(block.text),), gap="\n\n", heading=True)
        case Note():
            # After lines or items a note is about all of them, not about the last.
            return Row((_plain(block.text),), gap="\n\n" if isinstance(above, Line | Item) else "\n")
        case Quote():
            return Row((Span(clean(block.text), "<blockquote>", "</blockquote>"),))
        case Item():
            text = (Span(" — "), _linked(block.text, block.url)) if block.text else ()
            label = _bold(block.label) if block.text or block.url is None else _linked(block.label, block.url)
            return Row((label, *text))
        case Line():
            gap = "\n\n" if stands_apart(block, above) else "\n"
            line = tuple(_line(reply, block, again=repeats_id(block, above)))
            return Row(line, gap=gap, fact=block.fact)


def _line(reply: Reply, line: Line, *, again: bool) -> Iterable[Span]:
    if line.nested:
        yield Span("   ↳ ")
    if line.label:
        yield _plain(f"{line.label}: ")
    if line.former:
        yield Span(clean(line.text), "<s>", "</s>")
        yield _plain(f" {reply.marks(line)}")
    else:
        yield _plain(f"{line.text} {reply.marks(line)}")
    if line.fact is not None and not again:
        yield Span(" ")
        yield _id(reply, line.fact)
    if line.mark:
        yield Span(" — ")
        yield Span(clean(line.mark), "<i>", "</i>")


def _id(reply: Reply, fact: int) -> Span:
    """Return a fact's id, which leads to its page where it has one."""
    if reply.pages is None:
        return _bold(f"F{fact}")
    return _linked(f"F{fact}", Addresses(reply.pages).fact(fact))


def _sources(reply: Reply) -> list[str]:
    """Return the sources, to be folded away; as several texts if one is too short."""
    rows = [Row((_plain(f"[{cited.number}] "), _linked(cited.shown, cited.url))) for cited in reply.sources]
    heading = Row((_bold(_("Sources")),), heading=True)
    return [part.text for part in _SOURCES.packed([heading, *rows] if rows else [])]
