"""What the world may see: public stories, and nothing of them that is held, drafted or gone."""

from __future__ import annotations

import re

import pytest

from storage.domain.changes import MergeEntity, SetStory, TakeDown
from storage.domain.errors import AlreadyDone, Refused
from storage.domain.models import Ground
from storage.trail.audit import Actor
from tests.bot.web.site import OWNER, Site, open_site

ALL = [
    "/s/flood",
    "/s/flood/who",
    "/s/flood/timeline",
    "/s/flood/corrections",
    "/f/F1",
    "/f/F1/history",
    "/src/S1",
]


async def statuses(site: Site, paths: list[str]) -> set[int]:
    return {(await site.get(path)).status for path in paths}


async def name_path(site: Site, name: str) -> str:
    rows = await site.record.database.read("SELECT id FROM entity WHERE name = ?", (name,))
    return f"/n/E{rows[0][0]}"


async def test_a_story_is_seen_only_once_its_owner_says_so_and_no_longer_than_that(tmp_path):
    async with open_site(tmp_path, public=False) as site:
        paths = [*ALL, await name_path(site, "Ann Ray")]
        assert await statuses(site, paths) == {404}
        assert "No story is public here yet" in await site.read("/")
        await site.publish_story()
        assert await statuses(site, paths) == {200}
        assert "The flood" in await site.read("/")
        await site.publish_story(public=False)
        assert await statuses(site, paths) == {410}
        gone = await site.get("/f/F1")
        assert "F1" not in gone.text or "rained" not in gone.text
        assert "withdrawn on 24 November 2026" in gone.text and "rained" not in gone.text
        assert "flood" not in (await site.get("/")).text
        await site.publish_story()
        assert await statuses(site, paths) == {200}


async def test_a_private_story_cannot_be_public(site):
    with pytest.raises(Refused, match="private and public"):
        await site.record.ledger.make(SetStory(story_id=1, private=True), by=Actor(OWNER))
    with pytest.raises(AlreadyDone):
        await site.publish_story()
    await site.publish_story(public=False)
    await site.record.ledger.make(SetStory(story_id=1, private=True), by=Actor(OWNER))
    with pytest.raises(Refused, match="private and public"):
        await site.publish_story()


async def test_what_does_not_exist_is_not_found(site):
    paths = [
        "/s/drought",
        "/s/flood/nothing",
        "/f/F99",
        "/f/F0",
        "/f/7",
        "/f/F99999999999999999",
        "/n/E99",
        "/n/Ann",
        "/src/S99",
        "/src/S1/x",
        "/x",
        "/f/F1?after=x",
        "/s/flood/timeline?after=F1",
        "/s/flood/who?after=-1",
        "/s/flood/corrections?after=1",
        "/n/E1?after=q1",
        "/f/F1?after=" + "9" * 200,
    ]
    for path in paths:
        got = await site.get(path)
        assert got.status == 404, path
        assert "There is no such page" in got.text


async def test_huge_offsets_find_nothing_further(site):
    for path in ("/s/flood/statements", "/s/flood/who", "/s/flood/sources", "/s/flood/figures", "/src/S1"):
        got = await site.get(f"{path}?after=999999999999999")
        assert got.status == 200 and not got.main.cssselect("p.line"), path
    assert "Nothing follows here" in await site.read("/s/flood/timeline?after=o999999999999999")


async def test_a_new_statement_that_is_held_is_nowhere_until_its_minutes_are_over(site):
    attribution = {"speaker": "Cy Cole", "cue": "said that", "source": {"title": "The Cole diary"}}
    fact = await site.wire.publish(
        "snow",
        "It will snow.",
        hold=10,
        attributions=[attribution],
        occurred="2026-11-21",
        contradicts=[{"fact": "rain", "about": "What falls?"}],
    )
    assert (await site.get(f"/f/F{fact.id}")).status == 404
    before = await site.walk(f"/f/F{fact.id}", await name_path(site, "Cy Cole"), "/src/S3")
    for path, got in before.items():
        for word in ("snow", "Cole", "What falls", f"F{fact.id}"):
            assert got.status == 404 or word not in got.text, (path, word)
    tag = before["/f/F1"].headers["ETag"]
    site.clock.go_on(minutes=11)
    now = await site.get("/f/F1", If_None_Match=tag)
    assert now.status == 200 and f"against it: Cy Cole, F{fact.id}" in now.words
    assert "it will snow" in await site.read(f"/f/F{fact.id}")
    assert "The Cole diary" in await site.read("/s/flood/sources")
    assert "Cy Cole" in await site.read("/s/flood/who")


async def test_what_was_taken_back_while_it_was_held_never_was_there(site):
    """Neither why it was taken back is told: that may say what it said."""
    snow = await site.wire.publish("snow", "It will snow.", hold=10)
    ice = await site.wire.publish("ice", "The river is frozen.", hold=10)
    await site.wire.retract(snow.id, "nobody saw snow")
    await site.record.ledger.make(
        TakeDown(story_id=1, subject=f"F{ice.id}", ground=Ground.PRIVACY), by=Actor(OWNER)
    )
    paths = [f"/f/F{each.id}{rest}" for each in (snow, ice) for rest in ("", "/history", "/data.jsonld")]
    for _look in range(2):
        assert await statuses(site, paths) == {404}
        for path, got in (await site.walk(*paths, "/feed.json", "/api/v1/changes?limit=100")).items():
            # A cursor is only a place; what was asked for is said back.
            text = re.sub(r'"cursor":"[^"]*"', "", got.text)
            assert "snow" not in text and (got.status == 404 or f"F{ice.id}" not in text), path
        await site.wire.deliver()
        site.clock.go_on(minutes=11)
    # Once it was seen, that it went is told.
    await site.wire.change(snow.id, "restored", retracted=None, reason="somebody did")
    site.clock.go_on(seconds=1)
    assert "it will snow" in await site.read(f"/f/F{snow.id}")
    await site.wire.retract(snow.id, "it did not")
    assert (await site.get(f"/f/F{snow.id}")).status == 410


