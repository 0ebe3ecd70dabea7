"""Sources, names and drafts taken down; and what surrounds the record when a fact is."""

from __future__ import annotations

import json

import pytest

from storage.changing import drafts
from storage.domain.changes import Publish, TakeDown, dumped
from storage.domain.errors import AlreadyDone, InvalidSheet, Refused
from storage.domain.models import DraftKind
from storage.notifying.notices import post
from storage.notifying.receipts import SentMessage
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, BO, check_tables, content, entry, exported, publish, revise

HARM = "a boy of 9 lives at 12 Mill Street in Holm"
SOURCE = {
    "title": "What we saw on Mill Street",
    "publisher": "Courier",
    "url": "https://example.org/mill-street",
}
VOICE = {"speaker": "Jane Millward", "cue": "said that", "source": SOURCE}


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """F1 `a`: in a source's own voice; F2 `b`, F3 `c`."""
    await put(record, tmp_path, fact("a"), fact("b", "it was dry"), fact("c", "it hailed"))
    return record


async def take_down(record: Record, subject: str, ground: str = "law"):
    return await record.ledger.make(TakeDown(story_id=1, subject=subject, ground=ground), by=BO)


async def sound(record: Record) -> None:
    assert (await record.audit.verify()).problem is None
    assert await record.database.check() == []
    await check_tables(record)


async def test_a_source_goes_and_the_facts_that_cite_it_stand(flood: Record, tmp_path) -> None:
    await publish(flood, "d", "the river rose", attributions=[VOICE])
    source_id = (await flood.facts.find(4)).attributions[0].source.id
    citation = {"source": source_id, "entry": SOURCE["title"], "url": SOURCE["url"]}
    reply = {"blocks": [{"text": "the river rose", "citations": [citation], "fact": 4, "revision": 1}]}
    kept = json.dumps(reply, separators=(",", ":"))
    await flood.receipts.keep([SentMessage("telegram:5", 0, (9,), {4: 1}, "en", flood.ledger.now(), kept)])
    old = await exported(flood)
    made = await take_down(flood, f"S{source_id}")
    assert made.taken.counts["messages"] == 1
    for word in ("Mill Street", "mill-street"):
        assert word not in content(flood.database.path), word
    found = await flood.facts.find(4)
    assert found.statement == "the river rose" and found.attributions[0].source.name.startswith(
        "source taken down"
    )
    (amendment,) = await flood.receipts.take("telegram", flood.ledger.now(), 9)
    assert "Mill" not in amendment.reply
    assert [hit.fact_id for hit in await flood.search.find("mill street")] == []
    await sound(flood)
    with pytest.raises(AlreadyDone, match="taken down already"):
        await take_down(flood, f"S{source_id}")
    sheet = tmp_path / "old.jsonl"
    sheet.write_text(old, encoding="utf-8")
    with pytest.raises(InvalidSheet, match="was taken down"):
        await import_sheet(flood, sheet, actor="operator")
    await sound(flood)


async def test_a_name_goes_once_no_fact_holds_it(flood: Record, tmp_path) -> None:
    await publish(flood, "d", "the river rose", attributions=[VOICE])
    await revise(flood, 2, statement="Jane Millward was not there")
    entity_id = (await flood.facts.find(4)).attributions[0].speaker.id
    with pytest.raises(Refused, match="F2, F4 hold that name"):
        await take_down(flood, f"E{entity_id}")
    await revise(flood, 2, statement="it was dry again")
    await revise(flood, 4, attributions=[{"source": SOURCE}])
    # Two messages tell together what was said before: their text is not kept.
    now = flood.ledger.now()
    await flood.receipts.keep([SentMessage("telegram:5", 0, (8, 9), {4: 1, 1: 1}, "en", now, "{}")])
    await take_down(flood, f"E{entity_id}", "privacy")
    amendments = await flood.receipts.take("telegram", flood.ledger.now(), 9)
    assert [each.message for each in amendments] == [8, 9]
    for word in ("Jane", "Millward", "millward"):
        assert word not in content(flood.database.path), word
    await sound(flood)
    assert await flood.entities.named(1, "Jane Millward") == []
    assert "Millward" not in await exported(flood)
    with pytest.raises(Refused, match="That name was taken down"):
        await publish(flood, "e", "she came", attributions=[{"speaker": "jane  MILLWARD", "source": SOURCE}])
    # The facts whose earlier words went with it stand, and tell at any moment what is left of them.
    first, *_ = await flood.facts.revisions(4)
    (then,) = await flood.facts.load([4], moment=first.at)
    assert then.taken_down is not None and (await flood.facts.find(4)).in_force
    await sound(flood)


