"""A feed of changes, whatever its format: entries that state nothing without its source.

What was retracted or taken down is an entry that says so, and no more; what was told of it before is named as
deleted, so that readers of feeds drop what they have kept.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from bot.answers.addresses import Addresses
from bot.answers.citations import label
from bot.answers.diff import REVISED, revised
from bot.answers.lines import fact_lines
from bot.answers.sentences import sentence
from bot.commands.reading.corrections import what_changed
from bot.replies import Block, Citation, Item, Line, Note
from bot.texts import _
from bot.web.data.reading import Told
from storage.domain.models import Fact, RevisionKind, Story

# Entries of a feed.
MOST = 50
# Earlier entries of one fact that are named as deleted.
MOST_DELETED = 100
# Ids of entries stay as they are wherever the record is served.
_SPACE = uuid.UUID("6d1f0e5e-8f7c-5a43-9c0b-0b8f3c1f6f0a")
# What no XML document may hold (https://www.w3.org/TR/xml/#charsets).
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Entry(NamedTuple):
    """A change as it is told: `kind` is what was done, `blocks` hold each line with its citations."""

    id: str
    url: str
    title: str
    at: str
    kind: RevisionKind
    fact: int
    language: str
    blocks: tuple[Block, ...]


class Deleted(NamedTuple):
    """That an entry is no more, and since when."""

    id: str
    at: str


class Feed(NamedTuple):
    """Entries, the newest first, and those that are no more; `address` is the feed's own."""

    id: str
    title: str
    url: str
    address: str
    updated: str
    language: str
    entries: tuple[Entry, ...]
    deleted: tuple[Deleted, ...]


class Past(NamedTuple):
    """How a fact read before and after a change, and what stands in its place, as far as it can be told."""

    was: Fact | None = None
    then: Fact | None = None
    instead: Fact | None = None


def feed(
    stories: Sequence[Story], changes: Iterable[tuple[Told, Past]], to: Addresses, form: str, *, whole: bool
) -> Feed:
    """Return the feed of changes, of one story or of the `whole` record; `form` is its format's name."""
    told = [(each, past) for each, past in changes if each.fact is not None or each.gone is not None]
    entries = tuple(_entry(each, past, to) for each, past in told)
    deleted = tuple(
        Deleted(_id(each, number), each.place.known)
        for each, _past in told
        if each.gone is not None
        for number in range(max(1, each.revision.number - MOST_DELETED), each.revision.number)
    )
    opened = max((each.opened_at for each in stories), default="1970-01-01T00:00:00Z")
    one = None if whole else stories[0]
    return Feed(
        id=_urn(f"story|{one.id}|{one.opened_at}" if one else "all stories"),
        title=_("{story}: changes on the record", story=one.title) if one else _("Changes on the record"),
        url=to.story(one.name) if one else to.corrections(),
        address=to.feed(one.name if one else None, form),
        updated=max([opened, *(each.at for each in entries)]),
        language=(one.language if one else None) or "en",
        entries=entries,
        deleted=deleted,
    )


def _entry(told: Told, past: Past, to: Addresses) -> Entry:
    return Entry(
        id=_id(told, told.revision.number),
        url=to.fact(told.revision.fact_id),
        title=_title(told),
        at=told.place.known,
        kind=told.revision.kind,
        fact=told.revision.fact_id,
        language=told.state.story.language or "en",
        blocks=tuple(_blocks(told, past)),
    )


def _title(told: Told) -> str:
    """Return what was done, and the statement as the word of who says it, with its source."""
    if told.gone is not None:
        return told.gone.text
    assert told.fact is not None
    return _(
        "F{id} {done}: {sentence} [{source}]",
        id=told.fact.id,
        done=_(REVISED[told.revision.kind]),
        sentence=sentence(told.fact, short=True),
        source=label(told.fact.attributions[0].source),
    )


def _blocks(told: Told, past: Past) -> list[Block]:
    if told.gone is not None or told.fact is None:
        return [Note(text=told.gone.text if told.gone else "")]
    if told.revision.kind is RevisionKind.PUBLISHED or past.was is None or past.then is None:
        row = Item(label=f"F{told.fact.id}", text=revised(told.revision))
        return [row, *fact_lines(told.fact, whole=True)]
    instead = [past.instead] if past.instead is not None else []
    return what_changed(told.revision, past.was, past.then, instead)


def _id(told: Told, number: int) -> str:
    return _urn(f"{told.state.story.id}|{told.state.story.opened_at}|F{told.revision.fact_id}|{number}")


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_SPACE, name)}"


def body(blocks: Iterable[Block], namespace: str = "") -> Element:
    """Return blocks as the elements of a page, each line with its citations; no text can become markup."""
    top = Element(f"{namespace}div")
    for block in blocks:
        paragraph = SubElement(top, f"{namespace}p", {"dir": "auto"})
        paragraph.text = legal(_words(block))
        if isinstance(block, Line):
            for citation in block.citations:
                _cite(paragraph, citation, namespace)
    return top


def _words(block: Block) -> str:
    if isinstance(block, Line):
        text = f"{block.label}: {block.text}" if block.label else block.text
        return f"{text} · {block.mark}" if block.mark else text
    return f"{block.label} {block.text}" if isinstance(block, Item) else block.text


def _cite(paragraph: Element, citation: Citation, namespace: str) -> None:
    last = paragraph[-1] if len(paragraph) else None
    if last is None:
        paragraph.text = f"{paragraph.text} "
    else:
        last.tail = " "
    cited = SubElement(paragraph, f"{namespace}cite")
    place = cited
    if citation.url and citation.url.startswith(("http://", "https://")):
        place = SubElement(cited, f"{namespace}a", {"href": legal(citation.url), "rel": "nofollow noopener"})
    place.text = legal(_place(citation))


def text_of(blocks: Iterable[Block]) -> str:
    """Return blocks as plain text, a line each, with their citations."""
    return "\n".join(
        " ".join((_words(block), *(_place(each) for each in block.citations)))
        if isinstance(block, Line)
        else _words(block)
        for block in blocks
    )


def _place(citation: Citation) -> str:
    """Return where a line comes from: `[Kyiv Independent, 4 Jan 2024, ¶2]`."""
    parts = [citation.label or citation.entry, citation.locator]
    return f"[{', '.join(filter(None, parts))}]"


def legal(text: str) -> str:
    """Return a text without what no XML document may hold."""
    return _ILLEGAL.sub("�", text)
