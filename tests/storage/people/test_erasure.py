"""Forgetting a person: all that is kept about them and no part of the record, and of nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from storage.changing import drafts
from storage.domain.changes import Publish, Reject
from storage.domain.models import DraftKind
from storage.notifying import notices
from storage.record import Record
from storage.trail.audit import Actor
from tests.storage.conftest import fact, put
from tests.storage.making import content, entry, publish

CY, DEE, GROUP = "telegram:5", "telegram:6", "telegram:-100"


async def leave_traces(record: Record, person: str) -> None:
    """Do all that leaves something about a reader."""
    number = await record.questions.keep(1, f"of {person}", "Why?", record.ledger.now())
    await record.questions.await_answer(number, person, person, "en")
    await record.questions.await_answer(number, GROUP, person, "en")
    await record.dialogues.begin(person, person, "suggest", {"said": "my words"})
    await record.dialogues.begin(GROUP, person, "suggest", {})
    await record.stories.use(person, 1)
    await record.desks.open(person)
    async with record.database.transaction() as tx:
        await notices.post(tx, person, "{}", record.ledger.now())
        change = Publish(story_id=1, fact=entry(f"of {person}"))
        given: Any = {"proposer": person, "chat": GROUP, "language": "en", "at": record.ledger.now()}
        await drafts.propose(tx, change, kind=DraftKind.SUGGESTION, **given)


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    await put(record, tmp_path, fact("a"))
    await record.stories.use(GROUP, 1)
    return record


async def test_a_reader_leaves_nothing_behind_but_the_draft_itself(flood, path):
    await leave_traces(flood, CY)
    forgotten = await flood.erasure.forget(Actor(CY, CY))
    assert forgotten.removed == {
        "dialogues": 2, "names": 0, "desks": 1, "questions": 2, "spoken of": 0, "claims": 0, "suggestions": 1,
        "settings": 1, "offers": 0, "watches": 0, "subscriptions": 0, "answers": 1,
        "deliveries": 1, "receipts": 0, "corrections": 0, "messages": 0, "listening": 1,
        "codes": 0, "links": 0,
    }  # fmt: skip
    assert not forgotten.in_trail
    draft = await flood.drafts.find(1)
    assert (draft.proposer, draft.chat, draft.change["fact"]["statement"]) == (None, None, "it rained")
    assert [each.asked for each in await flood.questions.open(1)] == [1]
    kept = content(path).replace(f"of {CY}", "")
    assert CY not in kept


async def test_whoever_may_approve_keeps_their_id_on_what_waits_and_on_nothing_else(flood):
    await leave_traces(flood, CY)
    async with flood.database.transaction() as tx:
        change = Publish(story_id=1, fact=entry("decided"))
        given: Any = {"proposer": CY, "chat": GROUP, "language": "en", "at": flood.ledger.now()}
        await drafts.propose(tx, change, kind=DraftKind.SUGGESTION, **given)
    await flood.ledger.make(Reject(story_id=1, draft=2, reason="no"), by=Actor(DEE, DEE))
    forgotten = await flood.erasure.forget(Actor(CY, CY), may_approve=True)
    assert forgotten.removed == {
        "dialogues": 2, "names": 0, "desks": 1, "questions": 2, "spoken of": 0, "claims": 0, "suggestions": 1,
        "settings": 1, "offers": 0, "watches": 0, "subscriptions": 0, "answers": 1,
        "deliveries": 1, "receipts": 0, "corrections": 0, "messages": 0, "listening": 1,
        "codes": 0, "links": 0,
    }  # fmt: skip
    found = [await flood.drafts.find(number) for number in (1, 2)]
    assert [(each.proposer, each.state) for each in found] == [(CY, "waiting"), (None, "rejected")]
    assert (await flood.erasure.forget(Actor(CY, CY))).removed["suggestions"] == 1
    assert (await flood.drafts.find(1)).proposer is None


async def test_nobody_else_is_forgotten(flood):
    await leave_traces(flood, DEE)
    before = content(flood.database.path)
    forgotten = await flood.erasure.forget(Actor(CY, CY))
    assert set(forgotten.removed.values()) == {0}
    assert content(flood.database.path) == before


async def test_what_a_moderator_put_on_record_stays_and_is_told(flood):
    await publish(flood, "b", by=Actor(CY, CY))
    async with flood.database.transaction() as tx:
        change = Publish(story_id=1, fact=entry("own"))
        given: Any = {"proposer": CY, "chat": CY, "language": "en", "at": flood.ledger.now()}
        await drafts.propose(tx, change, kind=DraftKind.OWN, **given)
    forgotten = await flood.erasure.forget(Actor(CY, CY))
    assert forgotten.in_trail
    assert (await flood.drafts.find(1)).proposer == CY
    assert (await flood.facts.revisions(2))[0].actor == CY
    assert (await flood.audit.verify()).problem is None
