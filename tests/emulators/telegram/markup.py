"""Texts with entities: the platform's own HTML dialect, and what it finds in plain text by itself.

The parser follows `parse_html` of TDLib (td/telegram/MessageEntity.cpp) branch by branch, so that it
refuses what the platform refuses, in the same words and with the same byte offsets.
https://core.telegram.org/bots/api#html-style
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .errors import bad_request

Entity = dict[str, Any]
FindUser = Callable[[int], dict[str, Any] | None]

PLAIN_TAGS = {
    b"b": "bold", b"strong": "bold", b"i": "italic", b"em": "italic", b"u": "underline",
    b"ins": "underline", b"s": "strikethrough", b"strike": "strikethrough", b"del": "strikethrough",
    b"tg-spoiler": "spoiler", b"span": "spoiler",
}  # fmt: skip
TAGS = {*PLAIN_TAGS, b"a", b"code", b"pre", b"blockquote"}
SPACES = b" \t\r\n\0\x0b"
NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
PLAIN = re.compile(rb"[^<&\0]+")
CHARACTER = re.compile(rb"&(?:#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}))|([A-Za-z]+))(;?)")

COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")
MENTION = re.compile(r"(?<!\w)@[A-Za-z0-9_]{4,32}(?!\w)")
HASHTAG = re.compile(r"(?<![\w&])#\w*[^\W\d]\w*")
LINK = re.compile(r"(?<![\w@])https?://[^\s<>\"]+[^\s<>\".,:;!?')\]]")
FOUND = (("url", LINK), ("bot_command", COMMAND), ("mention", MENTION), ("hashtag", HASHTAG))


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, in which the platform counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_utf8(text: str) -> None:
    """Refuse a text with half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


@dataclass
class Parsed:
    """Hold a text without its markup, its entities, and the links that the platform silently drops."""

    text: str
    entities: list[Entity] = field(default_factory=list)
    dropped_links: list[str] = field(default_factory=list)


@dataclass
class _Open:
    tag: bytes
    argument: str
    offset: int
    start: int


def parse_html(source: str, find_user: FindUser = lambda _: None) -> Parsed:
    """Parse a text sent with `parse_mode=HTML`; raise the platform's 400 where it would refuse it."""
    return _HtmlParser(source, find_user).parse()