async def test_a_suggestion_goes_and_one_that_is_on_record_names_its_fact(flood: Record) -> None:
    async def propose(ref: str, statement: str) -> int:
        change = Publish(story_id=1, fact=entry(ref, statement))
        async with flood.database.transaction() as tx:
            return await drafts.propose(
                tx, change, kind=DraftKind.SUGGESTION, proposer="telegram:5", chat="telegram:5",
                language="en", at=flood.ledger.now(),
            )  # fmt: skip

    harm, other = await propose("x", HARM), await propose("y", "the river fell")
    made = await take_down(flood, f"D{harm}")
    assert made.taken.counts["drafts"] == 1
    assert "Mill" not in content(flood.database.path)
    assert [draft.id for draft in await flood.drafts.waiting(1, limit=9)] == [other]
    assert (await flood.drafts.find(harm)).state == "rejected"
    found = await flood.drafts.find(other)
    await flood.ledger.make(Publish(**found.change | {"draft": other}), by=ANN)
    with pytest.raises(Refused, match=f"D{other} is on record as F4: take that down"):
        await take_down(flood, f"D{other}")
    await sound(flood)


async def test_what_surrounds_a_fact_goes_and_all_else_stays(flood: Record) -> None:
    await publish(flood, "d", HARM)
    now = flood.ledger.now()
    await flood.questions.keep(1, "boy mill", "does a boy of 9 live at 12 mill street in Holm?", now)
    await flood.questions.keep(1, "river", "did the river rise?", now)
    for person, statement in (("telegram:5", f"{HARM}!"), ("telegram:6", "the river rose")):
        await flood.dialogues.begin(person, person, "add", {"story": 1, "texts": {"statement": statement}})
    await flood.dialogues.begin("telegram:7", "telegram:7", "correct", {"story": 1, "target": 4, "texts": {}})
    await flood.buttons.button(f"/ask Is it true that {HARM}?")
    await flood.buttons.button("/ask did the river rise in the north last year?")
    told = json.dumps(
        {"blocks": [{"text": f"You asked: {HARM}"}, {"text": "all else"}]}, separators=(",", ":")
    )
    async with flood.database.transaction() as tx:
        await post(tx, "telegram:8", told, now)
    taken = (await flood.ledger.rehearse(TakeDown(story_id=1, subject="F4", ground="law"), by=BO)).taken
    assert HARM in content(flood.database.path)
    made = await take_down(flood, "F4")
    assert made.taken == taken
    # Two notices: that it came on record, and what somebody was to be told.
    expected = {
        "subscriptions": 0,
        "watches": 0,
        "revisions": 1,
        "entries": 1,
        "drafts": 0,
        "questions": 1,
        "dialogues": 2,
        "buttons": 1,
    }
    assert dict(made.taken.counts) == expected | {"messages": 0, "notices": 2, "copies": 0}
    left = content(flood.database.path)
    assert "Mill" not in left and "mill street" not in left
    assert "did the river rise?" in left and "the river rose" in left and "all else" in left
    assert "in the north last year" in left
    await sound(flood)


async def test_a_takedown_that_fails_half_way_changes_nothing(flood: Record, monkeypatch) -> None:
    from storage.takedown import facts

    await publish(flood, "d", HARM)
    before = content(flood.database.path)

    def fail(*_given) -> None:
        raise OSError("the machine stops")

    monkeypatch.setattr(facts, "bury", fail)
    with pytest.raises(OSError, match="stops"):
        await take_down(flood, "F4")
    assert content(flood.database.path) == before


def test_the_change_is_kept_in_a_dialogue_without_words() -> None:
    assert dumped(TakeDown(story_id=1, subject="F4", ground="law")) == {
        "change": "take down", "story_id": 1, "subject": "F4", "ground": "law",
    }  # fmt: skip
