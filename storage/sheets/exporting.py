"""Export of the record as fact sheets, in an order in which they can be read again, and their JSON Schema."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TextIO, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from storage.domain.entries import EntityEntry, Entry, FactEntry, SourceEntry, StoryEntry
from storage.domain.errors import RecordError
from storage.domain.models import Story
from storage.sheets import formats, takedowns

if TYPE_CHECKING:
    from storage.record import Record

# Rows read at once: an export's memory does not grow with the record.
PAGE = 500


def sheet_schema() -> dict[str, Any]:
    """Return the JSON Schema of a line of a JSON Lines sheet; a TOML sheet's tables have the same fields."""
    headers: dict[str, type[Entry]] = {"story": StoryEntry, "source": SourceEntry, "entity": EntityEntry}
    kinds: list[type[BaseModel]] = [FactEntry, *headers.values()]
    _, schema = models_json_schema([(kind, "validation") for kind in kinds])
    lines = [
        {
            "type": "object",
            "properties": {name: {"$ref": f"#/$defs/{kind.__name__}"}},
            "required": [name],
            "additionalProperties": False,
        }
        for name, kind in headers.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OnRecord fact sheet line",
        "anyOf": [{"$ref": "#/$defs/FactEntry"}, *lines],
        **schema,
    }


async def export_sheet(record: Record, out: TextIO, *, story: str | None = None, form: str = "jsonl") -> int:
    """Write the record, or one story, as a sheet; return how many facts were written.

    Raises RecordError for an unknown story, or for several stories as TOML.
    """
    stories = await record.stories.all()
    chosen = [item for item in stories if story in (None, item.name)]
    if not chosen:
        raise RecordError(
            f"No story is named {story!r}: there are {', '.join(s.name for s in stories) or 'none yet'}"
        )
    if form == "toml":
        if len(chosen) > 1:
            raise RecordError("A TOML sheet holds one story: name it with --story, or export JSON Lines")
        return await _export_toml(record, out, chosen[0])
    count = 0
    for item in chosen:
        async for kind, data in _exported(record, item):
            out.write(json.dumps(data if kind == "facts" else {kind: data}, ensure_ascii=False) + "\n")
            count += kind == "facts"
    return count


async def _export_toml(record: Record, out: TextIO, story: Story) -> int:
    import tomli_w

    sheet: dict[str, Any] = {
        "format": formats.FORMAT,
        "story": {},
        "sources": [],
        "entities": [],
        "facts": [],
    }
    names = {"source": "sources", "entity": "entities", "facts": "facts"}
    async for kind, data in _exported(record, story):
        if kind == "story":
            sheet["story"] = data
        else:
            sheet[names[kind]].append(data)
    out.write(tomli_w.dumps(sheet))
    return len(sheet["facts"])


async def _exported(record: Record, story: Story) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Yield a story's entries in the order in which they can be read again."""
    leads = [fact.ref for fact in await record.listings.summary(story.id)]
    told: dict[str, Any] = {"language": story.language, "about": leads, "opened_at": story.opened_at}
    told["private"] = story.private or None
    yield "story", _lean({"name": story.name, "title": story.title, **told})
    async for source in _all(lambda after: record.sources.page(story.id, after=after, limit=PAGE)):
        fields = source.model_dump(exclude={"id", "story_id", "via"}, mode="json")
        yield "source", _lean({"id": f"S{source.id}", **fields, "via": source.via and source.via.ref})
    async for entity in _all(lambda after: record.entities.page(story.id, after=after, limit=PAGE)):
        fields = entity.model_dump(
            include={"ref", "kind", "name", "article", "short", "role", "merged_into"}, mode="json"
        )
        aliases = [alias for alias in entity.aliases if alias != entity.short]
        given = {"source": entity.role_source and entity.role_source.ref, "locator": entity.role_locator}
        yield "entity", _lean({**fields, "aliases": aliases, **given})
    down = await takedowns.refs_of(record.database, story.id)
    async for kept in _all(lambda after: record.facts.states(story.id, after=after, limit=PAGE)):
        state = takedowns.left_out(kept.state, down)
        yield "facts", {"id": f"F{kept.id}", "ref": kept.ref, **state, "revisions": kept.history}


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=_Numbered)


async def _all(page: Callable[[int], Awaitable[list[Row]]]) -> AsyncIterator[Row]:
    """Yield every row of a list that is read page by page: `page` returns those after an id."""
    after = 0
    while rows := await page(after):
        for row in rows:
            yield row
        after = rows[-1].id


def _lean(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], ())}
