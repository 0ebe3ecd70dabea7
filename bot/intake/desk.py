"""What reads articles for the chats: a fetcher, a finder, and the work that goes on beside the answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from storage.domain.clock import Clock, utc_now
from storage.snapshots.rows import Page
from storage.snapshots.snapshots import Bounds

if TYPE_CHECKING:
    from bot.intake.article import Article
    from bot.intake.fetching.fetcher import Fetcher
    from bot.intake.finding.drafts import Found
    from bot.intake.finding.finder import Finder
    from bot.settings.sections import IntakeSettings

logger = logging.getLogger(__name__)
# Articles that are read at the same time; others wait for their turn.
AT_ONCE = 2


class Material(NamedTuple):
    """What is to be read: the page at an address, or bytes of a media type, which `load` may bring.

    `name` is that of a file.
    """

    address: str | None = None
    content: bytes = b""
    media: str = "text/plain"
    load: Callable[[], Awaitable[bytes]] | None = None
    name: str | None = None


class ReadArticle(NamedTuple):
    """An article as it was read: its page as it is kept, and the address where it was found at last."""

    page: Page
    article: Article
    address: str | None


class Desk:
    """Fetch and read articles, and find drafts in them; nothing is started before it is asked."""

    def __init__(self, settings: IntakeSettings, clock: Clock = utc_now) -> None:
        self.bounds = Bounds(settings.copies * 1_000_000, settings.retention)
        self._hosts = settings.hosts
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._working: set[asyncio.Task[None]] = set()
        self._fetcher: Fetcher | None = None
        self._finder: Finder | None = None

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin work that goes on beside the answers; `close` ends it."""
        task = asyncio.create_task(self._in_turn(work))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return task

    @property
    def fetcher(self) -> Fetcher:
        """What fetches pages and feeds, at most some at the same time."""
        if self._fetcher is None:
            from bot.intake.fetching.fetcher import Fetcher
            from bot.intake.fetching.places import Gate

            self._fetcher = Fetcher(Gate(self._hosts), clock=self._clock)
        return self._fetcher

    async def read(self, material: Material) -> ReadArticle:
        """Fetch what is to be read if it is elsewhere, and read it. Raises UserError, saying why not."""
        from bot.intake.copies import fetch_article
        from bot.intake.reading.reader import read_article
        from bot.intake.warc import page_of, page_of_file

        if material.address is not None:
            fetched, article = await fetch_article(self.fetcher, material.address)
            page = await asyncio.to_thread(page_of, fetched, article)
            return ReadArticle(page, article, fetched.url)
        content = material.content if material.load is None else await material.load()
        article = await read_article(content, media=material.media)
        page = await asyncio.to_thread(page_of_file, content, material.media, self._clock(), article)
        return ReadArticle(page, article, article.url)

    async def find(self, article: Article, published: date | None) -> Found:
        """Return what is said in an article. Raises UserError if it takes too long."""
        from bot.intake.finding.finder import Finder

        self._finder = self._finder or Finder()
        return await self._finder.find(article.text, article.spans, published)

    async def close(self) -> None:
        """End what is going on, and the processes behind it."""
        for task in tuple(self._working):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._finder is not None:
            await self._finder.close()

    async def _in_turn(self, work: Coroutine[None, None, None]) -> None:
        try:
            async with self._turns:
                await work
        except Exception:
            # Nobody waits for it: what it was about shows that it did not come to its end.
            logger.exception("an article was not read to the end")
        finally:
            work.close()
