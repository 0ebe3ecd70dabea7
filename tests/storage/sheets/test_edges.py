"""The edges of import: what is too deep, alike or a ring is told with line and field; nothing is lost."""

from __future__ import annotations

import copy
import json
import random

import pytest

from storage.domain.errors import InvalidSheet
from storage.record import Record
from storage.sheets.importing import import_sheet
from tests.storage.conftest import Ticking, fact, put
from tests.storage.making import check_tables, exported, reexported

LONG = "In a hole in the ground there lived a very long name " * 5
SOURCE = {"title": "News"}
AT, LATER = "2024-01-04T09:30:00.000000Z", "2024-01-04T10:30:00.000000Z"


async def refused(record: Record, folder, *lines: dict) -> list[str]:
    """Return the problems of lines that are refused whole."""
    before = await exported(record) if await record.stories.all() else ""
    with pytest.raises(InvalidSheet) as caught:
        await put(record, folder, *lines)
    assert (await exported(record) if before else "") == before
    return caught.value.problems


async def test_names_that_begin_alike_are_two(record, tmp_path):
    names = [LONG + ending for ending in ("north", "south", "east")]
    await put(record, tmp_path, fact("a", places=names[:2]), fact("b", about=names[1:]))
    first, second = await record.listings.all(1, limit=9)
    assert [place.name for place in first.places] == names[:2]
    assert [each.name for each in second.about] == names[1:]
    assert len({entity.id for entity in (*first.places, *second.about)}) == 3
    text = await exported(record)
    assert await reexported(text, tmp_path) == text


async def test_declared_names_that_begin_alike_need_a_ref_of_their_own(record, tmp_path):
    lines = [{"entity": {"name": LONG + ending}} for ending in ("north", "south")]
    (problem,) = await refused(record, tmp_path, *lines, fact("a"))
    assert problem == "line 2, name: begins like the one on line 1: give one of the two a ref of its own"
    lines[1]["entity"]["ref"] = "south"
    await put(record, tmp_path, *lines, fact("a", places=[LONG + "south", LONG + "north"]))
    assert len((await record.facts.find(1)).places) == 2


def revised(**state) -> dict:
    """Return a fact with a past revision of this state."""
    past = {"at": AT, "kind": "published", "actor": "Ann", "material": True, "state": state}
    return fact("a", revisions=[past, {**past, "at": LATER, "kind": "corrected", "state": None}])


SOUND = {"statement": "it poured", "attributions": [{"source": "news", "stance": "asserts"}]}
STATES: list[tuple[dict, str]] = [
    ({"x": 1}, "revisions[0].state.x: unknown field"),
    ({"statement": "x"}, "revisions[0].state.attributions: is required"),
    ({**SOUND, "attributions": []}, "revisions[0].state.attributions: needs at least one"),
    ({**SOUND, "attributions": 7}, "revisions[0].state.attributions: should be a list"),
    ({**SOUND, "occurred": "soon"}, "revisions[0].state.occurred: 'soon' is not a date"),
    ({**SOUND, "figures": [{"counts": "x"}]}, "revisions[0].state.figures[0]: a figure needs an amount"),
    (
        {**SOUND, "attributions": [{"source": "nowhere"}]},
        "revisions[0].state.attributions[0].source: no source has the ref 'nowhere'",
    ),
]


async def test_a_state_of_the_past_is_checked_like_that_of_today(record, tmp_path, subtests):
    for state, told in STATES:
        with subtests.test(state=state):
            news = {"source": {"ref": "news", **SOURCE}}
            problems = await refused(record, tmp_path, news, revised(**state))
            assert any(f"line 2, {told}" in problem for problem in problems), problems


async def test_a_state_of_the_past_may_name_whom_nothing_else_names(record, tmp_path):
    state = {**SOUND, "places": ["Hill"], "attributions": [{"source": SOURCE, "speaker": "Bo"}]}
    await put(record, tmp_path, revised(**state))
    then = await record.facts.at_revision(1, 1)
    assert (then.statement, then.places[0].name, then.attributions[0].speaker.name) == (
        "it poured",
        "Hill",
        "Bo",
    )
    text = await exported(record)
    assert await reexported(text, tmp_path) == text


