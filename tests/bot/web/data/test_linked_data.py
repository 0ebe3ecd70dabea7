"""Linked data says only what schema.org's vocabulary can say: each property where it belongs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.web.data.linked_data import embedded

VOCABULARY = json.loads((Path(__file__).parent / "rules" / "schema_org.json").read_text(encoding="utf-8"))
# What text may stand for: a date, a moment or an address is written as one.
TEXTS = {"Text", "URL", "Date", "DateTime", "Number", "Boolean"}


def kinds(name: str) -> set[str]:
    """Return a type with all those that it is one of."""
    found = {name}
    for parent in VOCABULARY["types"][name]:
        found |= kinds(parent)
    return found


def wrong(node: Any, at: str = "") -> list[str]:
    """Return what the vocabulary does not allow in a node and in those below it."""
    if isinstance(node, list):
        return [each for item in node for each in wrong(item, at)]
    problems = []
    for name, value in node.items():
        place = f"{at}/{name}"
        if name.startswith("@"):
            problems += wrong(value, place) if name == "@graph" else []
            continue
        term = VOCABULARY["properties"].get(name)
        if term is None:
            problems.append(f"{place}: no such property")
            continue
        if "@type" in node and not kinds(node["@type"]) & set(term["of"]):
            problems.append(f"{place}: not a property of {node['@type']}")
        for each in value if isinstance(value, list) else [value]:
            problems += misplaced(each, term["is"], place)
    return problems


def misplaced(value: Any, allowed: list[str], place: str) -> list[str]:
    if isinstance(value, str):
        return [] if set(allowed) & TEXTS else [f"{place}: no text"]
    # Of a node without a type nothing is claimed.
    fits = "@type" not in value or kinds(value["@type"]) & set(allowed)
    return wrong(value, place) + ([] if fits else [f"{place}: no {value['@type']}"])


async def documents(site, world) -> list[dict]:
    last = max(world.facts.values())
    found = [await site.json("/s/belarus/data.jsonld")]
    for number in range(1, last + 1):
        response = await site.get(f"/f/F{number}/data.jsonld")
        if response.status == 200:
            assert response.content_type == "application/ld+json"
            found.append(json.loads(await response.read()))
    return found


async def test_all_of_it_is_in_the_vocabulary(site, world):
    found = await documents(site, world)
    assert len(found) > 25
    assert {problem for document in found for problem in wrong(document)} == set()
    assert "ClaimReview" not in json.dumps(found)


def test_the_check_finds_what_is_wrong():
    assert wrong({"@type": "Claim", "claimant": "x"}) == ["/claimant: no such property"]
    assert wrong({"@type": "Person", "appearance": {}}) == ["/appearance: not a property of Person"]
    assert wrong({"@type": "Claim", "appearance": {"@type": "Person"}}) == ["/appearance: no Person"]
    assert wrong({"@type": "Claim", "author": "Ann"}) == ["/author: no text"]


async def test_a_denial_is_the_claim_of_who_denies_and_names_what_it_stands_in(site, world):
    denial, other = (await site.json(f"/f/F{world.facts['hostile']}/data.jsonld"))["@graph"]
    assert denial["@type"] == other["@type"] == "Claim"
    assert "denies" in denial["text"] and denial["text"] != other["text"]
    assert denial["author"]["@type"] == "Person"
    assert denial["appearance"][0]["url"] == "https://paper.example/2"
    assert denial["appearance"][0]["datePublished"] == "2024-01-04"
    assert denial["citation"].endswith("¶3")


async def test_a_correction_is_told_with_its_moment_and_reason(site, world):
    (claim,) = (await site.json(f"/f/F{world.facts['corrected']}/data.jsonld"))["@graph"]
    (correction,) = claim["correction"]
    assert correction["@type"] == "CorrectionComment" and "a miscount" in correction["text"]
    assert correction["dateCreated"].startswith("2026-11-22") and "99887766" not in correction["text"]


async def test_a_story_is_a_collection_that_goes_on(site):
    first = await site.get("/s/belarus/data.jsonld?limit=5")
    story = json.loads(await first.read())
    assert story["@type"] == "Collection" and len(story["hasPart"]) == 5
    following = first.links["next"]["url"].path_qs
    assert following == "/s/belarus/data.jsonld?limit=5&after=F5"
    assert (await site.json(following))["hasPart"][0]["identifier"] == "F6"


@pytest.mark.parametrize("text", ["</script>", "<!--", "&lt;"])
def test_within_a_page_no_text_ends_the_element(text):
    made = embedded({"text": text})
    assert not set("<>&") & set(made) and json.loads(made) == {"text": text}
