"""Taking back one's own last change: once, soon, and as a new change that the record remembers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.changing.ledger import ChangeResult
from storage.domain.changes import Appoint, OpenStory, PutEntity, PutSource
from storage.domain.entries import EntityEntry, SourceEntry, StoryEntry
from storage.domain.errors import AlreadyDone, Refused
from storage.domain.models import Action, RevisionKind, Standing
from storage.people import dialogues
from storage.record import Record
from tests.storage.conftest import fact, put
from tests.storage.making import (
    ANN,
    BO,
    check_tables,
    content,
    exported,
    merge,
    publish,
    restore,
    retract,
    revise,
    supersede,
)


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """Two facts of one story, nobody's own change yet."""
    await put(record, tmp_path, fact("a"), fact("b", "it was dry", places=["Hill"]))
    return record


# All forms of all names, and whose.
NAMES = "SELECT * FROM entity_name ORDER BY entity_id, folded"


async def undo(record: Record, by=ANN, what: int | str | None = None) -> ChangeResult:
    return await record.ledger.undo(by=by, within_minutes=10, what=what)


async def refused(record: Record, match: str, by=ANN, what: int | str | None = None) -> None:
    before = content(record.database.path)
    with pytest.raises(Refused, match=match):
        await undo(record, by, what)
    assert content(record.database.path) == before


async def states(record: Record, fact_id: int) -> list[str]:
    return [item.state for item in await record.facts.revisions(fact_id)]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda r: revise(r, 1, statement="it poured"), RevisionKind.CORRECTED),
        (lambda r: revise(r, 1, "related", contradicts=[{"fact": "b"}]), RevisionKind.CORRECTED),
        (lambda r: revise(r, 1, "attributed", attributions=[{"source": {"title": "X"}}]), "corrected"),
        (lambda r: supersede(r, 1, "b"), RevisionKind.CORRECTED),
        (lambda r: retract(r, 1), RevisionKind.RESTORED),
    ],
)
async def test_a_fact_goes_back_to_what_it_was_as_a_new_revision(flood, change, kind):
    before = await flood.facts.find(1)
    changed = await change(flood)
    made = await undo(flood)
    assert made.fact == before.model_copy(update={"revision": 3})
    first, _, last = await states(flood, 1)
    assert first == last
    last = (await flood.facts.revisions(1))[-1]
    assert (last.kind, last.actor, last.reason) == (
        kind,
        "telegram:99",
        "undone by the moderator who made it",
    )
    (told,) = await flood.audit.page(fact_id=1, limit=1)
    assert (told.action, told.id) == (Action.UNDONE, made.audit_id)
    # What it was in between is still on record.
    (then,) = await flood.facts.load([1], moment=(await flood.facts.revisions(1))[1].at)
    assert then == changed
    await check_tables(flood)


async def test_a_restored_fact_is_retracted_again_for_the_same_reason(flood):
    await retract(flood, 1, "the gauge was broken", by=BO)
    await restore(flood, 1)
    assert (await undo(flood)).fact.retracted == "the gauge was broken"


async def test_a_fact_that_came_back_into_force_is_superseded_again(flood):
    await supersede(flood, 1, "b", by=BO)
    await supersede(flood, 1, None)
    found = (await undo(flood)).fact
    assert (found.superseded_by, found.standing) == (2, Standing.SUPERSEDED)


async def test_a_published_fact_is_retracted_for_nothing_is_ever_deleted(flood):
    await publish(flood, "c", "it hailed")
    found = (await undo(flood)).fact
    assert (found.id, found.standing) == (3, Standing.RETRACTED)
    assert found.retracted == "taken back by the moderator who added it"
    assert [item.kind for item in await flood.facts.revisions(3)] == [
        RevisionKind.PUBLISHED, RevisionKind.RETRACTED,
    ]  # fmt: skip


