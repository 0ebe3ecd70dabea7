"""/watch: feeds that are none, that fail, that go, and that name too much."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from bot.intake.watching.polling import MOST_A_DAY
from tests.bot.desk import ANN, BOB, assert_short, buttons, said
from tests.bot.intake.feeds import TITLE, item, rss
from tests.bot.intake.fetching.site import page
from tests.bot.intake.watched_paper import open_paper

pytest.importorskip("feedparser")


@pytest_asyncio.fixture
async def paper(stocked, tmp_path):
    async with open_paper(stocked, tmp_path) as opened:
        yield opened


async def test_a_feed_that_names_each_article_anew_ends_its_watch(paper):
    ann = await paper.desk.moderator()
    await paper.watched(ann)
    for turn in range(2, 4):
        paper.entries = [item(1000 * turn + n) for n in range(MOST_A_DAY - 50)]
        told = await paper.polled(ann)
    assert f"more than {MOST_A_DAY} new articles within a day" in told
    before = paper.asked()
    assert await paper.polled(ann) == "" and paper.asked() == before
    assert "ended" in said(await ann.says("/watch"))
    assert len(await paper.record.watches.offers(1, before=0, limit=1_000)) == MOST_A_DAY
    await ann.says("/watch W1")
    paper.entries = [item(9)]
    await paper.watched(ann, ann.button("Watch it again"))
    paper.moments.pass_by(days=1)
    assert "Crane report 9" in await paper.polled(ann)


async def test_what_is_no_feed_is_told_and_nothing_of_it_is_kept(paper, subtests):
    ann = await paper.desk.moderator()
    moved = page(b"", "Location: http://10.0.0.1/feed", status="302 Found")
    named = b'<html><head><link type="application/rss+xml" href="/rss.xml"></head></html>'
    answers = {
        "no feed": page(b"<html><p>Nothing</html>"),
        "not on the public internet": moved,
        "more than 1,000 articles": page(rss(*[{"link": f"/{n}"} for n in range(5_000)]), kind="text/xml"),
        "larger than": page(b"", "X: y", kind="text/xml").replace(
            b"Content-Length: 0", b"Content-Length: 99999999"
        ),
        "no page with a text, but image/png": page(b"\x89PNG", kind="image/png"),
        "503": page(b"", status="503 Later"),
        "That is no feed": page(named),
    }
    for told, answer in answers.items():
        paper.answer = answer
        with subtests.test(told):
            text = await paper.watched(ann)
            assert told in text and text.startswith("The feed is not watched."), text
    assert buttons(ann.reply) == [f"Watch {paper.running.url('/rss.xml')}", "Try again"]
    paper.robots = page(b"User-agent: *\nDisallow: /feed.xml\n", kind="text/plain")
    assert "robots.txt" in await paper.watched(ann)
    assert await paper.record.feeds.at_address(paper.url) is None
    for odd in (
        "/watch the harbour",
        "/watch W",
        "/watch W0",
        f"/watch {paper.url} the",
        "/watch W9",
        "/watch N1 stop",
    ):
        with subtests.test(odd):
            assert_short(await ann.says(odd))
    assert "No feed is watched here" in said(await ann.says("/watch"))


async def test_an_address_that_is_not_fetched_is_refused_in_the_words_of_intake(paper, subtests):
    ann = await paper.desk.moderator()
    not_public = "is not on the public internet, and only public pages are fetched"
    cases = {
        "http://169.254.169.254/latest": f"169.254.169.254 {not_public}",
        "http://2130706433/feed": f"2130706433 {not_public}",
        "http://0x7f.1/feed": f"0x7f.1 {not_public}",
        "http://0177.0.0.1/feed": f"0177.0.0.1 {not_public}",
        "http://127.1/feed": f"127.1 {not_public}",
        "http://[::1]/feed": f"::1 {not_public}",
        "http://[::ffff:127.0.0.1]/feed": not_public,
        "http://134744072/feed": "http://134744072/feed is no address of a page",
        "http://127.0.0.1:22/feed": "Port 22",
        paper.url.replace("//", "//a:b@"): "user name",
    }
    for address, told in cases.items():
        with subtests.test(address):
            watched = await paper.watched(ann, f"/watch {address}")
            assert told in watched and "robots" not in watched
            await ann.says(f"/intake {address}")
            await asyncio.gather(*paper.desk.dispatcher.desk._working)
            assert told in await paper.told(ann)
    assert paper.running.requests == []


async def test_a_feed_that_fails_is_asked_more_rarely_and_paused_after_a_week(paper):
    ann, bob = await paper.desk.moderator(ANN), await paper.desk.moderator(BOB)
    await paper.watched(ann)
    await paper.watched(bob)
    paper.answer = page(b"", "Retry-After: 7200", status="503 Later")
    before = paper.asked()
    told = ""
    for _quarter in range(4 * 24):
        told += await paper.polled(ann)
    assert paper.asked() - before < 12 and told == ""
    assert "cannot be read since 2026-11-22" in said(await ann.says("/watch"))
    assert "503" in said(await ann.says("/watch W1"))
    paper.answer = page(b"<html>down for repair</html>")
    for _day in range(7):
        told += await paper.polled(ann, days=1)
    assert f"“{TITLE}” could not be read since" in told and "no feed" in told
    assert "could not be read since" in await paper.told(bob)
    before = paper.asked()
    assert await paper.polled(ann, days=1) == "" and paper.asked() == before
    assert "paused" in said(await ann.says("/watch"))
    # Watched again, it goes on where it was: what came meanwhile is offered to all who watch it.
    paper.answer = None
    paper.brings(item(3, "berth open"))
    await ann.says("/watch W1")
    assert "already" in await paper.watched(ann, ann.button("Watch it again"))
    assert "berth open" in await paper.polled(ann, seconds=5)
    assert "berth open" in await paper.told(bob)


async def test_a_feed_that_is_gone_is_paused_at_once(paper):
    ann = await paper.desk.moderator()
    await paper.watched(ann)
    paper.answer = page(b"", status="410 Gone")
    assert "gone (410)" in await paper.polled(ann)
    assert buttons(ann.reply) == ["Watch it again", "Stop"]
    await ann.presses("Stop")
    assert "watched no more here" in ann.seen
    await paper.polled(ann, days=1)
    assert await paper.record.feeds.at_address(paper.url) is None
