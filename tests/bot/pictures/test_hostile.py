"""Whatever stands on record, a picture is well-formed, holds nothing but shapes and text, and fits."""

from __future__ import annotations

import random
import re

import pytest
from lxml import etree

from bot.pictures.drawing import draw, laid_out
from bot.pictures.picture import WIDTH, Kind
from storage.domain.models import Attribution, Stance
from tests.bot.hostile_strings import KINDS
from tests.bot.pictures.stories import fact, source, speaker, story
from tests.bot.pictures.test_geometry import overlapping

SHAPES = {"svg", "title", "desc", "defs", "linearGradient", "stop", "g", "rect", "line", "polygon", "text"}
STRANGE = [
    "W" * 400,
    "a\u0301\u0302\u0303\u0304\u0305" * 60,
    "\u0e47" * 200,
    "日本語の長い文" * 30,
    "👩‍👩‍👧‍👦🏴‍☠️" * 40,
    "مرحبا " * 30 + "hello " * 30 + "שלום " * 30,
    "\u202eevil\u2066 isolate \u2069\u2069\u2069",
    "]]>&amp;<script>alert(1)</script><!--",
    "x" * 20_000,
    "https://paper.example/" + "a/b" * 300,
    "الحُرِّيَّةُ" * 40,
    " \t\n\r ",
]


def hostile_fact(number: int, text: str, stance: Stance = Stance.ASSERTS):
    """Return a fact with a hostile text wherever there may be one."""
    item = Attribution(
        source=source(number, title=text or None, author=text or None),
        speaker=speaker(number, text or "x"),
        cue=text or None,
        stance=stance,
        locator=text or None,
        said="2023-03",
    )
    return fact(
        number, text, attributions=(item,), occasion=text or None, occurred=("2023", None)[number % 2]
    )


def check(kind: Kind, text: str) -> None:
    """Draw a text and look at what came of it."""
    found = [hostile_fact(number, text, stance) for number, stance in enumerate(Stance, 1)]
    picture = draw(kind, story("en", text), found, dark=True)
    root = etree.fromstring(picture.svg.encode())
    assert {etree.QName(each).localname for each in root.iter()} <= SHAPES
    for each in root.iter():
        for name, value in each.attrib.items():
            assert not name.startswith("on") and "href" not in name and name not in ("style", "class")
            assert "url(" not in value or re.fullmatch(
                r"url\(#[a-z]+-(dark|light)-(begin|end)-[0-9a-f]{6}\)", value
            )
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", picture.alt)
    piece = laid_out(kind, story("en", text), found).piece
    assert overlapping([box for box in piece.boxes if box.what == "text"]) == []
    assert all(box.x >= 0 and box.x + box.width <= WIDTH for box in piece.boxes)


@pytest.mark.parametrize("kind", Kind)
def test_strange_texts_stay_texts_and_in_their_place(kind, subtests: pytest.Subtests) -> None:
    for text in STRANGE:
        with subtests.test(ascii(text[:20])):
            check(kind, text)


@pytest.mark.parametrize("kind", Kind)
def test_strings_at_random_stay_texts(kind, subtests: pytest.Subtests) -> None:
    chance = random.Random(17)
    for name, pieces in KINDS.items():
        with subtests.test(name):
            text = " ".join(chance.choices(pieces, k=40))
            # Of halves of pairs the record itself has none.
            check(kind, text.encode("utf-8", "ignore").decode())


def test_letters_that_no_font_has_are_told() -> None:
    assert "none of the fonts" in draw(Kind.WHO, story(), [fact(1, "東京")]).alt
    assert "none of the fonts" not in draw(Kind.WHO, story(), [fact(1, "Ω Жук العربية עברית ¶×")]).alt
