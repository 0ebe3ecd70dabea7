"""Render a reply as the rows of a terminal. Pure: neither prints nor knows of colours."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from bot.frontends.terminal.turning import NEXT, PREVIOUS
from bot.replies import Action, Heading, Item, Line, Note, Quote, Reply, repeats_id, stands_apart
from bot.requests import Request
from bot.texts import _

# The width of piped output: the same wherever it runs, so that what reads it can rely on it.
PIPED_WIDTH = 96
# Scripts look for words that stand together: no line of theirs is broken.
UNBROKEN = 100_000
NARROWEST = 24
# A label column wider than this share of the row would leave too little for the text.
_LABEL_SHARE = 0.4
# Cells before a line that belongs to the one above.
_NESTED = 2
# Stands for a space that must not be wrapped at; clean() leaves none in the texts, so it cannot clash.
_HELD = "\x00"
# Controls could steer the terminal; direction overrides could show a text in another order than it is.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Kind(StrEnum):
    """What a row is; decides its colour."""

    TITLE = "title"
    HEADING = "heading"
    NOTE = "note"
    ITEM = "item"
    LINE = "line"
    SOURCE = "source"
    NEXT = "next"
    GAP = "gap"


class Row(NamedTuple):
    """One row of the terminal, without its newline."""

    kind: Kind
    text: str


def clean(text: str) -> str:
    """Return the text without characters that could steer a terminal; tabs become spaces."""
    return _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def rows(reply: Reply, width: int = PIPED_WIDTH) -> list[Row]:
    """Return a reply's rows, none longer than `width` cells unless a single word is."""
    width = max(width, NARROWEST)
    laid = [
        *_blocks(reply, width),
        *_drawn(reply, width),
        *_sources(reply, width),
        *_actions(reply.others, width),
        *_turns(reply),
    ]
    return laid[1:] if laid and laid[0].kind is Kind.GAP else laid


def plain(reply: Reply, width: int = PIPED_WIDTH) -> str:
    """Return a reply as plain text, without a newline at its end."""
    return "\n".join(row.text for row in rows(reply, width))


def as_json(request: Request, reply: Reply | None, told: Sequence[Reply] = ()) -> dict[str, Any]:
    """Return what `--json` prints for one message read: the reply as data beside its plain text.

    `told` are replies that were not asked for just now.
    """
    more = {"told": [plain(each, UNBROKEN) for each in told]} if told else {}
    if reply is None:
        return {"request": request.text, "text": "", "facts": [], "citations": [], "actions": [], **more}
    numbers = {cited.source: cited.number for cited in reply.sources}
    cited = dict.fromkeys((numbers[c.source], f"S{c.source}", c.locator) for c in reply.citations())
    return {
        "request": request.text,
        "text": plain(reply, UNBROKEN),
        "facts": [f"F{fact}" for fact in reply.facts],
        "citations": [{"n": n, "source": source, "locator": locator} for n, source, locator in cited],
        "actions": [{"label": action.label, "command": action.command} for action in reply.actions],
        **({"page": [reply.page.number, reply.page.total]} if reply.page is not None else {}),
        **({"verdict": reply.verdict} if reply.verdict is not None else {}),
        **more,
    }


def _blocks(reply: Reply, width: int) -> Iterator[Row]:
    """Lay out the blocks; a run of items shares its columns."""
    previous: type | None = None
    for kind, run in groupby(reply.blocks, key=type):
        blocks = list(run)
        if kind is Line:
            yield from _lines(reply, [block for block in blocks if isinstance(block, Line)], width)
        elif kind is Item:
            yield from _items([block for block in blocks if isinstance(block, Item)], width)
        elif previous in (Line, Item) and kind is Note:
            # A note after lines speaks of all of them, not of the last.
            yield Row(Kind.GAP, "")
        for block in blocks:
            if isinstance(block, Heading):
                yield from _heading(block, width)
            elif isinstance(block, Note):
                yield from _wrapped(Kind.NOTE, clean(block.text), width)
            elif isinstance(block, Quote):
                yield from _wrapped(Kind.NOTE, f"“{clean(block.text)}”", width)
        previous = kind


