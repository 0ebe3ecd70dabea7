"""JSON Feed, version 1.1 (https://jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import Any
from xml.etree.ElementTree import tostring

from bot.web.data.feed import Entry, Feed, body, legal, text_of

MEDIA = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def document(feed: Feed) -> str:
    """Return a feed as a JSON Feed."""
    made = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.address,
        "language": feed.language,
        "authors": [{"name": "OnRecord"}],
        "items": [_item(entry) for entry in feed.entries],
        "_onrecord": {
            "about": "deleted: items that are no more, and since when; drop what you have kept of them",
            "deleted": [each._asdict() for each in feed.deleted],
        },
    }
    return json.dumps(made, ensure_ascii=False)


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": legal(entry.title),
        "content_html": tostring(body(entry.blocks), encoding="unicode", method="html"),
        "content_text": legal(text_of(entry.blocks)),
        "date_published": entry.at,
        "language": entry.language,
        "tags": [str(entry.kind)],
        "_onrecord": {"fact": f"F{entry.fact}", "kind": str(entry.kind)},
    }
