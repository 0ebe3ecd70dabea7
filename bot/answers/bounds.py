"""How much is shown at once: no reply is a wall, whatever the record holds. Pure.

A page is measured in letters, with those of the sources that its lines cite. What a page of a chat's messages
holds differs with each platform; a page here is at most two messages and one with sources on any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.replies import Block, Heading, Item, Line, Note
from bot.texts import _, ngettext

PAGE = 6_000
# A list of names or numbers in one line is split into lines of no more letters.
LONGEST_LINE = 1_000


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


def within(blocks: Sequence[Block], letters: int = PAGE, *, rest: str = "") -> list[Block]:
    """Return the blocks that fit, and a note on how many do not; `rest` tells where those can be seen."""
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


def _weight(block: Block, cited: set[int]) -> int:
    """Return the letters of a block, with the sources that it is the first to cite."""
    match block:
        case Item():
            return len(block.label) + len(block.text)
        case Line():
            letters = len(block.text) + len(block.label or "")
            for citation in block.citations:
                letters += len(citation.locator or "") + 4
                if citation.source not in cited:
                    cited.add(citation.source)
                    letters += len(citation.entry) + 4
            return letters
    return len(block.text)