class _HtmlParser:
    """Walk over the bytes of a text; a NUL at the end stands for the end, as in the original."""

    def __init__(self, source: str, find_user: FindUser) -> None:
        self._bytes = source.replace("\0", " ").encode() + b"\0"
        self._find_user = find_user
        self._at = 0
        self._offset = 0
        self._pieces: list[str] = []
        self._open: list[_Open] = []
        self._parsed = Parsed("")

    def parse(self) -> Parsed:
        """Return the parsed text."""
        text = self._bytes
        while self._at < len(text) - 1:
            if text[self._at] == ord("<"):
                self._end_tag() if text[self._at + 1] == ord("/") else self._start_tag()
            else:
                self._characters()
        if self._open:
            tag = self._open[-1].tag.decode()
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{tag}"')
        self._parsed.text = "".join(self._pieces)
        return self._parsed

    def _characters(self) -> None:
        if character := self._character_reference():
            self._append(character)
            return
        start = self._at
        # Byte by byte in Python, this took more time than the bots that are measured.
        plain = PLAIN.match(self._bytes, start + 1)
        self._at = plain.end() if plain else start + 1
        self._append(self._bytes[start : self._at].decode())

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._offset += utf16_length(piece)

    def _character_reference(self) -> str:
        """Read `&lt;`, `&#60;` or `&#x3C;`; any other `&` is a plain character, as on the platform."""
        match = CHARACTER.match(self._bytes, self._at)
        if match is None:
            return ""
        hexadecimal, decimal, name, _ = match.groups()
        if name is not None:
            character = NAMED.get(name, "")
        else:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal)
            character = chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000 else ""
        if character:
            self._at = match.end()
        return character

    def _until(self, stops: bytes) -> bytes:
        start = self._at
        while self._bytes[self._at] not in stops:
            self._at += 1
        return self._bytes[start : self._at]

    def _skip_spaces(self) -> None:
        while self._bytes[self._at] in SPACES and not self._ended:
            self._at += 1

    @property
    def _ended(self) -> bool:
        return self._at >= len(self._bytes) - 1

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        tag = self._until(SPACES + b">").lower()
        if self._ended:
            raise _cannot(f"Unclosed start tag at byte offset {begin}")
        if tag not in TAGS:
            raise _cannot(f'Unsupported start tag "{tag.decode(errors="replace")}" at byte offset {begin}')
        argument = ""
        while True:
            self._skip_spaces()
            if self._bytes[self._at] == ord(">"):
                break
            argument = self._attribute(tag, begin) or argument
        if tag == b"span" and argument != "spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._at += 1
        self._open.append(_Open(tag, argument, self._offset, len(self._pieces)))

    def _attribute(self, tag: bytes, begin: int) -> str:
        """Read one attribute; return what it means for the tag, or nothing."""
        name = self._until(SPACES + b"=>/\"'")
        if not name:
            raise _cannot(f'Empty attribute name in the tag "{tag.decode()}" at byte offset {begin}')
        self._skip_spaces()
        value = ""
        if self._bytes[self._at] == ord("="):
            self._at += 1
            self._skip_spaces()
            value = self._attribute_value()
        if self._ended:
            raise _cannot(f"Unclosed start tag at byte offset {begin}")
        if (tag, name) == (b"a", b"href"):
            return value
        if (tag, name) == (b"code", b"class") and value.startswith("language-"):
            return value.removeprefix("language-")
        if (tag, name) == (b"span", b"class") and value.startswith("tg-"):
            return value.removeprefix("tg-")
        return "expandable" if (tag, name) == (b"blockquote", b"expandable") else ""

    def _attribute_value(self) -> str:
        quote = self._bytes[self._at]
        if quote not in b"\"'":
            start = self._at
            while chr(self._bytes[self._at]).isalnum() or self._bytes[self._at] in b".-":
                self._at += 1
            if self._bytes[self._at] not in SPACES + b">":
                raise _cannot(f"Unexpected end of name token at byte offset {start}")
            return self._bytes[start : self._at].decode().lower()
        self._at += 1
        pieces: list[bytes] = []
        while self._bytes[self._at] != quote and not self._ended:
            if character := self._character_reference():
                pieces.append(character.encode())
            else:
                pieces.append(self._bytes[self._at : self._at + 1])
                self._at += 1
        if not self._ended:
            self._at += 1
        return b"".join(pieces).decode()

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            raise _cannot(f"Unexpected end tag at byte offset {begin}")
        self._at += 2
        tag = self._until(SPACES + b">").lower()
        self._skip_spaces()
        if self._bytes[self._at] != ord(">"):
            raise _cannot(f"Unclosed end tag at byte offset {begin}")
        self._at += 1
        opened = self._open.pop()
        if tag and tag != opened.tag:
            expected, found = opened.tag.decode(), tag.decode(errors="replace")
            raise _cannot(
                f'Unmatched end tag at byte offset {begin}, expected "</{expected}>", found "</{found}>"'
            )
        if self._offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entities = self._parsed.entities
        entity: Entity = {"type": "", "offset": opened.offset, "length": self._offset - opened.offset}
        twin = entities[-1] if entities and _span(entities[-1]) == _span(entity) else None
        if opened.tag == b"a":
            self._close_link(opened, entity)
        elif opened.tag == b"pre" and twin and twin["type"] == "code" and twin.get("language"):
            twin["type"] = "pre"
        elif opened.tag == b"code" and twin and twin["type"] == "pre" and opened.argument:
            twin["language"] = opened.argument
        else:
            entity["type"] = PLAIN_TAGS.get(opened.tag) or opened.tag.decode()
            if opened.tag == b"blockquote" and opened.argument:
                entity["type"] = "expandable_blockquote"
            if opened.tag == b"code" and opened.argument:
                # Only <pre> around it makes a language known; alone it is plain code.
                entity["language"] = opened.argument
            entities.append(entity)

    def _close_link(self, opened: _Open, entity: Entity) -> None:
        target = opened.argument or "".join(self._pieces[opened.start :])
        if match := re.fullmatch(r"tg://user/?\?id=(\d+)", target):
            user = self._find_user(int(match[1]))
            if user:
                self._parsed.entities.append({**entity, "type": "text_mention", "user": user})
                return
        if url := checked_url(target):
            self._parsed.entities.append({**entity, "type": "text_link", "url": url})
        else:
            self._parsed.dropped_links.append(target)


def checked_url(target: str) -> str | None:
    """Return a link as the platform writes it, or None for one it does not accept."""
    target = target.strip()
    if target.startswith(("tg:", "ton:", "tonsite:")):
        return target
    if "://" not in target:
        target = f"http://{target}"
    try:
        parts = urlsplit(target)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or re.search(r"\s", target):
        return None
    if "." not in host.strip(".") or host.startswith("."):
        return None
    return target if parts.path or parts.query or parts.fragment else f"{target}/"


def find_entities(text: str, taken: list[Entity] | None = None) -> list[Entity]:
    """Return commands, mentions, hashtags and links of a plain text, outside the `taken` entities."""
    if not any(mark in text for mark in "/@#"):
        return []
    found: list[Entity] = []
    busy = [(e["offset"], e["offset"] + e["length"]) for e in taken or () if e["type"] in _OPAQUE]
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            offset = utf16_length(text[: match.start()])
            length = utf16_length(match[0])
            if all(end <= offset or offset + length <= start for start, end in busy):
                busy.append((offset, offset + length))
                found.append({"type": kind, "offset": offset, "length": length})
    return sorted(found, key=_span)


_OPAQUE = {"code", "pre", "text_link", "text_mention"}


def format_text(parsed: Parsed) -> Parsed:
    """Return a text as the platform keeps it: trimmed, entities moved along, found ones added."""
    for entity in parsed.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    text = parsed.text.strip()
    if not parsed.entities and text == parsed.text:
        return Parsed(text, find_entities(text), parsed.dropped_links)
    cut = utf16_length(parsed.text) - utf16_length(parsed.text.lstrip())
    end = utf16_length(text)
    kept = []
    for entity in parsed.entities:
        start = max(0, entity["offset"] - cut)
        stop = min(end, entity["offset"] + entity["length"] - cut)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    kept += find_entities(text, kept)
    return Parsed(text, sorted(kept, key=lambda e: (e["offset"], -e["length"])), parsed.dropped_links)


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["length"]


def _cannot(reason: str) -> Exception:
    # The platform lowers the first letter of what it quotes only where it begins the description.
    return bad_request(f"can't parse entities: {reason}")
