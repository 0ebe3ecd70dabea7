"""The exact cost of a change to the record: a higher one must be made on purpose."""

from __future__ import annotations

from storage.domain.changes import Publish
from storage.domain.entries import EntityEntry
from tests.storage.conftest import fact, put
from tests.storage.costs import cost_of
from tests.storage.making import ANN, entry, publish, revision

BO = EntityEntry(name="Bo Rain", kind="person", aliases=("The Gauge",))
VOICE = {"speaker": "Bo Rain", "source": {"title": "A Log"}}
# Begin the transaction, run all of its statements, commit. One reads the story's language, for the index.
HOPS = 3


def looked_up(statements: list[str], table: str) -> int:
    """Return how often names or refs of a table were resolved."""
    return sum(sql.startswith(f"SELECT {table}") for sql in statements)


async def test_a_fact_with_a_new_speaker_and_a_new_source(flood):
    change = Publish(story_id=1, fact=entry("b", "it snowed", attributions=[VOICE]), entities=(BO,))
    async with cost_of(flood) as cost:
        await flood.ledger.make(change, by=ANN)
    assert cost.counted() == (39, HOPS)
    # The speaker is looked up before it is made and read back after that; the source once by its ref, and
    # once among all others.
    assert looked_up(cost.statements, "asked.one AS asked") == 2
    assert looked_up(cost.statements, "ref, id, title, name FROM source") == 1


async def test_a_rehearsal_costs_what_the_change_costs_but_for_its_end(flood):
    change = Publish(story_id=1, fact=entry("b", "it snowed", attributions=[VOICE]), entities=(BO,))
    async with cost_of(flood) as cost:
        await flood.ledger.rehearse(change, by=ANN)
    assert cost.counted() == (38, HOPS)


async def test_a_fact_whose_speaker_and_source_are_known(flood):
    async with cost_of(flood) as cost:
        await publish(flood, "b", "it snowed")
    assert cost.counted() == (21, HOPS)


async def test_a_correction(flood):
    change = await revision(flood, 1, statement="it poured")
    async with cost_of(flood) as cost:
        await flood.ledger.make(change, by=ANN)
    assert cost.counted() == (25, HOPS)


async def test_an_import_costs_no_more_hops_for_more_facts(record, tmp_path):
    async with cost_of(record) as few:
        await put(record, tmp_path, fact("a"))
    async with cost_of(record) as many:
        await put(record, tmp_path, *(fact(f"b{number}") for number in range(500)))
    assert many.hops == few.hops
