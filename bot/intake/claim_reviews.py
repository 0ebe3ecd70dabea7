"""Reading ClaimReviews where they are published: a feed (JSON), or the JSON-LD in a page's script blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from yarl import URL

from bot.errors import UserError
from bot.intake.fetching.fetcher import HTML, Fetcher, Limits
from bot.intake.fetching.places import Gate
from bot.intake.reading.charsets import decoded
from storage.sheets import claim_reviews
from storage.sheets.claim_reviews import Reviews

# A file may be as large as a whole TOML sheet; what is fetched, as the fetcher allows, which unpacks it.
LARGEST_FILE = 64 * 1024 * 1024
_MEDIA = HTML | {
    "application/json",
    "application/ld+json",
    "application/feed+json",
    "text/json",
    "text/plain",
}
_TYPE = "application/ld+json"
_OPENS = re.compile("<!--|<script", re.IGNORECASE | re.ASCII)
_CLOSES = re.compile("</script", re.IGNORECASE | re.ASCII)
# Letters of a script's tag that are looked at.
_LONGEST_TAG = 2_000


class Published(NamedTuple):
    """Reviews, the name of the file or host that they are of, and the size of what was read in bytes."""

    name: str
    size: int
    reviews: Reviews


async def published_at(where: str, hosts: Collection[str]) -> Published:
    """Return the reviews in a file or at an address. Raises UserError, Unfetchable and OSError."""
    if where.startswith(("http://", "https://")):
        fetched = await Fetcher(Gate(hosts), Limits(seconds=60.0)).fetch(where, media=_MEDIA)
        content, charset = fetched.body, fetched.charset
        name = URL(fetched.url).host or "page"
    else:
        path, charset = Path(where), None
        if not path.is_file():
            wrong = f"{path} is no plain file" if path.exists() else f"There is no file {path}"
            raise UserError(f"{wrong}: name a file or an address with ClaimReviews (JSON, or a page)")
        name = path.name
        if path.stat().st_size > LARGEST_FILE:
            raise UserError(f"{path} is larger than {LARGEST_FILE >> 20} MiB: import it in parts")
        content = path.read_bytes()
    return Published(name, len(content), _reviews(name, content, charset))


def _reviews(name: str, content: bytes, charset: str | None) -> Reviews:
    try:
        text = decoded(content, charset, markup=content.lstrip()[:1] == b"<")
    except ValueError:
        raise UserError(f"{name} is no text") from None
    blocks = list(_blocks(text)) if text.lstrip()[:1] == "<" else [text]
    documents: list[Any] = []
    problems: list[str] = []
    for number, block in enumerate(blocks, 1):
        try:
            # A rating of 3.10 is not 3.1, and none is endless.
            documents.append(json.loads(block, parse_constant=_refuse, parse_float=Decimal))
        except (ValueError, RecursionError) as error:
            what = f"script block {number}" if text is not block else name
            problems.append(f"{what}: not JSON: {_why(error)}")
    found = claim_reviews.read(documents)
    return found._replace(problems=(*problems, *found.problems))


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, RecursionError):
        return "lists or objects stand in each other too deep"
    return "it holds a number that is none"


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("no number")


def _blocks(text: str) -> Iterator[str]:
    """Yield what stands in a page's script blocks of JSON-LD, in a time that grows with its length alone."""
    at = 0
    while (opens := _OPENS.search(text, at)) is not None:
        at = opens.end()
        if opens[0] == "<!--":
            ends = text.find("-->", at)
            if ends < 0:
                return
            at = ends
            continue
        tag_ends = text.find(">", at, at + _LONGEST_TAG)
        closes = _CLOSES.search(text, tag_ends) if tag_ends >= 0 else None
        if closes is not None:
            if _TYPE in text[at:tag_ends].lower():
                yield text[tag_ends + 1 : closes.start()]
            at = closes.end()
        elif tag_ends >= 0:
            return
