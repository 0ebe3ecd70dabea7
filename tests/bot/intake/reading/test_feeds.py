"""What a worker reads in feeds, whatever is in them, asked within this process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.intake.reading import feeds
from bot.intake.reading.reader import read_feed
from bot.intake.reading.refusals import Unreadable, Why
from bot.intake.reading.worker import answered
from tests.bot.intake.feeds import TITLE, atom, item, json_feed, rss

pytest.importorskip("feedparser")
NEWS = "https://courier.example/news"
URL = "https://courier.example/feeds/news.xml"


def read(content: bytes, charset: str | None = None) -> dict[str, Any]:
    return answered(content, {"feed": True, "url": URL, "charset": charset})


def entries(content: bytes) -> list[dict[str, Any]]:
    return list(read(content)["entries"])


def told(content: bytes) -> list[tuple[object, object]]:
    return [(each["address"], each["title"]) for each in entries(content)]


def test_rss_atom_and_json_feeds_name_articles_by_address_and_title(subtests):
    expected = [("https://courier.example/news/1", "Gate & crane"), ("https://courier.example/a", "A < B")]
    feeds_of = {
        "rss": rss(
            item(1, title="Gate &amp; crane", description="<p>About the <b>harbour</b></p>"),
            item(2, title="A < B", link="/a"),
        ),
        "atom": atom(
            {"id": "1", "title": "Gate & crane", "link": f"{NEWS}/1", "summary": "About the harbour"},
            {"id": "2", "title": "A < B", "link": "../a"},
        ),
        "json": b"\xef\xbb\xbf" + json_feed(
            {"id": 1, "title": "Gate & crane", "url": f"{NEWS}/1", "content_html": "About the harbour"},
            {"id": "2", "title": "A < B", "external_url": "/a", "date_published": "2026-11-22T01:00:00Z"},
        ),
    }  # fmt: skip
    for kind, content in feeds_of.items():
        with subtests.test(kind):
            assert told(content) == expected
            assert read(content)["title"] == TITLE
            assert "harbour" in str(entries(content)[0]["summary"])


async def test_a_feed_comes_through_the_worker():
    found = await read_feed(rss(item(1), item(2)), url=URL)
    assert (found.title, len(found.entries), found.unnamed) == (TITLE, 2, 0)
    with pytest.raises(Unreadable, match="no feed") as refused:
        await read_feed(b'<html><head><link type="application/rss+xml" href="/rss"></head><p>x', url=URL)
    assert refused.value.commands == (
        ("Watch https://courier.example/rss", "/watch https://courier.example/rss"),
    )


def test_what_is_no_feed_is_told_as_such(subtests):
    cases = {
        "nothing": b"", "text": b"Not a feed at all", "page": b"<html><p>x</html>", "json": b'{"items": []}',
        "broken json": b'{"version": ', "deep json": b"{" + b'"a":{' * 100_000, "a list": b"[1, 2]",
        "xml": b'<?xml version="1.0"?><a><b/></a>', "signs": bytes(range(256)) * 20,
        "an odd version": b'{"version": ["https://jsonfeed.org/version/1"]}',
    }  # fmt: skip
    for name, content in cases.items():
        with subtests.test(name):
            assert read(content)["refused"] == Why.NO_FEED
    page = b'<html><head><link type="application/atom+xml" href="/atom"><link type="text/css" href="x">'
    assert read(page)["named"] == ("https://courier.example/atom",)


def test_hostile_entries_give_plain_words_and_addresses_of_the_web(subtests):
    assert told(rss(item(1, title="<script>alert(1)</script>Gate <b>open</b>\x07"))) == [
        ("https://courier.example/news/1", "alert(1) Gate open")
    ]
    odd = "javascript:alert(1) data:text/html,x file:///etc/passwd http://[::1 https:// mailto:a@b.example"
    long = f"https://courier.example/{'x' * 3_000}"
    for address in (*odd.split(), "https://user:word@courier.example/x", long):
        with subtests.test(address[:40]):
            found = read(json_feed({"id": "1", "title": "Gate", "url": address}, {"url": "/ok"}))
            assert told(json_feed({"id": "1", "title": "Gate", "url": address}, {"url": "/ok"})) == [
                ("https://courier.example/ok", "")
            ]
            assert found["unnamed"] == 1
    assert len(str(told(rss(item(1, title="x" * 100_000)))[0][1])) <= feeds.LONGEST_TITLE
    entity = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "' + b"&a;" * 10 + b'">]>'
    bomb = rss(item(1, title="T")).replace(b"<rss", entity + b"<rss").replace(b">T<", b">T&b;<")
    assert all("&" not in str(title) or "b;" in str(title) for _address, title in told(bomb))


def test_a_feed_of_very_many_entries_is_refused_at_once():
    assert read(rss(*[{"link": f"/{n}"} for n in range(100_000)]))["refused"] == Why.TOO_MANY
    assert read(json_feed(*[{"url": f"/{n}"} for n in range(1_001)]))["refused"] == Why.TOO_MANY
    assert len(entries(json_feed(*[{"url": f"/{n}"} for n in range(1_000)]))) == 1_000


def test_an_entry_is_known_by_its_id_its_address_or_its_title_with_its_date(subtests):
    (first,) = entries(rss(item(1)))
    same = {
        "another id": item(1, guid="other"),
        "no id": item(1, guid=""),
        "another address": item(1, link="https://courier.example/news/1-corrected"),
        "a tracker": item(1, link="https://www.courier.example/news/1/?utm_source=rss"),
        "another title": item(1, title="Crane report, corrected"),
        "another id and address": item(1, guid="x", link="https://courier.example/session/77"),
        "a date in the future": item(1, pubDate="Tue, 22 Nov 2099 01:00:00 GMT"),
    }
    for name, changed in same.items():
        with subtests.test(name):
            (again,) = entries(rss(changed))
            assert set(first["keys"]) & set(again["keys"])
    (other,) = entries(rss(item(2)))
    assert not set(first["keys"]) & set(other["keys"])
    # An id that all have is nobody's, and a title alone is no sign: there is an update each day.
    several = entries(rss(*[item(n, guid="same", title="Update", pubDate="") for n in (1, 2)]))
    assert not set(several[0]["keys"]) & set(several[1]["keys"])


def test_damaged_feeds_are_read_as_far_as_they_go():
    assert told(rss(item(1)).replace(b"</channel></rss>", b"<item><title>cut o"))[0][1] == "Crane report 1"
    assert json.dumps(
        read(
            "<rss version='2.0'><channel><item><title>Tor für alle</title><link>/1</link></item>".encode(
                "cp1252"
            ),
            "cp1252",
        )
    )
