"""A record on the web, as strangers see it: the flood of the wire, its pages, a walk through all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web_runner import BaseRunner
from lxml import html

from bot.config import Settings
from bot.http.bounded import BoundedRunner
from bot.web.app import at_once, make_app
from bot.web.server import UNREADABLE
from storage.domain.changes import SetStory
from storage.trail.audit import Actor
from tests.bot.wire import Wire, open_wire

OWNER = "telegram:1"
ORIGIN = "https://record.example"


class Got(NamedTuple):
    """An answer as a stranger gets it."""

    status: int
    text: str
    headers: Any

    @property
    def main(self) -> Any:
        """The page's main part, parsed."""
        return html.document_fromstring(self.text).get_element_by_id("main")

    @property
    def words(self) -> str:
        """What is read in the page's main part, with single spaces."""
        return " ".join(self.main.text_content().split())

    @property
    def next(self) -> str | None:
        """Where the next page of the list is."""
        links = self.main.cssselect("a[rel=next]")
        return links[0].get("href") if links else None


class Served(TestServer):
    """The application as the bot serves it."""

    async def _make_runner(self, **how: Any) -> BaseRunner:
        return BoundedRunner(self.app, at_once=at_once(self.app), plain=UNREADABLE, shutdown_timeout=1.0)


class Seconds:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Site:
    """A record, and who asks for its pages."""

    def __init__(self, wire: Wire, client: TestClient, seconds: Seconds) -> None:
        self.wire, self.record, self.clock = wire, wire.record, wire.clock
        self.client, self.seconds = client, seconds

    async def get(self, path: str, method: str = "GET", **headers: str) -> Got:
        """Ask for a path; underscores in names of headers stand for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(method, path, headers=named, allow_redirects=False) as answer:
            return Got(answer.status, await answer.text(), answer.headers)

    async def read(self, path: str) -> str:
        """Return the words of a page that there is."""
        got = await self.get(path)
        assert got.status == 200, (path, got.status)
        return got.words

    async def publish_story(self, *, public: bool = True, story: int = 1) -> None:
        await self.record.ledger.make(SetStory(story_id=story, public=public), by=Actor(OWNER))
        self.clock.go_on(milliseconds=1)

    async def walk(self, *begun: str) -> dict[str, Got]:
        """Follow all links from the index; return the pages by path."""
        pages: dict[str, Got] = {}
        waiting = ["/", *begun]
        while waiting:
            path = waiting.pop()
            if path in pages:
                continue
            pages[path] = got = await self.get(path)
            if got.status == 200 and got.headers["Content-Type"].startswith("text/html"):
                links = html.document_fromstring(got.text).cssselect("a[href]")
                targets = [urljoin(path, each.get("href")).partition("#")[0] for each in links]
                waiting += [each for each in targets if each.startswith("/")]
        return pages


@asynccontextmanager
async def open_site(folder: Path, *, public: bool = True, **web: Any) -> AsyncIterator[Site]:
    """Open a site over a new record in a folder."""
    seconds = Seconds()
    given = {"listen": "127.0.0.1:8090", "url": ORIGIN, "requests_per_minute": 1_000_000, **web}
    settings = Settings.model_validate({"web": given})
    async with open_wire(folder) as wire:
        app = make_app(wire.record, settings, clock=seconds)
        async with TestClient(Served(app)) as client:
            site = Site(wire, client, seconds)
            if public:
                await site.publish_story()
            yield site
