"""Reading a page of HTML with trafilatura: its article, and what it says of itself.

trafilatura (Apache-2.0) finds the article where readability-lxml and newspaper4k lose more of it or keep
more around it, by its authors' and others' measures, and reads metadata as well. Dates are only taken where
the page gives them: what a search of the whole page guesses is not what the publisher says.
"""

from __future__ import annotations

import json
from typing import Any

from bot.intake.article import Article
from bot.intake.reading.refusals import Why

# With fewer words there is no article, and a page that is not free shows no more than this of one.
FEWEST_WORDS, LONGEST_STUB = 25, 150


class NoArticle(Exception):
    """There is no article in a page; `why` says what there is instead."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def read_page(markup: str, url: str | None) -> Article:
    """Return the article of a page. Raises NoArticle."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(
        markup,
        url=url,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    paragraphs = (
        [each for line in (found.text or "").splitlines() if (each := " ".join(line.split()))]
        if found
        else []
    )
    words = sum(len(each.split()) for each in paragraphs)
    if words < LONGEST_STUB and _is_not_free(markup):
        raise NoArticle(Why.PAYWALL)
    if not paragraphs or words < FEWEST_WORDS:
        raise NoArticle(Why.NO_TEXT)
    title = _line(found.title)
    if title is not None and paragraphs[0] == title:
        # The headline is no paragraph: it would shift every other.
        del paragraphs[0]
    return Article(
        *joined(paragraphs),
        title=title,
        publisher=_line(found.sitename),
        author=_line(found.author),
        published=_line(found.date),
        url=_line(found.url) or url,
    )


def joined(paragraphs: list[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return paragraphs as one text, with an empty line between them, and where each stands in it."""
    spans, start = [], 0
    for each in paragraphs:
        spans.append((start, start + len(each)))
        start += len(each) + 2
    return "\n\n".join(paragraphs), tuple(spans)


def _line(value: Any) -> str | None:
    """Return what a page says of itself, in one line of bounded length."""
    return " ".join(str(value).split())[:300] or None if value else None


def _is_not_free(markup: str) -> bool:
    """Tell whether a page says, as search engines want it to, that its article is not free to read."""
    scripts = (each.partition(">") for each in markup.split("<script")[1:])
    return any(_says_so(data.partition("</script")[0]) for head, _end, data in scripts if "ld+json" in head)


def _says_so(data: str) -> bool:
    try:
        known = json.loads(data)
    except (ValueError, RecursionError):
        return False
    waiting = [known]
    while waiting:
        match waiting.pop():
            case dict() as each:
                if str(each.get("isAccessibleForFree", "")).lower() == "false":
                    return True
                waiting += each.values()
            case list() as several:
                waiting += several
    return False
