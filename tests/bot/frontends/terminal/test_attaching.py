"""`/intake FILE` typed at the terminal: which texts name a file, and what comes of it."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.frontends.terminal.attaching import attached


async def test_a_file_that_lies_there_comes_with_the_command(tmp_path):
    path = tmp_path / "Gate report.TXT"
    path.write_bytes(b"The gate was open.")
    text, document = attached(f"/intake  {path} ")
    assert text == "/intake" and document is not None
    assert document.name == path.name and await document.load() == b"The gate was open."


async def test_a_file_that_is_not_there_or_is_none_is_refused(tmp_path, subtests):
    (tmp_path / "folder.pdf").mkdir()
    for name in ("none.html", "folder.pdf"):
        with subtests.test(name):
            _text, document = attached(f"/intake {tmp_path / name}")
            assert document is not None
            with pytest.raises(UserError, match="There is no file"):
                await document.load()
    _text, document = attached("/intake ~nobody-of-that-name/x.txt")
    assert document is not None
    with pytest.raises(UserError, match="There is no file"):
        await document.load()


def test_what_names_no_file_is_left_as_it_is(subtests):
    for text in (
        "", "/intake", "/intake A3 list", "/intake https://example.org/a.html", "/add report.txt",
        "/intake the gate\nwas open.txt", "/intake " + "x" * 5000 + ".txt", "report.pdf",
    ):  # fmt: skip
        with subtests.test(text[:30]):
            assert attached(text) == (text, None)
