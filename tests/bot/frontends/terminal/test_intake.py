"""`onrecord intake`: what a person reads, and what a script gets."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest

from bot.errors import UserError
from bot.frontends.terminal.intake import print_attributions

TEXT = """\
Ann Reed, the harbour master, said on Tuesday that at least 40 boats had sunk.

“It was the worst night of my life.”
"""


async def printed(path: Path, *, as_lines: bool) -> str:
    out = io.StringIO()
    await print_attributions([str(path)], out, published=date(2024, 1, 4), as_lines=as_lines)
    return out.getvalue()


async def test_a_person_reads_who_says_what_how_sure_it_is_and_what_no_draft_covers(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    path.write_text(TEXT, encoding="utf-8")
    shown = await printed(path, as_lines=False)
    assert "Confident (1)" in shown
    assert "¶1 Ann Reed (the harbour master) · said · at least 40 boats had sunk" in shown
    assert "said: Tuesday (2024-01-02)" in shown
    assert "figure: at least 40 boats" in shown
    assert "Quoted, and in no attribution (1)\n\n¶2 “It was the worst night of my life.”" in shown
    assert "is in no draft: read the text as well" in shown


async def test_a_script_gets_the_offsets_of_each_part_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "gate.txt"
    path.write_text(TEXT, encoding="utf-8")
    row = json.loads(await printed(path, as_lines=True))
    (found,) = row["attributions"]
    parts = {name: [TEXT[a:b] for a, b in found[name]] for name in ("source", "cue", "content")}
    assert row["doc"] == "gate"
    assert parts == {
        "source": ["Ann Reed, the harbour master"],
        "cue": ["said"],
        "content": ["that at least 40 boats had sunk"],
    }


async def test_of_another_language_it_is_said_that_nothing_was_drafted(tmp_path: Path) -> None:
    path = tmp_path / "tor.txt"
    path.write_text("Der Bürgermeister sagte, dass die Brücke seit März gesperrt sei.", encoding="utf-8")
    assert "Nothing was drafted: its language is de" in await printed(path, as_lines=False)


async def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file"):
        await printed(tmp_path / "none.txt", as_lines=False)
