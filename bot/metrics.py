"""Metrics for Prometheus (counts and latencies), and a health check.

The library is loaded only if `metrics.listen` is set; otherwise counting costs one function call.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import web

    from bot.http.bounded import BoundedServer
    from storage.record import Record


Measure = Callable[[], Awaitable[None]]
Page = Callable[[], Awaitable["web.Response"]]
# Seconds without a heartbeat after which a part counts as stuck.
STUCK = 120.0
_UNCOUNTED = nullcontext()

logger = logging.getLogger(__name__)


class Metrics:
    """Count events once started; before `start` nothing is counted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._commands: Any = None
        self._deliveries: Any = None
        self._webhooks: Any = None
        self._beats: dict[str, float] = {}
        self._troubles: dict[str, str] = {}
        self._standing_by: set[str] = set()
        self._registry: Any = None
        self._server: BoundedServer | None = None

    def command(self, name: str) -> AbstractContextManager[None]:
        """Count a command and measure its duration."""
        return _UNCOUNTED if self._commands is None else self._timed(name)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = self._clock()
        try:
            yield
        finally:
            self._commands.labels(name).observe(self._clock() - began)

    def delivered(self, outcome: str) -> None:
        """Count a delivery by its outcome."""
        if self._deliveries is not None:
            self._deliveries.labels(outcome).inc()

    def sent_to_webhook(self, outcome: str) -> None:
        """Count what was sent to a webhook by its outcome."""
        if self._webhooks is not None:
            self._webhooks.labels(outcome).inc()

    def beat(self, part: str) -> None:
        """Record a heartbeat of a part of the bot (the poller, the sender)."""
        self._beats[part] = self._clock()

    def stuck(self) -> list[str]:
        """Return the parts whose last heartbeat is too old."""
        now = self._clock()
        return [part for part, at in self._beats.items() if now - at > STUCK]

    def troubled(self, part: str, what: str) -> None:
        """Record that a part of the bot has stopped by itself, and why."""
        self._troubles[part] = what

    def cleared(self, part: str) -> None:
        """Record that a part is running again."""
        if part in self._troubles:
            self._troubles[part] = ""

    def stands_by(self, part: str) -> None:
        """Record that another process does what a part is for, and that this one waits for its end."""
        self._beats.pop(part, None)
        self._standing_by.add(part)

    def works(self, part: str) -> None:
        """Record that a part of this process does what it is for."""
        self._standing_by.discard(part)

    async def start(self, listen: str, record: Record) -> None:
        """Serve `/metrics` and `/healthz` at host:port. Raises OSError if the port is in use."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        from bot.http.bounded import BoundedServer
        from storage.domain.clock import read_moment
        from storage.domain.models import DeliveryState

        self._registry = CollectorRegistry()
        named: dict[str, Any] = {"registry": self._registry}
        self._commands = Histogram("onrecord_command_seconds", "Time to answer", ["command"], **named)
        self._deliveries = Counter("onrecord_deliveries", "Deliveries by outcome", ["outcome"], **named)
        self._webhooks = Counter("onrecord_webhook_events", "What was sent to webhooks", ["outcome"], **named)
        ends = Gauge("onrecord_webhooks", "Webhooks by how they stand", ["state"], **named)
        depth = Gauge("onrecord_outbox_depth", "Deliveries by state", ["state"], **named)
        changes = Gauge("onrecord_changes", "Entries of the audit trail", **named)
        age = Gauge("onrecord_outbox_age_seconds", "Age of the oldest notice not yet told to all", **named)

        vectors = Gauge("onrecord_vectors", "Facts by whether they have a vector", ["state"], **named)
        embedding = Gauge("onrecord_embedding_seconds", "Processor time of embedding", ["texts"], **named)
        feeds = Gauge("onrecord_feeds", "Feeds that are watched, by how their polls go", ["state"], **named)
        stopped = Gauge("onrecord_stopped", "1 while a part has stopped by itself", ["part"], **named)

        async def measure() -> None:
            found = await record.outbox.depth()
            for state in DeliveryState:
                depth.labels(state.value).set(found.states.get(state.value, 0))
            for part, what in self._troubles.items():
                stopped.labels(part).set(bool(what))
            standing = await record.webhooks.states()
            for how in ("on", "failing", "paused"):
                ends.labels(how).set(standing.get(how, 0))
            meaning = await record.vectors.state()
            vectors.labels("made").set(meaning.made)
            vectors.labels("waiting").set(meaning.waiting)
            for whose, seconds in zip(("questions", "facts"), meaning.seconds, strict=True):
                embedding.labels(whose).set(seconds)
            watched = await record.feeds.states()
            for how in ("polled", "failing", "paused"):
                feeds.labels(how).set(watched.get(how, 0))
            changes.set(await record.audit.last())
            oldest = read_moment(found.oldest) if found.oldest else record.ledger.clock()
            age.set(max(0.0, (record.ledger.clock() - oldest).total_seconds()))

        health = partial(self._health, record)
        self._server = BoundedServer(self._answering({"/metrics": self._page(measure), "/healthz": health}))
        host, _, port = listen.rpartition(":")
        await self._server.start(host.strip("[]"), int(port))
        logger.info("metrics at %s", listen)

    async def stop(self) -> None:
        """Stop serving."""
        if self._server is not None:
            await self._server.stop()

    def _answering(self, pages: Mapping[str, Page]) -> Callable[[web.BaseRequest], Awaitable[web.Response]]:
        async def answer(request: web.BaseRequest) -> web.Response:
            from aiohttp import web

            page = pages.get(request.path)
            if page is None:
                return web.Response(status=404, text="not found\n")
            return (
                await page()
                if request.method in ("GET", "HEAD")
                else web.Response(status=405, text="GET only\n")
            )

        return answer

    def _page(self, measure: Measure) -> Page:
        async def page() -> web.Response:
            from aiohttp import web
            from prometheus_client import generate_latest
            from prometheus_client.exposition import CONTENT_TYPE_LATEST

            await measure()
            headers = {"Content-Type": CONTENT_TYPE_LATEST}
            return web.Response(body=generate_latest(self._registry), headers=headers)

        return page

    async def _health(self, record: Record) -> web.Response:
        from aiohttp import web

        if stuck := self.stuck():
            return web.Response(text=f"stuck: {', '.join(stuck)}\n", status=503)
        # Not reported as failures: a restart would forget why a part has stopped, and repeat the cause.
        notes = [f"{part}: {what}\n" for part, what in self._troubles.items() if what]
        notes += [f"{part}: another process does this; waiting\n" for part in sorted(self._standing_by)]
        return web.Response(text="".join(["ok\n", *notes, *await _roles(record), *await _clock(record)]))


async def _roles(record: Record) -> list[str]:
    """Return a line of the roles that this process holds, as the record has it."""
    from storage.domain.errors import RecordError

    try:
        held = await record.roles.held()
    except RecordError:
        return []  # the next line tells
    return [f"roles: {', '.join(held)}\n"] if held else []


async def _clock(record: Record) -> list[str]:
    """Return a line where the trail ends in the future: the clock is wrong, or was."""
    from storage.domain.errors import RecordError
    from storage.domain.leases import later
    from storage.notifying.clock_back import SMALL

    try:
        last = await record.audit.last_moment()
    except RecordError as error:
        return [f"record: {error}\n"]
    is_ahead = last > later(record.ledger.now(), SMALL)
    return [f"clock: the last change is dated {last}; see onrecord doctor\n"] if is_ahead else []
