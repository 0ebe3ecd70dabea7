"""Import and export of fact sheets. An import takes effect whole or not at all."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from storage import sheetformats
from storage.database import Transaction
from storage.entries import EntityEntry, FactEntry, SourceEntry, StoryEntry
from storage.errors import InvalidSheet, RecordError, UnknownRefs
from storage.ledger import Batch, Written
from storage.models import Entity, Source, Story
from storage.names import fold, slug
from storage.resolving import Resolver

if TYPE_CHECKING:
    from storage.record import Record

Progress = Callable[[int, int], None]
CHUNK = 2000
MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `story` is the last story it wrote to."""

    story: Story
    added: int
    updated: int
    unchanged: int


async def import_sheet(
    record: Record, path: Path, *, actor: str, story: str | None = None, progress: Progress | None = None
) -> Imported:
    """Put a sheet on record in one transaction. `progress` hears of (lines read, lines in all).

    Raises InvalidSheet with line and field of every error, OSError, and the errors of a transaction.
    """
    async with record.database.transaction() as tx:
        importing = _Importing(tx, actor, record.ledger.now(), story, path)
        total = sheetformats.count_lines(path)
        for count, located in enumerate(sheetformats.read(path)):
            await importing.take(located)
            if progress and count % CHUNK == 0:
                progress(located.line, total)
        await importing.finish()
    if progress:
        progress(total, total)
    found = await record.stories.find(importing.story_name)
    if found is None:
        raise RecordError(f"{path.name} holds neither a story nor a fact: nothing was imported")
    written = importing.written
    return Imported(found, written.added, written.updated, written.unchanged)


@dataclass(slots=True)
class _Uses:
    """Where a sheet first uses a ref, so that an unknown one can be named with its line."""

    lines: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, line: int, entry: FactEntry) -> None:
        for position, item in enumerate(entry.attributions):
            if isinstance(item.source, str):
                self.lines.setdefault(
                    ("source", item.source), f"line {line}, attributions[{position}].source"
                )
        for name in ("contradicts", "supports"):
            for position, relation in enumerate(getattr(entry, name)):
                self.lines.setdefault(("fact", relation.fact), f"line {line}, {name}[{position}].fact")
        if entry.superseded_by:
            self.lines.setdefault(("fact", entry.superseded_by), f"line {line}, superseded_by")

    def problems(self, error: UnknownRefs) -> list[str]:
        return [
            f"{self.lines.get((error.what, ref), 'sheet')}: no {error.what} has the ref {ref!r}"
            for ref in error.refs
        ]


