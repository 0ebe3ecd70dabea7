"""Polling watched feeds in the background: each once for all who watch it, backing off from those that fail.

What a feed names anew is written in one step with what makes it known, for each watch that it matches.
Telling the chats is another step, which goes on where it was interrupted: so nothing is lost or told twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.errors import UserError
from bot.intake.fetching.errors import Unfetchable
from bot.intake.watching import offering
from bot.intake.watching.matching import matches
from bot.metrics import Metrics
from bot.retrying import Backoff, Sleep
from bot.texts import speak
from storage.domain.clock import moment_text, read_moment
from storage.domain.errors import RecordError
from storage.snapshots.feeds import Offered, WatchedFeed, place_of
from storage.snapshots.watches import Watch

if TYPE_CHECKING:
    from bot.intake.desk import Desk
    from bot.intake.feed import Entry
    from bot.intake.watching.looking import Looked
    from storage.record import Record

# Seconds between two looks for feeds that are due, and feeds that are polled at the same time.
EVERY, AT_ONCE = 5.0, 4
# The longest pause between two polls of a feed that fails, and between two of any.
LONGEST_PAUSE, LONGEST = timedelta(hours=6), timedelta(days=1)
# A feed that has failed for so long, and so often, is polled no more.
LASTING, OFTEN = timedelta(days=7), 5
# For how long what a site says of polling holds, by the standard for robots.txt.
ALLOWED_FOR = timedelta(days=1)
# Articles that a watch may bring in a day: a feed that names more is a flood, or names each anew always.
MOST_A_DAY = 200
TIDY_EVERY = timedelta(hours=1)

# Tell whether a person may moderate a story, by the story's id.
May = Callable[[str, int], Awaitable[bool]]
logger = logging.getLogger(__name__)


class Poller:
    """Poll what is due and offer what is new until cancelled; `minutes` is how often a feed is polled."""

    def __init__(
        self,
        record: Record,
        desk: Desk,
        may: May,
        *,
        minutes: int,
        retention: timedelta,
        metrics: Metrics | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._record = record
        self._desk = desk
        self._may = may
        self._pause = timedelta(minutes=minutes)
        self._backoff = Backoff(60.0 * minutes, max(60.0 * minutes, LONGEST_PAUSE.total_seconds()))
        self._retention = retention
        self._metrics = metrics
        self._sleep = sleep
        self._tidied = ""

    async def run(self) -> None:
        """Poll until cancelled; what goes wrong is logged, and the next look tries again."""
        while True:
            try:
                await self.once()
            except RecordError as error:
                logger.warning("feeds were not polled: %s", error)
            except Exception:
                # Without a heartbeat: if it stays so, the health address tells.
                logger.exception("feeds were not polled")
            await self._sleep(EVERY)

    async def once(self) -> None:
        """Poll each feed that is due now, and offer what is new."""
        longest = max(self._pause, LONGEST).total_seconds()
        while due := await self._record.feeds.take(AT_ONCE, longest):
            await asyncio.gather(*map(self._poll_safely, due))
            self._beat()
        self._beat()
        await offering.offer_all(self._record, self._may)
        await self._tidy()

    def _beat(self) -> None:
        if self._metrics is not None:
            self._metrics.beat("feeds")

    async def _poll_safely(self, feed: WatchedFeed) -> None:
        """Poll one feed; what nobody foresaw keeps no other from being polled."""
        speak("en")  # what went wrong is kept for all who watch it
        try:
            await self._poll(feed)
        except RecordError:
            raise
        except Exception:
            logger.exception("feed %d was not polled", feed.id)
            await self._failed(feed, "something went wrong while it was read")

    async def _poll(self, feed: WatchedFeed) -> None:
        from bot.intake.watching.looking import look  # with the first feed: no start needs it

        now = self._record.ledger.clock()
        allowed = feed.allowed_until > moment_text(now)
        try:
            looked = await look(
                self._desk.fetcher, feed.address, etag=feed.etag, modified=feed.modified, allowed=allowed
            )
        except UserError as error:
            gone = isinstance(error, Unfetchable) and error.status == HTTPStatus.GONE
            wait = error.wait if isinstance(error, Unfetchable) else 0.0
            await self._failed(feed, error.text, gone=gone, wait=wait)
            return
        until = feed.allowed_until if allowed else moment_text(now + ALLOWED_FOR)
        next_at = moment_text(now + self._pause)
        if looked is None:
            await self._record.feeds.succeed(feed, next_at, until)
            return
        offered, flooded = await self._sorted(feed, looked)
        stopped = [(watch.id, offering.flooded(watch, MOST_A_DAY)) for watch in flooded]
        await self._record.feeds.succeed(
            feed, next_at, until, sent=looked.sent, offered=offered, stopped=stopped
        )

    async def _sorted(self, feed: WatchedFeed, looked: Looked) -> tuple[list[Offered], list[Watch]]:
        """Return what is offered of the entries that are new, and the watches for which they are too many."""
        entries = looked.feed.entries
        known = await self._record.feeds.known(feed.id, [key for entry in entries for key in entry.keys])
        new = [entry for entry in entries if known.isdisjoint(entry.keys)]
        offered, flooded = list[Offered](), list[Watch]()
        if not new:
            return offered, flooded
        day = moment_text(self._record.ledger.clock() - timedelta(days=1))
        for watch in await self._record.watches.of_feed(feed.id):
            brought = await self._unknown(watch, [entry for entry in new if matches(entry, watch.words)])
            room = MOST_A_DAY - await self._record.watches.offered_since(watch.id, day)
            if len(brought) > room:
                flooded.append(watch)
            # The newest come first; written last, they have the highest ids.
            offered += reversed(brought[: max(0, room)])
        return offered, flooded

    async def _unknown(self, watch: Watch, entries: Sequence[Entry]) -> list[Offered]:
        """Return those articles, each once, that are not on record in the story of a watch."""
        found: dict[str, Offered] = {}
        for entry in entries:
            place = place_of(entry.address)
            found.setdefault(place, Offered(watch.id, place, entry.address, entry.title))
        return [
            offered
            for offered in found.values()
            if not await self._record.sources.at_address(watch.story_id, offered.address)
        ]

    async def _failed(
        self, feed: WatchedFeed, problem: str, *, gone: bool = False, wait: float = 0.0
    ) -> None:
        """Note that a poll failed; one that fails for too long, or is gone, is polled no more."""
        now = self._record.ledger.clock()
        pause = max(wait, self._backoff.pause(feed.failures + 1))
        since = feed.failing_since
        lasts = since is not None and now - read_moment(since) >= LASTING and feed.failures + 1 >= OFTEN
        pauses = None
        if gone or lasts:
            watches = await self._record.watches.of_feed(feed.id)
            pauses = offering.paused(watches, feed, problem, since or moment_text(now))
            logger.warning("feed %d is polled no more: %s", feed.id, problem)
        await self._record.feeds.fail(
            feed, problem, moment_text(now + timedelta(seconds=pause)), pauses=pauses
        )

    async def _tidy(self) -> None:
        now = self._record.ledger.clock()
        if not self._tidied or not timedelta() <= now - read_moment(self._tidied) < TIDY_EVERY:
            self._tidied = moment_text(now)
            await self._record.feeds.forget(moment_text(now - self._retention))


@asynccontextmanager
async def polling(poller: Poller) -> AsyncIterator[None]:
    """Poll in the background for the length of the block."""
    task = asyncio.create_task(poller.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
