"""Feeds as papers write them, made for the tests: entries are (address, title) and what else is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

TITLE = "The Bay Courier"


def rss(*entries: dict[str, str], title: str = TITLE) -> bytes:
    """Return an RSS feed; each entry's keys are its elements."""
    items = "".join(
        f"<item>{''.join(f'<{name}>{escape(text)}</{name}>' for name, text in each.items())}</item>"
        for each in entries
    )
    head = f"<title>{escape(title)}</title><link>https://courier.example/</link><description/>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def atom(*entries: dict[str, str]) -> bytes:
    """Return an Atom feed; of each entry `link` is an attribute."""
    items = ""
    for each in entries:
        rest = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in each.items() if name != "link")
        items += f"<entry><link href={json.dumps(each.get('link', ''))}/>{rest}</entry>"
    space = "http://www.w3.org/2005/Atom"
    return f'<feed xmlns="{space}"><title>{TITLE}</title><id>urn:x</id>{items}</feed>'.encode()


def json_feed(*entries: Mapping[str, object]) -> bytes:
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": TITLE, "items": entries}
    ).encode()


def item(number: int, words: str = "", **more: str) -> dict[str, str]:
    """Return an entry of RSS."""
    told = {
        "title": f"Crane report {number}{f': {words}' if words else ''}",
        "link": f"https://courier.example/news/{number}",
        "guid": f"news-{number}",
        "pubDate": f"Sun, 22 Nov 2026 {number % 24:02}:00:00 GMT",
    }
    return {name: text for name, text in (told | more).items() if text}
