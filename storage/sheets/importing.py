"""Import of fact sheets: it takes effect whole or not at all. Export stands beside it."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from storage.changing.catalogue import add_missing
from storage.changing.entity_rows import add_entities
from storage.changing.references import Resolver
from storage.changing.source_rows import add_sources
from storage.changing.stories import put
from storage.changing.writing import Batch, Written, known_facts
from storage.domain.clock import Clock
from storage.domain.entries import EntityEntry, FactEntry, FactState, SourceEntry, StoryEntry
from storage.domain.errors import InvalidSheet, RecordError, Refused
from storage.domain.folding import fold
from storage.domain.leases import later
from storage.domain.models import Action, Story
from storage.domain.names import slug, with_article
from storage.engines.database import Statements, Transaction
from storage.notifying.announcing import announce_imported
from storage.record import Record
from storage.sheets import briefs, formats, staging, takedowns
from storage.sheets.again import Again, Kept, find_names, restore_named
from storage.sheets.headers import lead, open_story
from storage.sheets.uses import Uses, named_in
from storage.trail.audit import Actor, AuditEntryWriter

Progress = Callable[[int, int], None]
CHUNK = 2000
MOST_PROBLEMS = 20
# Sheets with more bytes than this would keep others from writing for longer than they notice.
STAGED_FROM = 256 * 1024
# Seconds by which the clock of whoever made a sheet may be ahead.
A_DAY = 86_400.0
# How often an import that others have overtaken is worked out anew, before they have to wait for it.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `story` is the last story it wrote to.

    `kept` are the entries of which it left something as moderators have it, though the sheet changed it too.
    """

    story: Story
    added: int
    updated: int
    unchanged: int
    kept: tuple[Kept, ...] = ()


async def import_sheet(
    record: Record, path: Path, *, actor: str, story: str | None = None, progress: Progress | None = None
) -> Imported:
    """Put the sheet in a file on record: see `import_entries`. Raises OSError, too."""
    sheet = formats.sheet_at(path)
    return await import_entries(record, sheet, actor=actor, story=story, progress=progress)


async def import_entries(
    record: Record,
    sheet: formats.Sheet,
    *,
    actor: str,
    story: str | None = None,
    progress: Progress | None = None,
    rehearse: bool = False,
) -> Imported:
    """Put a sheet on record in one transaction. `progress` hears of (lines read, lines in all).

    With `rehearse` that is done to a copy of the record, and the record stays as it is. Raises InvalidSheet
    with line and field of every error, and the errors of a transaction.
    """

    async def write(to: Record) -> _Importing:
        return await _write(to, sheet, Actor(actor), story, progress)

    if rehearse:
        with staging.copy_beside(record.database.path) as path:
            async with _copied(record, path) as copy:
                return await _imported(copy, sheet, await write(copy))
    # Only from file to file are rows copied quickly enough for others not to notice.
    staged = sheet.size > STAGED_FROM and record.database.dialect == "sqlite"
    importing = await (_staged(record, write) if staged else write(record))
    return await _imported(record, sheet, importing)


async def _imported(record: Record, sheet: formats.Sheet, importing: _Importing) -> Imported:
    """Return what was done to a record."""
    found = await record.stories.find(importing.story_name)
    if found is None:
        raise RecordError(f"{sheet.name} holds neither a story nor a fact: nothing was imported")
    written = importing.written
    kept = tuple(importing.again.kept)
    return Imported(found, written.added, written.updated, written.unchanged, kept)


async def _write(
    record: Record, sheet: formats.Sheet, by: Actor, story: str | None, progress: Progress | None
) -> _Importing:
    """Read a sheet and write all of it, as the entry of the trail that comes next."""
    async with record.database.transaction() as tx:
        trace = await tx.work(lambda rows: AuditEntryWriter.open(rows, by, record.ledger.clock))
        importing = _Importing(tx, trace, story, sheet)
        for count, located in enumerate(sheet.entries()):
            await importing.take(located)
            if progress and count % CHUNK == 0:
                progress(located.line, sheet.lines)
        await importing.finish()
    if progress:
        progress(sheet.lines, sheet.lines)
    return importing


@asynccontextmanager
async def _copied(record: Record, path: Path) -> AsyncIterator[Record]:
    """Open a copy of a record at a path, on which nobody searches."""
    await record.database.backup(path)
    copy = await Record.open(path, clock=record.ledger.clock)
    try:
        await copy.database.outside(staging.lighten)
        yield copy
    finally:
        await copy.close()


