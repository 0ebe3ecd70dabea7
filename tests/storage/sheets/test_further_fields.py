"""Briefs, parts of relations, independent voices, articles and one source under two addresses, in sheets."""

from __future__ import annotations

import io

import pytest

from storage.changing.catalogue import entity_fields
from storage.domain.changes import PutEntity, TakeDown
from storage.domain.entries import EntityEntry
from storage.domain.errors import BriefDisagrees, InvalidSheet, Refused
from storage.sheets.exporting import export_sheet
from storage.sheets.importing import import_sheet
from tests.storage.conftest import fact, put
from tests.storage.making import ANN, check_tables, content, exported, publish, reexported, retract, revise

VOICE = {"speaker": "Ann", "cue": "said that", "source": {"title": "News"}, "independent": True}
EVERYTHING = (
    {"entity": {"name": "Gazette", "article": "the"}},
    fact(
        "a",
        "about 20 houses fell and 3 people died in the flood",
        brief="about 20 houses fell",
        attributions=[VOICE],
    ),
    fact("b", "nobody died", contradicts=[{"fact": "a", "part": "the number of dead"}]),
)


async def test_what_came_in_is_read_and_goes_out_as_it_came(record, tmp_path):
    await put(record, tmp_path, *EVERYTHING)
    await check_tables(record)
    one, other = await record.facts.load([1, 2])
    assert one.brief == "about 20 houses fell"
    assert one.attributions[0].independent
    assert not other.attributions[0].independent
    assert [(each.other_id, each.part) for each in (*one.relations, *other.relations)] == [
        (2, "the number of dead"), (1, "the number of dead"),
    ]  # fmt: skip
    text = await exported(record)
    assert await reexported(text, tmp_path) == text


async def test_toml_holds_them_too(record, tmp_path):
    await put(record, tmp_path, *EVERYTHING)
    out = io.StringIO()
    await export_sheet(record, out, story="flood", form="toml")
    path = tmp_path / "flood.toml"
    path.write_text(out.getvalue(), encoding="utf-8")
    again = await import_sheet(record, path, actor="x")
    assert (again.added, again.updated) == (0, 0)


async def test_a_brief_that_disagrees_is_refused_with_its_line(record, tmp_path):
    toml = tmp_path / "flood.toml"
    toml.write_text(
        'format = 1\n[[facts]]\nref = "a"\nstatement = "at least 20 houses fell"\nbrief = "30 houses fell"\n'
        '[[facts.attributions]]\nsource = { title = "News" }\n',
        encoding="utf-8",
    )
    with pytest.raises(InvalidSheet) as caught:
        await import_sheet(record, toml, actor="x")
    assert caught.value.problems == ["line 5, brief: it says 30, which the statement does not"]
    wrong = [
        fact("a", "no house fell", brief="house fell"),
        fact("b", "it rained", brief="x" * 101),
        fact("c"),
    ]
    with pytest.raises(InvalidSheet) as caught:
        await put(record, tmp_path, *wrong)
    assert caught.value.problems == ["line 2, brief: should have at most 100 characters"]
    with pytest.raises(InvalidSheet) as caught:
        await put(record, tmp_path, wrong[0], fact("b", "it may rain", brief="it rains"))
    assert [problem[:13] for problem in caught.value.problems] == ["line 1, brief", "line 2, brief"]
    assert await record.stories.all() == []


async def test_a_correction_may_not_part_a_brief_from_its_statement(record, tmp_path):
    await put(record, tmp_path, *EVERYTHING)
    with pytest.raises(BriefDisagrees, match="20"):
        await revise(record, 1, statement="about 30 houses fell and 3 people died in the flood")
    await revise(record, 1, statement="about 30 houses fell", brief="about 30 houses fell")
    await revise(record, 1, statement="some houses fell", brief=None)
    await retract(record, 1)
    assert [each.kind for each in await record.facts.revisions(1)][1:] == [
        "corrected",
        "corrected",
        "retracted",
    ]
    with pytest.raises(BriefDisagrees):
        await publish(record, "n", "it rained", brief="it did not rain")


