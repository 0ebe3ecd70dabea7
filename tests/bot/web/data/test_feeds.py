"""Feeds keep the rules that validators of feeds check, tell each change once, and take back what is gone."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator
from lxml import etree

from tests.bot.web.data.site import ORIGIN

RULES = Path(__file__).with_name("rules")
ATOM = "{http://www.w3.org/2005/Atom}"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


async def atom(site, path: str) -> etree._Element:
    """Return an Atom feed that keeps the rules (RFC 4287, and what the W3C's validator adds)."""
    response = await site.get(path)
    feed = etree.fromstring(await response.read())
    assert response.content_type == "application/atom+xml"
    grammar = etree.RelaxNG(etree.parse(RULES / "atom.rng"))
    assert grammar.validate(feed), grammar.error_log
    # The link to itself, ids that no two entries share, and no entry later than the feed.
    assert feed.xpath("a:link[@rel='self']/@href", namespaces={"a": ATOM[1:-1]}) == [ORIGIN + path]
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) and all(each.startswith("urn:uuid:") for each in ids)
    moments = [each.text for each in feed.iter(f"{ATOM}updated")]
    assert moments[0] == max(moments) and moments[1:] == sorted(moments[1:], reverse=True)
    assert all(
        entry.find(f"{ATOM}link").get("href").startswith(ORIGIN) for entry in feed.iter(f"{ATOM}entry")
    )
    assert not {each.get("ref") for each in feed.iter(DELETED)} & set(ids)
    return feed


async def json_feed(site, path: str) -> dict:
    response = await site.get(path)
    feed = json.loads(await response.read())
    assert response.content_type == "application/feed+json"
    schema = json.loads((RULES / "json_feed.json").read_text(encoding="utf-8"))
    assert [each.message for each in Draft202012Validator(schema).iter_errors(feed)] == []
    assert feed["feed_url"] == ORIGIN + path
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])
    return feed


async def test_feeds_keep_the_rules_and_both_forms_tell_the_same(site):
    for story in ("", "/s/belarus"):
        one, other = await atom(site, f"{story}/feed.atom"), await json_feed(site, f"{story}/feed.json")
        entries = one.findall(f"{ATOM}entry")
        assert 25 < len(entries) <= 50
        assert [each.findtext(f"{ATOM}id") for each in entries] == [item["id"] for item in other["items"]]
        assert [each.findtext(f"{ATOM}title") for each in entries] == [
            item["title"] for item in other["items"]
        ]
        gone = [(each.get("ref"), each.get("when")) for each in one.iter(DELETED)]
        assert gone == [(each["id"], each["at"]) for each in other["_onrecord"]["deleted"]] and gone


async def test_feeds_of_a_record_without_a_public_story_keep_the_rules(site, world):
    await world.show("belarus", public=False)
    assert (await atom(site, "/feed.atom")).findall(f"{ATOM}entry") == []
    assert (await json_feed(site, "/feed.json"))["items"] == []


async def test_what_is_retracted_is_told_as_such_and_what_was_told_of_it_is_deleted(site, world):
    fact = await world.publish("the lighthouse is dark")
    before = await json_feed(site, "/s/belarus/feed.json")
    assert "the lighthouse is dark" in before["items"][0]["content_text"]
    await world.retract(fact.id, "it was another lighthouse")
    after = await json_feed(site, "/s/belarus/feed.json")
    assert after["items"][0]["title"] == f"F{fact.id}: retracted (it was another lighthouse)"
    assert after["items"][0]["tags"] == ["retracted"]
    assert before["items"][0]["id"] in {each["id"] for each in after["_onrecord"]["deleted"]}
    assert before["items"][0]["id"] not in {item["id"] for item in after["items"]}
    assert "the lighthouse is dark" not in json.dumps(after)
    await world.take_down(fact.id)
    down = await json_feed(site, "/s/belarus/feed.json")
    assert "taken down on" in down["items"][0]["title"] and down["items"][0]["tags"] == ["taken down"]
    assert after["items"][0]["id"] in {each["id"] for each in down["_onrecord"]["deleted"]}
    assert "another lighthouse" not in json.dumps(down)


async def test_a_correction_is_told_with_what_was_and_what_is_and_why(site, world):
    fact = await world.publish("two ferries sailed at noon", brief="two ferries sailed")
    await world.revise(
        fact.id, "corrected", statement="three ferries sailed at noon", brief=None, reason="recount"
    )
    entry = (await world.record.facts.entry(fact.id)).model_dump(mode="json", exclude_defaults=True)
    denial = {"source": {"title": "Another page"}, "stance": "denies"}
    await world.revise(fact.id, "attributed", attributions=[*entry["attributions"], denial])
    denied, corrected, published = (await json_feed(site, "/s/belarus/feed.json"))["items"][:3]
    assert "recount" in corrected["content_text"] and "a moderator" in corrected["content_text"]
    lines = corrected["content_text"].splitlines()
    assert [line for line in lines if line.startswith("Was: ") and "two ferries" in line]
    assert [line for line in lines if line.startswith("Now: ") and "three ferries" in line]
    # Whoever reads of it first reads how it is now.
    assert "three ferries" in published["content_text"] and "two ferries" not in published["content_text"]
    assert "denies that three ferries sailed" in denied["content_text"]


async def test_what_supersedes_another_is_told_beside_it(site, world):
    items = {
        item["_onrecord"]["fact"]: item for item in reversed((await json_feed(site, "/feed.json"))["items"])
    }
    text = items[f"F{world.facts['superseded']}"]["content_text"]
    assert "Was: " in text and "the harbour is open" in text
    assert "Now: " in text and "the harbour is closed" in text


async def test_ids_of_entries_stay_whatever_is_told_after_them(site, world, monkeypatch):
    before = [item["id"] for item in (await json_feed(site, "/s/belarus/feed.json"))["items"]]
    await world.publish("the bridge is open")
    after = [item["id"] for item in (await json_feed(site, "/s/belarus/feed.json"))["items"]]
    assert after[1:] == before
    monkeypatch.setattr("bot.web.data.feed.MOST", 5)
    await world.publish("the bridge is closed")
    shortened = [item["id"] for item in (await json_feed(site, "/s/belarus/feed.json"))["items"]]
    assert shortened[1:] == after[:4]
