"""Render a `Reply` for Discord: embeds within all limits. Pure: no I/O.

Limits: https://docs.discord.com/developers/resources/message#embed-object-embed-limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from discord import AllowedMentions, Embed

from bot.answers.addresses import Addresses
from bot.frontends.discord.messages.marks import marked
from bot.frontends.shared.packing import Packing, Row, Span, units
from bot.replies import Block, Drawing, Heading, Item, Line, Note, Quote, Reply, repeats_id, stands_apart
from bot.texts import _

NOBODY = AllowedMentions.none()  # mentions in a reply notify nobody
# In UTF-16 code units: a text has at least as many of them as characters, and Discord may count either.
TITLE_LIMIT = 256
DESCRIPTION_LIMIT = 4096
VALUE_LIMIT = 1024
MESSAGE_LIMIT = 6000  # over all embeds of a message
EMBED_LIMIT = 10
LINK_LIMIT = 512  # the limit of a link's text and of its address: longer ones would crowd out the rest

# Controls and lone surrogates; direction overrides could show a text in another order.
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_UNSENDABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BRACKETS = frozenset("[]")
# Characters that would end the address of a link.
_ENCODED = str.maketrans({sign: f"%{ord(sign):X}" for sign in "<>()"})

# Characters that need a backslash for Discord to show them literally.
# `discord.utils.escape_markdown` handles only the first row. It leaves times, emoji, commands, addresses
# in angle brackets, `1.` and `+`; of a masked link it escapes the first bracket and no marks inside.
# `escape_mentions` changes the text itself by inserting zero-width spaces.
# Each alternative begins with a literal character, so the search can skip to it: twice as fast.
_ANYWHERE = re.compile(
    r"\\|\*|_|~|\||`"  # emphasis, spoilers, code
    r"|<"  # anything in angle brackets
    r"|\((?<=\]\()"  # a parenthesis that turns the brackets before it into a link
    r"|@(?=(?i:everyone|here))"
    r"|/(?<=:/)(?=/)|\.(?<=[Ww]{3}\.)"  # addresses
    r"|:(?=[\w+-]+:)"  # :emoji:
)
_AT_LINE_START = re.compile(r"^([^\S\n]*)(?:([#>]|[-+](?=[\s#]|$))|(\d+)([.)])(?=\s|$))", re.MULTILINE)


QUOTING = "> "  # at the beginning of a line
SMALL = "-# "  # at the beginning of a line: https://support.discord.com/hc/en-us/articles/210298617


class Piece(NamedTuple):
    """One message: its embeds, none of them empty, together within all limits, and a picture."""

    embeds: tuple[Embed, ...]
    picture: Drawing | None = None


def render(reply: Reply) -> list[Piece]:
    """Return the messages that show a reply, in order; at least one.

    A message is usually one embed. Replies are split between blocks, a block that is too long between words.
    The sources stay together: in a field of the last embed if they fit there, else in embeds of their own.
    """
    first, *rest = (Piece(tuple(embeds)) for embeds, _facts in _messages(reply))
    return [first._replace(picture=reply.picture), *rest]


def stated_by(reply: Reply) -> tuple[frozenset[int], ...]:
    """Return the ids of the facts that each of a reply's messages states; nothing where one holds all."""
    stated = tuple(facts for _embeds, facts in _messages(reply))
    return stated if len(stated) > 1 and any(stated) else ()


def _messages(reply: Reply) -> Iterable[tuple[list[Embed], frozenset[int]]]:
    """Yield the embeds of each message, and the ids of the facts that they state."""
    title = _title(reply.blocks[0])
    rows = [
        _row(reply, block, above) for above, block in zip((None, *reply.blocks), reply.blocks, strict=False)
    ]
    parts = _PACKING.packed(rows[1:] if title else rows)
    embeds = [Embed(description=part.text) for part in parts]
    if title:
        embeds = embeds or [Embed()]
        embeds[0].title = title
    _add_sources(embeds, reply)
    return _split(embeds or [Embed(description="…")], [part.facts for part in parts])


def quoted_in(description: str) -> list[str]:
    """Return the lines that an embed quotes, as they were before they were escaped."""
    lines = (line.removeprefix(QUOTING) for line in description.split("\n") if line.startswith(QUOTING))
    return [re.sub(r"\\(.)", r"\1", line) for line in lines]


def escape(text: str) -> str:
    """Return a text that Discord shows literally as `text`, without markup, mentions or links."""
    return _escaped(clean(text))


