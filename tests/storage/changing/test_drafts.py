"""Drafts: proposed, decided once, and remembered with what became of them."""

from __future__ import annotations

import pytest

from storage.changing import drafts
from storage.changing.drafts import MOST_WAITING
from storage.domain.changes import Publish, Reject, loaded
from storage.domain.errors import AlreadyDone, Overtaken, Refused
from storage.domain.models import Action, DraftKind, DraftState
from storage.record import Record
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, BO, content, entry, revision

READER = "telegram:9"


async def propose(
    record: Record, ref: str = "new", *, proposer: str = READER, replacing: int | None = None
) -> int:
    change = Publish(story_id=1, fact=entry(ref, "it froze"))
    async with record.database.transaction() as tx:
        return await drafts.propose(
            tx,
            change,
            kind=DraftKind.SUGGESTION,
            proposer=proposer,
            chat=proposer,
            language="be",
            at=record.ledger.now(),
            replacing=replacing,
        )


async def publication(record: Record, draft_id: int) -> Publish:
    """Return the change that a draft proposes, as a moderator approves it."""
    draft = await record.drafts.find(draft_id)
    change = loaded(draft.change)
    assert isinstance(change, Publish)
    return change.model_copy(update={"draft": draft_id})


async def test_an_approved_draft_is_published_as_it_was_proposed(flood):
    number = await propose(flood)
    (waiting,) = await flood.drafts.waiting(1, limit=9)
    assert (waiting.id, waiting.state, waiting.proposer, waiting.language) == (
        number, DraftState.WAITING, READER, "be",
    )  # fmt: skip
    made = await flood.ledger.make(await publication(flood, number), by=ANN)
    assert made.fact.statement == "it froze"
    draft = await flood.drafts.find(number)
    assert (draft.state, draft.fact_id, draft.decided_by) == (DraftState.APPROVED, made.fact.id, ANN.address)
    assert await flood.drafts.count_waiting(1) == 0
    (told,) = await flood.audit.page(subject="F2", limit=9)
    assert (told.action, told.actor, told.reason) == (Action.PUBLISHED, ANN.address, f"draft D{number}")


async def test_a_rejected_draft_keeps_the_reason(flood):
    number = await propose(flood)
    made = await flood.ledger.make(Reject(story_id=1, draft=number, reason="no source says so"), by=ANN)
    draft = await flood.drafts.find(number)
    assert (made.subject, draft.state, draft.reason) == ("D1", DraftState.REJECTED, "no source says so")
    (told,) = await flood.audit.page(subject="D1", limit=9)
    assert (told.action, told.reason) == (Action.REJECTED, "no source says so")


async def test_a_merged_draft_is_a_revision_of_the_fact_that_it_was_merged_with(flood):
    number = await propose(flood)
    change = await revision(flood, 1, "attributed", draft=number, attributions=[{"source": {"title": "X"}}])
    made = await flood.ledger.make(change, by=ANN)
    draft = await flood.drafts.find(number)
    assert (draft.state, draft.fact_id, made.fact.revision) == (DraftState.MERGED, 1, 2)
    assert (await flood.audit.page(limit=1))[0].reason == f"draft D{number}"


@pytest.mark.parametrize("first", ["approve", "reject", "merge"])
@pytest.mark.parametrize("second", ["approve", "reject", "merge"])
async def test_what_is_decided_is_not_decided_again(flood, path, first, second):
    number = await propose(flood)

    async def decide(how: str, ref: str) -> None:
        change = {
            "approve": Publish(story_id=1, fact=entry(ref, "it froze"), draft=number),
            "reject": Reject(story_id=1, draft=number, reason="no"),
            "merge": await revision(flood, 1, statement=ref, draft=number),
        }[how]
        await flood.ledger.make(change, by=BO)

    await decide(first, "x")
    before = content(path)
    with pytest.raises(AlreadyDone, match="D1 has been decided already"):
        await decide(second, "y")
    assert content(path) == before


async def test_a_draft_of_a_change_that_is_refused_still_waits(flood):
    number = await propose(flood)
    with pytest.raises(Overtaken):
        await flood.ledger.make(await revision(flood, 1, statement="x", draft=number, expected=9), by=ANN)
    with pytest.raises(AlreadyDone):
        await flood.ledger.make(Publish(story_id=1, fact=entry("a"), draft=number), by=ANN)
    assert await flood.drafts.count_waiting(1) == 1


async def test_an_edited_draft_gives_way_to_the_one_that_takes_its_place(flood):
    number = await propose(flood)
    other = await propose(flood, "other", replacing=number)
    assert (await flood.drafts.find(number)).state is DraftState.EDITED
    assert [each.id for each in await flood.drafts.waiting(1, limit=9)] == [other]
    with pytest.raises(AlreadyDone):
        await propose(flood, "third", replacing=number)
    assert await flood.drafts.find(3) is None


async def test_drafts_wait_in_order_of_their_coming(flood, tmp_path):
    await put(flood, tmp_path, fact("z"), story="storm")
    numbers = [await propose(flood, f"n{n}", proposer=f"telegram:{n}") for n in range(5)]
    await flood.ledger.make(Reject(story_id=1, draft=numbers[1], reason="no"), by=ANN)
    assert [each.id for each in await flood.drafts.waiting(1, limit=2)] == [1, 3]
    assert [each.id for each in await flood.drafts.waiting(1, after=3, limit=9)] == [4, 5]
    assert await flood.drafts.waiting(2, limit=9) == []
    assert await flood.drafts.count_waiting(1) == 4


async def test_nobody_may_have_too_many_waiting(flood):
    for number in range(MOST_WAITING):
        await propose(flood, f"n{number}")
    with pytest.raises(Refused, match="20 of your suggestions are waiting already"):
        await propose(flood, "more")
    await propose(flood, "more", proposer="telegram:8")
    await flood.ledger.make(Reject(story_id=1, draft=1, reason="no"), by=ANN)
    await propose(flood, "more")
