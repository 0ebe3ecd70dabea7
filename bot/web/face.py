"""What handlers of requests are given, and how they answer: with a page, or one that says why not."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.answers.addresses import Addresses
from bot.texts import _
from bot.web.caching import Cache, Made
from bot.web.clients import Clients
from bot.web.public import Gone, Missing, PublicRecord
from bot.web.rendering import Page, refusal, render

# What a path of data begins with: refusals there are JSON.
DATA = "/api/"
_CURSOR = re.compile(r"[0-9A-Za-z.:_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Face:
    """The record as the world may see it, the addresses of its pages, and who may ask how often."""

    public: PublicRecord
    addresses: Addresses
    cache: Cache
    clients: Clients
    language: str

    async def show(
        self, request: web.Request, key: str, make: Callable[[], Awaitable[Page | Gone | Missing]]
    ) -> web.Response:
        """Answer with the page that `key` names, or say why there is none."""

        async def made() -> Made | Gone | Missing:
            page = await make()
            return Made(render(page, self.addresses), page.story_id) if isinstance(page, Page) else page

        return await self.answer(request, key, made)

    async def answer(
        self, request: web.Request, key: str, make: Callable[[], Awaitable[Made | Gone | Missing]]
    ) -> web.Response:
        """Answer with what `make` makes, kept until its story changes, or say why there is none."""
        found = await self.cache.answer(request, key, make)
        if isinstance(found, Gone):
            return refused(request, HTTPStatus.GONE, found.text)
        if isinstance(found, Missing):
            return refused(request, HTTPStatus.NOT_FOUND)
        return found


FACE = web.AppKey("face", Face)


def refused(request: web.BaseRequest, status: int, text: str = "") -> web.Response:
    """Return the plain answer to a request that is not met; data's are JSON."""
    known = HTTPStatus(status)
    title, told = _said(known)
    text = text or told
    headers = {"Cache-Control": "no-cache"}
    if request.path.startswith(DATA):
        return web.json_response({"status": known.value, "error": text}, status=known.value, headers=headers)
    return web.Response(
        text=refusal(title, text), status=known.value, content_type="text/html", headers=headers
    )


def cursor_of(request: web.Request) -> str | None:
    """Return the place at which a page of a list begins, None at its start. Raises HTTPNotFound."""
    if not request.query_string:
        return None
    after = request.query.get("after")
    if after is not None and not _CURSOR.fullmatch(after):
        raise web.HTTPNotFound
    return after


def _said(status: HTTPStatus) -> tuple[str, str]:
    """Return the title and the sentence of a status."""
    match status:
        case HTTPStatus.NOT_FOUND:
            return _("Not found"), _("There is no such page.")
        case HTTPStatus.GONE:
            return _("No longer shown"), ""
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return _("Not allowed"), _("Pages here can only be read.")
        case HTTPStatus.TOO_MANY_REQUESTS:
            return _("Too many requests"), _("Too many requests came from this address: wait a minute.")
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return _("Busy"), _("The record cannot be read just now: try again in a moment.")
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return _("Something went wrong"), _("Something went wrong here. Try again in a moment.")
        case _:
            return _("Not understood"), _("That request was not understood.")
