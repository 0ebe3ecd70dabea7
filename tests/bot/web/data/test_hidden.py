"""Whatever is asked, nothing that is hidden is answered, and no line is without its citation."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from lxml import etree

from bot.web.data.routes import ROUTES
from tests.bot.web.data.world import FORMULA, HEBREW, HIDDEN, MARKUP

XHTML = "{http://www.w3.org/1999/xhtml}"
ATOM = "{http://www.w3.org/2005/Atom}"


async def every_answer(site, world) -> dict[str, str]:
    """Return what stands at each address of data, with all pages, for each thing that there is."""
    bodies: dict[str, str] = {}
    stories = ("belarus", "tarrow-ferry", "velmara-bridges")
    numbers = [*range(1, 12), *range(min(world.facts.values()) - 2, max(world.facts.values()) + 2)]
    for route in ROUTES:
        path = route.described.path
        if "{id}" in path:
            kind = {"fact": "F", "source": "S", "name": "E"}[route.described.name.split("_")[0]]
            paths = [path.format(id=f"{kind}{number}") for number in numbers]
        else:
            paths = [path.format(story=story) for story in (stories if "{story}" in path else ("",))]
        while paths:
            at = paths.pop()
            response = await site.get(at)
            bodies[at] = (await response.read()).decode()
            if (following := response.links.get("next")) is not None:
                paths.append(following["url"].path_qs)
    return bodies


async def test_nothing_hidden_is_in_any_answer(site, world):
    bodies = await every_answer(site, world)
    assert sum("ferries sailed" in body for body in bodies.values()) >= 6
    assert sum(len(body) for body in bodies.values()) > 200_000
    found = {
        (at, what)
        for at, body in bodies.items()
        for what, words in HIDDEN.items()
        if words in body.casefold()
    }
    assert found == set()
    # What was held is told once it is due.
    world.moments.pass_by(hours=2)
    for path in ("/feed.json", "/s/belarus/feed.atom", "/api/v1/facts.csv?text=heldcanary"):
        assert "heldcanary" in await (await site.get(path)).text()


async def test_each_statement_has_its_voices_and_each_voice_its_citation(site, world):
    bodies = await every_answer(site, world)
    statements = 0
    for at, body in bodies.items():
        if at.startswith("/api/") and not at.endswith((".csv", "openapi.json")) and '"status":4' not in body:
            for each in objects(json.loads(body)):
                if "statement" in each:
                    statements += 1
                    assert each["voices"] and all(voice["citation"] for voice in each["voices"])
                if "sentence" in each or each.get("role"):
                    assert each["citation"]["text"] and each["citation"]["address"].startswith("http"), at
        elif at.endswith("data.jsonld"):
            for each in objects(json.loads(body)):
                if each.get("@type") == "Claim":
                    assert each["citation"] and each["author"]["name"] and each["appearance"], at
    assert statements > 50


async def test_each_row_of_a_table_names_its_source_and_no_cell_is_a_formula(site, world):
    text = await (await site.get("/api/v1/facts.csv?story=belarus")).text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) > 25 and all(row["source_text"] and row["address"] and row["sentence"] for row in rows)
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@\t\r＝＋－＠")]
    hostile = [row for row in rows if row["id"] == f"F{world.facts['hostile']}"]
    assert [row["speaker"] for row in hostile] == [f"'{FORMULA}", HEBREW]
    assert hostile[0]["statement"] == f"{MARKUP} sailed" and hostile[0]["places"] == "'-1+1"


async def test_each_line_of_a_feed_has_its_citation(site, world):
    known = [
        fact.statement for fact in await world.record.facts.load(range(1, 200)) if len(fact.statement) > 15
    ]
    feed = etree.fromstring(await (await site.get("/s/belarus/feed.atom")).read())
    lines = [each for each in feed.iter(f"{XHTML}p") if any(text in words(each) for text in known)]
    assert len(lines) > 20 and all(each.find(f"{XHTML}cite") is not None for each in lines)
    titles = [each.text for each in feed.iter(f"{ATOM}title")]
    assert all("[" in each for each in titles if any(text in each for text in known))
    items = (await site.json("/s/belarus/feed.json"))["items"]
    for line in (line for item in items for line in item["content_text"].splitlines()):
        assert line.endswith("]") or not any(text in line for text in known), line


async def test_hostile_words_stay_words(site, world):
    feed = await (await site.get("/feed.atom")).read()
    made = etree.fromstring(feed)
    assert {each.tag for each in made.iter(f"{XHTML}*")} <= {
        f"{XHTML}{tag}" for tag in ("div", "p", "cite", "a")
    }
    assert (
        b"<script" not in feed and MARKUP in "".join(made.itertext()) and HEBREW in "".join(made.itertext())
    )
    (item,) = [each for each in (await site.json("/feed.json"))["items"] if "script" in each["title"]]
    assert "<script" not in item["content_html"] and "<img" not in item["content_html"]
    assert f"{MARKUP} sailed" in item["content_text"]
    fact = await site.json(f"/api/v1/facts/F{world.facts['hostile']}")
    assert fact["statement"] == f"{MARKUP} sailed" and fact["voices"][1]["speaker"]["name"] == HEBREW


def objects(value: Any) -> Iterator[dict]:
    """Yield every object in a JSON document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from objects(each)


def words(element: etree._Element) -> str:
    return "".join(element.itertext())
