"""From bytes to an article or a feed, by a worker process that is bounded in time and memory."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path, PurePath
from typing import Any

from bot.intake.article import Article
from bot.intake.feed import Entry, Feed
from bot.intake.reading.refusals import Why, unreadable
from bot.intake.workers import environment
from bot.texts import _, shortened

# Seconds until a worker is ended that has not answered.
LONGEST = 20.0
LARGEST_FILE = 10_000_000
_KINDS = {
    ".txt": "text/plain", ".text": "text/plain", ".md": "text/plain",
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".pdf": "application/pdf",
}  # fmt: skip


async def read_article(
    content: bytes, *, media: str = "text/plain", url: str | None = None, charset: str | None = None
) -> Article:
    """Return the article in bytes of a media type, such as "text/html". Raises Unreadable, saying why.

    `url` is where a page was found, `charset` what its server told.
    """
    answer = await _answered(content, {"media": media, "url": url, "charset": charset})
    return Article(**answer | {"spans": tuple((start, end) for start, end in answer["spans"])})


async def read_feed(content: bytes, *, url: str, charset: str | None = None) -> Feed:
    """Return the feed in bytes that were found at an address. Raises Unreadable, saying why."""
    answer = await _answered(content, {"feed": True, "url": url, "charset": charset})
    entries = (Entry(**each | {"keys": tuple(each["keys"])}) for each in answer["entries"])
    return Feed(**answer | {"entries": tuple(entries)})


async def _answered(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a worker has read in bytes. Raises Unreadable, saying why it has not."""
    if len(content) > LARGEST_FILE:
        raise unreadable(Why.TOO_LONG)
    answer = await _worked(content, asked)
    if "refused" in answer:
        named = (
            (_("Watch {address}", address=shortened(each, 60)), f"/watch {each}")
            for each in answer.get("named", ())
        )
        raise unreadable(Why(answer["refused"]), tuple(named))
    return answer


async def _worked(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a worker process answers; it is ended where it takes too long."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.intake.reading.worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=environment(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST):
            said, _errors = await worker.communicate(json.dumps(asked).encode() + b"\n" + content)
    except TimeoutError as error:
        raise unreadable(Why.TOO_HEAVY) from error
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode:
        raise unreadable(Why.TOO_HEAVY)
    answer: dict[str, Any] = json.loads(said)
    return answer


def media_of(name: str) -> str:
    """Return the media type of a .txt, .html or .pdf file by its name. Raises Unreadable for another."""
    media = _KINDS.get(PurePath(name).suffix.lower())
    if media is None:
        raise unreadable(Why.NOT_READ)
    return media


async def read_file(path: Path) -> Article:
    """Return the article in a .txt, .html or .pdf file. Raises Unreadable, or OSError."""
    media = media_of(path.name)
    with path.open("rb") as file:
        content = await asyncio.to_thread(file.read, LARGEST_FILE + 1)
    return await read_article(content, media=media)
