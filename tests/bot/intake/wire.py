"""An article of 470 words, written for the tests, as a newspaper has it on a page."""

from __future__ import annotations

from pathlib import Path

TITLE, *_rest = Path(__file__).with_name("wire.txt").read_text(encoding="utf-8").strip().split("\n\n")
PARAGRAPHS = tuple(_rest)
_HEAD = (
    '<meta property="og:site_name" content="The Bay Courier"><meta name="author" content="Joan Ferris">'
    '<meta property="article:published_time" content="2026-11-18T09:30:00Z">'
)


def page(*paragraphs: str, title: str = TITLE) -> str:
    """Return the article as a page of HTML."""
    body = "".join(f"<p>{each}</p>\n" for each in paragraphs or PARAGRAPHS)
    named = f'<title>{title}</title><meta property="og:title" content="{title}">'
    return (
        f'<!doctype html><html lang="en"><head>{named}{_HEAD}</head>'
        f"<body><article><h1>{title}</h1>\n{body}</article></body></html>"
    )