async def test_an_edited_source_reads_as_before(flood):
    (news,) = await flood.sources.page(1, limit=9)
    first = {"ref": news.ref, "kind": "article", "title": "News"}
    await flood.ledger.make(
        PutSource(story_id=1, source=SourceEntry(**{**first, "title": "The News"}), expected=first), by=ANN
    )
    made = await undo(flood)
    assert (made.subject, (await flood.sources.page(1, limit=9))[0]) == ("S1", news)
    await refused(flood, "undone already")


async def test_an_edited_entity_reads_as_before_with_all_its_names(flood):
    given = {"ref": "cy", "name": "Cy Cloud", "short": "Cloud", "aliases": ["The Vane"]}
    cy = EntityEntry(**given, role="forecaster", source=(await flood.sources.page(1, limit=1))[0].ref)
    await flood.ledger.make(PutEntity(story_id=1, entity=cy), by=BO)
    added = (await flood.audit.page(limit=1))[0]
    edit = PutEntity(story_id=1, entity=EntityEntry(ref="cy", name="Cyrus"), expected=added.after)
    names = await flood.database.read(NAMES)
    await flood.ledger.make(edit, by=ANN)
    assert await flood.entities.named(1, "The Vane") == []
    await undo(flood)
    assert await flood.database.read(NAMES) == names
    await check_tables(flood)
    assert (await flood.audit.page(limit=1))[0].after == added.after


async def test_only_ones_own_last_change_is_taken_back(flood):
    await revise(flood, 1, statement="it poured")
    await revise(flood, 2, statement="it was damp", by=BO)
    assert (await undo(flood)).fact.statement == "it rained"
    assert (await flood.facts.find(2)).statement == "it was damp"
    await refused(flood, "You have changed nothing yet", by=ANN._replace(address="telegram:3"))


async def test_what_somebody_else_has_built_on_stays(flood):
    await revise(flood, 1, statement="it poured")
    await revise(flood, 1, statement="it poured for days", by=BO)
    await refused(flood, "F1 was changed by somebody else since: look at it and correct it instead")


async def test_an_edit_that_somebody_else_has_built_on_stays(flood):
    (news,) = await flood.sources.page(1, limit=9)
    titles = [{"ref": news.ref, "kind": "article", "title": title} for title in ("News", "Old News", "Olds")]
    for by, before, after in ((ANN, titles[0], titles[1]), (BO, titles[1], titles[2])):
        edit = PutSource(story_id=1, source=SourceEntry(**after), expected=before)
        await flood.ledger.make(edit, by=by)
    await refused(flood, "S1 was changed by somebody else since")


async def test_ten_minutes_later_it_is_too_late(flood):
    clock = flood.ledger.clock
    await revise(flood, 1, statement="it poured")
    clock.moment += timedelta(minutes=10)
    await refused(flood, r"\(F1\) was made more than 10 minutes ago: correct it instead")
    await revise(flood, 1, statement="it poured down")
    clock.moment += timedelta(minutes=9, seconds=50)
    assert (await undo(flood)).fact.statement == "it poured"


async def test_nothing_is_taken_back_twice_nor_what_came_before_it(flood):
    await revise(flood, 2, statement="it was damp")
    await revise(flood, 1, statement="it poured")
    await undo(flood)
    await refused(flood, r"Your last change \(F1\) was undone already: make a new change instead")


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("S2", lambda r: PutSource(story_id=1, source=SourceEntry(title="The Gauge"))),
        ("“Cy”", lambda r: PutEntity(story_id=1, entity=EntityEntry(name="Cy"))),
        ("story 2", lambda r: OpenStory(story=StoryEntry(name="fire", title="The fire"))),
    ],
)
async def test_what_was_added_cannot_be_taken_back(flood, what, change):
    await flood.ledger.make(change(flood), by=ANN)
    await refused(flood, rf"\({what}\) cannot be undone, for it was “.+”: edit it instead")


async def test_a_merge_is_taken_back_with_all_that_named_the_two(flood):
    before = await exported(flood)
    await merge(flood, "hill", "ann")
    await undo(flood)
    assert await exported(flood) == before
    await check_tables(flood)
    await refused(flood, "was undone already")


