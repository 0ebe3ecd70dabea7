"""Atom (RFC 4287), with what is no more as deleted entries (RFC 6721)."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from bot.web.data.feed import Entry, Feed, body, legal

MEDIA = "application/atom+xml"
ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_AUTHOR = "OnRecord"

register_namespace("", ATOM)
register_namespace("at", TOMBSTONES)


def document(feed: Feed) -> str:
    """Return a feed as an Atom document."""
    top = Element(f"{{{ATOM}}}feed", {_LANGUAGE: legal(feed.language)})
    _text(top, "id", feed.id)
    _text(top, "title", feed.title)
    _text(top, "updated", feed.updated)
    _link(top, "self", feed.address, MEDIA)
    _link(top, "alternate", feed.url, "text/html")
    _text(SubElement(top, f"{{{ATOM}}}author"), "name", _AUTHOR)
    _text(top, "generator", _AUTHOR)
    for deleted in feed.deleted:
        SubElement(top, f"{{{TOMBSTONES}}}deleted-entry", {"ref": deleted.id, "when": deleted.at})
    for entry in feed.entries:
        _add(top, entry)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(top, encoding="unicode")}'


def _add(top: Element, entry: Entry) -> None:
    added = SubElement(top, f"{{{ATOM}}}entry", {_LANGUAGE: legal(entry.language)})
    _text(added, "id", entry.id)
    _text(added, "title", entry.title)
    _text(added, "updated", entry.at)
    _text(added, "published", entry.at)
    _link(added, "alternate", entry.url, "text/html")
    SubElement(added, f"{{{ATOM}}}category", {"term": str(entry.kind)})
    content = SubElement(added, f"{{{ATOM}}}content", {"type": "xhtml"})
    content.append(body(entry.blocks, f"{{{XHTML}}}"))


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{tag}").text = legal(text)


def _link(parent: Element, relation: str, address: str, media: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": address, "type": media})
