"""Sources and entities: added and edited as they were looked at, and two names found to be one."""

from __future__ import annotations

import io

import pytest

from storage.domain.changes import MergeEntity, PutEntity, PutSource
from storage.domain.entries import EntityEntry, SourceEntry
from storage.domain.errors import AlreadyDone, Overtaken, RecordError, Refused, UnknownRefs
from storage.domain.models import Action, Standing
from storage.record import Record
from storage.sheets.exporting import export_sheet
from storage.sheets.importing import import_sheet
from tests.storage.conftest import fact, put
from tests.storage.making import (
    ANN,
    BO,
    check_tables,
    content,
    exported,
    merge,
    publish,
    reexported,
    revise,
    revision,
)


async def refused(record: Record, change, error: type[Exception], match: str) -> None:
    before = content(record.database.path)
    with pytest.raises(error, match=match):
        await record.ledger.make(change, by=ANN)
    assert content(record.database.path) == before


def source(expected: dict | None = None, **fields) -> PutSource:
    return PutSource(story_id=1, source=SourceEntry(**fields), expected=expected)


def entity(expected: dict | None = None, **fields) -> PutEntity:
    return PutEntity(story_id=1, entity=EntityEntry(**fields), expected=expected)


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """F1 by Ann and F2 by Anna at the Mill, who are one person; F3 names both; F4 by Bo."""
    people: list[dict] = [
        {"entity": {"ref": "ann", "name": "Ann Hill", "aliases": ["The Mayor"], "kind": "person"}},
        {"entity": {"ref": "anna", "name": "Anna Hill", "short": "Anna", "kind": "person"}},
        {"entity": {"ref": "bo", "name": "Bo Rain", "kind": "person"}},
    ]
    await put(
        record,
        tmp_path,
        *people,
        fact("a", attributions=[{"speaker": "ann", "source": {"ref": "news", "title": "News"}}]),
        fact(
            "b",
            "it poured",
            attributions=[{"speaker": "anna", "source": {"ref": "gauge", "title": "The Gauge"}}],
            places=["Mill"],
        ),
        fact("c", "it was dry", attributions=[{"source": "news"}], about=["anna", "bo", "ann"]),
        fact("d", "it hailed", attributions=[{"speaker": "bo", "source": "news"}]),
    )
    return record


async def latest(record: Record):
    return (await record.audit.page(limit=1))[0]


async def test_a_source_is_added_once_and_edited_as_it_was_looked_at(flood):
    made = await flood.ledger.make(source(ref="study", kind="study", title="Rain"), by=ANN)
    added = await latest(flood)
    assert (made.subject, added.action, added.before) == ("S3", Action.SOURCE_ADDED, None)
    assert added.after == {"ref": "study", "kind": "study", "title": "Rain"}
    await refused(flood, source(ref="study", title="Rain"), AlreadyDone, "on record already: S3")
    edit = source(added.after, ref="study", kind="study", title="Rain", via="news")
    await flood.ledger.make(edit, by=ANN)
    edited = await latest(flood)
    assert (edited.action, edited.before) == (Action.SOURCE_EDITED, added.after)
    assert edited.after == {**added.after, "via": "news"}
    await refused(flood, edit, Overtaken, "changed since: look at it again")
    same = source(edited.after, **edited.after)
    await refused(flood, same, Refused, "S3 already reads so: nothing would change")
    await refused(flood, source({"ref": "x"}, ref="x", title="X"), Overtaken, "changed since")


async def test_a_source_is_never_relayed_by_itself(flood):
    await refused(flood, source(ref="x", title="X", via="x"), RecordError, "'x' is relayed by itself")
    await flood.ledger.make(source(ref="x", title="X", via="news"), by=ANN)
    news = {"ref": "news", "kind": "article", "title": "News"}
    await refused(flood, source(news, **news, via="x"), RecordError, "is relayed by itself")
    await refused(flood, source(ref="y", title="Y", via="nowhere"), UnknownRefs, "'nowhere'")