async def test_what_is_no_change_of_the_record_is_passed_over(flood):
    await revise(flood, 1, statement="it poured")
    await flood.ledger.make(Appoint(address="telegram:5"), by=ANN)
    assert (await undo(flood)).fact.statement == "it rained"


async def test_pressed_twice_it_is_done_once(flood):
    await revise(flood, 1, statement="it poured")
    asked = await flood.dialogues.begin("telegram:1", "telegram:1", "undo", {})
    also = lambda tx: dialogues.close(tx, asked)  # noqa: E731  # reason: the very same one twice
    await flood.ledger.undo(by=ANN, within_minutes=10, also=also)
    with pytest.raises(AlreadyDone):
        await flood.ledger.undo(by=ANN, within_minutes=10, also=also)
    assert len(await flood.facts.revisions(1)) == 3


# A change that is named


async def last(record: Record) -> int:
    return await record.audit.last()


async def test_the_change_that_is_named_is_taken_back_not_the_latest(flood):
    await revise(flood, 1, statement="it poured")
    first = await last(flood)
    await revise(flood, 2, statement="it was damp")
    assert (await undo(flood, what=first)).fact.statement == "it rained"
    assert (await undo(flood, what="F2")).fact.statement == "it was dry"
    await check_tables(flood)


async def test_of_several_changes_to_one_fact_only_the_last_is_taken_back(flood):
    await revise(flood, 1, statement="it poured")
    first = await last(flood)
    await revise(flood, 1, statement="it poured down")
    await refused(flood, "F1 was changed by you since", what=first)
    assert (await undo(flood, what="F1")).fact.statement == "it poured"
    await refused(flood, "undone already", what="F1")
    await refused(flood, "F1 was changed by you since", what=first)


async def test_a_named_change_is_taken_back_once(flood):
    await revise(flood, 1, statement="it poured")
    named = await last(flood)
    await undo(flood, what=named)
    await refused(flood, r"That change \(F1\) was undone already", what=named)
    await revise(flood, 1, statement="it poured down")
    await refused(flood, r"That change \(F1\) was undone already", what=named)


async def test_a_named_change_of_somebody_else_stays(flood):
    await revise(flood, 1, statement="it poured")
    named = await last(flood)
    await revise(flood, 2, statement="it was damp", by=BO)
    await refused(flood, "made by somebody else: only they can undo it", by=BO, what=named)
    await refused(flood, "You have not changed F1", by=BO, what="F1")
    await revise(flood, 1, statement="it poured for days", by=BO)
    for what in (named, "F1"):
        await refused(flood, "F1 was changed by somebody else since", what=what)


async def test_a_named_change_is_soon_too_old_or_none(flood):
    await revise(flood, 1, statement="it poured")
    named = await last(flood)
    flood.ledger.clock.moment += timedelta(minutes=10)
    for what in (named, "F1"):
        await refused(flood, "more than 10 minutes ago", what=what)
    await flood.ledger.make(Appoint(address="telegram:5"), by=ANN)
    for what in (await last(flood), 0, 999):
        await refused(flood, f"#{what} is no change to this story", what=what)


async def test_a_named_change_to_another_story_stays(flood):
    await revise(flood, 1, statement="it poured")
    named, before = await last(flood), content(flood.database.path)
    with pytest.raises(Refused, match="no change to this story"):
        await flood.ledger.undo(by=ANN, within_minutes=10, story_id=2, what=named)
    assert content(flood.database.path) == before


async def test_a_fact_that_others_refer_to_is_not_taken_back(flood):
    await publish(flood, "c", "it hailed")
    published = await last(flood)
    await revise(flood, 1, "related", supports=[{"fact": "c"}], by=BO)
    await refused(flood, "F1 refers to F3 since", what=published)
    await undo(flood, by=BO)
    await supersede(flood, 2, "c", by=BO)
    await refused(flood, "F2 refers to F3 since", what=published)
