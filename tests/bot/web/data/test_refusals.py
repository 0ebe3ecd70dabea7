"""What cannot be answered is refused with its reason (RFC 9457), and nothing more."""

from __future__ import annotations

import json

from bot.web.data import problems
from bot.web.data.accepting import accepts
from tests.bot.web.data.world import HIDDEN

WRONG = {
    "an unknown parameter": "/api/v1/facts?speeker=E1",
    "a parameter given twice": "/api/v1/facts?limit=1&limit=2",
    "a parameter of the path given again": "/api/v1/facts/F1?id=F2",
    "a huge offset": "/api/v1/facts?after=F99999999999999999999",
    "an offset that is none": "/api/v1/facts?after=7",
    "a forged cursor": "/api/v1/changes?since=2024-01-04_F1_1",
    "a cursor of no month": "/api/v1/changes?since=2024-13-04T00:00:00.000000Z_F1_1",
    "a limit of none": "/api/v1/facts?limit=0",
    "a limit beyond all": "/api/v1/facts?limit=101",
    "a limit that is no number": "/api/v1/facts?limit=1e1",
    "a limit with a sign": "/api/v1/facts?limit=%2B5",
    "a limit in other digits": "/api/v1/facts?limit=%D9%A3",
    "a date that is none": "/api/v1/facts?date=2024-02-30",
    "a date without days": "/api/v1/facts?date=XXXX",
    "a stance that is none": "/api/v1/facts?stance=shouts",
    "a kind that is none": "/api/v1/facts?kind=rumour",
    "a text of no letters": "/api/v1/facts?text=",
    "a long text": f"/api/v1/facts?text={'a' * 201}",
    "a story that can be none": "/api/v1/facts?story=../../etc/passwd",
    "control characters": "/api/v1/facts?%00%1b[31m=1",
    "a parameter of a feed": "/feed.atom?limit=5",
}
MISSING = {
    "a statement that is none": "/api/v1/facts/F987654",
    "an id that is none": "/api/v1/facts/7",
    "a huge id": "/api/v1/facts/F99999999999999999999999",
    "a source that is none": "/api/v1/sources/S987654",
    "a name that is none": "/api/v1/names/E987654",
    "a story that is none": "/api/v1/stories/nowhere",
    "a story that is not public": "/api/v1/stories/tarrow-ferry",
    "its sources": "/api/v1/stories/tarrow-ferry/sources",
    "its changes": "/api/v1/changes?story=tarrow-ferry",
    "its feed": "/s/tarrow-ferry/feed.atom",
    "a speaker whom nobody names": "/api/v1/facts?speaker=Nobody+Atall",
    "a version that is none": "/api/v2/facts",
}


async def test_what_is_asked_wrongly_is_refused(site, subtests):
    for what, path in WRONG.items():
        with subtests.test(what):
            await refused(site, path, 400)


async def test_what_does_not_exist_or_is_not_public_is_not_there(site, subtests):
    for what, path in MISSING.items():
        with subtests.test(what):
            await refused(site, path, 404)


async def test_what_is_held_or_of_no_public_story_is_not_there(site, world):
    for what in ("held", "not public"):
        await refused(site, f"/api/v1/facts/F{world.facts[what]}", 404)
        await refused(site, f"/f/F{world.facts[what]}/data.jsonld", 404)


async def test_what_was_taken_down_or_retracted_says_so_and_no_more(site, world):
    found = await refused(site, f"/api/v1/facts/F{world.facts['taken down']}", 410)
    assert found["gone"]["ground"] == "privacy" and found["gone"]["at"].startswith("2026-11-22")
    assert found["gone"]["id"] == f"F{world.facts['taken down']}"
    found = await refused(site, f"/api/v1/facts/F{world.facts['retracted']}", 410)
    assert found["gone"]["reason"] == "the source withdrew it"
    await refused(site, f"/f/F{world.facts['retracted']}/data.jsonld", 410)


async def test_a_story_that_was_withdrawn_is_gone_with_all_that_it_holds(site, world):
    await world.show("belarus", public=False)
    for path in ("/api/v1/stories/belarus", "/s/belarus/feed.json", "/s/belarus/data.jsonld",
                 "/api/v1/facts/F1", "/api/v1/facts?story=belarus", "/api/v1/names/E1",
                 "/api/v1/sources/S1"):  # fmt: skip
        await refused(site, path, 410)
    assert (await site.json("/api/v1/facts"))["items"] == []
    assert (await site.json("/api/v1/changes"))["items"] == []


async def test_what_is_not_accepted_is_refused(site):
    for accept in ("text/html", "application/json;q=0", "image/*"):
        await refused(site, "/api/v1/facts", 406, Accept=accept)
    for accept in ("*/*", "application/*", "text/html, application/json;q=0.1", "", "nonsense,,*/*"):
        assert (await site.get("/api/v1/facts", Accept=accept)).status == 200


def test_the_most_specific_range_decides_what_is_accepted():
    assert not accepts("application/json;q=0, */*", "application/json")
    assert accepts("application/json;q=0.001, */*;q=0", "application/json")
    assert accepts("application/json", "application/feed+json")
    assert accepts("text/xml", "application/atom+xml")
    assert accepts("text/html" + ",text/html" * 1_000, "text/csv")


async def refused(site, path: str, status: int, **headers: str) -> dict:
    """Return the refusal of a request, which is a whole problem and tells nothing that is hidden."""
    response = await site.get(path, **headers)
    body = await response.text()
    assert response.status == status, (path, body)
    assert response.content_type == problems.MEDIA
    found = json.loads(body)
    assert problems.Problem.model_validate(found).status == status
    assert found["detail"] and len(body) < 2_000
    assert not any(word in body for word in (*HIDDEN.values(), "Traceback", "sqlite", "pydantic"))
    return found
