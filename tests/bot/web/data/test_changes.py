"""Changes go on behind a cursor: each once, in the order in which it became known, none missed."""

from __future__ import annotations

from bot.web.data.making import place_of
from tests.bot.web.data.world import voice


async def followed(site, since: str | None = None, *, limit: int = 7) -> tuple[list[dict], str]:
    """Return all changes behind a cursor, and the cursor behind them."""
    found: list[dict] = []
    while True:
        query = f"?limit={limit}" + (f"&since={since}" if since else "")
        page = await site.json(f"/api/v1/changes{query}")
        assert len(page["items"]) <= limit
        found += page["items"]
        since = page["cursor"]
        if not page["more"]:
            return found, since


async def test_all_changes_are_told_once_in_order(site, world):
    found, last = await followed(site)
    cursors = [place_of(each["cursor"]) for each in found]
    assert cursors == sorted(set(cursors)) and len({each["id"] for each in found}) == len(found)
    assert (await followed(site, last))[0] == []
    told = {each["id"]: each for each in found}
    now = await site.pages("/api/v1/facts?limit=100")
    assert {f"{fact['id']}.{fact['revision']}" for fact in now} <= set(told)
    # Of what is gone only that it went.
    for what, kind in (("retracted", "retracted"), ("taken down", "taken down")):
        (change,) = [each for each in found if each["id"].startswith(f"F{world.facts[what]}.")]
        assert change["kind"] == kind and change["fact"] is None and change["gone"]["text"]
    replaced = [each for each in found if each["id"] == f"F{world.facts['superseded']}.2"]
    assert replaced[0]["fact"]["superseded_by"] == f"F{world.facts['superseding']}"


async def test_what_happens_later_follows_the_cursor(site, world):
    _found, last = await followed(site)
    fact = await world.publish("a second ferry sailed")
    await world.revise(fact.id, "corrected", statement="a third ferry sailed", reason="a slip")
    found, last = await followed(site, last)
    assert [(each["id"], each["kind"]) for each in found] == [
        (f"F{fact.id}.1", "published"), (f"F{fact.id}.2", "corrected"),
    ]  # fmt: skip
    assert found[1]["reason"] == "a slip" and found[0]["fact"]["statement"] == "a third ferry sailed"
    assert "99887766" not in str(found)


async def test_what_was_held_follows_the_cursor_once_it_is_due(site, world):
    held = world.facts["held"]
    _found, last = await followed(site)
    published = await world.publish("a ferry was sold")
    replacing = await world.publish("the ferry was given away", supersedes=published.id, hold=30)
    await world.revise(replacing.id, "corrected", statement="the ferry was lent", reason="a slip")
    found, last = await followed(site, last)
    # Neither the new one nor that the old one was superseded.
    assert [each["id"] for each in found] == [f"F{published.id}.1"]
    assert found[0]["fact"]["state"] == "in force"
    world.moments.pass_by(minutes=45)
    later = await world.publish("a ferry was bought")
    found, last = await followed(site, last)
    assert {each["id"] for each in found} == {
        f"F{published.id}.2", f"F{replacing.id}.1", f"F{replacing.id}.2", f"F{later.id}.1",
    }  # fmt: skip
    assert [each["id"] for each in found][-1] == f"F{later.id}.1"
    world.moments.pass_by(minutes=30)
    assert [each["id"] for each in (await followed(site, last))[0]] == [f"F{held}.1"]
    items = (await site.json("/s/belarus/feed.json"))["items"]
    assert items[0]["_onrecord"] == {"fact": f"F{held}", "kind": "published"}


async def test_what_is_held_while_the_trail_is_ahead_of_the_clock_is_not_missed(site, world):
    _found, last = await followed(site)
    world.moments.pass_by(days=1)
    first = await world.publish("a ferry was painted")
    found, last = await followed(site, last)
    assert [each["id"] for each in found] == [f"F{world.facts['held']}.1", f"F{first.id}.1"]
    world.moments.pass_by(days=-1)
    held = await world.publish("a ferry is to be sold", supersedes=first.id, hold=30)
    await world.revise(held.id, "corrected", statement="a ferry is to be lent", reason="a slip")
    later = await world.publish("a ferry was bought")
    for _look in range(2):
        found, last = await followed(site, last)
        assert found == [], "who has read what came later would miss what is held"
    world.moments.pass_by(minutes=90)
    found, last = await followed(site, last, limit=2)
    assert [each["id"] for each in found] == [
        f"F{first.id}.2", f"F{held.id}.1", f"F{held.id}.2", f"F{later.id}.1",
    ]  # fmt: skip
    assert (await followed(site, last))[0] == []


async def test_what_was_held_and_taken_back_meanwhile_is_never_told(site, world):
    _found, last = await followed(site)
    fact = await world.publish("a ferry will be sold", hold=30, voice={"speaker": "Someone Unheard"})
    await world.retract(fact.id)
    world.moments.pass_by(minutes=45)
    found, _last = await followed(site, last)
    assert "a ferry will be sold" not in str(found)


async def test_one_story_alone_is_told_without_the_others(site, world):
    await world.show("tarrow-ferry")
    found, _last = await followed(site)
    assert {each["story"] for each in found} == {"belarus", "tarrow-ferry"}
    page = await site.json("/api/v1/changes?story=tarrow-ferry&limit=100")
    assert {each["story"] for each in page["items"]} == {"tarrow-ferry"}
    assert f"F{world.facts['not public']}.1" in {each["id"] for each in page["items"]}


async def test_an_attribution_added_is_a_change_too(site, world):
    _found, last = await followed(site)
    fact = world.facts["corrected"]
    entry = (await world.record.facts.entry(fact)).model_dump(mode="json", exclude_defaults=True)
    await world.revise(fact, "attributed", attributions=[*entry["attributions"], voice(of={"title": "More"})])
    found, _last = await followed(site, last)
    assert [each["kind"] for each in found] == ["attributed"] and len(found[0]["fact"]["voices"]) == 2
