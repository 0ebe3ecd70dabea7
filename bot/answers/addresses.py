"""Permanent addresses of what the web shows: one form for pages, feeds, pictures and chats. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Addresses(NamedTuple):
    """Addresses under an origin (`https://news.example`); without one they are paths."""

    origin: str = ""

    def story(self, name: str, part: str = "") -> str:
        """Return the address of a story, or of one part of it (`who`, `timeline`)."""
        return f"{self.origin}/s/{name}{f'/{part}' if part else ''}"

    def picture(self, name: str, kind: str, *, dark: bool = False) -> str:
        """Return the address of a picture of a story (`timeline`, `who`)."""
        return f"{self.story(name)}/{kind}{'-dark' if dark else ''}.svg"

    def fact(self, fact_id: int) -> str:
        """Return the address of a fact."""
        return f"{self.origin}/f/F{fact_id}"

    def name(self, entity_id: int) -> str:
        """Return the address of a name."""
        return f"{self.origin}/n/E{entity_id}"

    def source(self, source_id: int) -> str:
        """Return the address of a source."""
        return f"{self.origin}/src/S{source_id}"

    def corrections(self) -> str:
        """Return the address of all corrections."""
        return f"{self.origin}/corrections"

    def feed(self, story: str | None, form: str) -> str:
        """Return the address of the feed of a story, or of all, in one of its forms (`atom`, `json`)."""
        return f"{self.origin}{f'/s/{story}' if story else ''}/feed.{form}"