@pytest.mark.sqlite
async def test_a_broken_state_of_an_earlier_version_hides_only_itself(flood, tmp_path):
    async with flood.database.transaction() as tx:
        await tx.run(
            "INSERT INTO revision (fact_id, number, at, kind, actor, reason, material, state, audit_id)"
            " SELECT fact_id, 2, at, kind, actor, reason, material, state, audit_id FROM revision"
        )
        await tx.run("UPDATE fact SET revision = 2")
        await tx.run("DROP TRIGGER revision_is_final")
        await tx.run(
            "UPDATE revision SET state = '{\"x\": 1}', at = '2000-01-01T00:00:00.000000Z' WHERE number = 1"
        )
    assert await flood.facts.at_revision(1, 1) is None
    assert (await flood.facts.find(1)).statement == "it rained"
    assert len(await flood.facts.revisions(1)) == 2
    assert await flood.listings.in_force_at(1, "2001", limit=9) == []


async def test_moments_are_those_of_the_record(record, tmp_path, subtests):
    for at in ("soon", "2024-01-04", "9999", "2024-01-04T09:30:00Z", "\x00", ""):
        with subtests.test(at=at):
            line = revised(**SOUND)
            line["revisions"][0]["at"] = at
            (problem,) = await refused(record, tmp_path, line)
            assert problem.startswith("line 1, revisions[0].at: should be a moment")
    (problem,) = await refused(record, tmp_path, {"story": {"name": "s", "title": "S", "opened_at": "now"}})
    assert problem.startswith("line 1, opened_at: should be a moment")
    line = revised(**SOUND)
    line["revisions"][1]["at"] = "2023-01-04T09:30:00.000000Z"
    (problem,) = await refused(record, tmp_path, line)
    assert "its revisions are not in the order of their moments" in problem


DEEP = 50_000


async def test_what_is_nested_too_deep_is_refused_without_a_crash(record, tmp_path, subtests):
    head = 'statement = "x"\n[[facts.attributions]]\nsource = '
    attributions = '{"statement": "x", "attributions": ' + "[" * DEEP + "]" * DEEP + "}"
    sheets = {
        "list.toml": f"a = {'[' * DEEP}{']' * DEEP}",
        "table.toml": f"a = {'{a = ' * DEEP}1{'}' * DEEP}",
        "dotted.toml": f"[[facts]]\n{'a.' * DEEP}a = 1\n",
        "header.toml": f"[{'a.' * DEEP}a]\n",
        "source.toml": f"[[facts]]\n{head}{'[' * 200}{']' * 200}\n",
        "list.jsonl": attributions,
        "object.jsonl": '{"a": ' * DEEP + "1" + "}" * DEEP,
        "shallow.jsonl": '{"statement": "x", "attributions": ' + "[" * 900 + "]" * 900 + "}",
    }
    for name, text in sheets.items():
        with subtests.test(name=name):
            path = tmp_path / name
            path.write_text(text)
            with pytest.raises(InvalidSheet) as caught:
                await import_sheet(record, path, actor="x")
            assert all(
                problem.startswith("line ") and len(problem) < 400 for problem in caught.value.problems
            )
            assert await record.stories.all() == []


async def test_a_long_history_goes_out_and_in_again(record, tmp_path):
    source = {"ref": "news", **SOURCE}
    entry = fact("a", revisions=[])
    for number in range(280):
        state = {"statement": f"{number} " + "it rained " * 399, "attributions": [{"source": "news"}]}
        moment = f"2024-01-04T09:{number // 60:02}:{number % 60:02}.000000Z"
        entry["revisions"].append(
            {"at": moment, "kind": "corrected", "actor": "Ann", "material": True, "state": state}
        )
    await put(record, tmp_path, {"source": source}, entry)
    text = await exported(record)
    assert max(map(len, text.splitlines())) > 1024 * 1024
    assert await reexported(text, tmp_path) == text


