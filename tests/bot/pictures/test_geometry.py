"""No text of a picture lies outside of it or over another, whatever the story: proved by their measures."""

from __future__ import annotations

import pytest

from bot.pictures.drawing import TALLEST, WEB_TALLEST, laid_out
from bot.pictures.paragraphs import BOTTOM, TOP
from bot.pictures.picture import WIDTH, Kind
from bot.pictures.piece import Box
from bot.pictures.statements import SMALL
from tests.bot.pictures.stories import facts, story

# Units by which two boxes may touch where numbers are rounded.
ROUNDED = 0.01


def overlapping(boxes: list[Box]) -> list[tuple[str, str]]:
    """Return the texts of boxes that have a place in common; in one pass from top to bottom."""
    found = []
    ordered = sorted(boxes, key=lambda box: box.y)
    for at, one in enumerate(ordered):
        for other in ordered[at + 1 :]:
            if other.y >= one.y + one.height - ROUNDED:
                break
            beside = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            if beside > ROUNDED:
                found.append((one.text, other.text))
    return found


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("count", [0, 1, 25, 200])
def test_no_text_is_outside_or_over_another(kind, count, subtests: pytest.Subtests) -> None:
    # Of a long story the scripts are the same, and the time that it takes is not.
    for language in ("en", "ar", "he", "ru") if count < 200 else ("en", "ar"):
        for dark in (False, True) if count < 200 else (language == "ar",):
            for tallest in (TALLEST, WEB_TALLEST):
                with subtests.test(f"{language} {dark} {tallest}"):
                    piece = laid_out(
                        kind, story(language), facts(count, language), dark=dark, tallest=tallest
                    ).piece
                    texts = [box for box in piece.boxes if box.what == "text"]
                    assert texts
                    assert overlapping(texts) == []
                    for box in piece.boxes:
                        assert box.x >= 0 and box.x + box.width <= WIDTH, box
                        assert box.y >= 0 and box.y + box.height <= piece.height, box
                    assert all(box.height >= (TOP + BOTTOM) * SMALL - ROUNDED for box in texts)
