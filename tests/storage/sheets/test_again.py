"""A sheet that is imported again changes what it has changed itself, and nothing of what moderators have."""

from __future__ import annotations

from typing import Any

import pytest

from storage.changing.catalogue import entity_fields, source_fields
from storage.domain.changes import PutEntity, PutSource, SetStory
from storage.domain.entries import EntityEntry, SourceEntry
from storage.sheets import importing
from storage.sheets.three_way import merge
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, check_tables, exported, publish, restore, retract, revise, supersede

NEWS = {"source": {"ref": "news", "title": "News"}}
MAYOR = {"entity": {"name": "Mayor of Lukiv", "aliases": ["Ann"]}}
HEAD = {"story": {"name": "flood", "title": "The flood", "about": ["a"], "private": True}}


def voice(speaker: str = "Ann", **fields) -> dict:
    return {"speaker": speaker, "cue": "said that", "source": "news", **fields}


def line(ref: str, statement: str = "it rained", **fields) -> dict:
    return fact(ref, statement, **{"attributions": [voice()], **fields})


SHEET: list[dict[str, Any]] = [
    HEAD, NEWS, MAYOR,
    line("a", "five houses fell", brief="five houses fell", occurred="2024-01-02"),
    line("b", "nobody died", contradicts=[{"fact": "d"}]),
    line("c", "it is over", superseded_by="d"),
    line("d", "three people died"),
]  # fmt: skip


async def moderated(record, folder) -> None:
    """Put a sheet on record, and change it as moderators can."""
    await put(record, folder, *SHEET)
    voices = [voice(source="news"), voice("Bo", source="news")]
    await revise(record, 1, statement="six houses fell", brief=None)
    await revise(record, 1, "attributed", attributions=voices)
    await retract(record, 2)
    await revise(record, 4, "related", supports=[{"fact": "a"}])
    await supersede(record, 4, (await publish(record, "n", "four people died", attributions=[voice()])).ref)
    source = (await record.sources.by_ref(1, ["news"]))["news"]
    entry = SourceEntry(ref="news", title="Daily News")
    await record.ledger.make(PutSource(story_id=1, source=entry, expected=source_fields(source)), by=ANN)
    entity = entity_fields(await record.entities.alone(1, "mayor-of-lukiv"))
    renamed = EntityEntry(ref="mayor-of-lukiv", name="Ann Lee")
    await record.ledger.make(PutEntity(story_id=1, entity=renamed, expected=entity), by=ANN)
    await record.ledger.make(SetStory(story_id=1, private=False), by=ANN)


@pytest.mark.parametrize("staged_from", [-1, 2**60])
async def test_an_unchanged_sheet_changes_nothing(record, tmp_path, monkeypatch, staged_from):
    monkeypatch.setattr(importing, "STAGED_FROM", staged_from)
    await moderated(record, tmp_path)
    before, last = await exported(record), await record.audit.last()
    done = await put(record, tmp_path, *SHEET)
    assert (done.added, done.updated, done.unchanged, done.kept) == (0, 0, 4, ())
    assert await exported(record) == before
    assert await record.audit.last() == last


async def test_a_sheet_changes_what_it_changed_itself(record, tmp_path):
    await moderated(record, tmp_path)
    changed: list[dict[str, Any]] = [
        HEAD,
        {"source": {"ref": "news", "title": "News", "author": "Cy"}},
        {"entity": {"name": "Mayor of Lukiv", "aliases": ["Ann"], "role": "mayor", "source": "news"}},
        line(
            "a", "five houses fell", brief="five houses fell", occurred="2024-01-03",
            attributions=[voice(locator="p. 2"), voice("Cy")],
        ),
        SHEET[4], SHEET[5],
        line("d", "three people died", supports=[{"fact": "b"}]),
    ]  # fmt: skip
    for count in (2, 0):  # the second time the sheet is unchanged
        done = await put(record, tmp_path, *changed)
        assert (done.updated, done.kept) == (count, ())
    one, dead = await record.facts.entry(1), await record.facts.entry(4)
    assert (one.statement, one.brief, one.occurred) == ("six houses fell", None, "2024-01-03")
    assert [(each.speaker, each.locator) for each in one.attributions] == [
        ("mayor-of-lukiv", "p. 2"), ("bo", None), ("cy", None),
    ]  # fmt: skip
    assert ([each.fact for each in dead.supports], dead.superseded_by) == (["a", "b"], "n")
    source = (await record.sources.by_ref(1, ["news"]))["news"]
    assert (source.title, source.author) == ("Daily News", "Cy")
    mayor = await record.entities.alone(1, "mayor-of-lukiv")
    assert (mayor.name, mayor.role, mayor.aliases) == ("Ann Lee", "mayor", ())
    await check_tables(record)