async def test_long_chains_are_not_rings(record, tmp_path):
    sources = [
        {"source": {"ref": f"s{n}", "title": f"T{n}", **({"via": f"s{n + 1}"} if n < 100 else {})}}
        for n in range(101)
    ]
    chain = [fact(f"f{n}", f"it rained {n}", superseded_by=f"f{n + 1}") for n in range(1500)]
    await put(record, tmp_path, *sources, *chain, fact("f1500"), fact("v", attributions=[{"source": "s0"}]))
    assert len((await record.facts.find(1502)).attributions[0].source.chain()) == 101
    await check_tables(record)
    more = {"source": {"ref": "s-1", "title": "T", "via": "s0"}}
    (problem,) = await refused(record, tmp_path, more, fact("w"))
    assert problem == (
        "line 1, via: The source 's-1' is relayed by 101 others, one after the other:"
        " shorten its chain of 'via' to at most 100"
    )
    # From the other end as well: what hangs on a source counts.
    longer = [
        {"source": {"ref": "s100", "title": "T100", "via": "t"}},
        {"source": {"ref": "t", "title": "T"}},
    ]
    (problem,) = await refused(record, tmp_path, *longer, fact("w"))
    assert "'s0' is relayed by 101 others" in problem


async def test_rings_are_told_with_their_lines(record, tmp_path):
    ring = [
        {"source": {"ref": one, "title": one, "via": two}}
        for one, two in (("p", "q"), ("q", "r"), ("r", "p"))
    ]
    (problem,) = await refused(record, tmp_path, fact("a"), *ring)
    assert problem in {
        f"line {line}, via: The source {ref!r} is relayed by itself: mend its 'via'"
        for line, ref in ((2, "p"), (3, "q"), (4, "r"))
    }
    facts = [
        fact(one, f"it was {one}", superseded_by=two) for one, two in (("b", "c"), ("c", "d"), ("d", "b"))
    ]
    (problem,) = await refused(record, tmp_path, *facts)
    assert problem.startswith("line ") and "superseded_by: F" in problem and "superseded by itself" in problem
    (problem,) = await refused(record, tmp_path, fact("a"), fact("e", superseded_by="e"))
    assert problem == "line 2, superseded_by: 'e' is superseded by itself: name another fact"
    (problem,) = await refused(record, tmp_path, fact("a"), fact("e", supports=[{"fact": "e"}]))
    assert problem == "line 2, supports: 'e' is related to itself: name another fact"


async def test_one_fact_related_twice_in_different_words_is_refused(record, tmp_path):
    twice = [{"fact": "a", "about": "Rain?"}, {"fact": "a", "about": "Snow?"}]
    (problem,) = await refused(record, tmp_path, fact("a"), fact("b", "it was dry", contradicts=twice))
    assert problem == "line 2, contradicts: 'b' contradicts 'a' twice, in different words: name it once"


async def test_refs_that_lead_nowhere_are_told_with_line_and_field(record, tmp_path, subtests):
    for line, told in [
        ({"source": {"ref": "s", "title": "T", "via": "x"}}, "via: no source"),
        ({"entity": {"name": "Ann", "role": "r", "source": "x"}}, "source: no source"),
        ({"entity": {"name": "Ann", "merged_into": "x"}}, "merged_into: no entity"),
        (fact("b", supports=[{"fact": "a", "source": "x"}]), "supports[0].source: no source"),
        (
            fact("b", attributions=[{"source": {"title": "T", "via": "x"}}]),
            "attributions[0].source.via: no source",
        ),
    ]:
        with subtests.test(told):
            (problem,) = await refused(record, tmp_path, fact("a"), line, fact("c"))
            assert problem == f"line 2, {told} has the ref 'x'"


