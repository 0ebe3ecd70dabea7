"""The web face on a socket of this machine, and somebody who asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession, web
from yarl import URL

from bot.config import Settings
from bot.web.app import make_app
from storage.record import Record

# What is shown as the site's own address; nothing is ever asked of it.
ORIGIN = "https://news.example"


class Site:
    """Ask the face at an address; paths are sent as they are written."""

    def __init__(self, session: ClientSession, at: str) -> None:
        self._session, self.at = session, at

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await self._session.get(URL(self.at + path, encoded=True), headers=headers)

    async def json(self, path: str) -> Any:
        response = await self.get(path)
        assert response.status == 200, (path, await response.text())
        return await response.json(content_type=None)

    async def pages(self, path: str) -> list[Any]:
        """Return the items of a list, page by page."""
        items = []
        following: str | None = path
        while following is not None:
            page = await self.json(following.removeprefix(ORIGIN))
            items += page["items"]
            following = page["next"]
        return items


@asynccontextmanager
async def serve(record: Record) -> AsyncIterator[str]:
    """Serve a record for the length of the block; yield where."""
    settings = Settings.model_validate({"web": {"url": ORIGIN, "requests_per_minute": 1_000_000}})
    runner = web.AppRunner(make_app(record, settings))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
