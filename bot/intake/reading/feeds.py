"""Reading a feed: RSS and Atom with feedparser, JSON Feed with the standard library.

What a feed says is a stranger's: of its HTML only the text is taken, and of its addresses those of the web.
feedparser cleans no HTML here and asks for nothing: it is given bytes, and parses them in the worker.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from html import unescape
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urljoin

from bot.intake.feed import Entry, Feed
from bot.intake.reading.pages import NoArticle
from bot.intake.reading.refusals import Why
from bot.texts import shortened
from storage.reading.addresses import comparable

# A feed of news has some dozens of entries; one with more than these is an archive.
MOST_ENTRIES = 1_000
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_TEXT = 200, 500, 4_000
# Feeds that a page names, of which so many are offered.
MOST_NAMED = 3
_JSON_FEED = re.compile(r"https?://jsonfeed\.org/version/1(?:\.\d)?", re.IGNORECASE)
# A tag, and no sign of comparison.
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
_OF_FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})


class NoFeed(NoArticle):
    """There is no feed; `named` are the addresses of feeds that the page names instead."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        super().__init__(Why.NO_FEED)
        self.named = tuple(named)


class _Raw(NamedTuple):
    """An entry as a feed has it."""

    id: str
    address: str
    title: str
    summary: str
    date: str


def read_feed(content: bytes, url: str, charset: str | None) -> Feed:
    """Return the feed in bytes that were found at an address. Raises NoArticle, NoFeed for what is none."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        title, raw = _of_json(content)
    else:
        title, raw = _of_xml(content, url, charset)
    if len(raw) > MOST_ENTRIES:
        raise NoArticle(Why.TOO_MANY)
    # An id that several entries have is none: some feeds give each the same.
    ids = Counter(each.id for each in raw)
    entries, unnamed = list[Entry](), 0
    for each in raw:
        address = _address(each.address, url)
        if address is None:
            unnamed += 1
            continue
        known = each._replace(id=each.id if ids[each.id] == 1 else "")
        entries.append(
            Entry(
                address,
                shortened(each.title, LONGEST_TITLE),
                tuple(_keys(known, address)),
                shortened(each.summary, LONGEST_SUMMARY),
            )
        )
    return Feed(shortened(title, LONGEST_TITLE) or None, tuple(entries), unnamed)


def _of_json(content: bytes) -> tuple[str, list[_Raw]]:
    try:
        known = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise NoFeed from error
    if not isinstance(known, dict) or not _JSON_FEED.match(_text(known.get("version"))):
        raise NoFeed
    items = known.get("items")
    raw = [
        _Raw(
            _text(item.get("id")),
            _text(item.get("url")) or _text(item.get("external_url")),
            _line(_text(item.get("title"))),
            _line(
                _text(item.get("summary"))
                or _text(item.get("content_text"))
                or _text(item.get("content_html"))
            ),
            _text(item.get("date_published")),
        )
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    ]
    return _line(_text(known.get("title"))), raw


def _of_xml(content: bytes, url: str, charset: str | None) -> tuple[str, list[_Raw]]:
    import feedparser

    # Each takes a while to parse, however little it says.
    if content.count(b"<item") + content.count(b"<entry") > 2 * MOST_ENTRIES:
        raise NoArticle(Why.TOO_MANY)
    told = {
        "content-type": f"application/xml{f'; charset={charset}' if charset else ''}",
        "content-location": url,
    }
    try:
        parsed: Any = feedparser.parse(
            BytesIO(content), response_headers=told, sanitize_html=False, resolve_relative_uris=False
        )
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        # It raises what happens to go wrong in what is damaged.
        raise NoFeed from error
    if not parsed.get("version"):
        raise NoFeed(_named_by(content, url))
    raw = [
        _Raw(
            _text(each.get("id")),
            _text(each.get("link")),
            _told(each, "title"),
            _told(each, "summary"),
            _text(each.get("published")) or _text(each.get("updated")),
        )
        for each in parsed.entries
    ]
    return _told(parsed.feed, "title"), raw


def _named_by(content: bytes, url: str) -> list[str]:
    """Return the feeds that a page of HTML names, as browsers find them."""
    from lxml import etree, html

    try:
        links = html.document_fromstring(content).iter("link")
    except (etree.ParserError, ValueError):
        return []
    found = (each.get("href") for each in links if (each.get("type") or "").strip().lower() in _OF_FEEDS)
    named = (_address(href, url) for href in found if href)
    return list(dict.fromkeys(filter(None, named)))[:MOST_NAMED]


def _address(text: str, base: str) -> str | None:
    """Return an address of the web, None for any other and for one that cannot be compared."""
    try:
        address = urljoin(base, text.strip()) if text.strip() else ""
    except ValueError:
        return None
    place = comparable(address)
    # What leads to the feed itself names nothing.
    return address if place not in (None, comparable(base)) and address.isprintable() else None


def _keys(raw: _Raw, address: str) -> Iterator[str]:
    """Yield by what an entry is known again: its id, its address, and its title with its date.

    So it is no new one if its id changes at each poll, or its address because somebody has mended its title.
    """
    if raw.id:
        yield _digest("id", raw.id)
    yield _digest("address", comparable(address) or address)
    if raw.title and raw.date:
        yield _digest("title", f"{raw.date} {raw.title}")


def _digest(kind: str, text: str) -> str:
    return blake2b(f"{kind} {text}".encode("utf-8", "replace"), digest_size=12).hexdigest()


def _told(of: Any, name: str) -> str:
    """Return a text of a feed or an entry in one line."""
    text, detail = _text(of.get(name)), of.get(f"{name}_detail")
    is_html = isinstance(detail, Mapping) and "html" in _text(detail.get("type"))
    return _line(unescape(_TAG.sub(" ", text)) if is_html else text)


def _line(text: str) -> str:
    """Return a text in one line, without tags and signs that cannot be shown."""
    shown = "".join(sign if sign.isprintable() else " " for sign in _TAG.sub(" ", text))
    return " ".join(shown.encode("utf-8", "replace").decode().split())


def _text(value: Any) -> str:
    """Return a text that a feed tells, cut; an id may be a number."""
    if isinstance(value, int):
        return str(value)[:LONGEST_TEXT] if -(2**63) < value < 2**63 else ""
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""
