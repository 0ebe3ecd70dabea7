"""Pages as HTML: the blocks of a reply, as chats show them, in one layout; templates escape every text.

Templates hold no words: what is said comes from the catalog of texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot import __version__
from bot.answers.addresses import Addresses
from bot.replies import Block, Cited, Heading, Item, Line, Reply, repeats_id, stands_apart
from bot.texts import _, clean, direction, shortened, spoken

FOLDER = Path(__file__).with_name("templates")
STYLE = "style.css"
# What a link's card shows; longer ones are cut by those who show them, and then the source would be lost.
LONGEST_CARD = 600
# Of that, who stands against it, and its source.
LONGEST_ASIDE = 150
LONGEST_URL = 2_000
_ID = re.compile(r"(?:/(fact|history) )?\bF([1-9][0-9]{0,14})\b")


class Link(NamedTuple):
    """Somewhere to go on a page; `rel` is what it is to the page."""

    href: str
    text: str
    rel: str | None = None


class Illustration(NamedTuple):
    """A picture of what a section says: its addresses in light and dark, and where the same is in words."""

    title: str
    light: str
    dark: str
    alt: str


class Section(NamedTuple):
    """A part of a page under its heading, where the rest of it is, and a picture of it."""

    id: str
    title: str
    blocks: Sequence[Block]
    more: Sequence[Link] = ()
    picture: Illustration | None = None


class Alternate(NamedTuple):
    """The same as data, or as a feed."""

    href: str
    media: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows; `path` is its permanent address, `language` that of its story.

    It shows the story `story_id`, or several. `linked` are the facts that texts of ours may lead to. `card`
    is what a pasted link to it shows. `data` is the same as linked data (JSON that may stand in a page).
    """

    story_id: int | None
    path: str
    title: str
    heading: str
    sections: Sequence[Section]
    card: str
    language: str | None = None
    trail: Sequence[Link] = ()
    parts: Sequence[Link] = ()
    linked: Collection[int] = ()
    alternates: Sequence[Alternate] = ()
    image: str | None = None
    data: str | None = None


class Mark(NamedTuple):
    """A citation behind a line: a source's number, and the place in it."""

    number: int
    locator: str | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A block as the templates read it."""

    block: Block
    kind: str
    apart: bool = False
    id: int | None = None
    marks: tuple[Mark, ...] = ()
    label: Markup | None = None
    mark: Markup | None = None
    text: Markup | None = None
    href: str | None = None
    former: bool = field(default=False)


class _Part(NamedTuple):
    """A section as the templates read it."""

    id: str
    title: str
    rows: Sequence[_Shown]
    more: Sequence[Link]
    picture: Illustration | None


def render(page: Page, addresses: Addresses) -> str:
    """Return a page as HTML; its links are paths, what others show of it has the origin of `addresses`."""
    blocks = tuple(chain.from_iterable(section.blocks for section in page.sections))
    # One reply: a source has one number on the whole page, and no line of a fact is without a citation.
    reply = Reply(blocks=blocks) if blocks else None
    numbers = {cited.source: cited.number for cited in reply.sources} if reply else {}
    return (
        environment()
        .get_template("page.html")
        .render(
            page=page,
            title=page.title,
            parts=[_part(section, numbers, page.linked) for section in page.sections],
            sources=[_source(cited) for cited in reply.sources] if reply else [],
            address=f"{addresses.origin}{page.path}",
            image=f"{addresses.origin}{page.image}" if page.image else None,
            language=page.language or spoken(),
            direction=direction(page.language or spoken()),
            spoken=spoken(),
            card=shortened(clean(page.card), LONGEST_CARD),
            words=_words(),
        )
    )


def refusal(title: str, text: str) -> str:
    """Return the page that says why something is not shown."""
    return _refusal(title, text, spoken())


# Who asks too often costs no rendering.
@lru_cache(maxsize=64)
def _refusal(title: str, text: str, language: str) -> str:
    return (
        environment()
        .get_template("refusal.html")
        .render(
            title=title,
            text=text,
            language=language,
            spoken=language,
            direction=direction(language),
            words=_words(),
        )
    )


@cache
def environment() -> Environment:
    """Return the templates, each compiled once."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["clean"] = clean
    made.globals["style"] = f"/{STYLE}?{build()}"
    return made


