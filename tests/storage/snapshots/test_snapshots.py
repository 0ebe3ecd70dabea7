"""Copies of sources: what is kept, what is told of likenesses, and what a takedown leaves of them."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from storage.domain.changes import TakeDown
from storage.domain.clock import moment_text
from storage.domain.errors import Refused
from storage.record import Record
from storage.snapshots.rows import Page
from storage.snapshots.sketches import likeness, sketch
from storage.snapshots.snapshots import Bounds, Kept
from tests.storage.conftest import fact, put
from tests.storage.making import BO, publish

WORDS = [
    f"{one}{two}"
    for one in ("gate", "boat", "storm", "quay", "lamp", "crew")
    for two in "abcdefghijklmnopqrst"
]
ROOM = Bounds(10_000_000, 0)
HARM = "a boy of 9 lives at 12 Mill Street in Holm"
VOICE = {"speaker": "Jane", "cue": "said that", "source": {"title": "News"}}


def text(seed: int, paragraphs: int = 8) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=50)) + "." for _ in range(paragraphs)]


def page(
    record: Record, *paragraphs: str, address: str = "https://news.example/gate", warc: bytes = b"page"
) -> Page:
    at = moment_text(record.ledger.clock())
    return Page(at, address, "text/html", 900, "ab" * 32, warc, paragraphs)


async def keep(record: Record, source: int | None, *paragraphs: str, bounds: Bounds = ROOM, **told) -> Kept:
    return await record.snapshots.keep(1, source, page(record, *paragraphs, **told), bounds)


async def texts(record: Record, source: int = 1) -> list[list[str]]:
    copies = (await record.snapshots.of_sources([source])).get(source, [])
    found = await record.snapshots.paragraphs(each.id for each in copies)
    return [found[each.id] for each in copies]


@pytest.fixture
async def story(record: Record, tmp_path) -> Record:
    """F1 to F3, each from a source of its own: S1 to S3."""
    sources = [{**VOICE, "source": {"title": f"News {number}"}} for number in (1, 2, 3)]
    facts = [fact(str(at), f"it rained on day {at}", attributions=[each]) for at, each in enumerate(sources)]
    await put(record, tmp_path, *facts)
    return record


async def test_a_copy_is_kept_once_and_a_changed_page_beside_it(story: Record):
    first = await keep(story, 1, "It rained.", "It stopped.")
    assert not first.already and first.before is None and first.snapshot.digest == "ab" * 32
    again = await keep(story, 1, "It rained.", "It stopped.", warc=b"other markup")
    assert again.already and again.snapshot == first.snapshot
    changed = await keep(story, 1, "It never rained.", "It stopped.")
    assert not changed.already and changed.before == first.snapshot
    assert await texts(story) == [["It never rained.", "It stopped."], ["It rained.", "It stopped."]]
    assert await story.snapshots.warc(first.snapshot.id) == b"page"
    assert await story.snapshots.size() == (2, 8)


async def test_the_same_article_at_another_address_is_recognised(story: Record):
    first = await keep(story, 1, *text(1), address="https://www.news.example/gate/?utm_source=chat#top")
    other = await keep(story, 2, *text(2), address="http://news.example/gate")
    assert other.others == ((first.snapshot,), ())
    assert (await keep(story, 3, *text(3), address="https://news.example/gate?id=2")).others.elsewhere == ()


async def test_near_copies_of_one_text_are_recognised(story: Record):
    wire = text(1)
    first = await keep(story, 1, *wire)
    cut = await keep(
        story, 2, "From our correspondent in Elin.", *wire[:5], "Agencies.", address="https://b.example/1"
    )
    assert cut.others.alike == (first.snapshot,)
    assert (await story.snapshots.like(1)).alike == (cut.snapshot,)
    assert (await keep(story, 3, *text(2), address="https://c.example/1")).others.alike == ()


def test_likeness_tells_near_copies_from_other_texts_about_the_same(subtests: pytest.Subtests):
    wire = text(1, 10)
    chance = random.Random(7)
    edited = [
        " ".join(word if chance.random() > 0.04 else "edited" for word in each.split()) for each in wire
    ]
    quoted = [wire[0], *text(9, 9)]
    for name, other, near in (
        ("itself", wire, True),
        ("half of it", wire[:5], True),
        ("edited", edited, True),
        ("in capitals", [each.upper() for each in wire], True),
        ("in another order", wire[::-1], True),
        ("one paragraph quoted", quoted, False),
        ("the same words", [" ".join(sorted(each.split())) for each in wire], False),
        ("another text", text(2, 10), False),
        ("hardly any text", ["gatea boatb stormc"], False),
        ("none", [], False),
    ):
        with subtests.test(name):
            assert (likeness(sketch(wire), sketch(other)) >= 0.5) is near
    assert len(sketch(["".join(f"{number} " for number in range(200_000))])) == 4_096 * 8


async def test_copies_have_room_and_time(story: Record):
    await keep(story, 1, "It rained.", bounds=Bounds(10, 0))
    with pytest.raises(Refused, match="no room"):
        await keep(story, 2, "It rained.", bounds=Bounds(7, 0))
    assert await story.snapshots.size() == (1, 4)
    clock: Any = story.ledger.clock
    clock.moment += timedelta(days=31)
    await story.snapshots.expire(0)
    assert await texts(story) == [["It rained."]]
    await keep(story, 2, "It rained.", bounds=Bounds(7, 30))
    assert await texts(story) == [] and await story.snapshots.size() == (1, 4)


async def test_a_fact_that_is_taken_down_is_struck_out_of_copies(story: Record):
    said = await publish(
        story, "h", HARM, attributions=[{**VOICE, "source": {"title": "News"}, "locator": "¶2"}]
    )
    source = said.attributions[0].source.id
    page = b"<html>He is 9. Said a neighbour.</html>"
    await keep(story, source, "It rained.", "He is 9. Said a neighbour.", "It stopped.", warc=page)
    await keep(story, 1, "It snowed.", f"We hear that {HARM}, they say.", address="https://b.example/")
    await keep(story, 2, "It hailed, and nobody was hurt.", address="https://c.example/")
    change = TakeDown(story_id=1, subject=f"F{said.id}", ground="privacy")
    shown = await story.ledger.rehearse(change, by=BO)
    assert shown.taken.counts["copies"] == 2 and await story.snapshots.size() == (3, 8 + len(page))
    await story.ledger.make(change, by=BO)
    assert await texts(story, source) == [["It rained.", "", "It stopped."]]
    assert await texts(story, 1) == [["It snowed.", ""]]
    assert await story.snapshots.size() == (3, 4)
    for file in (story.database.path, story.database.path.with_name("record.db-wal")):
        assert not file.exists() or b"neighbour" not in file.read_bytes()
    with pytest.raises(Refused, match="taken down"):
        await keep(story, source, "It rained.", "He is 9. Said a neighbour.")
    assert (await story.audit.verify()).problem is None


async def test_where_nobody_knows_which_paragraph_held_it_the_whole_text_goes(story: Record):
    said = await publish(story, "h", HARM, attributions=[{**VOICE, "source": {"title": "News"}}])
    source = said.attributions[0].source.id
    await keep(story, source, "The child of the ferryman was seen.", "It stopped.")
    await story.ledger.make(TakeDown(story_id=1, subject=f"F{said.id}", ground="law"), by=BO)
    assert await texts(story, source) == [["", ""]]


async def test_a_source_that_is_taken_down_takes_its_copies_along(story: Record):
    await keep(story, 1, "It rained.")
    await keep(story, 2, "It snowed.", address="https://b.example/")
    made = await story.ledger.make(TakeDown(story_id=1, subject="S1", ground="law"), by=BO)
    assert made.taken.counts["copies"] == 1
    assert await texts(story, 1) == [] and await texts(story, 2) == [["It snowed."]]
    with pytest.raises(Refused, match="taken down"):
        await keep(story, 1, "It rained.")


async def test_sources_that_print_one_text_know_of_each_other(story):
    wire = text(1)
    await keep(story, 1, *wire)
    await keep(story, 2, "By our own reporter in the harbour.", *wire, address="https://other.example/gate")
    await keep(story, 3, *text(2), address="https://third.example/gate")
    found = await story.sources.by_id([1, 2, 3])
    assert [found[number].alike for number in (1, 2, 3)] == [{2}, {1}, set()]
    # What was one text stays so when a page is changed later.
    await keep(story, 2, *text(3), address="https://other.example/gate")
    assert (await story.sources.by_id([1]))[1].alike == {2}
