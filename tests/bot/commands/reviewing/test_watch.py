"""/watch: a feed from its address to articles that are offered, once each, and to whom."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio

from bot.requests import Request, Role
from storage.domain.changes import Dismiss, OpenStory, TakeDown
from storage.domain.entries import StoryEntry
from storage.record import Record
from storage.snapshots.feeds import Sent
from storage.snapshots.watches import MOST_WATCHES, Wanted
from storage.trail.audit import Actor
from tests.bot.desk import ANN, BOB, OWNER, assert_short, buttons, said
from tests.bot.intake.feeds import TITLE, item
from tests.bot.intake.watched_paper import open_paper

pytest.importorskip("feedparser")


@pytest_asyncio.fixture
async def paper(stocked, tmp_path):
    async with open_paper(stocked, tmp_path) as opened:
        yield opened


async def test_new_articles_of_a_feed_are_offered_once_each(paper):
    ann = await paper.desk.moderator()
    told = await paper.watched(ann)
    assert f"W1 watches “{TITLE}”" in told and "2 articles now" in told and "harbour closed" in told
    assert buttons(ann.reply) == ["Take in 1", "Take in 2", "Stop W1"]
    assert await paper.polled(ann) == ""
    paper.brings(item(4, "crane fell"), item(3, "berth open"))
    told = await paper.polled(ann)
    assert "2 new articles" in told and "crane fell" in told and "berth open" in told
    assert told.index("crane fell") < told.index("berth open") and "gate open" not in told
    assert "Nothing of it is on record" in told
    assert buttons(ann.reply) == ["Take in N2", "Take in N1", "W1"]
    # Conditional requests: what has not changed is not sent again.
    assert await paper.polled(ann) == ""
    assert f"If-None-Match: {paper.mark}" in paper.running.requests[-1][1]
    # A feed that drops and repeats entries, changes ids, addresses and dates.
    paper.entries = [
        item(4, "crane fell", guid="x"),
        item(3, "berth open", link="https://courier.example/s/9"),
    ]
    assert await paper.polled(ann) == ""
    assert "crane fell" in said(await ann.says("/watch W1")) and "Stop W1" in buttons(ann.reply)


async def test_an_offer_begins_to_take_the_article_in(paper):
    ann = await paper.desk.moderator()
    await paper.watched(ann)
    paper.brings(item(3, link=paper.running.url("/none")))
    await paper.polled(ann)
    command = ann.button("Take in")
    assert_short(await ann.says(command), "Reading it as A1")
    await asyncio.gather(*paper.desk.dispatcher.desk._working)
    assert "A1 was not taken in" in await paper.told(ann)
    assert paper.asked("/none") == 1
    other = await paper.record.ledger.make(
        OpenStory(story=StoryEntry(name="storm", title="The storm")), by=Actor(OWNER)
    )
    assert other.subject
    await ann.says("/story storm")
    await paper.desk.appoint(ANN, "storm")
    assert_short(await ann.says("/watch N1"), "is for another story")
    assert_short(await ann.says("/watch N77"), "no article N77")
    bob = await paper.desk.moderator(BOB)
    assert_short(await bob.says("/watch N1"), "no article N1 here")
    assert_short(await bob.says("/watch W1 stop"), "no watch W1 here")


async def test_a_feed_is_polled_once_for_all_who_watch_it_and_by_one_process(paper, tmp_path):
    ann, bob = await paper.desk.moderator(ANN), await paper.desk.moderator(BOB)
    await paper.watched(ann)
    await paper.watched(bob, f"/watch {paper.url} gates")
    assert "already" in await paper.watched(ann, f"/watch {paper.url}/?utm_source=x".replace("xml/", "xml"))
    before = paper.asked()
    paper.brings(item(4, "a gate fell"), item(3, "berth open"))
    paper.moments.pass_by(minutes=16)
    other = await Record.open(tmp_path / "desk.db", clock=paper.moments)
    try:
        await asyncio.gather(paper.poller.once(), paper.another(other).once(), paper.another(other).once())
    finally:
        await other.close()
    assert paper.asked() == before + 1
    assert "2 new articles" in await paper.told(ann)
    told = await paper.told(bob)
    assert "1 new article" in told and "a gate fell" in told and "berth" not in told


async def test_what_one_chat_knows_already_is_not_offered_to_it(paper):
    ann = await paper.desk.moderator()
    await paper.watched(ann)
    await paper.watched(ann, f"/watch {paper.running.url('/second.xml')}")
    await ann.tells("/source https://courier.example/news/4\ntitle: On record already", "[Confirm]")
    paper.brings(item(4), item(3, "berth open"))
    told = await paper.polled(ann)
    assert "1 new article" in told and "berth open" in told and "report 4" not in told


async def test_what_is_not_told_yet_is_told_after_a_restart(paper, monkeypatch):
    ann = await paper.desk.moderator()
    await paper.watched(ann)
    paper.brings(item(3, "berth open"))

    async def dies(*_given):
        raise RuntimeError("the process dies between the poll and the message")

    monkeypatch.setattr("bot.intake.watching.offering.offer_all", dies)
    with pytest.raises(RuntimeError, match="dies"):
        await paper.polled(ann)
    monkeypatch.undo()
    paper.poller = paper.another()
    assert "berth open" in await paper.polled(ann, seconds=5)
    # One that dies while it polls: another may poll once its time is over.
    feed = await paper.record.feeds.at_address(paper.url)
    assert feed is not None
    paper.moments.pass_by(minutes=16)
    (taken,) = await paper.record.feeds.take(4, 86_400)
    paper.brings(item(4, "crane fell"))
    assert await paper.polled(ann, seconds=5) == ""
    assert "crane fell" in await paper.polled(ann, minutes=5)
    assert not await paper.record.feeds.succeed(taken, "2027", "2027")
    assert not await paper.record.feeds.fail(feed, "late", "2027")


async def test_many_new_articles_are_gathered_and_none_is_held_back(paper):
    ann = await paper.desk.moderator()
    await paper.watched(ann)
    paper.brings(*[item(n) for n in range(40, 2, -1)])
    told = await paper.polled(ann)
    assert "38 new articles" in told and "And 33 more: /watch W1" in told
    assert len([each for each in buttons(ann.reply) if each.startswith("Take in")]) == 5
    listed = await ann.reads("/watch W1")
    assert all(f"Crane report {n}\n" in f"{listed}\n" for n in range(3, 41))


async def test_only_moderators_watch_and_are_offered_anything(paper):
    ann, eve = await paper.desk.moderator(), paper.desk.person("telegram:66")
    assert_short(await eve.says(f"/watch {paper.url}"), "no command /watch")
    await paper.watched(ann)
    paper.brings(item(3))
    story = await paper.record.stories.find("belarus")
    await paper.record.ledger.make(Dismiss(address=ANN, story_id=story.id), by=Actor(OWNER))
    assert await paper.polled(ann) == ""
    assert await paper.record.watches.of_feed(1) == []
    owner = paper.desk.person(OWNER)
    await paper.watched(owner)
    paper.brings(item(4, "crane fell"))
    assert "crane fell" in await paper.polled(owner)


async def test_from_a_server_articles_are_offered_in_private_or_where_that_is_wanted(paper):
    ann = await paper.desk.moderator(chat="discord:5", shared=True, alone="discord:70", topic=0)
    told = await paper.watched(ann)
    assert "in private" in told and "Offer them in this chat" in buttons(ann.reply)
    lacking = await ann.says("/watch W1 here", lacking=("Send Messages",))
    assert_short(lacking, "Send Messages")
    paper.brings(item(3, "berth open"))
    assert "berth open" in await paper.polled(ann)
    await ann.says("/watch W1 here", topic=9)
    assert "in this chat" in ann.seen
    paper.brings(item(4, "crane fell"))
    assert await paper.polled(ann) == ""
    (told,) = await paper.desk.due("discord:5")
    assert "crane fell" in said(told)


async def test_at_the_terminal_a_feed_is_told_at_once_and_its_articles_after_the_next_line(paper):
    local = paper.desk.person("terminal:local", role=Role.MODERATOR)
    assert f"W1 watches “{TITLE}”" in said(await local.says(f"/watch {paper.url}"))
    paper.brings(item(3, "berth open"))
    assert "berth open" in await paper.polled(local)


async def test_a_watch_goes_with_the_person_who_is_forgotten_and_with_words_taken_down(paper):
    ann, bob = await paper.desk.moderator(ANN), await paper.desk.moderator(BOB)
    await paper.watched(ann)
    await paper.watched(bob)
    paper.brings(item(3, "berth open"))
    await paper.polled(ann)
    assert "feeds that you watch: 1" in said(await ann.says("/forgetme"))
    assert [each.person for each in await paper.record.watches.of_feed(1)] == [BOB]
    (fact,) = await paper.record.listings.latest(1, limit=1)
    paper.brings(item(4, title=fact.statement))
    assert fact.statement[:40] in await paper.polled(bob)
    change = TakeDown(story_id=1, subject=f"F{fact.id}", ground="safety")
    made = await paper.record.ledger.make(change, by=Actor(OWNER))
    assert made.taken.counts["watches"] == 1
    listed = await bob.reads("/watch W2")
    assert "berth open" in listed and fact.statement not in listed


async def test_a_chat_watches_only_so_many_feeds(paper):
    ann = await paper.desk.moderator()
    for number in range(MOST_WATCHES):
        wanted = Wanted(f"{paper.url}?feed={number}", 1, None, ANN, 0, ANN, "en")
        await paper.record.watches.begin(wanted, Sent(None, None, None, ()), "2027")
    assert f"watches {MOST_WATCHES} feeds" in await paper.watched(ann)
    assert len(await paper.desk.dispatcher.offers(Request("", ann.chat, ann.user), "watch", 0, "w4")) == 11
