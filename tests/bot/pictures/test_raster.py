"""Pictures as PNG: in the bounds of the platforms, in the fonts that were measured, text in its place."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest

from bot.errors import UserError
from bot.pictures import fonts, raster
from bot.pictures.drawing import draw, laid_out
from bot.pictures.picture import Kind, Picture, PicturesUnavailable
from tests.bot.pictures.stories import fact, facts, story


def size_of(image: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels."""
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", image[16:24])


def pixels(image: bytes) -> np.ndarray:
    """Return the pixels of a PNG of eight bits for each of red, green, blue and opacity."""
    width, height = size_of(image)
    assert image[24:26] == b"\x08\x06"
    data, at = b"", 8
    while at < len(image):
        length = struct.unpack(">I", image[at : at + 4])[0]
        if image[at + 4 : at + 8] == b"IDAT":
            data += image[at + 8 : at + 8 + length]
        at += length + 12
    raw, stride = zlib.decompress(data), 4 * width
    above, rows = [0] * stride, []
    for row in range(height):
        line = raw[row * (stride + 1) : (row + 1) * (stride + 1)]
        above = _row(line[0], line[1:], above)
        rows.append(above)
    return np.array(rows, np.uint8).reshape(height, width, 4)


def _row(kind: int, filtered: bytes, above: list[int]) -> list[int]:
    found: list[int] = []
    for at, byte in enumerate(filtered):
        left, up, corner = (found[at - 4], above[at], above[at - 4]) if at > 3 else (0, above[at], 0)
        guess = left + up - corner
        near = min((left, up, corner), key=lambda each: abs(guess - each))
        found.append((byte + (0, left, up, (left + up) // 2, near)[kind]) & 255)
    return found


@pytest.mark.parametrize("language", ["en", "ar", "he", "ru"])
def test_no_letter_is_drawn_outside_of_the_box_that_was_measured(language) -> None:
    found = facts(3, language)
    made = laid_out(Kind.WHO, story(language), found)
    picture = draw(Kind.WHO, story(language), found)
    # Only text is left, black on white: whatever is drawn is a letter.
    bare = re.sub(r"<(rect|line|polygon)[^>]*/>", "", picture.svg)
    bare = re.sub(r'(fill|stroke)="#[0-9a-f]{6}"', r'\1="#000000"', bare)
    ink = pixels(raster.png(Picture(bare, "", picture.width, picture.height), scale=1))[:, :, 3] > 40
    assert ink.sum() > 1_000
    for box in made.piece.boxes:
        if box.what == "text":
            # Half a pixel is what edges are blurred by, and heavy letters are heavier.
            top, left = int(box.y - 1), int(box.x - 1)
            area = ink[max(top, 0) : int(box.y + box.height + 2), max(left, 0) : int(box.x + box.width + 2)]
            assert area.any(), box
            area[:] = False
    assert ink.sum() == 0


def test_pictures_are_within_what_platforms_take(subtests: pytest.Subtests) -> None:
    for kind in Kind:
        for count, dark in ((0, False), (200, kind is Kind.WHO)):
            with subtests.test(f"{kind} {count}"):
                picture = draw(kind, story(), facts(count), dark=dark)
                image = raster.png(picture)
                width, height = size_of(image)
                assert width + height <= 10_000 and height <= 20 * width and len(image) < 5_000_000
                # Text keeps the size at which a phone shows it: at least one pixel for each unit.
                assert width >= picture.width


def test_a_picture_of_any_height_becomes_no_larger_than_may_be() -> None:
    tall = Picture('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 60000"/>', "", 360, 60_000)
    width, height = size_of(raster.png(tall))
    assert width + height <= 10_000


def test_a_short_picture_can_be_read_as_a_photo_and_a_long_one_cannot() -> None:
    assert raster.legible_as_photo(draw(Kind.TIMELINE, story(), facts(4)))
    assert not raster.legible_as_photo(draw(Kind.TIMELINE, story(), facts(60)))


def test_a_letter_that_no_font_has_leaves_a_trace() -> None:
    def image(text: str) -> bytes:
        return raster.png(draw(Kind.WHO, story(), [fact(1, f"Ab {text}")]))

    assert image("東") == image("京") != image("")


@pytest.mark.parametrize("missing", ["uharfbuzz", "resvg_py"])
def test_without_the_extra_it_is_said_what_to_install(missing, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw(Kind.WHO, story(), [fact(1)])
    monkeypatch.setitem(sys.modules, missing, None)
    fonts._fonts.cache_clear()
    fonts.extent.cache_clear()
    fonts._font_of.cache_clear()
    make = {"resvg_py": lambda: raster.png(picture), "uharfbuzz": lambda: draw(Kind.WHO, story(), [fact(1)])}
    with pytest.raises(PicturesUnavailable, match=re.escape("pip install 'onrecord[web]'")) as told:
        make[missing]()
    assert isinstance(told.value, UserError)
    monkeypatch.undo()
    assert draw(Kind.WHO, story(), [fact(1)]) == picture


def test_without_a_font_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw(Kind.WHO, story(), [fact(1)])
    monkeypatch.setattr(fonts, "_PACKAGES", ("fontpkg_of_nobody",))
    with pytest.raises(PicturesUnavailable):
        raster.png(picture)


def test_nothing_that_draws_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, bot.__main__, bot.commands, bot.pictures.drawing, bot.pictures.raster;"
        "print([name for name in ('uharfbuzz', 'resvg_py') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