async def test_an_edited_source_is_read_everywhere_and_may_change_how_firmly_facts_stand(flood):
    both = [{"speaker": "ann", "source": "news"}, {"speaker": "bo", "source": "gauge"}]
    assert (await revise(flood, 1, attributions=both)).standing is Standing.CORROBORATED
    gauge = {"ref": "gauge", "kind": "article", "title": "The Gauge"}
    await flood.ledger.make(source(gauge, **{**gauge, "title": "A gauge", "via": "news"}), by=ANN)
    found = await flood.facts.find(1)
    assert (found.attributions[1].source.title, found.standing) == ("A gauge", Standing.ATTRIBUTED)


async def test_an_entity_is_added_once_and_edited_as_it_was_looked_at(flood):
    made = await flood.ledger.make(entity(name="Cy Cloud", aliases=["Vane"], kind="person"), by=ANN)
    added = await latest(flood)
    assert (made.subject, added.action) == ("E5", Action.ENTITY_ADDED)
    assert added.after == {"ref": "cy-cloud", "name": "Cy Cloud", "aliases": ["Vane"], "kind": "person"}
    await refused(flood, entity(name="Cy Cloud"), AlreadyDone, "Cy Cloud is on record already")
    edit = entity(added.after, ref="cy-cloud", name="Cyrus Cloud", role="forecaster", source="news")
    await flood.ledger.make(edit, by=ANN)
    edited = await latest(flood)
    assert (edited.action, edited.before) == (Action.ENTITY_EDITED, added.after)
    assert await flood.entities.named(1, "forecaster") == await flood.entities.named(1, "cyrus") == [5]
    assert await flood.entities.named(1, "Vane") == []
    await refused(flood, edit, Overtaken, "changed since: look at it again")
    await refused(flood, entity(edited.after, **edited.after), Refused, "Cyrus Cloud already reads so")
    await refused(flood, entity(name="Dee", role="x", source="nowhere"), UnknownRefs, "'nowhere'")


async def named(record: Record, entity_id: int) -> dict[str, list[int]]:
    parts = dict.fromkeys(("speaker", "place", "about"), 0)
    lists = await record.listings.mentioning(entity_id, parts, limit=9)
    return {part: [each.id for each in facts] for part, facts in lists.items()}


async def test_two_names_found_to_be_one_person_are_one_everywhere(flood):
    made = await merge(flood, "anna", "ann")
    told = await latest(flood)
    assert (made.subject, told.action) == ("E1", Action.MERGED)
    assert (told.before, told.after) == (
        {"name": "Anna Hill", "ids": [2]},
        {"name": "Ann Hill"},
    )
    for name in ("Ann Hill", "Anna Hill", "anna", "The Mayor"):
        assert await flood.entities.named(1, name) == [1], name
    assert {each.entity_id for each in await flood.names.resembling(1, "Anna Hil")} == {1}
    found = (await flood.entities.by_id([1]))[1]
    assert found.name == "Ann Hill" and set(found.aliases) == {"The Mayor", "Anna Hill", "Anna"}
    assert await named(flood, 1) == {"speaker": [1, 2], "place": [], "about": [3]}
    second, third = await flood.facts.load([2, 3])
    assert second.attributions[0].speaker.name == "Ann Hill"
    assert [each.name for each in third.about] == ["Ann Hill", "Bo Rain"]
    roll = {each.name: count for each, count in await flood.entities.directory(1, limit=9)}
    assert roll == {"Ann Hill": 3, "Bo Rain": 2, "Mill": 1}
    assert await flood.entities.names_with_prefix(1, "Anna", 5) == ["Ann Hill"]
    assert [hit.fact_id for hit in await flood.search.find("Anna")] == [2, 3]
    await check_tables(flood)


async def test_a_fact_that_names_the_old_name_later_is_the_others(flood):
    await merge(flood, "anna", "ann")
    for ref, speaker in (("e", "Anna Hill"), ("f", "anna")):
        found = await publish(flood, ref, "x", attributions=[{"speaker": speaker, "source": "news"}])
        assert found.attributions[0].speaker.name == "Ann Hill"
    assert (await named(flood, 1))["speaker"] == [1, 2, 5, 6]
    await check_tables(flood)
    assert await reexported(await exported(flood), flood.database.path.parent) == await exported(flood)


