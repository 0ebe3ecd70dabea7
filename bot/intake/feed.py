"""A feed as it was read: what it is called, and the articles that it names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """An article that a feed names: its address, its title, and by what digests it is known again.

    `summary` is what the feed says of it, cut; it is looked through for words and not kept.
    """

    address: str
    title: str
    keys: tuple[str, ...]
    summary: str = ""


@dataclass(frozen=True)
class Feed:
    """A feed: its entries in its own order, mostly the newest first; `unnamed` have no address of the web."""

    title: str | None
    entries: tuple[Entry, ...]
    unnamed: int = 0
