"""Lists on pages: as many rows as fit a page, and what is shown of each. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from aiohttp import web

from bot.replies import Block, Item, Line
from bot.texts import _
from bot.web.rendering import Link
from storage.domain.models import Fact

T = TypeVar("T")
# Rows of a list on one page, and the bytes that they may take: a page stays under 100 KB.
ROWS, BYTES = 50, 72_000
# What stands around a block in HTML, and around a source at the end of the page.
_AROUND, _AROUND_SOURCE = 330, 260
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_DAY = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?", re.ASCII)
_CHANGE = re.compile(r"([0-9TZ:.-]{10,40})_([0-9]{1,15})_([0-9]{1,9})", re.ASCII)


class Window(NamedTuple):
    """What is shown of a list: blocks, how many rows they are of, and whether others follow."""

    blocks: list[Block]
    shown: int
    more: bool


def cut(rows: Sequence[T], blocks_of: Callable[[T], Iterable[Block]], *, most: int = ROWS) -> Window:
    """Return the rows that have room, at least one; no more than `most`, and fewer rows have less room."""
    blocks: list[Block] = []
    cited: set[int] = set()
    room = BYTES * most // ROWS
    for number, row in enumerate(rows[:most]):
        new = list(blocks_of(row))
        room -= sum(_bytes(block, cited) for block in new)
        if room < 0 and number:
            return Window(blocks, number, more=True)
        blocks += new
    return Window(blocks, min(len(rows), most), len(rows) > most)


def turning(path: str, window: Window, cursor: object, *, begun: bool) -> list[Link]:
    """Return the links to the beginning of a list, where a page is not that, and to its next page."""
    links = [Link(path, _("From the beginning"))] if begun else []
    if window.more:
        links.append(Link(f"{path}?after={cursor}", _("Next"), "next"))
    return links


def number(after: str | None) -> int:
    """Return the id after which a page begins, 0 at the start. Raises HTTPNotFound for what is none."""
    if after is None:
        return 0
    if not _NUMBER.fullmatch(after):
        raise web.HTTPNotFound
    return int(after)


def day_and_number(after: str | None) -> tuple[str, int] | None:
    """Return the first day and the id of the last row shown. Raises HTTPNotFound for what is none."""
    if after is None:
        return None
    day, _dot, last = after.rpartition(".")
    if not _DAY.fullmatch(day):
        raise web.HTTPNotFound
    return day, number(last)


def part_and_number(after: str | None, parts: Sequence[str]) -> tuple[str, int]:
    """Return the part of a list, by its initial, and the id after which it goes on. Raises HTTPNotFound."""
    if after is None:
        return parts[0], 0
    for part in parts:
        if after.startswith(part[0]):
            return part, number(after[1:])
    raise web.HTTPNotFound


def change_before(after: str | None) -> tuple[str, int, int] | None:
    """Return the moment, fact and number of the last change shown. Raises HTTPNotFound for what is none."""
    if after is None:
        return None
    match = _CHANGE.fullmatch(after)
    if match is None:
        raise web.HTTPNotFound
    return match[1], int(match[2]), int(match[3])


def related(facts: Iterable[Fact]) -> set[int]:
    """Return the ids of facts, and of those that they stand to: texts of ours may lead to them."""
    ids: set[int] = set()
    for fact in facts:
        ids.add(fact.id)
        ids.update(item.other_id for item in fact.relations)
        if fact.superseded_by is not None:
            ids.add(fact.superseded_by)
    return ids


def _bytes(block: Block, cited: set[int]) -> int:
    """Return about how many bytes a block takes on a page, with the sources that it is the first to cite."""
    texts = [block.text]
    room = _AROUND
    if isinstance(block, Item):
        texts += [block.label, block.url or "", block.url or ""]
    if isinstance(block, Line):
        texts += [block.label or "", block.mark or ""]
        for citation in block.citations:
            texts.append(citation.locator or "")
            room += 40
            if citation.source not in cited:
                cited.add(citation.source)
                texts += [citation.entry, citation.url or ""]
                room += _AROUND_SOURCE
    return room + sum(_escaped(text) for text in texts)


def _escaped(text: str) -> int:
    signs = text.count("&") + text.count("<") + text.count(">") + text.count('"') + text.count("'")
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return size + 4 * signs
