"""The process that reads one article or feed and ends: what is hostile in it harms nothing else.

It is told in one line of JSON what follows on standard input, and answers in JSON on standard output. Time
and memory are bounded by the system; it is given no secret, and may write no file.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

from bot.intake.article import Article
from bot.intake.reading.charsets import decoded
from bot.intake.reading.feeds import NoFeed, read_feed
from bot.intake.reading.pages import NoArticle, read_page
from bot.intake.reading.pdf import read_pdf
from bot.intake.reading.plain import read_plain
from bot.intake.reading.refusals import Why
from bot.intake.workers import bind_this_process

CPU_SECONDS = 15
MEMORY = 1_000_000_000
LONGEST_TEXT = 2_000_000
HTML = ("text/html", "application/xhtml+xml")
_PDF = b"%PDF-"


def main() -> None:
    """Read what standard input holds."""
    bind_this_process(MEMORY, CPU_SECONDS)
    asked = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(json.dumps(answered(sys.stdin.buffer.read(), asked)).encode())


def answered(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the article or feed in bytes as JSON has it, or why there is none."""
    try:
        if asked.get("feed"):
            return dataclasses.asdict(read_feed(content, asked["url"], asked["charset"]))
        return dataclasses.asdict(_read(content, asked))
    except NoFeed as error:
        return {"refused": error.why, "named": error.named}
    except NoArticle as error:
        # A paywall, or scripts, may stand before a page of the web, not before a file.
        is_file = error.why is Why.NO_TEXT and asked.get("url") is None
        return {"refused": Why.NO_ARTICLE if is_file else error.why}
    except MemoryError:
        return {"refused": Why.TOO_HEAVY}
    except ImportError:
        return {"refused": Why.NOT_INSTALLED}


def _read(content: bytes, asked: dict[str, Any]) -> Article:
    """Return the article in bytes of a media type. Raises NoArticle."""
    media = asked["media"]
    # A server may tell a wrong type; what a PDF is shows at its beginning.
    if content.lstrip()[:5] == _PDF:
        article = read_pdf(content)
    elif media == "application/pdf" and content.strip():
        raise NoArticle(Why.DAMAGED)
    else:
        try:
            text = decoded(content, asked["charset"], markup=media in HTML)
        except ValueError as error:
            raise NoArticle(Why.NOT_TEXT) from error
        if not text.strip():
            raise NoArticle(Why.EMPTY)
        if media not in HTML and len(text.encode()) > LONGEST_TEXT:
            raise NoArticle(Why.TOO_LONG)
        article = read_page(text, asked["url"]) if media in HTML else read_plain(text)
    if len(article.text.encode()) > LONGEST_TEXT:
        raise NoArticle(Why.TOO_LONG)
    if not any(sign.isalnum() for sign in article.text):
        raise NoArticle(Why.NO_WORDS)
    return dataclasses.replace(article, language=_language(article))


def _language(article: Article) -> str | None:
    from storage.domain.language.detection import detect

    return detect(" ".join(article.paragraphs)[:2_000])


if __name__ == "__main__":
    main()
