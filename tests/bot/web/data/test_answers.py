"""Lists are filtered by all that is asked and go on by key; each answer is what its model says."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from bot.web.data import models
from storage.sheets.importing import import_sheet
from tests.bot.web.data.site import ORIGIN
from tests.bot.web.data.world import HEBREW, voice
from tests.storage.conftest import sheet


def ids(items: list[dict]) -> list[str]:
    return [each["id"] for each in items]


async def test_pages_of_any_size_hold_the_same_statements(site, world):
    whole = await site.pages("/api/v1/facts?limit=100")
    assert (
        ids(await site.pages("/api/v1/facts?limit=3"))
        == ids(whole)
        == sorted(ids(whole), key=lambda i: int(i[1:]))
    )
    assert {each["state"] for each in whole} == {"in force"}
    assert f"F{world.facts['superseded']}" not in ids(whole)
    assert (await site.json(f"/api/v1/facts/F{world.facts['superseded']}"))["state"] == "superseded"
    for path, kind in (("sources", models.Source), ("names", models.Name)):
        many = await site.pages(f"/api/v1/stories/belarus/{path}?limit=100")
        assert ids(await site.pages(f"/api/v1/stories/belarus/{path}?limit=2")) == ids(many) and many
        for each in many:
            assert await site.json(f"/api/v1/{path}/{each['id']}") == each
            kind.model_validate_json(json.dumps(each))


async def test_each_filter_narrows_and_all_hold_together(site, world):
    denied = await site.pages("/api/v1/facts?stance=denies")
    assert denied and all("denies" in [v["stance"] for v in fact["voices"]] for fact in denied)
    one = await site.json(f"/api/v1/facts/F{world.facts['hostile']}")
    speaker, source = one["voices"][1]["speaker"]["id"], one["voices"][1]["citation"]["source"]
    for query in (f"speaker={speaker}", f"speaker={quote(HEBREW)}", f"source={source}"):
        assert ids(await site.pages(f"/api/v1/facts?{query}")) == [one["id"]]
    # Another voice of it denies; this one does not.
    assert await site.pages(f"/api/v1/facts?speaker={speaker}&stance=denies") == []
    assert ids(await site.pages(f"/api/v1/facts?speaker={speaker}&stance=asserts&kind=article")) == [
        one["id"]
    ]
    assert await site.pages(f"/api/v1/facts?speaker={speaker}&kind=study") == []
    assert await site.pages("/api/v1/facts?kind=legal&story=belarus") != []


async def test_a_date_lets_through_what_may_have_been_then(site, world, subtests):
    cases = {"2024-02": True, "2024": True, "2024-02-10/2024-03": True, "2024-03": False, "../2023": False,
             "XXXX-02": True, "XXXX-03": False, "2024-02-29": True}  # fmt: skip
    for date, fits in cases.items():
        with subtests.test(date):
            found = await site.pages(f"/api/v1/facts?date={date}&limit=100")
            assert (f"F{world.facts['corrected']}" in ids(found)) is fits


async def test_words_are_looked_for_in_statements_and_what_they_rest_on(site, world):
    assert ids(await site.pages("/api/v1/facts?text=ferries+sailed")) == [f"F{world.facts['corrected']}"]
    assert ids(await site.pages("/api/v1/facts?text=Ferry+sailing&story=belarus")) == [
        f"F{world.facts['corrected']}"
    ]
    assert await site.pages("/api/v1/facts?text=ferries+nowhere") == []
    for signs in ("%22", "*", "-", "%F0%9F%98%80", "(", "%00"):
        assert await site.pages(f"/api/v1/facts?text={signs}") == []
    for signs in ("NEAR(a,b)", "statement:x", "AND", "a*", "%5Ea", "NOT+a+OR"):
        assert (await site.get(f"/api/v1/facts?text={signs}")).status == 200


async def test_what_is_looked_through_for_one_page_is_bounded_and_nothing_is_missed(site, world, monkeypatch):
    whole = ids(await site.pages("/api/v1/facts?stance=denies&limit=100"))
    monkeypatch.setattr("storage.search.chosen.LOOKED_THROUGH", 5)
    first = await site.json("/api/v1/facts?stance=denies&limit=99")
    assert len(first["items"]) < len(whole) and first["next"]
    assert ids(await site.pages("/api/v1/facts?stance=denies&limit=99")) == whole


async def test_a_statement_stands_with_its_voices_and_where_each_is(site, world):
    fact = models.Fact.model_validate_json(
        await (await site.get(f"/api/v1/facts/F{world.facts['hostile']}")).read()
    )
    assert fact.address == f"{ORIGIN}/f/{fact.id}" and fact.when.startswith("@SUM(A1)")
    first = fact.voices[0]
    assert first.stance == "denies" and first.citation.locator == "¶3" and first.quote
    assert first.citation.url == "https://paper.example/2" and first.citation.address.startswith(
        f"{ORIGIN}/src/S"
    )
    assert fact.disputes and fact.figures[0].text == "+at least 3: =1+1"


async def test_relations_lead_to_what_may_be_seen_alone(site, world):
    first = await world.publish("the pilot was asleep")
    second = await world.publish(
        "the pilot was awake", contradicts=[{"fact": first.ref, "about": "sleep"}],
        attributions=[voice(speaker="Ann Ferris", stance="denies")],
    )  # fmt: skip
    (relation,) = (await site.json(f"/api/v1/facts/F{first.id}"))["relations"]
    assert relation["fact"] == f"F{second.id}" and relation["voice"] == "Ann Ferris"
    assert (await site.json(f"/api/v1/facts/F{first.id}"))[
        "disputes"
    ] == f"denied by Ann Ferris, F{second.id}"
    await world.retract(second.id)
    assert (await site.json(f"/api/v1/facts/F{first.id}"))["relations"] == []
    # One that is held contradicts it.
    assert (await site.json(f"/api/v1/facts/F{world.facts['corrected']}"))["relations"] == []


async def test_stories_tell_where_their_feeds_are(site, world):
    await world.show("tarrow-ferry")
    stories = await site.pages("/api/v1/stories?limit=1")
    assert [each["name"] for each in stories] == ["belarus", "tarrow-ferry"]
    assert stories[0] == await site.json("/api/v1/stories/belarus")
    assert stories[0]["facts"] == len(await site.pages("/api/v1/facts?story=belarus&limit=100"))
    for address in stories[0]["feeds"].values():
        assert (await site.get(address.removeprefix(ORIGIN))).status == 200


async def test_answers_are_known_by_their_tag_and_may_be_read_from_any_page(site, world):
    first = await site.get("/api/v1/facts?limit=2")
    assert first.headers["Access-Control-Allow-Origin"] == "*" and first.content_type == "application/json"
    tag = first.headers["ETag"]
    again = await site.get("/api/v1/facts?limit=2", **{"If-None-Match": tag})
    assert again.status == 304
    await world.publish("a ferry was renamed")
    assert (await site.get("/api/v1/facts?limit=2", **{"If-None-Match": tag})).status == 200


async def test_names_are_found_as_they_are_spelt_with_the_role_that_a_source_gives(site, world):
    (found,) = await site.pages("/api/v1/stories/belarus/names?text=Lukashenko")
    assert found["name"] == "Alexander Lukashenko" and found["role"] and found["citation"]["text"]
    assert await site.pages("/api/v1/stories/belarus/names?text=Nobody+Atall") == []
    assert await site.pages("/api/v1/stories/belarus/names?text=heldspeakercanary") == []


async def test_a_sheet_of_several_stories_makes_the_answers_of_each_anew(site, world, tmp_path):
    await world.show("tarrow-ferry")
    stories = {each.name: each for each in await world.record.stories.all()}
    lines: list[dict[str, Any]] = []
    for name in ("belarus", "tarrow-ferry"):
        assert "brought by a sheet" not in str(await site.pages(f"/api/v1/facts?story={name}&limit=100"))
        lines.append({"story": {"name": name, "title": stories[name].title}})
        lines.append({"ref": "brought", "statement": "it was brought by a sheet", "attributions": [voice()]})
    await import_sheet(world.record, sheet(tmp_path / "both.jsonl", *lines), actor="tester")
    for name in ("belarus", "tarrow-ferry"):
        assert "brought by a sheet" in str(await site.pages(f"/api/v1/facts?story={name}&limit=100")), name