async def test_what_only_a_held_statement_supersedes_is_in_force_still(site):
    await site.wire.publish("sun", "It stayed dry.", hold=10, attributions=[{"source": "gauge"}])
    await site.wire.change(1, "superseded", superseded_by="sun")
    page = await site.read("/f/F1")
    assert "it rained for three days" in page and "superseded" not in page
    assert "F1" not in await site.read("/s/flood/corrections")
    site.clock.go_on(minutes=11)
    assert "superseded by F4" in await site.read("/f/F1")
    corrections = await site.read("/corrections")
    assert "it rained for three days" in corrections and "It stayed dry" in corrections


async def test_what_only_a_held_statement_supersedes_stands_in_every_list_and_is_found(site, subtests):
    """F2, a name's statement, with what lists by date, figure and dispute need."""
    await site.wire.change(2, statement="The 2 dams hold.", occurred="2026-11-20")
    await site.wire.publish("leak", "The dams leak.", contradicts=[{"fact": "dam", "about": "The dams?"}])
    await site.wire.publish("sun", "They were rebuilt.", hold=10, attributions=[{"source": "gauge"}])
    await site.wire.change(2, "superseded", superseded_by="sun")
    bo = await name_path(site, "Bo Sky")
    lists = ["/s/flood/timeline", "/s/flood/disputed", bo, "/api/v1/facts", "/api/v1/facts?text=dams+hold"]
    lists += ["/api/v1/facts?text=dams&story=flood", "/s/flood/figures"]
    for path in lists:
        with subtests.test(path):
            text = (await site.get(path)).text.casefold()
            assert "2 dams hold" in text and "rebuilt" not in text and "superseded by" not in text
            assert text.count('"superseded_by":null') == text.count("superseded_by")
    assert "F2" not in (await site.get("/api/v1/facts?text=dams+rebuilt")).text
    site.clock.go_on(minutes=11)
    for path in lists:
        with subtests.test(path, over=True):
            assert "2 dams hold" not in (await site.get(path)).text.casefold()
    assert "superseded by F5" in await site.read("/f/F2")


async def test_what_was_retracted_is_gone_with_its_reason_and_without_its_words(site):
    await site.wire.change(2, statement="The dam holds, they hope.")
    await site.wire.publish("leak", "The dam leaks.", contradicts=[{"fact": "dam", "about": "The dam?"}])
    await site.wire.retract(2, "the engineer took it back")
    gone = await site.get("/f/F2")
    assert gone.status == 410
    assert "F2: retracted (the engineer took it back)" in gone.text
    assert (await site.get("/f/F2/history")).status == 410
    for path, got in (await site.walk()).items():
        assert "dam holds" not in got.text.casefold(), path
    assert "F2: retracted" in await site.read("/s/flood/corrections")
    assert "the dam leaks" in await site.read("/f/F4")


async def test_what_was_taken_down_is_a_tombstone(site):
    await site.record.ledger.make(TakeDown(story_id=1, subject="F2", ground=Ground.PRIVACY), by=Actor(OWNER))
    await site.record.ledger.make(TakeDown(story_id=1, subject="S1", ground=Ground.LAW), by=Actor(OWNER))
    site.clock.go_on(milliseconds=1)
    gone = await site.get("/f/F2")
    assert gone.status == 410 and "F2: taken down on 24 November 2026 (privacy)" in gone.text
    source = await site.get("/src/S1")
    assert source.status == 410 and "S1: taken down on 24 November 2026 (law)" in source.text
    assert "it rained for three days" in await site.read("/f/F1")
    for path, got in (await site.walk()).items():
        assert "dam holds" not in got.text and "The Gauge" not in got.text, path
    assert "taken down" in await site.read("/corrections")


async def test_a_name_that_is_another_shows_that_other(site):
    ann, bo = await name_path(site, "Ann Ray"), await name_path(site, "Bo Sky")
    change = MergeEntity(story_id=1, entity_id=int(bo[4:]), into_id=int(ann[4:]))
    await site.record.ledger.make(change, by=Actor(OWNER))
    for path in (bo, f"{bo}?after=a1"):
        moved = await site.get(path)
        assert (moved.status, moved.headers["Location"]) == (308, path.replace(bo, ann))
        # A merge may be undone: nobody keeps for good where it leads.
        assert moved.headers["Cache-Control"] == "no-cache" and "default-src" in str(moved.headers)
    page = await site.get(ann)
    assert page.status == 200 and "Ann Ray" in page.words and "the dam holds" in page.words
    await site.record.ledger.undo(by=Actor(OWNER), within_minutes=10)
    assert (await site.get(bo)).status == 200


async def test_another_process_is_heard_of_soon(site, monkeypatch):
    monkeypatch.setattr("bot.web.freshness.LOOK_EVERY", 0.0)
    assert (await site.get("/f/F1")).status == 200
    # As another process would write: past the version that this one has read.
    known = site.record.database.version_read
    await site.publish_story(public=False)
    site.record.database.version_read = known
    assert (await site.get("/f/F1")).status == 410
