"""Changes by command: each happens once, to what was looked at, and leaves its trace, or nothing changes."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from storage.domain.changes import OpenStory, Publish, dumped, loaded
from storage.domain.entries import EntityEntry, FactEntry, StoryEntry
from storage.domain.errors import AlreadyDone, InvalidSheet, Overtaken, RecordError, Refused, UnknownRefs
from storage.domain.models import Action, RevisionKind, Standing
from storage.people import dialogues
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.storage.conftest import fact, put
from tests.storage.making import (
    ANN,
    BO,
    check_tables,
    content,
    entry,
    exported,
    publish,
    restore,
    retract,
    revise,
    revision,
    supersede,
)


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """Three facts of one story: F1 `a`, F2 `b`, F3 `c`."""
    await put(record, tmp_path, fact("a"), fact("b", "it was dry"), fact("c", "it hailed"))
    return record


async def unchanged(record: Record, change, error: type[Exception], match: str) -> None:
    """Make sure that a change is refused for a reason and leaves the record as it is."""
    before = content(record.database.path)
    with pytest.raises(error, match=match):
        await record.ledger.make(change, by=BO)
    assert content(record.database.path) == before


async def test_a_published_fact_has_its_people_its_revision_and_its_trace(flood):
    bo = EntityEntry(name="Bo Rain", kind="person", aliases=("The Gauge",))
    new = entry("d", "it snowed", attributions=[{"speaker": "Bo Rain", "source": {"title": "A Log"}}])
    made = await flood.ledger.make(Publish(story_id=1, fact=new, entities=(bo,)), by=ANN)
    assert (made.subject, made.fact.id, made.fact.standing) == ("F4", 4, Standing.ATTRIBUTED)
    assert made.fact == await flood.facts.find(4)
    assert made.fact.attributions[0].speaker.aliases == ("The Gauge",)
    (first,) = await flood.facts.revisions(4)
    assert (first.kind, first.actor, first.number) == (RevisionKind.PUBLISHED, "telegram:99", 1)
    told, source, name = await flood.audit.page(fact_id=4, limit=9)
    assert (told.id, told.action, told.actor, told.chat) == (
        made.audit_id, Action.PUBLISHED, "telegram:99", "telegram:-100",
    )  # fmt: skip
    assert (told.before, told.after["statement"], told.at) == (None, "it snowed", first.at)
    # Whom and what it brought along has entries of its own, before it.
    assert (name.action, name.subject, name.before) == (Action.ENTITY_ADDED, "E2", None)
    assert (name.after["name"], name.after["aliases"]) == ("Bo Rain", ["The Gauge"])
    assert (source.action, source.subject, source.before) == (Action.SOURCE_ADDED, "S2", None)
    assert source.after["title"] == "A Log"
    assert {each.actor for each in (name, source)} == {"telegram:99"}
    assert name.id < source.id < told.id and name.at < source.at < told.at
    assert (await flood.audit.verify()).problem is None


async def test_what_comes_along_with_a_fact_that_is_refused_leaves_no_trace(flood):
    change = await revision(
        flood, 1, attributions=[{"source": {"title": "A Log"}}], contradicts=[{"fact": "x"}]
    )
    bo = EntityEntry(name="Bo Rain", kind="person")
    await unchanged(flood, change.model_copy(update={"entities": (bo,)}), UnknownRefs, "No fact has the ref")


async def test_what_comes_along_twice_is_introduced_once(flood):
    bo = EntityEntry(name="Bo Rain", kind="person")
    same = EntityEntry(name="BO RAIN!", kind="group")
    source = {"title": "A Log"}
    voices = [
        {"speaker": "Bo Rain", "source": source},
        {"speaker": "BO RAIN!", "source": source, "cue": "adds"},
    ]
    new = entry("d", "it snowed", attributions=voices)
    await flood.ledger.make(Publish(story_id=1, fact=new, entities=(bo, same)), by=ANN)
    found = [(each.action, each.subject) for each in await flood.audit.page(limit=3)]
    assert found == [(Action.PUBLISHED, "F4"), (Action.SOURCE_ADDED, "S2"), (Action.ENTITY_ADDED, "E2")]
    # Nor are those on record a second time, by whichever of their names.
    again = entry("e", "it froze", attributions=voices)
    await flood.ledger.make(Publish(story_id=1, fact=again, entities=(same,)), by=ANN)
    assert [each.action for each in await flood.audit.page(limit=2)] == [Action.PUBLISHED, Action.PUBLISHED]


async def test_a_rehearsal_shows_exactly_what_would_stand_and_leaves_everything_as_it_is(flood, path):
    for change in (
        Publish(story_id=1, fact=entry("d", "it snowed", about=["Somebody New"])),
        await revision(flood, 1, statement="it poured", contradicts=[{"fact": "b"}]),
        await revision(flood, 2, "retracted", retracted="the gauge was broken"),
        OpenStory(story=StoryEntry(name="fire", title="The fire")),
    ):
        before = content(path)
        shown = await flood.ledger.rehearse(change, by=ANN)
        assert content(path) == before
        made = await flood.ledger.make(change, by=ANN)
        assert made == shown


async def test_a_rehearsal_refuses_what_would_be_refused(flood, path):
    before = content(path)
    with pytest.raises(Overtaken):
        await flood.ledger.rehearse(await revision(flood, 1, statement="x", expected=7), by=ANN)
    assert content(path) == before


async def test_a_change_of_what_has_changed_since_is_refused(flood):
    change = await revision(flood, 1, statement="it poured")
    await revise(flood, 1, statement="it drizzled", by=BO)
    await unchanged(flood, change, Overtaken, "F1 has changed since: look at it again")
    assert (await flood.facts.find(1)).statement == "it drizzled"


async def test_of_many_who_change_one_fact_at_once_one_is_heard(flood):
    changes = [await revision(flood, 1, statement=f"it rained {n} mm") for n in range(8)]
    done: list[Any] = await asyncio.gather(
        *(flood.ledger.make(change, by=ANN) for change in changes), return_exceptions=True
    )
    assert [type(each) for each in done[1:]] == [Overtaken] * 7
    assert (await flood.facts.find(1)).statement == done[0].fact.statement == "it rained 0 mm"


async def test_publishing_the_same_again_is_told_apart_from_a_new_fact(flood):
    change = Publish(story_id=1, fact=FactEntry(**fact("", "it froze")))
    await flood.ledger.make(change, by=ANN)
    await unchanged(flood, change, AlreadyDone, "on record already: F4")


async def test_a_confirmation_leads_to_one_change_however_often_it_is_pressed(flood):
    change = Publish(story_id=1, fact=entry("d", "it snowed"))
    open_one = await flood.dialogues.begin("telegram:1", "telegram:1", "publish", dumped(change))
    confirmed = loaded(open_one.state)

    async def press() -> Any:
        return await flood.ledger.make(confirmed, by=ANN, also=lambda tx: dialogues.close(tx, open_one))

    done: tuple[Any, ...] = await asyncio.gather(press(), press(), press(), return_exceptions=True)
    assert [type(each) for each in done[1:]] == [AlreadyDone, AlreadyDone]
    assert [str(each) for each in done[1:]] == ["That has been answered already"] * 2
    assert done[0].fact.statement == "it snowed"
    assert await flood.dialogues.find("telegram:1", "telegram:1") is None


async def test_a_refused_change_leaves_the_dialogue_that_led_to_it_open(flood):
    change = await revision(flood, 1, statement="x", expected=9)
    open_one = await flood.dialogues.begin("telegram:1", "telegram:1", "correct", {})
    with pytest.raises(Overtaken):
        await flood.ledger.make(change, by=ANN, also=lambda tx: dialogues.close(tx, open_one))
    assert await flood.dialogues.find("telegram:1", "telegram:1") == open_one


async def test_retracting_and_restoring_each_only_once(flood):
    gone = await retract(flood, 1, "the gauge was broken")
    assert (gone.standing, gone.retracted) == (Standing.RETRACTED, "the gauge was broken")
    again = await revision(flood, 1, "retracted", retracted="once more")
    await unchanged(flood, again, AlreadyDone, "F1 is retracted already")
    corrected = await revision(flood, 1, statement="it poured")
    await unchanged(flood, corrected, Refused, "F1 is retracted: restore it before anything else")
    assert await flood.search.find("rained") == []
    back = await restore(flood, 1)
    assert (back.standing, back.retracted, back.revision) == (Standing.ATTRIBUTED, None, 3)
    assert [hit.fact_id for hit in await flood.search.find("rained")] == [1]
    twice = await revision(flood, 1, "restored")
    await unchanged(flood, twice, Refused, "F1 is in force: there is nothing to restore")


async def test_what_is_superseded_is_restored_to_its_place(flood):
    await supersede(flood, 1, "b")
    back = await revise(flood, 1, "restored", superseded_by=None)
    assert (back.standing, back.superseded_by, back.in_force) == (Standing.ATTRIBUTED, None, True)
    assert (await flood.facts.revisions(1))[-1].kind is RevisionKind.RESTORED
    (told,) = await flood.audit.page(limit=1)
    assert (told.action, told.subject) == (Action.RESTORED, "F1")
    twice = await revision(flood, 1, "restored", superseded_by=None)
    await unchanged(flood, twice, Refused, "F1 is in force: there is nothing to restore")


async def test_what_would_change_nothing_is_refused(flood):
    await unchanged(flood, await revision(flood, 1), Refused, "F1 already reads so")


async def test_a_fact_of_another_story_or_none_is_refused(flood, tmp_path):
    await put(flood, tmp_path, fact("z"), story="storm")
    elsewhere = (await revision(flood, 4, statement="x")).model_copy(update={"story_id": 1})
    await unchanged(flood, elsewhere, Refused, "F4 is not on record in this story")
    nowhere = (await revision(flood, 1, statement="x")).model_copy(update={"fact_id": 99})
    await unchanged(flood, nowhere, Refused, "F99 is not on record")


async def test_a_superseded_fact_gives_way_and_can_come_back(flood):
    old = await supersede(flood, 1, "b")
    assert (old.standing, old.superseded_by) == (Standing.SUPERSEDED, 2)
    back = await supersede(flood, 1, None)
    assert (back.standing, back.superseded_by) == (Standing.ATTRIBUTED, None)


@pytest.mark.parametrize("ring", ["ab", "abc"])
async def test_facts_never_supersede_each_other_in_a_ring_by_command(flood, ring):
    for one, other in itertools.pairwise(ring):
        await supersede(flood, "abc".index(one) + 1, other)
    last = "abc".index(ring[-1]) + 1
    closing = await revision(flood, last, "superseded", superseded_by="a")
    await unchanged(flood, closing, Refused, f"F{last} can be superseded only by a fact that is in force")
    # Nor by the back door of a correction.
    closing = await revision(flood, last, "corrected", superseded_by="a")
    await unchanged(flood, closing, Refused, f"F{last} would in the end be superseded by itself")


@pytest.mark.parametrize("ring", ["ab", "abc"])
async def test_facts_never_supersede_each_other_in_a_ring_by_import(flood, tmp_path, path, ring):
    lines = [fact(one, superseded_by=other) for one, other in zip(ring, (*ring[1:], ring[0]), strict=True)]
    before = content(path)
    with pytest.raises(InvalidSheet, match="would in the end be superseded by itself"):
        await put(flood, tmp_path, *lines)
    assert content(path) == before


async def test_a_fact_is_superseded_only_by_one_in_force(flood):
    await retract(flood, 2)
    change = await revision(flood, 1, "superseded", superseded_by="b")
    await unchanged(flood, change, Refused, "F1 can be superseded only by a fact that is in force itself")
    change = await revision(flood, 1, "superseded", superseded_by="nowhere")
    await unchanged(flood, change, Refused, "only by a fact that is in force")


async def test_a_fact_is_never_related_to_itself(flood):
    for fields in ({"contradicts": [{"fact": "a"}]}, {"supports": [{"fact": "a"}]}, {"superseded_by": "a"}):
        change = await revision(flood, 1, "related", **fields)
        await unchanged(flood, change, RecordError, "'a' is related to itself|superseded by itself")


async def test_relating_and_ending_a_relation_are_seen_from_both_sides(flood):
    await revise(flood, 1, "related", contradicts=[{"fact": "b", "about": "Did it rain?"}])
    assert [each.standing for each in await flood.facts.load([1, 2])] == [Standing.DISPUTED] * 2
    await revise(flood, 1, "related", contradicts=[])
    assert [each.standing for each in await flood.facts.load([1, 2])] == [Standing.ATTRIBUTED] * 2
    await revise(flood, 1, "related", contradicts=[{"fact": "b"}])
    assert [each.standing for each in await flood.facts.load([1, 2])] == [Standing.DISPUTED] * 2
    await check_tables(flood)


async def test_another_voice_makes_a_fact_corroborated_or_disputed(flood):
    ours = (await flood.facts.entry(1)).attributions
    seen = {"speaker": "Bo", "stance": "confirms", "source": {"title": "The Gauge"}}
    found = await revise(flood, 1, "attributed", attributions=[*ours, seen])
    assert found.standing is Standing.CORROBORATED
    denied = {"speaker": "Cy", "stance": "denies", "source": {"title": "The Weather"}}
    found = await revise(flood, 1, "attributed", attributions=[*ours, seen, denied])
    assert found.standing is Standing.DISPUTED
    assert [item.kind for item in await flood.facts.revisions(1)] == [
        RevisionKind.PUBLISHED, RevisionKind.ATTRIBUTED, RevisionKind.ATTRIBUTED,
    ]  # fmt: skip


async def test_what_names_unknown_sources_or_facts_is_refused(flood):
    strange = await revision(flood, 1, attributions=[{"source": "nowhere"}])
    await unchanged(flood, strange, UnknownRefs, "No source has the ref 'nowhere'")
    strange = await revision(flood, 1, supports=[{"fact": "nowhere"}])
    await unchanged(flood, strange, UnknownRefs, "No fact has the ref 'nowhere'")


async def test_a_reason_and_whether_it_matters_are_kept_with_the_revision_and_in_the_trail(flood):
    change = await revision(flood, 1, statement="it  rained!", reason="a slip of the pen")
    made = await flood.ledger.make(change.model_copy(update={"material": False}), by=ANN)
    last = (await flood.facts.revisions(1))[-1]
    assert (last.reason, last.material) == ("a slip of the pen", False)
    (told,) = await flood.audit.page(subject="F1", limit=1)
    assert (told.id, told.reason) == (made.audit_id, "a slip of the pen")
    assert (told.before["statement"], told.after["statement"]) == ("it rained", "it rained!")


async def test_a_name_that_is_the_ref_of_somebody_else_makes_somebody_new(flood, tmp_path):
    """Who was renamed keeps the old ref; whoever has the old name later is not they, and takes nothing."""
    mayor = {"entity": {"ref": "eve", "name": "Eve Adams", "aliases": ["The Mayor"]}}
    await put(flood, tmp_path, mayor)
    said: Any = {"attributions": [{"speaker": "Eve", "source": {"title": "News"}}]}
    by_speaker = await publish(flood, "d", **said)
    by_entity = await flood.ledger.make(
        Publish(story_id=1, fact=entry("e", about=["EVE!"]), entities=(EntityEntry(name="EVE!"),)), by=ANN
    )
    found = (await flood.entities.by_ref(1, ["eve"]))["eve"]
    assert (found.name, found.aliases) == ("Eve Adams", ("The Mayor",))
    assert by_speaker.attributions[0].speaker.name == "Eve"
    # "EVE!" folds to the name of the one made before.
    assert by_entity.fact.about == (by_speaker.attributions[0].speaker,)


async def test_a_story_is_opened_once(record, path):
    change = OpenStory(story=StoryEntry(name="fire", title="The fire"))
    made = await record.ledger.make(change, by=ANN)
    story = await record.stories.find("fire")
    assert (made.subject, story.title) == ("fire", "The fire")
    (told,) = await record.audit.page(limit=9)
    assert (told.action, told.story_id, told.at) == (Action.STORY_OPENED, story.id, story.opened_at)
    await unchanged(record, change, AlreadyDone, "a story named fire already")


async def test_changes_go_through_json_and_come_back_the_same(flood):
    for change in (
        await revision(flood, 1, statement="x", reason="why", contradicts=[{"fact": "b"}]),
        Publish(story_id=1, fact=entry("d"), entities=(EntityEntry(name="Bo", kind="person"),), draft=3),
        OpenStory(story=StoryEntry(name="fire", title="The fire")),
    ):
        assert loaded(dumped(change)) == change


async def test_importing_an_older_export_again_leaves_what_was_changed_since(flood, tmp_path):
    """A relation that is set again holds from then on, not from when it first did."""
    await revise(flood, 2, "related", contradicts=[{"fact": "a"}])
    sheet = tmp_path / "older.jsonl"
    sheet.write_text(await exported(flood), encoding="utf-8")
    other = await Record.open(tmp_path / "other.db", clock=flood.ledger.clock)
    try:
        await import_sheet(other, sheet, actor="x")
        await revise(other, 2, "related", contradicts=[])
        between = other.ledger.now()
        assert (await import_sheet(other, sheet, actor="x")).updated == 0
        assert (await other.facts.find(1)).standing is Standing.ATTRIBUTED
        await revise(other, 2, "related", contradicts=[{"fact": "a"}])
        assert (await other.facts.find(1)).standing is Standing.DISPUTED
        (then,) = await other.facts.load([1], moment=between)
        assert then.standing is Standing.ATTRIBUTED
        await check_tables(other)
    finally:
        await other.close()