class _Importing:
    """Takes the entries of one sheet; after the first problem it only checks the rest."""

    def __init__(self, tx: Transaction, actor: str, at: str, story: str | None, path: Path) -> None:
        self._tx, self._actor, self._at = tx, actor, at
        self._given = story
        self.story_name = story or (slug(path.stem)[:40].strip("-") or "story")
        self.written = Written()
        self._problems: list[str] = []
        self._count = 0
        self._batch: Batch | None = None
        self._resolver: Resolver | None = None
        self._story_id = 0
        self._entry: StoryEntry | None = None
        self._sources: list[SourceEntry] = []
        self._entities: list[EntityEntry] = []
        self._facts: list[FactEntry] = []
        self._uses = _Uses()
        self._lines: dict[str, int] = {}
        # A TOML sheet declares its entities, so a name that it does not declare is a slip.
        self._names: set[str] | None = set() if path.suffix == ".toml" else None

    async def take(self, located: sheetformats.Located) -> None:
        """Take one entry, or what is wrong with it."""
        self._report(located.problems)
        match located.entry:
            case StoryEntry() as entry:
                await self._flush(end=True)
                self._entry, self.story_name = entry, self._given or entry.name
            case SourceEntry() as entry:
                self._sources.append(entry)
            case EntityEntry() as entry:
                self._entities.append(entry)
                if self._names is not None:
                    self._names |= {entry.ref, *map(fold, (entry.name, entry.short or "", *entry.aliases))}
            case FactEntry() as entry:
                self._fact(located.line, entry)
        if len(self._facts) >= CHUNK:
            await self._flush()

    async def finish(self) -> None:
        """Write what is left; raise InvalidSheet if there was any problem."""
        await self._flush(end=True)
        if self._problems:
            raise InvalidSheet(self._problems, self._count)

    def _fact(self, line: int, entry: FactEntry) -> None:
        if (first := self._lines.setdefault(entry.ref, line)) != line:
            self._report([f"line {line}, ref: {entry.ref!r} is already used on line {first}"])
        self._uses.note(line, entry)
        self._report(self._strangers(line, entry))
        self._facts.append(entry)

    def _strangers(self, line: int, entry: FactEntry) -> list[str]:
        """Return the names in a fact that its sheet does not declare, each with the nearest one."""
        if self._names is None:
            return []
        used = [(f"attributions[{n}].speaker", item.speaker) for n, item in enumerate(entry.attributions)]
        used += [("places", name) for name in entry.places] + [("about", name) for name in entry.about]
        problems = []
        for where, name in used:
            if name and name not in self._names and fold(name) not in self._names:
                near = difflib.get_close_matches(name, self._names, 1, 0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                problems.append(f"line {line}, {where}: {name!r} is none of the sheet's entities{hint}")
        return problems

    def _report(self, problems: Iterable[str]) -> None:
        for problem in problems:
            self._count += 1
            if len(self._problems) < MOST_PROBLEMS:
                self._problems.append(problem)

    async def _flush(self, *, end: bool = False) -> None:
        """Write what has been gathered, unless a problem has made that pointless."""
        if not self._problems and (
            self._entry or self._sources or self._entities or self._facts or self._batch
        ):
            try:
                await self._write(end=end)
            except UnknownRefs as error:
                self._report(self._uses.problems(error))
            except InvalidSheet:
                raise
            except RecordError as error:
                self._report([str(error)])
        self._sources, self._entities, self._facts = [], [], []
        if end:
            self._batch, self._entry, self._lines, self._uses = None, None, {}, _Uses()

    async def _write(self, *, end: bool) -> None:
        if self._batch is None:
            self._story_id = await self._open_story()
            self._resolver = await Resolver.open(self._tx, self._story_id)
            self._batch = Batch(self._tx, self._story_id, self._actor, self._at, self._resolver)
            self._batch.written = self.written
        assert self._resolver is not None
        await self._resolver.add_sources(self._sources)
        await self._resolver.add_entities(self._entities)
        await self._batch.write(self._facts)
        if end:
            await self._batch.finish()
            await self._lead()

    async def _open_story(self) -> int:
        title = self._entry.title if self._entry else self.story_name
        opened = (self._entry and self._entry.opened_at) or self._at
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", self.story_name):
            raise RecordError(
                f"{self.story_name!r} is no story name: use a-z, 0-9 and -, at most 40, with --story"
            )
        rows = await self._tx.fetch(
            "INSERT INTO story (name, title, opened_at) VALUES (:name, :title, :opened)"
            " ON CONFLICT (name) DO UPDATE SET title = CASE WHEN :titled THEN excluded.title ELSE story.title END"
            " RETURNING id",
            {"name": self.story_name, "title": title, "opened": opened, "titled": self._entry is not None},
        )
        return int(rows[0][0])

    async def _lead(self) -> None:
        """Remember which facts tell the story in a few lines."""
        if self._entry is None or not self._entry.about:
            return
        rows = await self._tx.fetch(
            "SELECT ref, id FROM fact WHERE story_id = ? AND ref IN (SELECT value FROM json_each(?))",
            (self._story_id, json.dumps(self._entry.about)),
        )
        ids = {row[0]: row[1] for row in rows}
        if missing := [ref for ref in self._entry.about if ref not in ids]:
            raise RecordError(f"story.about: no fact has the ref {missing[0]!r}")
        await self._tx.run("DELETE FROM lead WHERE story_id = ?", (self._story_id,))
        await self._tx.run_many(
            "INSERT INTO lead VALUES (?, ?, ?)",
            [(self._story_id, position, ids[ref]) for position, ref in enumerate(self._entry.about, 1)],
        )


def sheet_schema() -> dict[str, Any]:
    """Return the JSON Schema of a line of a JSON Lines sheet; a TOML sheet's tables have the same fields."""
    from pydantic import TypeAdapter, create_model

    headers = [
        create_model(f"{name.title()}Line", __config__={"extra": "forbid"}, **{name: (kind, ...)})  # type: ignore[call-overload]  # reason: pydantic's overloads do not cover computed names
        for name, kind in (("story", StoryEntry), ("source", SourceEntry), ("entity", EntityEntry))
    ]
    union = FactEntry
    for header in headers:
        union = union | header  # type: ignore[assignment]  # reason: a union made at run time
    schema = TypeAdapter(union).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OnRecord fact sheet line",
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
        "format": sheetformats.FORMAT,
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
    leads = [fact.ref for fact in await record.listings.leading(story.id)]
    yield (
        "story",
        _lean({"name": story.name, "title": story.title, "about": leads, "opened_at": story.opened_at}),
    )
    async for source in _all_sources(record, story.id):
        fields = source.model_dump(exclude={"id", "story_id", "via"}, mode="json")
        yield "source", _lean({"id": f"S{source.id}", **fields, "via": source.via and source.via.ref})
    async for entity in _all_entities(record, story.id):
        fields = entity.model_dump(include={"ref", "kind", "name", "short", "role"}, mode="json")
        aliases = [alias for alias in entity.aliases if alias != entity.short]
        given = {"source": entity.role_source and entity.role_source.ref, "locator": entity.role_locator}
        yield "entity", _lean({**fields, "aliases": aliases, **given})
    after = 0
    while rows := await record.facts.states(story.id, after=after, limit=500):
        for row in rows:
            yield "facts", {"id": f"F{row.id}", "ref": row.ref, **row.state, "revisions": row.history}
        after = rows[-1].id


async def _all_sources(record: Record, story_id: int) -> AsyncIterator[Source]:
    after = 0
    while page := await record.sources.page(story_id, after=after, limit=500):
        for source in page:
            yield source
        after = page[-1].id


async def _all_entities(record: Record, story_id: int) -> AsyncIterator[Entity]:
    after = 0
    while page := await record.entities.page(story_id, after=after, limit=500):
        for entity in page:
            yield entity
        after = page[-1].id


def _lean(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], ())}