async def test_a_name_is_found_with_its_article_and_without(record, tmp_path):
    await put(record, tmp_path, *EVERYTHING, fact("c", "it is over", about=["the Gazette"]))
    for text in ("Gazette", "the Gazette", "THE GAZETTE"):
        (found,) = await record.entities.find_named(1, text)
        assert (found.name, found.called, found.named, found.aliases) == (
            "Gazette", "the Gazette", "the Gazette", (),
        )  # fmt: skip
    ((entity),) = (await record.facts.load([3]))[0].about
    assert entity.name == "Gazette"


async def test_a_name_that_a_brief_has_is_not_taken_away(record, tmp_path):
    await put(
        record, tmp_path,
        {"entity": {"name": "Alexander Lukin", "aliases": ["Sasha"]}},
        fact("a", "he left", brief="he left: Sasha", about=["Alexander Lukin"]),
    )  # fmt: skip
    entity = EntityEntry(name="Alexander Lukin")
    before = entity_fields(await record.entities.alone(1, entity.ref))
    with pytest.raises(Refused, match="brief of F1 needs that name"):
        await record.ledger.make(PutEntity(story_id=1, entity=entity, expected=before), by=ANN)
    await revise(record, 1, brief=None)
    await record.ledger.make(PutEntity(story_id=1, entity=entity, expected=before), by=ANN)


async def test_a_takedown_reaches_briefs(record, tmp_path):
    words = "a boy of the blue house"
    await put(record, tmp_path, fact("a", f"it was said that {words} came home", brief=f"{words} came home"))
    await revise(record, 1, statement="he came home", brief=None)
    await record.ledger.make(TakeDown(story_id=1, subject="F1", ground="privacy"), by=ANN)
    assert (await record.facts.find(1)).brief is None
    assert words not in content(record.database.path)
    assert (await record.audit.verify()).problem is None


def cited(**source) -> dict:
    return {"cue": "wrote that", "source": {"kind": "post", **source}}


POST = {"publisher": "Chirp", "published": "2024-01-04"}
URL = "https://example.org/Story"


async def sources(record) -> list[tuple[str | None, str | None]]:
    return [(each.author, each.url) for each in await record.sources.page(1, limit=99)]


async def test_an_author_or_an_address_makes_two_sources(record, tmp_path):
    different = [
        cited(title="Post", **POST, author="Ann"),
        cited(title="Post", **POST, author="Bo"),
        cited(title="Post", **POST, author="Ann", url=URL),
        cited(title="Post", **POST, author="Ann", url="https://example.org/other"),
        cited(title="Post", **POST, author="Bo", url=URL),
    ]
    lines = [fact(f"f{n}", attributions=[each]) for n, each in enumerate(different)]
    await put(record, tmp_path, *lines)
    assert len(await sources(record)) == 5
    await put(record, tmp_path, *lines)
    assert len(await sources(record)) == 5


async def test_one_address_is_one_source_however_it_is_written(record, tmp_path):
    spelled = [
        cited(title="Post", url=URL),
        cited(title="Post", url="http://www.Example.org/Story/"),
        cited(title="Updated: Post", url=f"{URL}?utm_source=x#top", author="Ann"),
    ]
    lines = [fact(f"f{n}", attributions=[each]) for n, each in enumerate(spelled)]
    await put(record, tmp_path, *lines[:1])
    await put(record, tmp_path, *lines)
    assert await sources(record) == [(None, URL)]
    await publish(record, "new", attributions=[cited(title="Once more", url=f"{URL}/")])
    assert await sources(record) == [(None, URL)]
    await check_tables(record)
    again = await put(record, tmp_path, *lines)
    assert (again.added, again.updated) == (0, 0)


async def test_refs_that_a_sheet_gives_stand_for_themselves(record, tmp_path):
    given = [{"source": {"ref": ref, "title": "Post", "url": URL}} for ref in ("one", "two")]
    await put(record, tmp_path, *given, fact("a", attributions=[{"source": "one"}, {"source": "two"}]))
    assert len(await sources(record)) == 2
    text = await exported(record)
    assert await reexported(text, tmp_path) == text
