"""Any sequence of changes by moderators: the record stays true to itself at each step, and at each moment."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.changing import drafts
from storage.changing.catalogue import entity_fields, source_fields
from storage.domain.changes import Change, MergeEntity, Publish, PutEntity, PutSource, Reject, Revise, loaded
from storage.domain.entries import EntityEntry, SourceEntry
from storage.domain.errors import RecordError, Refused
from storage.domain.models import DraftKind, Fact, Standing
from storage.record import Record
from storage.trail.audit import Actor
from tests.conftest import KILLS, examples
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import ANN, BO, check_tables, content, entry, exported, reexported, revision

MODERATORS = (ANN, BO, Actor("telegram:3"))
STANCES = ("asserts", "denies", "confirms")
# Names and sources on record of which the trail does not tell, but for those that were imported.
UNTOLD = """
SELECT ref FROM entity WHERE id > 1 AND 'E' || id NOT IN (SELECT subject FROM audit)
UNION SELECT ref FROM source WHERE id > 1 AND 'S' || id NOT IN (SELECT subject FROM audit)
"""


@dataclass(slots=True)
class World:
    """A record under change, and what was seen of it at each moment."""

    record: Record
    seen: dict[str, list[tuple]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    async def refs(self, table: str) -> list[str]:
        rows = await self.record.database.read(f"SELECT ref FROM {table} ORDER BY id")
        return [row[0] for row in rows]

    async def count(self, table: str) -> int:
        return int((await self.record.database.read(f"SELECT count(*) FROM {table}"))[0][0])


class Step:
    """One change to come: what it does, by whom, and three numbers from which all else is chosen."""

    def __init__(self, world: World, by: Actor, numbers: Sequence[int]) -> None:
        self.world, self.record, self.by = world, world.record, by
        self.numbers = numbers
        self.people: list[EntityEntry] = []

    async def one_of(self, table: str, number: int) -> str:
        refs = await self.world.refs(table)
        return refs[self.numbers[number] % len(refs)]

    async def id_of(self, table: str, number: int, *, preferably: str = "1 = 1") -> int:
        """Return one of a table's ids; three times out of four one of those that a change is meant for."""
        unwanted = self.numbers[2] % 4 == 0
        rows = await self.record.database.read(
            f"SELECT id FROM {table} ORDER BY NOT ({preferably if not unwanted else '1 = 1'}), id"
        )
        fit = await self.record.database.read(f"SELECT count(*) FROM {table} WHERE {preferably}")
        return rows[self.numbers[number] % (len(rows) if unwanted else fit[0][0] or len(rows))][0]

    async def voice(self) -> dict[str, Any]:
        """Return an attribution: by somebody known, known by another name, or new; in a source old or new."""
        first, second, third = self.numbers
        speaker = {0: None, 1: f"Newcomer {second % 3}"}.get(first % 6) or await self.one_of("entity", 1)
        if first % 6 == 1:
            self.people.append(EntityEntry(name=str(speaker), kind="person"))
        source: Any = {"title": f"Report {third % 4}"} if second % 3 == 0 else await self.one_of("source", 2)
        return {"speaker": speaker, "stance": STANCES[third % 3], "source": source, "cue": f"said {first}"}

    async def make(self, change: Change) -> None:
        if isinstance(change, Publish | Revise):
            change = change.model_copy(update={"entities": (*change.entities, *self.people)})
        await self.record.ledger.make(change, by=self.by)

    async def revise(self, kind: str, *, preferably: str = "retracted IS NULL", **fields: Any) -> None:
        fact_id = await self.id_of("fact", 0, preferably=preferably)
        await self.make(await revision(self.record, fact_id, kind, **fields))

    async def publish(self) -> None:
        people = (EntityEntry(name=f"Newcomer {self.numbers[2] % 3}", kind="person"),)
        new = entry(
            # Few refs, so that some are published a second time.
            f"p{self.numbers[0] % 7}",
            f"statement {self.numbers[1]}",
            attributions=[await self.voice()],
            about=[people[0].name, await self.one_of("entity", 1)] if self.numbers[2] % 2 else [],
            contradicts=[{"fact": await self.one_of("fact", 2)}] if self.numbers[1] % 4 == 0 else [],
        )
        await self.make(Publish(story_id=1, fact=new, entities=people))

    async def correct(self) -> None:
        await self.revise("corrected", statement=f"statement {self.numbers[1] % 4}", reason="a slip")

    async def attribute(self) -> None:
        fact_id = await self.id_of("fact", 0, preferably="retracted IS NULL")
        voices = (await self.record.facts.entry(fact_id)).attributions
        await self.revise("attributed", attributions=[*voices[-2:], await self.voice()])

    async def relate(self) -> None:
        kind = ("contradicts", "supports")[self.numbers[2] % 2]
        other = {"fact": await self.one_of("fact", 1), "about": f"question {self.numbers[2] % 3}"}
        related: Any = {kind: [other]}
        await self.revise("related", **related)

    async def end_relations(self) -> None:
        related = "id IN (SELECT fact_id FROM relation WHERE ended_at IS NULL)"
        await self.revise("related", preferably=related, contradicts=[], supports=[])

    async def supersede(self) -> None:
        await self.revise("superseded", superseded_by=await self.one_of("fact", 1))

    async def bring_back(self) -> None:
        kind = ("superseded", "restored")[self.numbers[1] % 2]
        await self.revise(kind, preferably="superseded_by IS NOT NULL", superseded_by=None)

    async def retract(self) -> None:
        await self.revise("retracted", retracted=f"reason {self.numbers[1]}", reason="wrong")

    async def restore(self) -> None:
        await self.revise("restored", preferably="retracted IS NOT NULL", retracted=None)

    async def undo(self) -> None:
        await self.record.ledger.undo(by=self.by, within_minutes=10)

    async def overtaken(self) -> None:
        """Correct what was looked at some revisions ago, or never."""
        found = await self.record.facts.find(await self.id_of("fact", 0))
        change = await revision(self.record, found.id, statement="too late", expected=found.revision + 1)
        if found.revision > 1 and self.numbers[1] % 2:
            change = change.model_copy(update={"expected": found.revision - 1})
        await self.make(change)
        raise AssertionError("what has changed since was changed")

    async def add_source(self) -> None:
        via = await self.one_of("source", 1) if self.numbers[2] % 2 else None
        new = SourceEntry(ref=f"s{self.numbers[0] % 5}", title=f"Source {self.numbers[0]}", via=via)
        await self.make(PutSource(story_id=1, source=new))

    async def edit_source(self) -> None:
        """Give a source another title, and another that relays it: in a ring, at times."""
        ref = await self.one_of("source", 0)
        before = source_fields((await self.record.sources.by_ref(1, [ref]))[ref])
        via = await self.one_of("source", 1) if self.numbers[2] % 3 else None
        after = SourceEntry(**{**before, "title": f"Title {self.numbers[2]}", "via": via})
        stale = {"title": "never so"} if self.numbers[2] % 5 == 0 else {}
        await self.make(PutSource(story_id=1, source=after, expected={**before, **stale}))

    async def edit_entity(self) -> None:
        """Rename somebody, at times to somebody else's name, leaving the old one as an alias or not."""
        ref = await self.one_of("entity", 0)
        before = entity_fields(await self.record.entities.alone(1, ref))
        name = ("Renamed", "Newcomer 1", "Ann Other")[self.numbers[1] % 3]
        aliases = [before["name"]] if self.numbers[2] % 2 else []
        after = EntityEntry(**{**before, "name": name, "aliases": aliases})
        stale = {"name": "never so"} if self.numbers[2] % 5 == 0 else {}
        await self.make(PutEntity(story_id=1, entity=after, expected={**before, **stale}))

    async def merge(self) -> None:
        one, other = [await self.id_of("entity", n, preferably="merged_into IS NULL") for n in (0, 1)]
        await self.make(MergeEntity(story_id=1, entity_id=one, into_id=other))

    async def propose(self) -> None:
        new = entry(f"d{self.numbers[0]}", attributions=[await self.voice()])
        change = Publish(story_id=1, fact=new, entities=tuple(self.people))
        given: Any = {"proposer": "telegram:9", "chat": "telegram:9", "language": "en", "at": "2024"}
        async with self.record.database.transaction() as tx:
            await drafts.propose(tx, change, kind=DraftKind.SUGGESTION, **given)

    async def draft(self) -> int:
        if not await self.world.count("draft"):
            raise Refused("there is no draft yet")
        return await self.id_of("draft", 1, preferably="state = 'waiting'")

    async def approve(self) -> None:
        number = await self.draft()
        found = await self.record.drafts.find(number)
        await self.make(loaded(found.change).model_copy(update={"draft": number}))

    async def reject(self) -> None:
        await self.make(Reject(story_id=1, draft=await self.draft(), reason="no"))

    async def merge_draft(self) -> None:
        await self.revise("attributed", attributions=[await self.voice()], draft=await self.draft())


