"""Pictures on the web: of public stories alone, each line with its citation, and cards of pasted links."""

from __future__ import annotations

import re
import struct

from lxml import etree, html

from bot.pictures import drawing, raster
from bot.pictures.picture import WIDTH, PicturesUnavailable
from bot.pictures.sending import apart
from bot.web.card import HEIGHT, card
from storage.domain.changes import SetStory, TakeDown
from storage.domain.enums import Ground
from storage.trail.audit import Actor
from tests.bot.web.site import ORIGIN, OWNER, Site, open_site
from tests.bot.web.test_walk import HOSTILE, stock

DRAWN = [f"/s/flood/{kind}{dark}.svg" for kind in ("timeline", "who") for dark in ("", "-dark")]
CARDS = ["/s/flood/card.png", "/f/F1/card.png"]
SHAPES = set("svg title desc defs g rect line polygon text linearGradient stop".split())
STRICT = "default-src 'none'"


async def size(site: Site, path: str) -> tuple[int, int]:
    """Return the size of a PNG that is served, in pixels."""
    async with site.client.get(path) as answer:
        content = await answer.read()
        assert (answer.status, answer.content_type) == (200, "image/png")
        assert answer.headers["Content-Security-Policy"].startswith(STRICT)
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def lines_of(svg: str) -> list[str]:
    """Return the lines of a picture's text."""
    root = etree.fromstring(svg.encode())
    return root.findtext("{http://www.w3.org/2000/svg}desc").split("\n")


async def test_each_line_of_a_picture_has_its_citation_and_nothing_hidden_is_in_it(site, tmp_path):
    await stock(site, tmp_path)
    seen = 0
    for path in DRAWN:
        got = await site.get(path)
        assert (got.status, got.headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8"), path
        assert got.headers["Content-Security-Policy"].startswith(STRICT)
        assert "canary" not in got.text.casefold() and "4711" not in got.text, path
        assert "\u202e" not in got.text, path
        for element in etree.fromstring(got.text.encode()).iter():
            assert etree.QName(element).localname in SHAPES, path
            assert not [name for name in element.attrib if name.startswith("on") or name in ("style", "href")]
        for line in lines_of(got.text):
            words = ("It hailed", "stayed dry", "They agree", "The school opens", "rained")
            if any(each in line for each in words):
                seen += 1
                assert re.search(r"\[\d+[^\]]*\]", line) and re.search(r"\bF\d+$", line), line
    assert seen > 8 and HOSTILE not in got.text


async def test_the_page_of_a_story_shows_both_light_and_dark_and_where_the_same_is_in_words(site):
    page = (await site.get("/s/flood")).main
    for kind, words in (("timeline", "timeline"), ("who", "statements")):
        (picture,) = page.cssselect(f"#{kind} details.picture picture")
        (dark,), (light,) = picture.cssselect("source"), picture.cssselect("img")
        assert dark.get("media") == "(prefers-color-scheme: dark)"
        for address in (dark.get("srcset"), light.get("src")):
            assert (await site.get(address)).status == 200
        assert f"/s/flood/{words}" in light.get("alt")
        assert (await site.get(f"/s/flood/{words}")).status == 200
    assert (await site.get("/s/flood/timeline")).main.cssselect("img") == []


async def test_they_are_kept_until_the_story_changes_and_asked_for_by_their_tag(site):
    for path in (*DRAWN, "/f/F2/card.png"):
        first = await site.client.get(path)
        tag = first.headers["ETag"]
        assert (await site.client.get(path, headers={"If-None-Match": tag})).status == 304
        await site.wire.change(2, statement=f"The dam leaks, says {path}.")
        again = await site.client.get(path, headers={"If-None-Match": tag})
        assert again.status == 200 and again.headers["ETag"] != tag
        assert await again.read() != await first.read() or "timeline" in path


async def test_what_is_not_public_has_no_picture(site):
    for path in ("/s/none/timeline.svg", "/s/none/card.png", "/f/F99/card.png", "/s/flood/where.svg"):
        assert (await site.get(path)).status == 404, path
    await site.record.ledger.make(TakeDown(story_id=1, subject="F1", ground=Ground.PRIVACY), by=Actor(OWNER))
    site.clock.go_on(milliseconds=1)
    assert (await site.get("/f/F1/card.png")).status == 410
    for path in DRAWN:
        assert "three days" not in (await site.get(path)).text, path
    await site.wire.retract(2)
    assert (await site.get("/f/F2/card.png")).status == 410
    await site.record.ledger.make(SetStory(story_id=1, public=False), by=Actor(OWNER))
    site.clock.go_on(milliseconds=1)
    for path in (*DRAWN, *CARDS):
        assert (await site.get(path)).status == 410, path


async def test_a_pasted_link_has_a_card_where_the_address_of_the_web_is_known(site, tmp_path):
    for path in ("/s/flood", "/f/F1"):
        page = html.document_fromstring((await site.get(path)).text)
        (image,) = page.cssselect("meta[property='og:image']")
        assert image.get("content") == f"{ORIGIN}{path}/card.png"
        assert await size(site, f"{path}/card.png") == (1_200, 630)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    async with open_site(folder, url=None) as other:
        assert "og:image" not in (await other.get("/s/flood")).text


async def test_a_card_says_whose_word_it_is_and_cites_it_whatever_the_length(site, subtests):
    from bot.answers.lines import fact_line

    long = await site.wire.publish("long", "It went on and on " * 120)
    one = await site.wire.publish("one", "x" * 3_000)
    for number in (1, long.id, one.id):
        with subtests.test(number):
            (fact,) = await site.record.facts.load([number])
            made = card("OnRecord", "The flood " * 40, fact_line(fact, whole=True), "en")
            assert (made.width, made.height) == (WIDTH, HEIGHT) and made.cited == {number: fact.revision}
            texts = etree.fromstring(made.svg.encode()).findall(".//{http://www.w3.org/2000/svg}text")
            told = [each.text for each in texts]
            assert f"F{number}" in told[-1] and "[Valley News, 20 Nov 2026" in " ".join(told[-2:])
            assert any(each.startswith("Ann Ray said that") for each in told)
            assert all(0 < float(each.get("y")) <= HEIGHT - 3 for each in texts)
            below = [float(each.get("y")) for each in texts]
            assert below == sorted(below) and len(set(below)) == len(below)
            assert await size(site, f"/f/F{number}/card.png") == (1_200, 630)


async def test_a_story_without_statements_and_hostile_titles_have_cards_too(site):
    for title in ("", "<script>&\"'", "\u202eabc", "中文 عنوان"):
        made = card("OnRecord", title or "x", None)
        etree.fromstring(made.svg.encode())
        assert raster.png(made).startswith(b"\x89PNG")


async def test_where_nothing_can_draw_there_is_no_picture(site, monkeypatch):
    def missing(*_given, **_how):
        raise PicturesUnavailable

    async def none_made(*_given, **_how):
        raise PicturesUnavailable

    monkeypatch.setattr(drawing, "draw", missing)
    monkeypatch.setattr(apart, "png_of", none_made)
    for path in (*DRAWN, *CARDS):
        assert (await site.get(path)).status == 404, path
    assert (await site.get("/s/flood")).status == 200
