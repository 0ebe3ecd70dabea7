"""The rows of snapshots: what is told of each, and how its text is kept. Pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

# All columns but those that hold the page, its text and its sketch.
TOLD = "id, story_id, source_id, at, address, media, size, digest, text_digest, struck"


class Page(NamedTuple):
    """A page that is to be kept: where it was found, when, its bytes (`warc`, packed) and its text.

    `digest` is the SHA-256 of the page itself, `size` how many bytes that was.
    """

    at: str
    address: str
    media: str
    size: int
    digest: str
    warc: bytes
    paragraphs: tuple[str, ...]


class Snapshot(NamedTuple):
    """A copy of a source; once words were taken down from it (`struck`) its page is gone."""

    id: int
    story_id: int
    source_id: int | None
    at: str
    address: str
    media: str
    size: int
    digest: str
    text_digest: str
    struck: bool


def told(row: Mapping[str, Any] | Any) -> Snapshot:
    """Return what a row tells of a snapshot."""
    return Snapshot._make(row[name] for name in Snapshot._fields)


def packed(paragraphs: Sequence[str]) -> bytes:
    """Return paragraphs as they are kept."""
    return zlib.compress(json.dumps(list(paragraphs), ensure_ascii=False).encode())


def unpacked(kept: bytes) -> list[str]:
    """Return paragraphs that were kept."""
    return list(json.loads(zlib.decompress(kept)))


def digest_of(paragraphs: Sequence[str]) -> str:
    """Return the digest of a text, which is another one where a word of it changed."""
    return sha256("\n\n".join(paragraphs).encode()).hexdigest()