async def test_what_both_changed_stays_as_moderators_have_it_and_is_told(record, tmp_path):
    await moderated(record, tmp_path)
    changed: list[dict[str, Any]] = [
        HEAD,
        {"source": {"ref": "news", "title": "The News"}},
        {"entity": {"name": "Mayor Ann", "ref": "mayor-of-lukiv", "aliases": ["Ann"]}},
        line("a", "seven houses fell", brief="seven houses fell", occurred="2024-01-02"),
        line("b", "nobody was hurt"),
        line("c", "it is over"),
        line("n", "nine people died"),
    ]
    before = await exported(record)
    for _again in range(2):
        done = await put(record, tmp_path, *changed)
        assert {(each.subject, each.ref, each.fields) for each in done.kept} == {
            ("S1", "news", ("title",)), ("E1", "mayor-of-lukiv", ("name",)),
            ("F1", "a", ("statement", "brief")), ("F2", "b", ("statement", "contradicts")),
            ("F5", "n", ("statement",)),
        }  # fmt: skip
    # F3 was superseded by the sheet alone.
    assert done.updated == 0
    assert (await record.facts.entry(3)).superseded_by is None
    left = [text for text in (await exported(record)).splitlines() if '"F3"' not in text]
    assert left == [text for text in before.splitlines() if '"F3"' not in text]


async def test_a_sheet_that_takes_a_correction_over_may_go_on_from_it(record, tmp_path):
    await put(record, tmp_path, line("a", "five houses fell"), NEWS)
    await revise(record, 1, statement="six houses fell")
    await put(record, tmp_path, line("a", "six houses fell"), NEWS)
    done = await put(record, tmp_path, line("a", "seven houses fell"), NEWS)
    assert (done.updated, done.kept) == (1, ())
    assert (await record.audit.verify()).problem is None


async def test_an_export_goes_on_from_what_it_was_made_of(record, tmp_path):
    await moderated(record, tmp_path)
    text = await exported(record)
    sheet = tmp_path / "export.jsonl"
    sheet.write_text(text.replace('"ref": "a", "statement": "six', '"ref": "a", "statement": "ten'))
    done = await importing.import_sheet(record, sheet, actor="x")
    assert (done.updated, done.kept) == (1, ())
    await revise(record, 1, statement="two houses fell")
    done = await importing.import_sheet(record, sheet, actor="x")
    assert (done.updated, done.kept) == (0, ())
    assert (await record.facts.entry(1)).statement == "two houses fell"


async def test_a_fact_that_a_sheet_no_longer_has_stays(record, tmp_path):
    await moderated(record, tmp_path)
    before = await exported(record)
    done = await put(record, tmp_path, *SHEET[:4])
    assert (done.updated, done.kept) == (0, ())
    assert await exported(record) == before
    await restore(record, 2)
    assert (await put(record, tmp_path, *SHEET)).updated == 0


def test_lists_keep_what_each_side_did():
    def both(base: str, sheet: str, record: str) -> str | None:
        done = merge(*({"places": list(text)} for text in (base, sheet, record)))
        return None if done.kept else "".join(done.state.get("places", ()))

    assert both("abc", "axbc", "abyc") == "axbyc"
    assert both("abc", "bc", "ab") == "b"
    assert both("a", "ab", "ac") == "acb"
    assert both("abc", "xbc", "ybc") is None
    assert both("abc", "bc", "ybc") is None
    assert both("", "a", "b") == "ba"
    assert both("ab", "b", "b") == "b"