def prepare() -> None:
    """Compile the templates."""
    for name in ("page.html", "refusal.html"):
        environment().get_template(name)


@cache
def build() -> str:
    """Return what tells this version of the program and of its templates from others."""
    files = sorted(FOLDER.iterdir())
    texts = b"".join(file.name.encode() + file.read_bytes() for file in files if file.is_file())
    return blake2b(__version__.encode() + texts, digest_size=6).hexdigest()


def followable(url: str | None) -> str | None:
    """Return an address that a reader may follow, None for any other."""
    if url is None or len(url) > LONGEST_URL or clean(url) != url or any(sign.isspace() for sign in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return url if is_web else None


def card_of(lines: Iterable[Block]) -> str:
    """Return the first line among blocks as a link's card shows it, with whose word it is and its source."""
    for line in lines:
        if isinstance(line, Line) and line.fact is not None and not line.former:
            label = f"{line.label}: " if line.label else ""
            mark = f" ({shortened(line.mark, LONGEST_ASIDE)})" if line.mark else ""
            cited = line.citations[0]
            named = shortened(cited.label or cited.entry, LONGEST_ASIDE)
            source = f" [{named}{f', {shortened(cited.locator, 40)}' if cited.locator else ''}]"
            room = LONGEST_CARD - len(label) - len(mark) - len(source)
            return f"{label}{shortened(line.text, room)}{mark}{source}"
    return ""


def _part(section: Section, numbers: Mapping[int, int], linked: Collection[int]) -> _Part:
    above: Sequence[Block | None] = (None, *section.blocks)
    rows = [
        _shown(block, before, numbers, linked) for before, block in zip(above, section.blocks, strict=False)
    ]
    return _Part(section.id, section.title, rows, section.more, section.picture)


def _shown(block: Block, above: Block | None, numbers: Mapping[int, int], linked: Collection[int]) -> _Shown:
    if isinstance(block, Heading):
        return _Shown(block, "heading")
    if isinstance(block, Item):
        return _Shown(block, "item", text=_leading(block.text, linked), href=_of_item(block))
    if not isinstance(block, Line):
        return _Shown(block, "note", text=_leading(block.text, linked))
    marks = dict.fromkeys(Mark(numbers[each.source], each.locator) for each in block.citations)
    return _Shown(
        block,
        "line",
        apart=stands_apart(block, above),
        id=None if block.fact is None or repeats_id(block, above) else block.fact,
        marks=tuple(marks),
        label=_leading(block.label, linked) if block.label else None,
        mark=_leading(block.mark, linked) if block.mark else None,
        former=block.former,
    )


def _of_item(item: Item) -> str | None:
    """Return where a row leads: to a page of this web, or out of it."""
    return item.url if item.url is not None and item.url.startswith("/") else followable(item.url)


def _leading(text: str, linked: Collection[int]) -> Markup:
    """Return a text of ours, the `linked` facts in it as links: people's words may look like ids.

    What chats word as a command (`/fact F7`) is a link to the page that shows the same.
    """
    text = clean(text)
    parts: list[Markup] = []
    end = 0
    for match in _ID.finditer(text):
        if int(match[2]) in linked:
            path = Addresses().fact(int(match[2])) + ("/history" if match[1] == "history" else "")
            parts += [
                escape(text[end : match.start()]),
                Markup('<a href="{}">F{}</a>').format(path, match[2]),
            ]
            end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


class _Source(NamedTuple):
    """A source under a page: its number, its own page, and where it can be read."""

    number: int
    path: str
    text: str
    url: str | None
    host: str


def _source(cited: Cited) -> _Source:
    url = followable(cited.url)
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    return _Source(cited.number, Addresses().source(cited.source), cited.shown, url, host)


def _words() -> dict[str, str]:
    return {
        "site": "OnRecord",
        "skip": _("To the content"),
        "parts": _("Parts of this story"),
        "sources": _("Sources"),
        "trail": _("Where you are"),
        "paging": _("Pages"),
        "promise": _(
            "Each line says whose word it is, and in which source. This record has no verdict of its own."
        ),
    }
