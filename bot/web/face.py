"""What handlers of requests are given, and how they answer: with a page, or one that says why not."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from bot.answers.addresses import Addresses
from bot.texts import N_, _
from bot.web.caching import Cache, Made
from bot.web.clients import Clients
from bot.web.data.problems import UNKEPT, Problem, response
from bot.web.public import Gone, Missing, PublicRecord
from bot.web.rendering import Page, refusal, render

# What a path of data begins with: refusals there are JSON.
DATA = "/api/"
_CURSOR = re.compile(r"[0-9A-Za-z.:_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Face:
    """The record as the world may see it, the addresses of its pages, and who may ask how often.

    `cards` tells that pasted links have pictures, as the address of this web is known.
    """

    public: PublicRecord
    addresses: Addresses
    cache: Cache
    clients: Clients
    language: str
    cards: bool = False

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


# The title and the sentence of each status; of what is gone, it is said why.
_SAID = {
    HTTPStatus.NOT_FOUND: (N_("Not found"), N_("There is no such page.")),
    HTTPStatus.GONE: (N_("No longer shown"), ""),
    HTTPStatus.METHOD_NOT_ALLOWED: (N_("Not allowed"), N_("Pages here can only be read.")),
    HTTPStatus.TOO_MANY_REQUESTS: (
        N_("Too many requests"),
        N_("Too many requests came from this address: wait a minute."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        N_("Busy"),
        N_("The record cannot be read just now: try again in a moment."),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        N_("Something went wrong"),
        N_("Something went wrong here. Try again in a moment."),
    ),
}
_OTHERWISE = (N_("Not understood"), N_("That request was not understood."))
FACE = web.AppKey("face", Face)


def refused(request: web.BaseRequest, status: int, text: str = "") -> web.Response:
    """Return the plain answer to a request that is not met; data's are problems (RFC 9457)."""
    known = HTTPStatus(status)
    title, told = _SAID.get(known, _OTHERWISE)
    text = text or _(told)
    if request.path.startswith(DATA):
        return response(Problem(title=known.phrase, status=known.value, detail=text))
    return web.Response(
        text=refusal(_(title), text), status=known.value, content_type="text/html", headers=UNKEPT
    )


def cursor_of(request: web.Request) -> str | None:
    """Return the place at which a page of a list begins, None at its start. Raises HTTPNotFound."""
    if not request.query_string:
        return None
    after = request.query.get("after")
    if after is not None and not _CURSOR.fullmatch(after):
        raise web.HTTPNotFound
    return after
