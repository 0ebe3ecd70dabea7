"""What a sheet may not hold: each is refused in plain words, with line and field, and nothing is imported."""

from __future__ import annotations

import json

import pytest

from storage.domain.errors import InvalidSheet
from storage.sheets.importing import import_sheet
from tests.storage.conftest import fact, put
from tests.storage.sheets.test_edges import AT, SOUND, SOURCE, refused, revised


async def test_an_id_leaves_room_for_those_that_follow(record, tmp_path):
    for entry in (fact("a", id=f"F{10**9}"), {"source": {**SOURCE, "id": f"S{10**9}"}}):
        (problem,) = await refused(record, tmp_path, entry)
        assert problem == "line 1, id: should be F (a fact) or S (a source) and a number of at most 9 digits"
    await put(record, tmp_path, fact("a", id=f"F{10**9 - 1}"), fact("b"))
    assert {each.id for each in await record.listings.all(1, limit=9)} == {10**9 - 1, 10**9}


MANY = "9" * 5_000
HEAD = '[[facts]]\nstatement = "x"\n[[facts.attributions]]\n'
PLAIN: dict[tuple[str, str | bytes], str] = {
    ("a.jsonl", json.dumps(fact("a", attributions=[{"source": SOURCE}] * 101))): "has more than 100 items",
    ("b.jsonl", '{"statement": ' + MANY + "}"): "line 1: a number has more digits than any figure has",
    ("c.jsonl", b'{"statement": "caf\xe9"}'): "line 1: not UTF-8 text (byte 18)",
    ("d.jsonl", json.dumps(fact("a", figures=[{"amount": "x", "counts": "c"}]))): "should be a number",
    ("a.toml", "format = 1\na = " + MANY): "line 2: a number has more digits than any figure has",
    ("b.toml", f"{HEAD}source = 0x{'f' * 5_000}"): "a number has more digits than any figure has",
    ("c.toml", 'format = 1\na = """x'): "line 2: not TOML: Unterminated string (at end of document)",
}  # fmt: skip


async def test_what_is_wrong_is_told_without_pythons_words(record, tmp_path, subtests):
    for (name, text), told in PLAIN.items():
        with subtests.test(name=name):
            path = tmp_path / name
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            with pytest.raises(InvalidSheet) as caught:
                await import_sheet(record, path, actor="x")
            assert any(told in problem for problem in caught.value.problems), caught.value.problems
            assert not any(word in str(caught.value) for word in ("Tuple", "sys.", "line ?", "codec"))


AHEAD = "9999-12-31T23:59:59.999999Z"
TWICE = '{"statement": "x", "statement": "y", "attributions": [{"source": {"title": "t"}}]}'


async def test_nonsense_is_refused(record, tmp_path):
    future, retracted = revised(**SOUND), fact("a")
    future["revisions"][1]["at"] = AHEAD
    past = {"at": AT, "kind": "retracted", "actor": "Ann", "material": True}
    retracted["revisions"] = [{**past, "state": {**SOUND, "retracted": "wrong"}}]
    for line, told in (
        (fact("a", "\u200b\u200b"), "line 1, statement: is empty"),
        (
            fact("a", figures=[{"amount": 5, "upper": 3, "counts": "x"}]),
            "line 1, figures[0]: upper is less than amount",
        ),
        (future, "line 1, revisions[1].at: lies in the future"),
        ({"story": {"name": "s", "title": "S", "opened_at": AHEAD}}, "line 1, opened_at: lies in the future"),
        (retracted, "line 1, entry: its last revision and the fact differ in whether it is retracted"),
    ):
        assert told in await refused(record, tmp_path, line)
    (tmp_path / "twice.jsonl").write_text(TWICE, encoding="utf-8")
    with pytest.raises(InvalidSheet, match="line 1: statement stands twice"):
        await import_sheet(record, tmp_path / "twice.jsonl", actor="x")
