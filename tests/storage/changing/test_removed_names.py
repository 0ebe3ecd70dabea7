"""Names that nothing uses are removed: no list shows them, and a fact that names them brings them back."""

from __future__ import annotations

from typing import Any

import pytest

from storage.changing.ledger import ChangeResult
from storage.domain.changes import RemoveEntity
from storage.domain.errors import AlreadyDone, Refused
from storage.domain.models import Action
from storage.record import Record
from storage.sheets import importing
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, check_tables, exported, publish, reexported, restore, retract, revise

CY, BO = 1, 2
SHEET: list[dict[str, Any]] = [
    {
        "entity": {
            "ref": "cy",
            "name": "Cy Cloud",
            "short": "Cloud",
            "aliases": ["The Vane"],
            "kind": "person",
        }
    },
    {"entity": {"ref": "bo", "name": "Bo Rain", "kind": "person"}},
    fact("a", attributions=[{"speaker": "cy", "source": {"ref": "news", "title": "News"}}]),
    fact("b", "it poured", attributions=[{"speaker": "bo", "source": "news"}]),
]


@pytest.fixture
async def flood(record: Record, tmp_path) -> Record:
    """F1 by Cy, F2 by Bo."""
    await put(record, tmp_path, *SHEET)
    return record


async def remove(record: Record, entity_id: int) -> ChangeResult:
    return await record.ledger.make(RemoveEntity(story_id=1, ref="cy" if entity_id == CY else "bo"), by=ANN)


async def listed(record: Record) -> list[str]:
    return [each.name for each, _count in await record.entities.directory(1, limit=9)]


async def test_only_a_name_that_nothing_uses_is_removed(flood):
    with pytest.raises(Refused, match="still in use"):
        await remove(flood, CY)
    await retract(flood, 1)
    assert await flood.entities.unused([CY, BO]) == [CY]
    await remove(flood, CY)
    told = (await flood.audit.page(limit=1))[0]
    assert (told.action, told.before["name"]) == (Action.ENTITY_REMOVED, "Cy Cloud")
    assert await listed(flood) == ["Bo Rain"]
    for name in ("Cy Cloud", "Cloud", "the vane"):
        assert await flood.entities.named(1, name) == []
    assert await flood.entities.names_with_prefix(1, "Cy", 5) == []
    assert (await flood.facts.find(1)).attributions[0].speaker.name == "Cy Cloud"
    with pytest.raises(AlreadyDone):
        await remove(flood, CY)
    await check_tables(flood)


async def test_a_removal_is_taken_back_with_all_names(flood):
    names = await flood.database.read("SELECT * FROM entity_name ORDER BY entity_id, folded")
    await retract(flood, 1)
    await remove(flood, CY)
    await flood.ledger.undo(by=ANN, within_minutes=10)
    assert await flood.database.read("SELECT * FROM entity_name ORDER BY entity_id, folded") == names
    assert await listed(flood) == ["Cy Cloud", "Bo Rain"]
    await retract(flood, 2)
    await remove(flood, BO)
    await flood.ledger.undo(by=ANN, within_minutes=10)
    assert await listed(flood) == ["Cy Cloud", "Bo Rain"]


async def test_a_fact_that_names_it_again_brings_it_back(flood):
    await retract(flood, 1)
    await remove(flood, CY)
    await restore(flood, 1)
    assert await listed(flood) == ["Cy Cloud", "Bo Rain"]
    assert await flood.entities.named(1, "The Vane") == [CY]
    assert [hit.fact_id for hit in await flood.search.find("Vane")] == [1]
    await retract(flood, 1)
    await remove(flood, CY)
    await publish(flood, "e", "it hailed", attributions=[{"source": "news"}], about=["cy"])
    assert await listed(flood) == ["Cy Cloud", "Bo Rain"]
    await check_tables(flood)


@pytest.mark.parametrize("staged_from", [-1, 2**60])
async def test_a_sheet_imported_again_leaves_it_removed_until_it_is_named(
    flood, tmp_path, monkeypatch, staged_from
):
    monkeypatch.setattr(importing, "STAGED_FROM", staged_from)
    voices = [{"speaker": "bo", "source": "news"}]
    await revise(flood, 1, attributions=voices)
    await remove(flood, CY)
    again = await put(flood, tmp_path, *SHEET)
    assert (again.added, again.updated) == (0, 0)
    assert await listed(flood) == ["Bo Rain"]
    more = fact("f", "it froze", attributions=[{"speaker": "Cy Cloud", "source": "news"}])
    assert (await put(flood, tmp_path, *SHEET, more)).added == 1
    assert await listed(flood) == ["Cy Cloud", "Bo Rain"]
    await check_tables(flood)


async def test_a_record_with_a_removed_name_goes_out_and_in_unchanged(flood):
    await revise(flood, 1, attributions=[{"speaker": "bo", "source": "news"}])
    await remove(flood, CY)
    text = await exported(flood)
    assert await reexported(text, flood.database.path.parent) == text
