"""Reading a text file: paragraphs are parted by empty lines, or are lines where there are none. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.intake.article import Article

# A line above a text is its title if it is this short and no sentence.
LONGEST_TITLE = 160
_ENDS = (".", "!", "?", "…", ":", ";", ",", "”", '"', "»")


def read_plain(text: str) -> Article:
    """Return the article in a text; of itself it says no more than a title."""
    blocks = list(_blocks(text))
    if len(blocks) == 1:
        blocks = list(_lines(text))
    title = None
    if len(blocks) > 1 and _is_title(first := text[slice(*blocks[0])]):
        title, blocks = " ".join(first.split()), blocks[1:]
    return Article(text, tuple(blocks), title=title)


def _is_title(text: str) -> bool:
    return len(text) <= LONGEST_TITLE and "\n" not in text and not text.endswith(_ENDS)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each line that holds anything begins and ends, without the spaces around it."""
    start = 0
    for line in text.splitlines(keepends=True):
        if bare := line.strip():
            begin = start + line.index(bare)
            yield begin, begin + len(bare)
        start += len(line)


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each run of lines without an empty one between them begins and ends."""
    begun: tuple[int, int] | None = None
    for begin, end in _lines(text):
        if begun is not None and text.count("\n", begun[1], begin) < 2:
            begun = begun[0], end
            continue
        if begun is not None:
            yield begun
        begun = begin, end
    if begun is not None:
        yield begun