STEPS: dict[str, Callable[[Step], Awaitable[None]]] = {
    name: step
    for name, step in vars(Step).items()
    if not name.startswith("_") and name not in ("one_of", "id_of", "voice", "make", "revise", "draft")
}


def seen(found: Sequence[Fact]) -> list[tuple]:
    """Return what a moment keeps of facts: how sources and people read, and so who is two, is of now."""
    return [
        (
            each.id,
            each.statement,
            each.revision,
            each.superseded_by,
            each.retracted,
            each.standing if each.standing is not Standing.CORROBORATED else Standing.ATTRIBUTED,
            [(voice.source.ref, voice.stance, voice.cue) for voice in each.attributions],
            sorted((r.kind, r.other_id, r.outgoing, r.other_in_force, r.about) for r in each.relations),
        )
        for each in found
    ]


async def recomputed(record: Record) -> dict[int, Standing]:
    """Return how firmly each fact stands, from the tables alone and without any of the record's own code."""
    read = record.database.read
    via = {row["id"]: row["via_id"] for row in await read("SELECT id, via_id FROM source")}
    who = {row["id"]: row["merged_into"] or row["id"] for row in await read("SELECT * FROM entity")}
    facts = {row["id"]: row for row in await read("SELECT * FROM fact")}
    in_force = {i for i, row in facts.items() if row["superseded_by"] is None and row["retracted"] is None}
    opposed: dict[int, set[int]] = {i: set() for i in facts}
    for row in await read("SELECT * FROM relation WHERE ended_at IS NULL AND kind = 'contradicts'"):
        opposed[row["fact_id"]].add(row["other_id"])
        opposed[row["other_id"]].add(row["fact_id"])
    voices: dict[int, list[tuple]] = {i: [] for i in facts}
    for row in await read("SELECT * FROM attribution"):
        way, source = set(), row["source_id"]
        while source is not None:
            way.add(source)
            source = via[source]
        voices[row["fact_id"]].append((who.get(row["speaker_id"]), way, row["stance"] == "denies"))

    def standing(fact_id: int) -> Standing:
        if facts[fact_id]["retracted"] is not None:
            return Standing.RETRACTED
        if facts[fact_id]["superseded_by"] is not None:
            return Standing.SUPERSEDED
        if opposed[fact_id] & in_force or len({denies for _, _, denies in voices[fact_id]}) == 2:
            return Standing.DISPUTED
        apart = any(
            not one[1] & other[1] and (one[0] is None or one[0] != other[0])
            for one, other in itertools.combinations(voices[fact_id], 2)
        )
        return Standing.CORROBORATED if apart else Standing.ATTRIBUTED

    return {fact_id: standing(fact_id) for fact_id in facts}