async def _staged(record: Record, write: Callable[[Record], Awaitable[_Importing]]) -> _Importing:
    """Work an import out on a copy, and put it on record in one short step."""
    database = record.database
    for _attempt in range(ATTEMPTS):
        with staging.copy_beside(database.path) as path:
            async with _copied(record, path) as copy:
                before = await copy.database.reading(staging.last_ids)
                importing = await write(copy)
            done = importing.worked_out(before)
            try:
                await database.outside(partial(staging.attach, path=path, done=done))
                async with database.transaction() as tx:
                    if not await tx.work(partial(staging.overtaken, done=done)):
                        await tx.work(partial(importing.publish, clock=record.ledger.clock, done=done))
                        return importing
            finally:
                await database.outside(staging.detach)
    # Others keep changing what the sheet is about: they have to wait for once.
    return await write(record)


class _Importing:
    """Takes the entries of one sheet; after the first problem it only checks the rest."""

    def __init__(
        self, tx: Transaction, trace: AuditEntryWriter, story: str | None, sheet: formats.Sheet
    ) -> None:
        self._tx, self._trace = tx, trace
        self._given = story
        self._latest = later(trace.at, A_DAY)
        self.story_name = story or sheet.story
        self.written = Written()
        self.again = Again()
        self._stories: dict[int, None] = {}
        self._refs: list[tuple[int, str]] = []
        self._problems: list[str] = []
        self._count = 0
        self._batch: Batch | None = None
        self._resolver: Resolver | None = None
        self._story_id = 0
        self._entry: StoryEntry | None = None
        self._language_changed = False
        self._entry_line = 1
        self._sources: list[SourceEntry] = []
        self._entities: list[EntityEntry] = []
        self._facts: list[FactEntry] = []
        self._uses = Uses()
        self._lines: dict[str, int] = {}
        self._named: dict[str, tuple[int, str]] = {}
        # A TOML sheet declares its entities, so a name that it does not declare is a slip.
        self._names: dict[str, str] | None = {} if sheet.declares else None

    def worked_out(self, before: staging.Last) -> staging.WorkedOut:
        """Return what was made of the copy of a record."""
        return staging.WorkedOut(before, self._trace.at, self._trace.id, tuple(self._stories), self._refs)

    def publish(self, tx: Statements, clock: Clock, done: staging.WorkedOut) -> None:
        """Put on record what was made of a copy, as an entry of the trail of its own."""
        self._trace = AuditEntryWriter.open(tx, self._trace.by, clock)
        staging.put_on_record(tx, self._trace, done)
        if self._changed:
            self._close(tx)

    @property
    def _changed(self) -> bool:
        return bool(self.written.changes or self.again.agreed) or self._language_changed

    async def take(self, located: formats.Located) -> None:
        """Take one entry, or what is wrong with it."""
        self._report(located.problems)
        match located.entry:
            case StoryEntry() as entry:
                await self._flush(end=True)
                self._refuse_ahead(located, entry.opened_at or "", "opened_at")
                self._entry, self.story_name = entry, self._given or entry.name
                self._entry_line = located.at("about")
            case SourceEntry() as entry:
                self._uses.note(located, entry)
                self._sources.append(entry)
            case EntityEntry() as entry:
                self._uses.note(located, entry)
                self._refuse_same_ref(located, entry)
                self._entities.append(entry)
                self._declare(entry)
            case FactEntry() as entry:
                self._fact(located, entry)
            case None if located.place[:1] == ("entities",):
                # With an entity in doubt, who is a stranger cannot be told.
                self._names = None
        if len(self._facts) >= CHUNK:
            await self._flush()

    async def finish(self) -> None:
        """Write what is left; raise InvalidSheet if there was any problem."""
        await self._flush(end=True)
        if self._problems:
            raise InvalidSheet(self._problems, self._count)
        if self._changed:
            await self._tx.work(self._close)

    def _declare(self, entry: EntityEntry) -> None:
        if self._names is not None:
            whole = with_article(entry.article, entry.name)
            for name in (entry.name, whole, entry.short or "", *entry.aliases):
                self._names.setdefault(fold(name), name)
            self._names.setdefault(entry.ref, entry.ref)

    def _refuse_same_ref(self, located: formats.Located, entry: EntityEntry) -> None:
        """Refuse two names that only begin alike: a ref made of a name holds its first 200 letters."""
        if entry.ref != slug(entry.name):
            return
        line, name = self._named.setdefault(entry.ref, (located.line, entry.name))
        if fold(name) != fold(entry.name):
            text = f"begins like the one on line {line}: give one of the two a ref of its own"
            self._report([f"line {located.at('name')}, name: {text}"])

    def _fact(self, located: formats.Located, entry: FactEntry) -> None:
        line = located.line
        if (first := self._lines.setdefault(entry.ref, line)) != line:
            self._report([f"line {line}, ref: {entry.ref!r} is already used on line {first}"])
        if entry.revisions:
            last = len(entry.revisions) - 1  # they are in order
            self._refuse_ahead(located, entry.revisions[last].at, "revisions", last, "at")
        self._uses.note(located, entry)
        self._report(self._strangers(located, entry))
        self._facts.append(entry)

    def _refuse_ahead(self, located: formats.Located, moment: str, *place: str | int) -> None:
        """Refuse a moment that has not come, by any clock that is about right."""
        if moment > self._latest:
            self._report([f"line {located.at(*place)}, {formats.dotted(place)}: lies in the future"])

    def _strangers(self, located: formats.Located, entry: FactEntry) -> list[str]:
        """Return the names in a fact that its sheet does not declare, each with the nearest one."""
        if self._names is None:
            return []
        past = enumerate(item.state for item in entry.revisions)
        states: list[tuple[formats.Place, FactState]] = [((), entry)]
        states += [(("revisions", n, "state"), state) for n, state in past if state is not None]
        return [
            self._stranger(located, (*place, *within), name)
            for place, state in states
            for within, name in named_in(state)
            if name not in self._names and fold(name) not in self._names
        ]

    def _stranger(self, located: formats.Located, place: formats.Place, name: str) -> str:
        known = self._names or {}
        near = difflib.get_close_matches(fold(name), known, 1, 0.5)
        hint = f"; did you mean {known[near[0]]!r}?" if near else ""
        where = f"line {located.at(*place)}, {formats.dotted(place)}"
        return f"{where}: {name!r} is none of the sheet's entities{hint}"

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
                await self._tx.work(lambda rows: self._write(rows, end=end))
            except Refused as error:
                self._report(self._uses.problems(error))
        self._sources, self._entities, self._facts = [], [], []
        if end:
            self._refs += [(self._story_id, ref) for ref in self._lines]
            self._batch, self._entry, self._lines, self._uses = None, None, {}, Uses()
            self._named = {}

    def _write(self, tx: Statements, *, end: bool) -> None:
        if self._batch is None:
            self._story_id = open_story(tx, self.story_name, self._entry, self._trace.at, self.again)
            if self._entry and self._entry.language and put(tx, self._story_id, self._entry.language):
                self._language_changed = True
            self._stories[self._story_id] = None
            self._resolver = Resolver(tx, self._story_id)
            self._batch = Batch(tx, self._story_id, self._trace, self._resolver.found)
            self._batch.written = self.written
        assert self._resolver is not None
        add_sources(tx, self._resolver, self.again.sources(tx, self._story_id, self._sources))
        named = self.again.entities(tx, self._story_id, self._entities)
        add_entities(tx, self._resolver, named)
        find_names(self._resolver, self._entities, named)
        known = known_facts(tx, self._story_id, (fact.ref for fact in self._facts))
        facts, refused = takedowns.taken_in(tx, self._story_id, self._facts, known)
        if refused:
            self._report(f"line {self._lines[ref]}, ref: {ref!r}: {why}" for ref, why in refused.items())
            return
        add_missing(tx, self._resolver, facts)
        facts = self.again.facts(tx, self._resolver, facts, known)
        restore_named(tx, self._resolver, facts, known)
        if unfit := briefs.refused(tx, self._story_id, facts, known, self._resolver.found):
            self._report(f"{self._uses.lines['brief', ref]}: {why}" for ref, why in unfit.items())
            return
        self._batch.write(facts, known)
        if end:
            self._batch.finish()
            if self._entry and self._entry.about:
                lead(tx, self._story_id, self._entry, self._entry_line, self.again)

    def _close(self, tx: Statements) -> None:
        """Write the import's entry of the trail."""
        story_id = self._story_id
        after: dict[str, Any] = {"added": self.written.added, "updated": self.written.updated}
        after |= {"agreed": self.again.agreed} if self.again.agreed else {}
        announce_imported(tx, self._trace, self.written.revised)
        self._trace.close(tx, Action.IMPORTED, f"story {story_id}", story_id=story_id, after=after)
