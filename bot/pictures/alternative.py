"""A picture in words: every line that it shows, each with its citation, in reading order. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.pictures.statements import mark_text, source_text
from bot.replies import Block, Heading, Item, Line, Reply
from bot.texts import _, clean


def in_words(title: str, reply: Reply) -> str:
    """Return the text that stands for a picture where it is not seen."""
    told = [title, *(_block(block, reply) for block in reply.blocks)]
    if reply.sources:
        told += [_("Sources"), *map(source_text, reply.sources)]
    return "\n".join(_tidied(told))


def _tidied(told: list[str]) -> Iterator[str]:
    return (" ".join(clean(each).split()) for each in told)


def _block(block: Block, reply: Reply) -> str:
    if isinstance(block, Heading):
        return block.text
    if isinstance(block, Item):
        return f"{block.label} {block.text}"
    if not isinstance(block, Line):
        return block.text
    label = f"{block.label}: " if block.label else ""
    mark = f" ({block.mark})" if block.mark else ""
    return f"{label}{block.text}{mark} {mark_text(reply, block)}"
