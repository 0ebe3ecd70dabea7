"""`/intake FILE` typed at the terminal: which texts name a file, and what comes of it."""

from __future__ import annotations

import os

import pytest

from bot.errors import UserError
from bot.frontends.terminal.attaching import attached
from bot.intake.reading.reader import media_of


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


async def test_a_file_of_another_kind_is_named_too_so_that_it_is_told_which_are_read(tmp_path, subtests):
    for name in ("chart.png", "report.docx", "no ending", "archive.tar.gz", ".hidden"):
        (tmp_path / name).write_bytes(b"The gate was open.")
        with subtests.test(name):
            text, document = attached(f"/intake {tmp_path / name}")
            assert text == "/intake" and document is not None and document.name == name
            with pytest.raises(UserError, match=r"end in \.txt, \.html or \.pdf"):
                media_of(document.name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
async def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = tmp_path / "closed.txt"
    path.write_bytes(b"The gate was open.")
    path.chmod(0)
    _text, document = attached(f"/intake {path}")
    assert document is not None
    with pytest.raises(UserError, match="cannot be read"):
        await document.load()


def test_an_article_that_was_taken_in_is_meant_before_a_file_of_that_name(tmp_path, monkeypatch, subtests):
    monkeypatch.chdir(tmp_path)
    for name in ("A3", "a3 next", "folder"):
        (tmp_path / name).mkdir() if name == "folder" else (tmp_path / name).write_bytes(b"x")
        with subtests.test(name):
            assert attached(f"/intake {name}") == (f"/intake {name}", None)


def test_what_names_no_file_is_left_as_it_is(subtests):
    for text in (
        "", "/intake", "/intake A3 list", "/intake https://example.org/a.html", "/add report.txt",
        "/intake the gate\nwas open.txt", "/intake " + "word " * 700, "/intake a\0b",
        "/intake  ", "/intake " + "x" * 5000 + ".txt", "report.pdf",
    ):  # fmt: skip
        with subtests.test(text[:30]):
            assert attached(text) == (text, None)