def clean(text: str) -> str:
    """Return a text without characters that cannot or must not be shown; every line break is a newline."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSENDABLE.sub("\ufffd", _UNSHOWN.sub("", _BREAK.sub("\n", text)))


def _escaped(text: str) -> str:
    return _AT_LINE_START.sub(r"\1\3\\\2\4", _ANYWHERE.sub(r"\\\g<0>", text))


_PACKING = Packing(_escaped, DESCRIPTION_LIMIT)


def _inline(text: str) -> str:
    """Return a text on one line."""
    return " ".join(filter(None, map(str.strip, clean(text).split("\n"))))


def _bold(text: str) -> Span:
    return Span(_inline(text), "**", "**")


def _linked(text: str, url: str | None) -> tuple[Span, ...]:
    """Return a clean text as a link if its address is safe to follow.

    Discord ignores backslashes in a link's text: https://github.com/discord/discord-api-docs/issues/6185.
    If the text would need one, or might be cut, the link follows it, labelled with the host.
    """
    host = _host(url) if url else None
    if url is None or host is None:
        return (Span(text),)
    after = f"](<{url.translate(_ENCODED)}>)"
    if _plain(text):
        return (Span(text, "[", after, whole=True),)
    return (Span(f"{text} — "), Span(host, "[", after, whole=True))


def _plain(text: str) -> bool:
    """Tell whether a text can be a link's label unchanged."""
    return 0 < units(text.strip()) <= LINK_LIMIT and _BRACKETS.isdisjoint(text) and _escaped(text) == text


def _host(url: str) -> str | None:
    """Return the host of an address that is safe to follow."""
    if units(url) > LINK_LIMIT or clean(url) != url or any(sign.isspace() or sign == "\\" for sign in url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    return host if parts.scheme in ("http", "https") and _plain(host) else None


def _row(reply: Reply, block: Block, above: Block | None) -> Row:
    match block:
        case Heading():
            return Row((_bold(block.text),), gap="\n\n", heading=True)
        case Note():
            # After lines or items a note is about all of them, not only the last.
            gap = "\n\n" if isinstance(above, Line | Item) else "\n"
            return Row(marked(Span(clean(block.text)), block.marks), gap=gap)
        case Quote():
            return Row((Span(_inline(block.text), QUOTING, ""),))
        case Item(text="", url=str() as url):
            return Row(_linked(_inline(block.label), url))
        case Item():
            text = (Span(" — "), *_linked(clean(block.text), block.url)) if block.text else ()
            return Row(
                tuple(each for span in (_bold(block.label), *text) for each in marked(span, block.marks))
            )
        case Line():
            gap = "\n\n" if stands_apart(block, above) else "\n"
            line = tuple(_line(reply, block, again=repeats_id(block, above)))
            return Row(line, gap=gap, fact=block.fact)


def _line(reply: Reply, line: Line, *, again: bool) -> Iterable[Span]:
    if line.nested:
        yield Span("   ↳ ")
    if line.label:
        yield Span(f"{_inline(line.label)}: ")
    if line.former:
        text = _inline(line.text)
        # A sign of its own at its end would close the mark.
        struck = text.rstrip("~")
        yield Span(struck, "~~", "~~")
        yield Span(f"{text[len(struck) :]} {_inline(reply.marks(line))}")
    else:
        yield Span(_inline(f"{line.text} {reply.marks(line)}"))
    if line.fact is not None and not again:
        yield Span(" ")
        yield from _id(reply, line.fact)
    if line.mark:
        yield Span(" — ")
        yield Span(_inline(line.mark), "*", "*")


def _id(reply: Reply, fact: int) -> Iterable[Span]:
    """Return a fact's id, which leads to its page where it has one."""
    if reply.pages is None:
        return (_bold(f"F{fact}"),)
    return _linked(f"F{fact}", Addresses(reply.pages).fact(fact))


def _title(block: Block) -> str | None:
    """Return the title that a reply begins with, if it has one that fits."""
    if not isinstance(block, Heading) or block.level != 1:
        return None
    title = _escaped(_inline(block.text))
    return title if title and units(title) <= TITLE_LIMIT else None


def _add_sources(embeds: list[Embed], reply: Reply) -> None:
    """Put the sources, in small print, under the last embed, or into embeds of their own."""
    rows = [
        Row((Span(f"[{cited.number}] ", SMALL, ""), *_linked(_inline(cited.shown), cited.url)))
        for cited in reply.sources
    ]
    value = _PACKING.joined(rows)
    if embeds and value and units(value) <= VALUE_LIMIT:
        embeds[-1].add_field(name=_("Sources"), value=value, inline=False)
    elif value:
        first, *more = _PACKING.packed(rows)
        embeds.append(Embed(title=_("Sources"), description=first.text))
        embeds += [Embed(description=part.text) for part in more]


def _split(
    embeds: Iterable[Embed], facts: Sequence[frozenset[int]]
) -> Iterable[tuple[list[Embed], frozenset[int]]]:
    """Split the embeds, of which the first state some facts, into messages, each as full as possible."""
    held: list[Embed] = []
    stated: frozenset[int] = frozenset()
    room = MESSAGE_LIMIT
    for number, embed in enumerate(embeds):
        size = _size(embed)
        if held and (size > room or len(held) == EMBED_LIMIT):
            yield held, stated
            held, stated, room = [], frozenset(), MESSAGE_LIMIT
        held.append(embed)
        stated |= facts[number] if number < len(facts) else frozenset()
        room -= size
    yield held, stated


def _size(embed: Embed) -> int:
    texts = [embed.title or "", embed.description or ""]
    texts += [part or "" for field in embed.fields for part in (field.name, field.value)]
    return sum(map(units, texts))
