"""The addresses at which the record is data: one table, which checks queries and describes itself."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache, partial
from http import HTTPStatus
from typing import Any, NamedTuple

from aiohttp import web

from bot.web.caching import Made
from bot.web.data import asked, atom, json_feed, linked_data, models, openapi, spreadsheet
from bot.web.data.accepting import accepts
from bot.web.data.answering import Api
from bot.web.data.models import JSON
from bot.web.data.openapi import Described
from bot.web.data.problems import Refused, missing, response
from bot.web.face import FACE

API = web.AppKey("api", Api)
Handle = Callable[[Api, Any], Awaitable[Made]]


class Route(NamedTuple):
    """An address, what may be asked there and what is answered; `handle` makes the answer."""

    described: Described
    handle: Handle


def _json(path: str, question: type[asked.Asked], answer: type[models.Answer], handle: Handle) -> Route:
    return Route(Described(path, question, JSON, handle.__name__, handle.__doc__ or "", answer), handle)


def _other(path: str, question: type[asked.Asked], media: str, handle: Handle) -> Route:
    return Route(Described(path, question, media, handle.__name__, handle.__doc__ or ""), handle)


async def openapi_document(api: Api, _asked: asked.NothingAsked) -> Made:
    """Return this description."""
    return Made(json.dumps(description(api.to.origin)))


ROUTES = (
    _json("/api/v1/stories", asked.StoriesAsked, models.Page[models.Story], Api.stories),
    _json("/api/v1/stories/{story}", asked.OneStory, models.Story, Api.story),
    _json("/api/v1/stories/{story}/sources", asked.SourcesAsked, models.Page[models.Source], Api.sources),
    _json("/api/v1/stories/{story}/names", asked.NamesAsked, models.Page[models.Name], Api.names),
    _json("/api/v1/facts", asked.FactsAsked, models.Page[models.Fact], Api.facts),
    _other("/api/v1/facts.csv", asked.RowsAsked, spreadsheet.MEDIA, Api.rows),
    _json("/api/v1/facts/{id}", asked.OneFact, models.Fact, Api.fact),
    _json("/api/v1/sources/{id}", asked.OneSource, models.Source, Api.source),
    _json("/api/v1/names/{id}", asked.OneName, models.Name, Api.name),
    _json("/api/v1/changes", asked.ChangesAsked, models.Changes, Api.changes),
    _other("/feed.atom", asked.NothingAsked, atom.MEDIA, Api.atom),
    _other("/feed.json", asked.NothingAsked, json_feed.MEDIA, Api.json_feed),
    _other("/s/{story}/feed.atom", asked.OneStory, atom.MEDIA, Api.story_atom),
    _other("/s/{story}/feed.json", asked.OneStory, json_feed.MEDIA, Api.story_json_feed),
    _other("/s/{story}/data.jsonld", asked.StoryAsked, linked_data.MEDIA, Api.story_linked),
    _other("/f/{id}/data.jsonld", asked.OneFact, linked_data.MEDIA, Api.fact_linked),
    _other("/api/v1/openapi.json", asked.NothingAsked, JSON, openapi_document),
)


@cache
def description(origin: str) -> dict[str, Any]:
    """Return the OpenAPI description of all addresses, as they are served at an origin."""
    return openapi.document((route.described for route in ROUTES), origin)


def routes() -> list[web.RouteDef]:
    """Return the addresses for an application that has FACE and API."""
    return [web.get(route.described.path, partial(_answer, route)) for route in ROUTES]


async def _answer(route: Route, request: web.Request) -> web.Response:
    """Answer a request, or say why there is no answer; any page of the web may read either."""
    try:
        return await _found(route, request)
    except Refused as refusal:
        made = response(refusal.problem)
        made.headers["Access-Control-Allow-Origin"] = "*"
        return made


async def _found(route: Route, request: web.Request) -> web.Response:
    told = route.described
    if not accepts(request.headers.get("Accept"), told.media):
        raise Refused(HTTPStatus.NOT_ACCEPTABLE, f"What is here is {told.media}: accept that.")
    question = asked.read(told.asked, request.match_info, request.query.items())
    api = request.app[API]

    async def make() -> Made:
        return (await route.handle(api, question))._replace(media=told.media, is_data=True)

    found = await request.app[FACE].cache.answer(request, asked.target(told.path, question), make)
    if not isinstance(found, web.Response):
        # The story was withdrawn while its answer was made.
        raise missing("story of that name")
    return found
