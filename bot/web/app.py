"""The application that shows the record to the world: routes, and what goes for each request.

It only reads. Nothing of a request is believed but its path, its query and how it wants its answer: absolute
addresses come from the settings, whatever host a request names.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import blake2b
from http import HTTPStatus

from aiohttp import web

from bot.answers.addresses import Addresses
from bot.config import Settings
from bot.pictures.picture import Kind
from bot.texts import speak
from bot.web.caching import STRICT, Cache
from bot.web.clients import Clients
from bot.web.data.answering import Api
from bot.web.data.routes import API, routes
from bot.web.face import FACE, Face, cursor_of, refused
from bot.web.pages import corrections, facts, names, pictures, sources, story
from bot.web.public import Gone, Missing, PublicRecord
from bot.web.rendering import FOLDER, STYLE, Page, build, prepare
from storage.domain.errors import RecordError
from storage.record import Record

# A path or a query that is longer names nothing of ours.
LONGEST_TARGET = 4_096
CARD = "card.png"
PATHS = Addresses()
_ID = "[1-9][0-9]{0,14}"
_NAME = "[a-z0-9][a-z0-9-]{0,39}"

logger = logging.getLogger(__name__)


def make_app(
    record: Record, settings: Settings, *, clock: Callable[[], float] = time.monotonic
) -> web.Application:
    """Return the application for a record; `clock` returns seconds and times how often each may ask.

    What goes before it (`at_once`) bounds that, and answers what is kept.
    """
    public = PublicRecord(record)
    made = blake2b(f"{build()} {settings.web.base} {settings.language}".encode(), digest_size=6).hexdigest()
    app = web.Application(middlewares=[_guard])
    app[FACE] = Face(
        public,
        Addresses(settings.web.base),
        Cache(public, made, record.ledger.clock),
        Clients(settings.web, clock),
        settings.language,
        cards=settings.web.url is not None,
    )
    app[API] = Api(record, public, app[FACE].addresses)
    app.on_response_prepare.append(_harden)
    # The first reader does not wait until templates are compiled.
    prepare()
    app.add_routes(routes())
    app.add_routes(
        [
            web.get("/", _index),
            web.get(f"/{STYLE}", _style),
            web.get(f"/s/{{name:{_NAME}}}", _story),
            web.get(f"/s/{{name:{_NAME}}}/{{part:{'|'.join(story.PARTS)}}}", _part),
            web.get(f"/s/{{name:{_NAME}}}/{{kind:{'|'.join(Kind)}}}{{dark:(?:-dark)?}}.svg", _picture),
            web.get(f"/s/{{name:{_NAME}}}/card.png", _story_card),
            web.get(f"/f/F{{id:{_ID}}}/card.png", _fact_card),
            web.get(f"/f/F{{id:{_ID}}}", _fact),
            web.get(f"/f/F{{id:{_ID}}}/history", _history),
            web.get(f"/n/E{{id:{_ID}}}", _name),
            web.get(f"/src/S{{id:{_ID}}}", _source),
            web.get("/corrections", _corrections),
        ]
    )
    return app


def at_once(app: web.Application) -> Callable[[web.BaseRequest], web.Response | None]:
    """Return what answers requests past all else that is done for one: for kept answers, and too many."""
    face = app[FACE]

    def answer(request: web.BaseRequest) -> web.Response | None:
        return face.cache.at_once(request) if face.clients.may_ask(request) else _too_many(request, face)

    return answer


def _too_many(request: web.BaseRequest, face: Face) -> web.Response:
    """Refuse who asks too often; what they have sent further is not even read."""
    speak(face.language)
    refusal = refused(request, HTTPStatus.TOO_MANY_REQUESTS)
    refusal.headers.update(STRICT)
    refusal.headers["Retry-After"] = str(face.clients.wait)
    refusal.force_close()
    return refusal


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer only what may be asked, so often as it may; every error becomes a plain page."""
    face = request.app[FACE]
    speak(face.language)
    if (refusal := _refusal(request)) is not None:
        return refusal
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as error:
        return refused(request, error.status)
    except (RecordError, TimeoutError) as error:
        logger.warning("a page could not be made: %s", type(error).__name__)
        return refused(request, HTTPStatus.SERVICE_UNAVAILABLE)
    except Exception:
        # Without the path: it is a stranger's text.
        logger.exception("incident %s on the web", secrets.token_hex(4))
        return refused(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _refusal(request: web.Request) -> web.Response | None:
    """Return the answer to what is not even looked at, None for what is."""
    if request.method not in ("GET", "HEAD"):
        refusal = refused(request, HTTPStatus.METHOD_NOT_ALLOWED)
        refusal.headers["Allow"] = "GET, HEAD"
        return refusal
    return refused(request, HTTPStatus.NOT_FOUND) if len(request.raw_path) > LONGEST_TARGET else None


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(STRICT)


def _with_card(face: Face, page: Page) -> Page:
    """Return a page with the picture that a pasted link to it shows, where its address is known."""
    path = page.path.partition("?")[0]
    return replace(page, image=f"{path}/{CARD}") if face.cards else page


def _target(path: str, after: str | None) -> str:
    """Return the target by which a page of a list is asked for: under it the page is kept."""
    return path if after is None else f"{path}?after={after}"


async def _index(request: web.Request) -> web.Response:
    face, after = request.app[FACE], cursor_of(request)
    return await face.show(request, _target("/", after), lambda: story.index(face.public, after))


async def _style(request: web.Request) -> web.Response:
    del request
    # Its address tells its version.
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(
        body=(FOLDER / STYLE).read_bytes(), content_type="text/css", charset="utf-8", headers=headers
    )


async def _story(request: web.Request) -> web.Response:
    face, name = request.app[FACE], request.match_info["name"]
    api = request.app[API]

    async def make() -> Page | Gone | Missing:
        page = await story.story(face.public, name)
        return _with_card(face, api.beside_story(page, name)) if isinstance(page, Page) else page

    return await face.show(request, f"/s/{name}", make)


async def _part(request: web.Request) -> web.Response:
    face, name, part = request.app[FACE], request.match_info["name"], request.match_info["part"]
    after = cursor_of(request)
    key = _target(f"/s/{name}/{part}", after)
    return await face.show(request, key, lambda: story.part_of_story(face.public, name, part, after))


async def _picture(request: web.Request) -> web.Response:
    face, asked = request.app[FACE], request.match_info
    name, kind, dark = asked["name"], Kind(asked["kind"]), bool(asked["dark"])
    key = PATHS.picture(name, kind, dark=dark)
    return await face.answer(request, key, lambda: pictures.drawing(face.public, name, kind, dark=dark))


async def _story_card(request: web.Request) -> web.Response:
    face, name = request.app[FACE], request.match_info["name"]
    return await face.answer(
        request, f"{PATHS.story(name)}/{CARD}", lambda: pictures.story_card(face.public, name)
    )


async def _fact_card(request: web.Request) -> web.Response:
    face, number = request.app[FACE], int(request.match_info["id"])
    return await face.answer(
        request, f"{PATHS.fact(number)}/{CARD}", lambda: pictures.fact_card(face.public, number)
    )


async def _fact(request: web.Request) -> web.Response:
    face, number, after = request.app[FACE], int(request.match_info["id"]), cursor_of(request)
    api = request.app[API]

    async def make() -> Page | Gone | Missing:
        # At once, as both wait for the thread that reads.
        page, data = await asyncio.gather(facts.page(face.public, number, after), api.embedded_fact(number))
        return _with_card(face, api.beside_fact(page, number, data)) if isinstance(page, Page) else page

    return await face.show(request, _target(f"/f/F{number}", after), make)


async def _history(request: web.Request) -> web.Response:
    face, number, after = request.app[FACE], int(request.match_info["id"]), cursor_of(request)
    key = _target(f"/f/F{number}/history", after)
    return await face.show(request, key, lambda: facts.history(face.public, number, after))


async def _name(request: web.Request) -> web.Response:
    face, number, after = request.app[FACE], int(request.match_info["id"]), cursor_of(request)
    key = _target(f"/n/E{number}", after)

    async def make() -> Page | Gone | Missing:
        page = await names.page(face.public, number, after)
        if isinstance(page, Page) and page.path != key:
            # It was merged into another; a merge may be undone, so nobody may keep that for good.
            raise web.HTTPPermanentRedirect(page.path, headers={"Cache-Control": "no-cache"})
        return page

    return await face.show(request, key, make)


async def _source(request: web.Request) -> web.Response:
    face, number, after = request.app[FACE], int(request.match_info["id"]), cursor_of(request)
    key = _target(f"/src/S{number}", after)
    return await face.show(request, key, lambda: sources.page(face.public, number, after))


async def _corrections(request: web.Request) -> web.Response:
    face, after = request.app[FACE], cursor_of(request)
    return await face.show(
        request, _target("/corrections", after), lambda: corrections.everywhere(face.public, after)
    )