async def test_a_merge_that_is_taken_back_gives_each_fact_whom_it_named(flood):
    before = {entity_id: await named(flood, entity_id) for entity_id in (1, 2, 3)}
    first = await merge(flood, "anna", "ann")
    found = await publish(flood, "e", "x", attributions=[{"speaker": "anna", "source": "news"}])
    second = await merge(flood, "ann", "bo")
    for made in (second, first):
        await flood.ledger.undo(by=ANN, within_minutes=10, what=made.audit_id)
    after = {entity_id: await named(flood, entity_id) for entity_id in (1, 2, 3)}
    before[2]["speaker"].append(found.id)
    assert after == before
    await check_tables(flood)


async def test_a_merge_alone_makes_no_fact_read_otherwise(flood):
    """Correcting a fact that names the old ref, or importing it once more, shows no change of its own."""
    await merge(flood, "anna", "ann")
    await refused(flood, await revision(flood, 2), Refused, "F2 already reads so")
    sheet = flood.database.path.with_name("own.jsonl")
    sheet.write_text(await exported(flood), encoding="utf-8")
    again = await import_sheet(flood, sheet, actor="x")
    assert (again.added, again.updated) == (0, 0)
    assert (await revise(flood, 2, statement="it poured down")).attributions[0].speaker.ref == "ann"
    await check_tables(flood)


async def test_what_was_merged_is_not_merged_again(flood):
    await merge(flood, "anna", "ann")
    again = MergeEntity(story_id=1, entity_id=2, into_id=1)
    await refused(flood, again, AlreadyDone, "has been merged already")
    back = MergeEntity(story_id=1, entity_id=1, into_id=2)
    await refused(flood, back, AlreadyDone, "has been merged already")
    for into in (1, 99):
        alone = MergeEntity(story_id=1, entity_id=1, into_id=into)
        await refused(flood, alone, Refused, "Only two different names of the same story")


async def test_merging_goes_on_from_one_to_the_next(flood, tmp_path):
    await merge(flood, "anna", "ann")
    await merge(flood, "ann", "bo", by=BO)
    assert await named(flood, 3) == {"speaker": [1, 2, 4], "place": [], "about": [3]}
    assert await flood.entities.named(1, "Anna Hill") == [3]
    assert (await flood.facts.find(2)).attributions[0].speaker.name == "Bo Rain"
    text = await exported(flood)
    assert await reexported(text, tmp_path) == text
    await check_tables(flood)


@pytest.mark.parametrize("form", ["jsonl", "toml"])
async def test_a_record_with_merges_goes_out_and_in_unchanged(flood, tmp_path, form):
    await merge(flood, "anna", "ann")
    await revise(flood, 3, statement="it was wet")
    texts = []
    source_record = flood
    for number in range(2):
        out = io.StringIO()
        await export_sheet(source_record, out, form=form)
        texts.append(out.getvalue())
        if number == 0:
            sheet = tmp_path / f"out.{form}"
            sheet.write_text(texts[0], encoding="utf-8")
            source_record = await Record.open(tmp_path / "other.db", clock=flood.ledger.clock)
            await import_sheet(source_record, sheet, actor="x")
            await check_tables(source_record)
            assert (await named(source_record, 1))["speaker"] == [1, 2]
    await source_record.close()
    assert texts[0] == texts[1]


async def test_a_sheet_that_tells_of_a_merge_moves_what_is_on_record_already(flood, tmp_path):
    await merge(flood, "ann", "bo")
    anna = {"entity": {"ref": "anna", "name": "Anna Hill", "short": "Anna", "merged_into": "ann"}}
    await put(flood, tmp_path, anna)
    # Ann was found to be Bo before; so was Anna, then.
    assert await named(flood, 3) == {"speaker": [1, 2, 4], "place": [], "about": [3]}
    await check_tables(flood)


async def test_an_entity_that_was_merged_keeps_its_own_names_when_edited(flood):
    await merge(flood, "anna", "ann")
    before = {"ref": "anna", "kind": "person", "name": "Anna Hill", "short": "Anna"}
    await flood.ledger.make(entity(before, **{**before, "name": "Anna Hall"}), by=ANN)
    assert await flood.entities.named(1, "Anna Hall") == [1]
    assert await flood.entities.named(1, "Anna Hill") == []