async def check(world: World) -> None:
    record = world.record
    ids = range(1, await world.count("fact") + 1)
    facts = await record.facts.load(ids)
    assert [each.id for each in facts] == list(ids)
    bare = "SELECT id FROM fact WHERE id NOT IN (SELECT fact_id FROM attribution)"
    assert await record.database.read(bare) == []
    assert {each.id: each.standing for each in facts} == await recomputed(record)
    disputed = [each.id for each in facts if each.standing is Standing.DISPUTED]
    assert [each.id for each in await record.listings.disputed(1, limit=99)] == disputed
    await check_tables(record)
    assert (await record.audit.verify()).problem is None
    assert await record.database.read(UNTOLD) == []
    (last,) = await record.audit.page(limit=1)
    world.seen[last.at] = seen(facts)
    for moment, then in world.seen.items():
        assert seen(await record.facts.load(ids, moment=moment)) == then
        in_force = [each for each in then if each[3] is None and each[4] is None]
        assert seen(await record.listings.in_force_at(1, moment, limit=99)) == in_force


async def replay(steps: Sequence[tuple[str, int, tuple[int, int, int]]]) -> list[str]:
    """Make changes one after the other; return the names of those that were made."""
    with tempfile.TemporaryDirectory() as folder:
        record = await Record.open(Path(folder) / "record.db", clock=Ticking())
        try:
            await put(record, Path(folder), *(fact(ref, f"statement of {ref}") for ref in "abc"))
            world = World(record)
            await check(world)
            for name, moderator, numbers in steps:
                before, entries = content(record.database.path), await record.audit.last()
                known = await world.count("entity") + await world.count("source")
                try:
                    await STEPS[name](Step(world, MODERATORS[moderator], numbers))
                except RecordError:
                    # What is refused leaves no trace at all.
                    assert content(record.database.path) == before
                else:
                    world.made.append(name)
                    # Each change leaves one entry, a draft only once it is decided; so does each name and
                    # each source that came along.
                    came = await world.count("entity") + await world.count("source") - known
                    along = came - (name == "add_source")
                    assert await record.audit.last() == entries + (name != "propose") + along
                    await check(world)
            text = await exported(record)
            assert await reexported(text, Path(folder)) == text
            for line in map(json.loads, text.splitlines()):
                for each in line.get("revisions", ()):
                    assert each["at"] <= max(world.seen)
            assert await record.database.check() == []
            return world.made
        finally:
            await record.close()


# Each as likely as any other, unlike what integers() draws: the more of the changes can be made.
NUMBERS = st.tuples(*[st.sampled_from(range(30))] * 3)
SEQUENCES = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(range(len(MODERATORS))), NUMBERS),
    min_size=8,
    max_size=24,
)


@settings(max_examples=examples(60))
@given(SEQUENCES)
def test_whatever_moderators_do_the_record_stays_true_to_itself(steps):
    asyncio.run(replay(steps))


@pytest.mark.slow
@settings(max_examples=12 * KILLS + 100)
@given(SEQUENCES)
def test_whatever_moderators_do_at_length_the_record_stays_true_to_itself(steps):
    asyncio.run(replay(steps))
