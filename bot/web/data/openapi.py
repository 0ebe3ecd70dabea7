"""The description of the API (OpenAPI 3.1), made from its table of addresses and their models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot import __version__
from bot.web.data import problems
from bot.web.data.asked import Asked
from bot.web.data.problems import Problem

Node = dict[str, Any]
_REFERENCE = "#/components/schemas/{model}"
_ABOUT = (
    "The public record of OnRecord: who said what, when, according to which source. Nothing here is said in"
    " OnRecord's own voice: quote a statement as the word of one of its voices, with its citation."
    " Lists go on at `next`; changes go on behind their `cursor`. Dates of the story are EDTF (ISO 8601-2)."
)
_REFUSALS = {
    "400": "A parameter is unknown, given twice, or has a value that it cannot have.",
    "404": "There is no such thing, or it is not public.",
    "406": "What is here has none of the types that are accepted.",
    "410": "It was here, and was retracted, taken down or withdrawn.",
    "default": "There is no answer now: too much was asked, or something went wrong.",
}


class Described(NamedTuple):
    """An address with its parameters, the media type of what is there, and its model if it is JSON."""

    path: str
    asked: type[Asked]
    media: str
    name: str
    about: str
    answer: type[BaseModel] | None = None


def document(routes: Iterable[Described], origin: str) -> Node:
    """Return the description of addresses that are served at an origin (a path of its own if it is empty)."""
    listed = list(routes)
    answers = {route.answer for route in listed if route.answer is not None} | {Problem}
    asked = {route.asked for route in listed}
    models = sorted(
        [*((model, "serialization") for model in answers), *((model, "validation") for model in asked)],
        key=lambda pair: pair[0].__name__,
    )
    references, made = models_json_schema(models, ref_template=_REFERENCE)  # type: ignore[arg-type]  # reason: a list is invariant
    schemas: Node = made["$defs"]
    parameters = {
        route.asked: _parameters(route, schemas[_name(references[route.asked, "validation"])])
        for route in listed
    }
    for model in asked:
        del schemas[_name(references[model, "validation"])]
    paths = {route.path: {"get": _operation(route, parameters[route.asked], references)} for route in listed}
    return {
        "openapi": "3.1.0",
        "info": {"title": "OnRecord", "version": __version__, "description": _ABOUT},
        "servers": [{"url": origin or "/"}],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operation(route: Described, parameters: list[Node], references: Mapping[Any, Node]) -> Node:
    schema = (
        references[route.answer, "serialization"] if route.answer is not None else _unmodelled(route.media)
    )
    summary = route.about.partition("\n")[0]
    responses: Node = {"200": {"description": summary, "content": {route.media: {"schema": schema}}}}
    refusal = {problems.MEDIA: {"schema": references[Problem, "serialization"]}}
    responses |= {status: {"description": told, "content": refusal} for status, told in _REFUSALS.items()}
    return {
        "operationId": route.name,
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    }


def _unmodelled(media: str) -> Node:
    """Return the schema of what has a model of its own elsewhere: a feed, linked data, a table."""
    return {"type": "object"} if media.endswith("json") else {"type": "string"}


def _parameters(route: Described, model: Node) -> list[Node]:
    required = model.get("required", [])
    return [
        {
            "name": name,
            "in": "path" if f"{{{name}}}" in route.path else "query",
            "required": name in required,
            **_described(schema),
        }
        for name, schema in model.get("properties", {}).items()
    ]


def _described(schema: Node) -> Node:
    """Return a parameter's schema and description; what may be left out is never written as null."""
    one = {name: value for name, value in schema.items() if name not in ("title", "anyOf")}
    if one.get("default", 0) is None:
        del one["default"]
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            one = {**choice, **one}
    about = one.pop("description", "")
    return {"schema": one, "description": about}


def _name(reference: Node) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
