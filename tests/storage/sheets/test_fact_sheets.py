"""Fact sheets in and out: nothing is lost, nothing doubled, and errors say where."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from storage.domain.entries import FactEntry
from storage.domain.errors import InvalidSheet, RecordError
from storage.domain.names import clean
from storage.record import Record
from storage.sheets.exporting import export_sheet, sheet_schema
from storage.sheets.importing import import_sheet
from storage.sheets.shipped import put_shipped
from tests.conftest import examples
from tests.storage.conftest import Ticking, fact, put, sheet

SHIPPED = Path(__file__).parents[3] / "storage" / "stories" / "belarus.toml"


async def exported(record: Record, **options) -> str:
    out = io.StringIO()
    await export_sheet(record, out, **options)
    return out.getvalue()


async def reexported(text: str, folder: Path, suffix: str, **options) -> str:
    """Import a sheet into an empty record and export it again."""
    source = folder / f"exported{suffix}"
    source.write_text(text, encoding="utf-8")
    (folder / "other.db").unlink(missing_ok=True)
    other = await Record.open(folder / "other.db", clock=Ticking())
    try:
        await import_sheet(other, source, actor="someone else")
        assert await other.database.check() == []
        return await exported(other, **options)
    finally:
        await other.close()


async def stock(record: Record, folder: Path) -> None:
    """Put two stories on record, by turns, with corrections, relations and a retraction."""
    await put_shipped(record)
    await put(
        record, folder, fact("a"), fact("b", "it was dry", contradicts=[{"fact": "a", "about": "Rain?"}])
    )
    await put(record, folder, fact("x", "a mast fell", occurred="2023-07-18?"), story="storm")
    await put(record, folder, fact("c", "it hailed", places=["Hill"]), fact("a", superseded_by="c"))
    await put(record, folder, fact("y"), fact("x", "two masts fell", retracted="it was one"), story="storm")


async def test_a_record_goes_out_and_in_unchanged_as_json_lines(record, tmp_path):
    await stock(record, tmp_path)
    text = await exported(record)
    assert await reexported(text, tmp_path, ".jsonl") == text


async def test_a_story_goes_out_and_in_unchanged_as_toml(record, tmp_path):
    await stock(record, tmp_path)
    text = await exported(record, story="flood", form="toml")
    tomllib.loads(text)
    assert await reexported(text, tmp_path, ".toml", form="toml") == text


async def test_importing_an_export_into_its_own_record_changes_nothing(record, tmp_path):
    await stock(record, tmp_path)
    text = await exported(record)
    done = await import_sheet(record, _written(tmp_path / "e.jsonl", text), actor="x")
    assert (done.added, done.updated) == (0, 0)
    assert await exported(record) == text


async def test_several_stories_do_not_go_into_one_toml_sheet(record, tmp_path):
    await stock(record, tmp_path)
    with pytest.raises(RecordError, match="one story"):
        await exported(record, form="toml")
    with pytest.raises(RecordError, match="No story is named 'fire': there are belarus, flood, storm"):
        await exported(record, story="fire")


HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list("\"'*<>&\\`_[](){}\x00\x07\u202e\u200f\u2028\ufeff🌊שלום")),
    ),
    max_size=40,
)
NAMES = HOSTILE.filter(clean)


@st.composite
def lines(draw):
    """Draw a fact of any text that a sheet may hold."""
    attribution = {"source": {"title": draw(NAMES)}, "quote": draw(NAMES), "locator": draw(NAMES)}
    attribution |= {"speaker": draw(NAMES)} if draw(st.booleans()) else {}
    when = draw(st.sampled_from([None, "2024", "2024-02-29", "XXXX-07-18", "2023-07-18?", "2022/2023"]))
    return {
        "statement": draw(NAMES),
        "attributions": [attribution],
        "places": draw(st.lists(NAMES, max_size=2)),
        "figures": [{"amount": draw(st.integers(0, 10**9)), "counts": draw(NAMES)}],
    } | ({"occurred": when} if when else {})


async def round_trip(given_lines: list[dict]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = await Record.open(folder / "record.db", clock=Ticking())
        try:
            await put(record, folder, *({"ref": f"r{n}", **line} for n, line in enumerate(given_lines)))
            stored = await record.listings.all(1, limit=100)
            assert [each.statement for each in stored] == [clean(line["statement"]) for line in given_lines]
            assert [each.attributions[0].quote for each in stored] == [
                clean(line["attributions"][0]["quote"]) for line in given_lines
            ]
            text = await exported(record)
            tables = await exported(record, form="toml")
            for line in given_lines:
                await record.search.find(line["statement"])
                await record.entities.named(1, line["statement"])
        finally:
            await record.close()
        assert await reexported(text, folder, ".jsonl") == text
        assert await reexported(tables, folder, ".toml", form="toml") == tables


@pytest.mark.at_length
@settings(max_examples=examples(100))
@given(st.lists(lines(), min_size=1, max_size=4))
def test_any_text_goes_in_and_out(given_lines):
    asyncio.run(round_trip(given_lines))


async def test_control_characters_are_dropped_on_entry(record, tmp_path):
    await put(record, tmp_path, fact("a", "it\x00 rained\x07\n\u202emuch"))
    assert (await record.facts.find(1)).statement == "it rained much"


async def test_an_error_in_the_last_line_leaves_nothing(record, tmp_path):
    many = [fact(f"f{n}") for n in range(2500)]
    with pytest.raises(InvalidSheet, match="line 2501, statement: is required"):
        await put(record, tmp_path, *many, {"attributions": [{"source": {"title": "t"}}]})
    assert await record.stories.all() == []


JSON_MISTAKES = {
    "{": "line 1: not JSON: Expecting property name enclosed in double quotes (at column 3)",
    "[1]": "line 1: must be an object, {...}",
    '{"statement": "x"}': "line 1, attributions: is required",
    '{"statement": "x", "attributions": []}': "line 1, attributions: needs at least one",
    '{"statement": "", "attributions": [{"source": {"title": "t"}}]}': "line 1, statement: is empty",
    '{"statement": 7, "attributions": [{"source": {"title": "t"}}]}': ("line 1, statement: should be text"),
    '{"statement": "x", "statment": "y", "attributions": [{"source": {"title": "t"}}]}': (
        "line 1, statment: unknown field; did you mean statement?"
    ),
    '{"statement": "x", "attributions": [{"speaker": "Ann"}]}': "line 1, attributions[0].source: is required",
    '{"statement": "x", "attributions": [{"source": {"kind": "post"}}]}': (
        "line 1, attributions[0].source: a source needs at least a title, name, publisher, author or url"
    ),
    '{"statement": "x", "attributions": [{"source": {"title": "t", "url": "javascript:x"}}]}': (
        "line 1, attributions[0].source.url: has not the right form"
    ),
    '{"statement": "x", "attributions": [{"source": "nowhere"}]}': (
        "line 1, attributions[0].source: no source has the ref 'nowhere'"
    ),
    '{"statement": "x", "occurred": "2023-02-30", "attributions": [{"source": {"title": "t"}}]}': (
        "line 1, occurred: '2023-02-30' is not a date: write 2024-01-04, 2024-01, 2024, 2023/2024 (a range),"
        " XXXX-07-18 (year not given) or 2023-07-18? (uncertain)"
    ),
    '{"statement": "x", "attributions": [{"source": {"title": "t"}}], "contradicts": [{"fact": "f0"}]}': (
        "line 1, contradicts[0].fact: no fact has the ref 'f0'"
    ),
    '{"statement": "x", "attributions": [{"source": {"title": "t"}}], "figures": [{"counts": "cats"}]}': (
        "line 1, figures[0]: a figure needs an amount, or the source's words for it"
    ),
}


async def test_mistakes_in_json_lines_are_named(record, tmp_path, subtests):
    for line, problem in JSON_MISTAKES.items():
        with subtests.test(line=line):
            with pytest.raises(InvalidSheet) as caught:
                await import_sheet(record, _written(tmp_path / "s.jsonl", line + "\n"), actor="x")
            assert caught.value.problems == [problem]
            assert await record.stories.all() == []


TOML = """format = 1
[story]
name = "s"
title = "S"
[[sources]]
ref = "news"
title = "News"
[[entities]]
name = "Ann"
[[facts]]
ref = "a"
statement = "it rained"
[[facts.attributions]]
speaker = "Ann"
source = "news"
"""
TOML_MISTAKES = {
    ("format = 1", "format = 2"): "line 1, format: this program reads format 1",
    (
        "format = 1",
        "colour = 1",
    ): "line 1, colour: unknown; a sheet has entities, facts, format, sources, story",
    ('name = "s"', 'name = "S!"'): "line 3, name: has not the right form",
    (
        "[[sources]]\n",
        "[[sources]\n",
    ): "line 5: not TOML: Expected ']]' at the end of an array declaration (at line 5, column 10)",
    ('name = "Ann"', 'name = "Ann"\nrole = "witness"'): (
        'line 8, entities: a role needs the source that gives it: add source = "..."'
    ),
    ('speaker = "Ann"', 'speaker = "Anne"'): (
        "line 14, attributions[0].speaker: 'Anne' is none of the sheet's entities; did you mean 'Ann'?"
    ),
    ('source = "news"', 'source = "new"'): "line 15, attributions[0].source: no source has the ref 'new'",
    ('source = "news"', 'source = "news"\nstance = "doubts"'): (
        "line 16, attributions[0].stance: should be 'asserts', 'denies', 'admits', 'alleges', 'confirms',"
        " 'supports', 'calls for' or 'rates'"
    ),
    ('statement = "it rained"', 'statement = "it rained"\noccurred = "May"'): (
        "line 13, occurred: 'May' is not a date: write 2024-01-04, 2024-01, 2024, 2023/2024 (a range),"
        " XXXX-07-18 (year not given)"
        " or 2023-07-18? (uncertain)"
    ),
}


async def test_mistakes_in_toml_are_named(record, tmp_path, subtests):
    for change, problem in TOML_MISTAKES.items():
        with subtests.test(change=change):
            with pytest.raises(InvalidSheet) as caught:
                await import_sheet(
                    record, _written(tmp_path / "s.toml", TOML.replace(change[0], change[1], 1)), actor="x"
                )
            assert caught.value.problems == [problem]
            assert await record.stories.all() == []


async def test_only_the_first_problems_are_listed_and_all_are_counted(record, tmp_path):
    with pytest.raises(InvalidSheet, match=r"has 30 error\(s\)") as caught:
        await put(record, tmp_path, *({"statement": "x"} for _ in range(30)))
    assert len(caught.value.problems) == 20 and "and 10 more" in str(caught.value)


async def test_a_ref_used_twice_and_a_ring_of_sources_are_refused(record, tmp_path):
    with pytest.raises(InvalidSheet, match="line 2, ref: 'a' is already used on line 1"):
        await put(record, tmp_path, fact("a"), fact("a"))
    ring = [{"source": {"ref": one, "title": one, "via": two}} for one, two in (("p", "q"), ("q", "p"))]
    with pytest.raises(InvalidSheet, match="relayed by itself"):
        await put(record, tmp_path, *ring, fact("a"))


async def test_the_shipped_story_imports_without_a_problem(record):
    done = await import_sheet(record, SHIPPED, actor="x")
    assert done.added > 20 and done.story.name == "belarus"
    assert await record.database.check() == []


async def test_progress_is_told(record, tmp_path):
    told = []
    path = sheet(tmp_path / "s.jsonl", *(fact(f"f{n}") for n in range(3)))
    await import_sheet(record, path, actor="x", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (3, 3)]


async def test_the_schema_covers_what_is_exported(record, tmp_path):
    await stock(record, tmp_path)
    schema = sheet_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    definitions = schema["$defs"]
    fields = definitions["FactEntry"]["properties"]
    assert set(definitions["FactEntry"]["required"]) == {"statement", "attributions"}
    assert definitions["AttributionEntry"]["required"] == ["source"]
    whole = TypeAdapter(FactEntry)
    for line in map(json.loads, (await exported(record)).splitlines()):
        if len(line) > 1:
            assert line.keys() <= fields.keys()
            whole.validate_python(line)
        else:
            ((kind, value),) = line.items()
            assert value.keys() <= definitions[f"{kind.title()}Entry"]["properties"].keys()


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
