"""PNGs made in a process of their own: the same as here, bounded in time, and no answer waits for them."""

from __future__ import annotations

import asyncio
import os

import pytest

from bot.pictures.picture import Picture, PicturesUnavailable
from bot.pictures.raster import png
from bot.pictures.sending import apart

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="360" height="90" viewBox="0 0 360 90">'
    '<rect width="300" height="60" fill="#0b57a4"/><text x="9" y="40" font-size="20">Words</text></svg>'
)
SMALL = Picture(SVG, "", 360, 90)


async def test_it_is_the_same_picture_of_the_size_that_was_asked_for():
    for scale in (2.0, 10 / 3):
        assert await apart.png_of(SMALL, scale=scale) == png(SMALL, scale=scale)


async def test_nothing_of_it_is_made_in_the_process_that_answers(monkeypatch):
    def made_here(*_given, **_how):
        raise AssertionError("it holds up the answers")

    monkeypatch.setattr(apart, "png", made_here)
    assert (await apart.png_of(SMALL)).startswith(b"\x89PNG")


async def test_what_cannot_be_drawn_is_told_and_ends_nothing_else():
    with pytest.raises(apart.NotMade, match="could not be drawn"):
        await apart.png_of(Picture("no svg", "", 360, 90))


async def test_a_process_that_does_not_answer_is_ended(monkeypatch):
    begun = []
    start = asyncio.create_subprocess_exec

    async def sleeping(_program, *_arguments, **how):
        begun.append(await start("sleep", "600", **how))
        return begun[0]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", sleeping)
    monkeypatch.setattr(apart, "LONGEST", 0.05)
    with pytest.raises(TimeoutError):
        await apart.png_of(SMALL)
    assert begun[0].returncode is not None


async def test_it_is_given_no_secret_and_tells_that_what_draws_is_missing(monkeypatch, tmp_path):
    (tmp_path / "resvg_py.py").write_text(
        "import os\n"
        "assert not [name for name in os.environ if name.startswith('ONRECORD_')]\n"
        "raise ImportError\n"
    )
    monkeypatch.setenv("ONRECORD_TELEGRAM__TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    with pytest.raises(PicturesUnavailable):
        await apart.png_of(SMALL)