ODD = [
    None, True, False, 0, -1, 1.5, 1e308, 10**400, "", " ", "\x00", "\ud800", "\u202e", "x" * 501, "x" * 5000,
    "F1", "S1", "nan", "1e400", [], [[]], [None], [1], {}, {"a": 1}, {"source": {}}, [{}], [{"fact": 1}], "http://",
    "9" * 400,
]  # fmt: skip
RAW = ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000, '"\\ud800\\udc00\\ud800"', "[" * 800 + "]" * 800]


def places(data: object, path: tuple = ()):
    """Yield the path of every value in a sheet's line."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


WHOLE: list[dict] = [
    {"story": {"name": "s", "title": "S", "about": ["a"], "opened_at": AT}},
    {
        "source": {
            "id": "S1", "ref": "news", "kind": "article", "name": "N", "title": "T", "publisher": "P",
            "author": "A", "url": "https://x.org/a", "published": "2024", "note": "n", "via": "far",
        }
    },
    {"source": {"ref": "far", "title": "Far"}},
    {
        "entity": {
            "ref": "ann", "kind": "person", "name": "Ann", "short": "A", "aliases": ["B"],
            "role": "witness", "source": "news", "locator": "¶1",
        }
    },
    {"entity": {"name": "Anne", "merged_into": "ann"}},
    fact("b", "it was dry"),
    {
        "id": "F7", "ref": "a", "statement": "it rained", "occurred": "2024", "occasion": "o",
        "date_note": "d", "places": ["Hill"], "about": ["ann"],
        "attributions": [
            {"source": "news", "speaker": "Ann", "cue": "said", "stance": "denies",
             "locator": "¶1",
             "quote": "q", "said": "2024"},
            {"source": {"title": "Other", "via": "news"}},
        ],
        "figures": [
            {"amount": 5, "upper": 6, "words": "w", "qualifier": "about", "counts": "cats", "measure": "m"}
        ],
        "contradicts": [{"fact": "b", "about": "Rain?", "source": "news", "locator": "¶2"}],
        "supports": [{"fact": "b"}], "superseded_by": "b", "retracted": "wrong",
        "revisions": [
            {"at": AT, "kind": "published", "actor": "Ann", "material": True, "reason": "r", "state": SOUND},
            {"at": LATER, "kind": "retracted", "actor": "Ann", "material": True},
        ],
    },
]  # fmt: skip


def put_at(data, path, value):
    copied = copy.deepcopy(data)
    at = copied
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return copied


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
async def test_odd_values_in_any_field_come_in_whole_or_are_told_with_line_and_field(tmp_path, seed):
    chance = random.Random(seed)
    record = await Record.open(tmp_path / "record.db", clock=Ticking())
    await put(record, tmp_path, *WHOLE)
    before = await exported(record)
    assert await reexported(before, tmp_path) == before
    paths = [path for path in places(WHOLE) if len(path) > 1]
    for number, path in enumerate(chance.sample(paths, len(paths))):
        odd = chance.choice([*ODD, *RAW])
        raw = isinstance(odd, str) and odd in RAW
        text = "\n".join(map(json.dumps, put_at(WHOLE, path, "@@" if raw else odd)))
        text = text.replace('"@@"', str(odd)) if raw else text
        other = await Record.open(tmp_path / f"o{number}.db", clock=Ticking())
        source = tmp_path / "odd.jsonl"
        source.write_text(text, encoding="utf-8")
        try:
            await import_sheet(other, source, actor="x", story="flood")
        except InvalidSheet as error:
            for problem in error.problems:
                assert problem.startswith(("line ", "sheet")), (path, odd, problem)
                assert problem.isprintable() and len(problem) < 1000, (path, odd, problem)
            assert await other.stories.all() == []
        else:
            again = await exported(other)
            assert await reexported_anew(again, tmp_path, number) == again, (path, odd)
            for row in await other.facts.load(range(1, 9)):
                for n in range(1, row.revision + 1):
                    assert await other.facts.at_revision(row.id, n) is not None
        finally:
            await other.close()
    await record.close()


async def reexported_anew(text: str, folder, number: int) -> str:
    folder = folder / f"again{number}"
    folder.mkdir()
    return await reexported(text, folder)
