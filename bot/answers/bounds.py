"""How much is shown at once: no reply is a wall, whatever the record holds. Pure.

A page is measured in letters, with those of the sources that its lines cite. What a page of a chat's messages
holds differs with each platform; a page here is at most two messages and one with sources on any of them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from bot.replies import Block, Heading, Item, Line, Note
from bot.texts import _, ngettext

PAGE = 6_000
# A list of names or numbers in one line is split into lines of no more letters.
LONGEST_LINE = 1_000
# A longer block is divided where its reply is: a page ends where the next block has no room.
LONGEST_BLOCK = 2_000
# Signs that take more room than one letter where they are escaped, and how many letters more.
_ESCAPED = {"&": 4, "<": 3, ">": 3, "*": 1, "_": 1, "~": 1, "|": 1, "`": 1, "\\": 1}
_SIGNS = re.compile(f"[{re.escape(''.join(_ESCAPED))}]")


class Room:
    """The room of a page while it is filled, block by block."""

    def __init__(self, letters: int = PAGE) -> None:
        self._left = letters
        self._cited: set[int] = set()

    def takes(self, *blocks: Block) -> bool:
        """Take up the room of some blocks, and tell whether there was enough of it."""
        self._left -= sum(_weight(block, self._cited) for block in blocks)
        return self._left >= 0


def fitting(blocks: Sequence[Block], letters: int = PAGE) -> int:
    """Return how many blocks fit a page: at least one below its headings, and no heading at its end."""
    room = Room(letters)
    for count, block in enumerate(blocks):
        if not room.takes(block):
            end = count
            while end and isinstance(blocks[end - 1], Heading):
                end -= 1
            if end:
                return end
    return len(blocks)


def divided(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks, each that is longer than LONGEST_BLOCK as several."""
    return [part for block in blocks for part in _parts(block)]


def within(blocks: Sequence[Block], letters: int = PAGE, *, rest: str = "") -> list[Block]:
    """Return the blocks that fit, and a note on how many do not; `rest` tells where those can be seen."""
    if fitting(blocks, letters) < len(blocks):
        blocks = divided(blocks)
    count = fitting(blocks, letters)
    left = len(blocks) - count
    if not left:
        return list(blocks)
    text = ngettext("{count} more line is left out here.", "{count} more lines are left out here.", left)
    return [*blocks[:count], Note(text=f"{text} {rest}".strip())]


def lines_of(names: Iterable[str], joined_by: str = ", ") -> list[str]:
    """Return names joined into lines of at most LONGEST_LINE letters, unless one alone is longer."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(joined_by) + len(name) <= LONGEST_LINE:
            lines[-1] += joined_by + name
        else:
            lines.append(name)
    return lines


def some_of(names: Sequence[str], joined_by: str = ", ", *, most: int = LONGEST_LINE) -> str:
    """Return the first names joined into one line, and how many others there are."""
    shown: list[str] = []
    room = most
    for name in names:
        room -= len(name) + len(joined_by)
        if room < 0 and shown:
            break
        shown.append(name)
    text = joined_by.join(shown)
    left = len(names) - len(shown)
    return _("{names} and {count} more", names=text, count=left) if left else text


def _parts(block: Block) -> Iterable[Block]:
    texts = list(_cut(block.text))
    if len(texts) == 1 or isinstance(block, Heading):
        return (block,)
    parts = [block.model_copy(update={"text": f"… {text} …"}) for text in texts]
    parts[0] = parts[0].model_copy(update={"text": f"{texts[0]} …"})
    parts[-1] = parts[-1].model_copy(update={"text": f"… {texts[-1]}"})
    if isinstance(block, Line):
        # What stands before a line stands before its first part, what stands behind it behind the last.
        parts[1:] = [part.model_copy(update={"label": None}) for part in parts[1:]]
        parts[:-1] = [part.model_copy(update={"mark": None}) for part in parts[:-1]]
    return parts


def _cut(text: str) -> Iterator[str]:
    """Yield a text in parts of at most LONGEST_BLOCK letters, cut between words where there are any."""
    while _room(text) > LONGEST_BLOCK:
        most = range(1, min(len(text), LONGEST_BLOCK) + 1)
        end = bisect_right(most, LONGEST_BLOCK, key=lambda count: _room(text[:count]))
        between = text.rfind(" ", end // 2, end + 1)
        end = end if between < 0 else between
        yield text[:end]
        text = text[end:].lstrip()
    yield text


def _room(text: str) -> int:
    """Return the most room that a text takes on any platform, in letters."""
    letters = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    # One search: most texts hold none, and each line of each reply is measured.
    return letters + sum(map(_ESCAPED.__getitem__, _SIGNS.findall(text)))


def _weight(block: Block, cited: set[int]) -> int:
    """Return the room of a block, with the sources that it is the first to cite."""
    room = _room(block.text)
    if isinstance(block, Item | Line):
        room += _room(block.label or "")
    if isinstance(block, Line):
        for citation in block.citations:
            room += _room(citation.locator or "") + 4
            if citation.source not in cited:
                cited.add(citation.source)
                room += _room(citation.entry) + 4
    return room
