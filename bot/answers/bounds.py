"""How much is shown at once: no reply is a wall, whatever the record holds. Pure.

Two measures. A page of an answer shows what a phone shows at once (SCREEN: letters as they are read, without
the sources, which are folded away). What is sent is one message on any platform (PAGE: the room that it takes
with its sources, addresses and escapes).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, takewhile

from bot.replies import Block, Heading, Item, Line, Note
from bot.texts import _, ngettext, shortened

SCREEN = 700
# The last page may show so many, and one that ends with what answers a line: no page turns for one line.
LAST = 800
# Of an answer's first page: facts, and letters of what they say. It takes less than a screen of a phone.
FEW_FACTS, FEW_LETTERS = 4, 520
# The same of a list, where no one of them is the answer.
LIST_LETTERS = 420
# Of a line that the next page repeats, because what follows there answers it.
LONGEST_REPEATED = 80
# Telegram's messages hold 4,096 UTF-16 units; Discord's embeds hold 4,096, and 6,000 together.
PAGE = 3_600
# What a block takes beside its texts: its number, line breaks, and marks of bold and links.
_AROUND = 30
# A list of names or numbers in one line is split into lines of no more letters.
LONGEST_LINE = 1_000
# A longer block is divided where its reply is: a page ends where the next block has no room.
LONGEST_BLOCK = 1_400
# Signs that take more room than one letter where they are escaped, and how many letters more.
_ESCAPED = {"&": 4, "<": 3, ">": 3, "*": 1, "_": 1, "~": 1, "|": 1, "`": 1, "\\": 1}
_SIGNS = re.compile(f"[{re.escape(''.join(_ESCAPED))}]")


def fitting(blocks: Sequence[Block], letters: int = PAGE) -> int:
    """Return how many blocks fit a message: at least one below its headings, and no heading at its end."""
    cited: set[int] = set()
    for count, block in enumerate(blocks):
        letters -= _weight(block, cited)
        if letters < 0:
            end = count
            while end and isinstance(blocks[end - 1], Heading):
                end -= 1
            if end:
                return end
    return len(blocks)


def page_starts(blocks: Sequence[Block], first: int | None = None) -> list[int]:
    """Return at which block each page of an answer begins: each shows a screen at most, and is one message.

    The first shows at most `first` blocks, where that is told. A page holds one block at least, and no
    heading at its end. The lines that belong to another stay with it where that leaves no half screen empty.
    """
    starts = [0]
    if first is not None and 0 < first < _page_end(blocks, 0):
        starts.append(first)
    while (end := _page_end(blocks, starts[-1])) < len(blocks):
        starts.append(end)
    return starts


def repeated_above(blocks: Sequence[Block], begun: int) -> list[Block]:
    """Return what a page repeats that begins at a block: its headings, and the line it belongs to.

    The headings are the title and that of its part. So no page begins with what answers another page.
    """
    return [*_headings_above(blocks, begun), *_line_above(blocks, begun)]


def first_screen(blocks: Sequence[Block], letters: int = FEW_LETTERS) -> int:
    """Return how many blocks of an answer stand on its first page: few facts, each with what is under it."""
    shown = facts = 0
    for at, block in enumerate(blocks):
        if isinstance(block, Line) and not block.nested:
            facts += 1
            under = takewhile(
                lambda each: isinstance(each, Line) and each.nested, islice(blocks, at + 1, None)
            )
            needed = shown + sum(map(_letters, (block, *under)))
            if facts > 1 and (facts > FEW_FACTS or needed > letters):
                # A heading stays with the facts under it.
                return at - isinstance(blocks[at - 1], Heading)
        # The title is how it was asked: however it was, the same facts are shown.
        shown += 0 if isinstance(block, Heading) and block.level == 1 else _letters(block)
    return len(blocks)


def _headings_above(blocks: Sequence[Block], begun: int) -> list[Block]:
    first = next((block for block in islice(blocks, begun) if isinstance(block, Heading)), None)
    if first is None:
        return []
    last = next(blocks[at] for at in range(begun - 1, -1, -1) if isinstance(blocks[at], Heading))
    under = [last] if begun < len(blocks) and not isinstance(blocks[begun], Heading) else []
    return [first, *(block for block in under if block is not first)] if first.level == 1 else under


def _line_above(blocks: Sequence[Block], begun: int) -> list[Block]:
    """Return the line or row to which a block belongs, cut where it is long; nothing for one of its own."""
    if not _belongs(blocks, begun):
        return []
    above = next((blocks[at] for at in range(begun - 1, -1, -1) if not _belongs(blocks, at)), None)
    if not isinstance(above, Line | Item):
        return []
    text = shortened(above.text, LONGEST_REPEATED)
    # A row begins with its own mark: that it goes on shows as it does in a row of several parts.
    return [above.model_copy(update={"text": f"… {text}" if isinstance(above, Item) else text})]


def _page_end(blocks: Sequence[Block], begun: int) -> int:
    """Return the block at which the page ends that begins at another."""
    cited: set[int] = set()
    above = repeated_above(blocks, begun)
    shown, room = sum(map(_letters, above)), sum(_weight(block, cited) for block in above)
    full, half, apart = begun, begun, begun
    for at in range(begun, len(blocks)):
        apart = apart if _belongs(blocks, at) else at
        shown += _letters(blocks[at])
        room += _weight(blocks[at], cited)
        if shown > LAST or room > PAGE:
            break
        # What has begun is told to its end, if that is near: an answer stands with what it answers.
        is_near = full > apart and not _belongs(blocks, at + 1)
        full = at + 1 if shown <= SCREEN or is_near else full
        half = at + 1 if shown <= SCREEN // 2 else half
    else:
        return len(blocks)
    first = next((at for at in range(begun, len(blocks)) if not isinstance(blocks[at], Heading)), len(blocks))
    ends = [end for end in range(max(full, first + 1), first, -1) if not isinstance(blocks[end - 1], Heading)]
    whole = [end for end in ends if end > half and not _belongs(blocks, end)]
    return next(iter(whole or ends), len(blocks))


def _belongs(blocks: Sequence[Block], at: int) -> bool:
    """Tell whether a block belongs to the line above it."""
    block = blocks[at] if at < len(blocks) else None
    return isinstance(block, Line) and block.nested


def letters_shown(blocks: Iterable[Block]) -> int:
    """Return how many letters of the blocks are read on the screen: without the sources, which are folded."""
    return sum(map(_letters, blocks))


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
    """Yield a text in parts of much the same length, none over LONGEST_BLOCK, cut between words if it can."""
    parts = -(-_room(text) // LONGEST_BLOCK)
    # A little more than its share, so that no word is left for one part more.
    letters = min(LONGEST_BLOCK, _room(text) // parts + 60) if parts else LONGEST_BLOCK
    while _room(text) > letters:
        most = range(1, min(len(text), letters) + 1)
        end = bisect_right(most, letters, key=lambda count: _measured(text[:count]))
        between = text.rfind(" ", end // 2, end + 1)
        end = end if between < 0 else between
        yield text[:end]
        text = text[end:].lstrip()
    yield text


@lru_cache(maxsize=2_000)
def _room(text: str) -> int:
    """Return what `_measured` does: the same lines are shown again and again."""
    return _measured(text)


def _measured(text: str) -> int:
    """Return the most room that a text takes on any platform, in letters."""
    letters = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    # One search: most texts hold none, and each line of each reply is measured.
    return letters + sum(map(_ESCAPED.__getitem__, _SIGNS.findall(text)))


def _weight(block: Block, cited: set[int]) -> int:
    """Return the room of a block, with the sources that it is the first to cite."""
    room = _room(block.text) + _AROUND
    if isinstance(block, Item):
        room += _room(block.label) + _room(block.url or "")
    if isinstance(block, Line):
        room += _room(block.label or "") + _room(block.mark or "")
        for citation in block.citations:
            room += _room(citation.locator or "") + 4
            if citation.source not in cited:
                cited.add(citation.source)
                room += _room(citation.entry) + _room(citation.url or "") + _AROUND
    return room


def _letters(block: Block) -> int:
    """Return how many letters of a block are read on the screen."""
    letters = len(block.text) + 1
    if isinstance(block, Item):
        letters += len(block.label) + 3
    if isinstance(block, Line):
        marks = {(citation.source, citation.locator) for citation in block.citations}
        letters += sum(4 + len(locator or " ") for _source, locator in marks)
        letters += len(f"{block.label}: ") if block.label else 0
        letters += len(f" ({block.mark})") if block.mark else 0
        letters += len(f"F{block.fact} ") if block.fact is not None else 0
    return letters
