"""Pictures in a real browser, whose fonts are others: under strict headers each text keeps its place."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from bot.pictures.drawing import draw
from bot.pictures.picture import WIDTH, Kind
from bot.web.caching import STRICT
from tests.acceptance.browser.chromium import MISSING, open_tab, program
from tests.bot.pictures.stories import facts, story

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)
# Of each text: what it says, where it begins, how wide it is, and how wide it was told to be.
MEASURED = """
[...document.querySelectorAll("svg text")].map(each => {
    const box = each.getBBox();
    return [each.textContent, box.x, box.width, +each.getAttribute("textLength")];
})
"""


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["en", "ar", "he"])
async def test_each_text_is_as_wide_as_it_was_measured(kind, language, tmp_path: Path) -> None:
    picture = draw(kind, story(language), facts(15, language))
    policy = escape(STRICT["Content-Security-Policy"])
    direction = "ltr" if language == "en" else "rtl"
    page = tmp_path / "page.html"
    page.write_text(
        f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8"><title>x</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><body>{picture.svg}</body></html>',
        encoding="utf-8",
    )
    async with open_tab(tmp_path) as tab:
        await tab.look(width=WIDTH + 40, height=800)
        await tab.open(page.as_uri())
        texts = await tab.evaluate(MEASURED)
        # What the policy would not let through is complained of, but for the part that only a header can set.
        assert [each for each in tab.complaints if "frame-ancestors" not in each] == []
    assert len(texts) > 40
    # Browsers round how far letters advance.
    for text, left, width, told in texts:
        assert abs(width - told) <= 2, text
        assert left >= -1 and left + width <= WIDTH + 1, text