def _drawn(reply: Reply, width: int) -> Iterator[Row]:
    """Lay out the lines of a picture."""
    if reply.picture is not None:
        yield Row(Kind.GAP, "")
        for line in clean(reply.picture.text).split("\n"):
            yield from _wrapped(Kind.LINE, line, width) if line else (Row(Kind.GAP, ""),)


def _heading(block: Heading, width: int) -> Iterator[Row]:
    yield Row(Kind.GAP, "")
    yield from _wrapped(Kind.TITLE if block.level == 1 else Kind.HEADING, clean(block.text), width)


def _lines(reply: Reply, lines: list[Line], width: int) -> Iterator[Row]:
    """Lay out lines; a blank row parts those that state different facts."""
    above: Line | None = None
    for line in lines:
        if stands_apart(line, above):
            yield Row(Kind.GAP, "")
        lead = " " * _NESTED if line.nested else ""
        yield from _wrapped(Kind.LINE, _sentence(reply, line, above), width, lead)
        above = line


def _sentence(reply: Reply, line: Line, above: Line | None) -> str:
    """Return a line's text with what belongs to it; a citation's mark is never torn apart, nor is its id."""
    text = clean(f"{line.label}: {line.text}" if line.label else line.text).replace("\n", " ")
    ident = "" if line.fact is None or repeats_id(line, above) else f" F{line.fact}"
    marks = re.sub(r" (?!\[)", _HELD, clean(reply.marks(line)) + ident)
    standing = f" ({clean(line.mark)})" if line.mark else ""
    return f"{text} {marks}{standing}"


def _items(items: list[Item], width: int) -> Iterator[Row]:
    column = _column((item.label for item in items), width)
    for item in items:
        label = clean(item.label).replace("\n", " ")
        text = _with_address(item.text, item.url)
        if len(label) + 2 > column:
            yield from _wrapped(Kind.ITEM, label, width)
            yield from _wrapped(Kind.ITEM, text, width, " " * 4)
        else:
            yield from _wrapped(Kind.ITEM, text, width, label.ljust(column))


def _sources(reply: Reply, width: int) -> Iterator[Row]:
    if not reply.sources:
        return
    yield Row(Kind.GAP, "")
    yield Row(Kind.HEADING, _("Sources"))
    for cited in reply.sources:
        yield from _wrapped(Kind.SOURCE, _with_address(cited.shown, cited.url), width, f"[{cited.number}] ")


def _actions(actions: tuple[Action, ...], width: int) -> Iterator[Row]:
    if not actions:
        return
    # A command is typed as one, so it is not wrapped inside.
    shown = (_typed(action).replace(" ", _HELD) for action in actions)
    yield Row(Kind.GAP, "")
    yield from _wrapped(Kind.NEXT, ", ".join(shown), width, _("Next:") + " ")


def _turns(reply: Reply) -> Iterator[Row]:
    """Yield the last row: which page this is, and what to type for those beside it."""
    if reply.turns:
        typed = {"previous": PREVIOUS, "next": NEXT}
        told = [str(reply.page or ""), *(typed[action.turn] for action in reply.turns if action.turn)]
        yield Row(Kind.GAP, "")
        yield Row(Kind.NEXT, " · ".join(filter(None, told)))


def _with_address(text: str, url: str | None) -> str:
    """Return a clean text that ends with the address, unless it holds it already."""
    return clean(f"{text} {url}" if url and url not in text else text)


def _typed(action: Action) -> str:
    """Return what to type, and its label where that tells more than the command does."""
    command, label = clean(action.command), clean(action.label)
    return command if label.casefold() in command.casefold() else f"{command} ({label})"


def _column(labels: Iterable[str | None], width: int) -> int:
    """Return the width of a column that holds the labels, those left out that are too long for one."""
    most = int(width * _LABEL_SHARE)
    return max(
        (len(label) + 2 for label in map(clean, filter(None, labels)) if len(label) + 2 <= most), default=0
    )


def _wrapped(kind: Kind, text: str, width: int, lead: str = "") -> Iterator[Row]:
    """Wrap a clean text's paragraphs, `lead` before the first row and as many spaces before the others."""
    indent = " " * len(lead)
    for number, paragraph in enumerate(text.split("\n")):
        wrapped = textwrap.wrap(
            paragraph,
            width,
            initial_indent=lead if number == 0 else indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [lead if number == 0 else ""]
        for row in wrapped:
            yield Row(kind, row.replace(_HELD, " ").rstrip())
