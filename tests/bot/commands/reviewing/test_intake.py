"""/intake: an article from its address to facts on record, draft by draft and on a list."""

from __future__ import annotations

import asyncio
import shutil

import pytest
import pytest_asyncio

from storage.domain.changes import PutEntity
from storage.domain.entries import EntityEntry
from storage.record import Record
from storage.snapshots.articles import LONGEST_READING
from storage.trail.audit import Actor
from tests.bot.desk import ANN, BOB, EVE, Desk, Moments, assert_short, buttons, said
from tests.bot.intake.fetching.site import page, site
from tests.bot.intake.wire import PARAGRAPHS, TITLE
from tests.bot.intake.wire import page as article_page

pytest.importorskip("warcio")


class Newspaper:
    """A site with an article, and a desk that may fetch from it."""

    def __init__(self, running, desk: Desk) -> None:
        self.running, self.desk = running, desk
        self.url = running.url("/crane")
        self.pages = {"/crane": article_page()}

    async def read(self, person, text: str, **fields):
        """Let somebody take an article in, and return what they are told once it is ready."""
        began = await person.says(text, **fields)
        await asyncio.gather(*self.desk.dispatcher.desk._working)
        (person.reply,) = await self.desk.due(person.chat)
        return began


@pytest_asyncio.fixture
async def paper(stocked, tmp_path, request):
    shutil.copyfile(stocked, tmp_path / "desk.db")
    moments = Moments()
    record = await Record.open(tmp_path / "desk.db", clock=moments)

    async def answer(path, writer):
        found = made.pages.get(path.partition("?")[0])
        if found is None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        elif isinstance(found, bytes):
            writer.write(found)
        else:
            writer.write(page(found.encode(), kind="text/html; charset=utf-8"))

    async with site(answer) as running:
        four_eyes = getattr(request, "param", False)
        desk = Desk(record, moments, four_eyes=four_eyes, hosts=[f"127.0.0.1:{running.port}"])
        made = Newspaper(running, desk)
        yield made
        await desk.dispatcher.desk.close()
    await record.close()


async def newest(desk: Desk):
    (fact,) = await desk.record.listings.latest(1, limit=1)
    return fact


async def test_an_article_comes_on_record_draft_by_draft(paper):
    ann = await paper.desk.moderator()
    began = await paper.read(ann, f"/intake {paper.url}")
    assert_short(began, "Reading it as A1")
    for told in (TITLE, "The Bay Courier", "Joan Ferris", "18 November 2026", "copy of 22 November 2026"):
        assert told in ann.seen
    assert [b for b in buttons(ann.reply) if "confident" in b and b.startswith("List")]
    # Nothing is on record but the source.
    assert (await newest(paper.desk)).attributions[0].source.title != TITLE
    await ann.presses("One by one")
    assert "¶1" in ann.seen and "{said}" in ann.seen and "‹" in ann.seen
    await ann.presses("Approve")
    fact = await newest(paper.desk)
    (item,) = fact.attributions
    assert (item.source.title, item.locator, item.cue) == (TITLE, "¶1", "said")
    assert " is on record." in ann.seen and "D2:" in ann.seen
    # The one who rejects tells nobody, and needs no reason.
    await ann.presses("Reject")
    assert "D2 was rejected" in ann.seen and "D3:" in ann.seen
    await ann.presses("Skip")
    assert "D4:" in ann.seen
    await ann.presses("Edit")
    assert "Readers will see" in ann.seen
    await ann.presses("Confirm")
    assert "is on record" in ann.seen and buttons(ann.reply)[0] == "Next"
    await ann.presses("Next")
    assert "D5:" in ann.seen


async def test_the_confident_ones_are_approved_together_once_they_were_shown(paper):
    ann, bob = await paper.desk.moderator(ANN), await paper.desk.moderator(BOB)
    await paper.read(ann, f"/intake {paper.url}")
    await ann.presses("List the")
    before = await paper.desk.record.facts.ids(1, [])
    seen, pages = ann.seen, 1
    while not [b for b in buttons(ann.reply) if b.startswith("Approve the")]:
        await ann.presses("Next")
        seen, pages = f"{seen}\n{ann.seen}", pages + 1
    assert pages > 1 and before == {}
    command = ann.button("Approve the")
    assert_short(await bob.says(command.replace(command.split()[3], "0" * 16)), "look at it again")
    waiting = [each for each in await paper.desk.record.articles.waiting(1) if each.tier == "confident"]
    for each in waiting:
        assert each.draft.change["fact"]["statement"].split(".")[0][:40] in seen
    # Another moderator is quicker with one of them.
    await bob.says(f"/reject D{waiting[1].draft.id}")
    assert "was rejected" in bob.seen
    await ann.says(command)
    assert f"{len(waiting) - 1} drafts: F" in ann.seen
    on_record = await paper.desk.record.listings.latest(1, limit=len(waiting) - 1)
    assert {fact.attributions[0].source.title for fact in on_record} == {TITLE}
    assert len(on_record) == len(waiting) - 1
    await ann.says(command)
    assert f"decided already; on record are F{min(fact.id for fact in on_record)}" in ann.seen
    # What one moderator has decided, another does not see again.
    await bob.says("/intake A1 next")
    assert "check the speaker" in bob.seen


async def test_of_several_speakers_the_one_that_was_pressed_stands_in_the_statement(paper):
    ann = await paper.desk.moderator()
    await paper.read(ann, f"/intake {paper.url}")
    unsure = next(
        each
        for each in await paper.desk.record.articles.waiting(1)
        if len(each.marks["speakers"]) > 1 and not each.marks.get("doubtful")
    )
    names = [each["name"] for each in unsure.marks["speakers"]]
    await ann.says(f"/intake A1 next D{unsure.draft.id - 1}")
    assert [b for b in buttons(ann.reply) if b.startswith("Approve")] == [f"Approve: {n}" for n in names]
    number = unsure.draft.id
    assert_short(await ann.says(f"/approve D{number} {len(names) + 1}"), "no speaker of that number")
    await ann.says(f"/intake A1 next D{number - 1}")
    await ann.presses(f"Approve: {names[-1]}")
    (item,) = (await newest(paper.desk)).attributions
    assert item.speaker.name == names[-1]


async def test_a_title_before_a_name_makes_no_second_person_of_somebody_on_record(paper):
    ann = await paper.desk.moderator()
    for name in ("Ida Holt", "Eva Moor"):
        entity = EntityEntry(name=name, kind="person")
        await paper.desk.record.ledger.make(PutEntity(story_id=1, entity=entity), by=Actor("operator"))
    text = (
        "Mayor Ida Holt told the council that the port would open on Monday.\n\nLawyer Eva Moor told the"
        " court that the bridge was unsafe.\n\nThe police said *nothing* had been stolen on Monday."
    )
    await paper.read(ann, f"/intake {text}")
    waiting = {
        each.marks["speakers"][0]["name"]: each for each in await paper.desk.record.articles.waiting(1)
    }
    assert [each["name"] for each in waiting["Ida Holt"].marks["speakers"]] == ["Ida Holt"]
    assert [each["name"] for each in waiting["Eva Moor"].marks["speakers"]] == ["Eva Moor"]
    tiers = {name: each.tier for name, each in waiting.items()}
    check = "check the speaker"
    assert tiers == {"Ida Holt": "confident", "Eva Moor": check, "police": check}
    assert waiting["police"].draft.change["fact"]["attributions"][0]["cue"] == "said"


async def test_drafts_that_were_passed_over_are_offered_once_more(paper):
    ann = await paper.desk.moderator()
    await paper.read(ann, f"/intake {paper.url}")
    last = [w.draft.id for w in await paper.desk.record.articles.waiting(1) if w.tier != "possible"][-1]
    await ann.says(f"/intake A1 next D{last}")
    assert "you passed over" in ann.seen and "only possible" in ann.seen
    await ann.presses("From the beginning")
    assert "D1:" in ann.seen
    await ann.says(f"/intake A1 next D{last}")
    await ann.presses("What is left over")
    assert "drafts wait." in ann.seen and "One by one" in buttons(ann.reply)


async def test_what_is_only_possible_comes_last_and_then_what_was_missed(paper):
    ann = await paper.desk.moderator()
    await paper.read(ann, f"/intake {paper.url}")
    await ann.presses("One by one")
    while "Reject" in buttons(ann.reply):
        await ann.presses("Reject")
    await ann.presses("Show")
    while "Reject" in buttons(ann.reply):
        await ann.presses("Reject")
    assert "what is left over" in ann.seen and "11 in 100" in ann.seen
    await ann.presses("Done with it")
    assert "No article waits" in said(await ann.says("/intake"))


@pytest.mark.parametrize("paper", [True], indirect=True)
async def test_four_eyes_hold_for_drafts_that_were_found(paper):
    ann, bob = await paper.desk.moderator(ANN), await paper.desk.moderator(BOB)
    await paper.read(ann, f"/intake {paper.url}")
    was = await newest(paper.desk)
    await ann.presses("One by one")
    await ann.presses("Approve")
    assert "waits for another moderator" in ann.seen
    assert await newest(paper.desk) == was
    await ann.says("/review")
    assert_short(await ann.presses("Approve"), "is your own")
    await bob.says("/review")
    await bob.presses("Approve")
    assert (await newest(paper.desk)).attributions[0].source.title == TITLE


async def test_the_same_article_again_is_known_and_a_changed_one_shows_what_is_new(paper):
    ann = await paper.desk.moderator()
    await paper.read(ann, f"/intake {paper.url}")
    drafts = len(await paper.desk.record.articles.waiting(1))
    await paper.read(ann, f"/intake {paper.url}?utm_source=feed")
    assert "on record already as S" in ann.seen and "None of its drafts waits" in ann.seen
    changed = (*PARAGRAPHS[:-1], "Helen Askew said that the berths would open again on Monday.")
    paper.pages["/crane"] = article_page(*changed)
    paper.desk.moments.pass_by(minutes=5)
    await paper.read(ann, f"/intake {paper.url}")
    assert "has changed since the copy of" in ann.seen and "1 draft waits" in ann.seen
    assert len(await paper.desk.record.articles.waiting(1)) == drafts
    # An agency's text in another paper.
    paper.pages["/wire"] = article_page("By our own correspondent.", *PARAGRAPHS, title="Port closed")
    await paper.read(ann, f"/intake {paper.running.url('/wire')}")
    assert "Nearly the same text" in ann.seen


async def test_a_text_and_a_post_are_taken_in_like_a_page(paper):
    ann = await paper.desk.moderator()
    text = "\n\n".join((TITLE, *PARAGRAPHS[:3]))
    await paper.read(ann, f"/intake {text}")
    assert TITLE in ann.seen and "tells no date" in ann.seen
    await paper.read(ann, "/intake", quoted=text, is_reply=True)
    assert "word for word" in ann.seen
    assert_short(await ann.says("/intake too short a text"), "by its address")


async def test_what_cannot_be_read_is_said_and_nothing_of_it_is_kept(paper, subtests):
    ann = await paper.desk.moderator()
    pdf = page(b"%PDF-1.7 nothing", kind="application/pdf")
    paper.pages |= {"/empty": "<html><body></body></html>", "/pdf": pdf}
    hostile = (
        (paper.running.url("/none"), "no page at that address"),
        (paper.running.url("/empty"), "No article was found"),
        (paper.running.url("/pdf"), "damaged"),
        ("http://169.254.169.254/latest", "not on the public internet"),
        ("https://user:word@example.org/", "user name"),
    )
    tables = {"source", "snapshot", "draft", "fact", "audit"}
    before = {name: each for name, each in paper.desk.kept().items() if name in tables}
    for address, told in hostile:
        with subtests.test(told):
            await paper.read(ann, f"/intake {address}")
            assert told in ann.seen and "nothing of it was kept" in ann.seen
    assert {name: each for name, each in paper.desk.kept().items() if name in tables} == before


async def test_a_link_offers_a_moderator_to_take_it_in_and_is_a_readers_suggestion(paper):
    eve, ann = paper.desk.person(EVE), await paper.desk.moderator()
    assert "with the moderators" in said(await eve.says(paper.url))
    assert paper.running.requests == []
    await ann.says("/review")
    await ann.presses("1 article")
    assert "named by a reader" in ann.seen and EVE not in ann.seen
    await ann.presses("A1")
    assert paper.running.requests == []
    command = ann.button("Take it in")
    await paper.read(ann, command)
    assert TITLE in ann.seen and paper.running.requests
    await ann.says(paper.running.url("/other"))
    assert buttons(ann.reply) == ["Take it in"]
    await ann.says(paper.url)
    assert buttons(ann.reply) == ["Take it in", "S19"] or buttons(ann.reply)[1].startswith("S")


async def test_drafts_wait_where_they_were_after_a_restart(paper):
    ann = await paper.desk.moderator()
    await paper.read(ann, f"/intake {paper.url}")
    waiting = len(await paper.desk.record.articles.waiting(1))
    again = Desk(paper.desk.record, paper.desk.moments)
    bob = again.person(ANN)
    await bob.says("/intake")
    assert f"{waiting} drafts wait" in bob.seen
    # One that was cut off says so.
    await paper.desk.record.articles.begin(1, paper.url)
    assert "still being read" in said(await bob.says("/intake A2"))
    paper.desk.moments.pass_by(seconds=LONGEST_READING.total_seconds() + 1)
    assert "interrupted" in said(await bob.says("/intake A2"))
    assert buttons(bob.reply) == ["Try again", "Drop it"]
    assert "interrupted" in said(await bob.says("/intake"))


async def test_a_reading_whose_process_is_gone_shows_as_interrupted_at_once(paper, tmp_path):
    ann = await paper.desk.moderator()
    other = await Record.open(tmp_path / "desk.db", clock=paper.desk.moments)
    await other.articles.begin(1, None, "report.pdf")
    assert "still being read" in said(await ann.says("/intake A1"))
    assert "report.pdf; being read" in said(await ann.says("/intake"))
    await other.close()
    assert "interrupted" in said(await ann.says("/intake A1"))
    assert "report.pdf; interrupted" in said(await ann.says("/intake"))


async def test_dates_in_drafts_are_read_again_once_the_date_of_the_source_is_mended(paper):
    ann = await paper.desk.moderator()
    said_so = "Helen Askew said that the crane had been inspected on Friday."
    late = "Hale said on Monday that the berth had been open since 3 May 2026, and that all was well."
    paper.pages["/crane"] = article_page(*PARAGRAPHS[:2], said_so, late)
    await paper.read(ann, f"/intake {paper.url}")
    articles = paper.desk.record.articles
    source = (await articles.find(1)).source_id

    async def dated() -> list[tuple[str | None, str | None]]:
        found = [each.draft.change["fact"] for each in await articles.drafts(1)]
        told = sorted(found, key=lambda each: each["statement"])
        wanted = [each for each in told if "inspected" in each["statement"] or "3 May" in each["statement"]]
        return [(each.get("occurred"), each["attributions"][0].get("said")) for each in wanted]

    # The page is of 18 November 2026, a Wednesday.
    assert await dated() == [("2026-05-03/..", "2026-11-16"), ("2026-11-13", None)]
    await ann.tells(f"/source S{source}\npublished: 25 November 2026", "[Confirm]")
    assert await dated() == [("2026-05-03/..", "2026-11-23"), ("2026-11-20", None)]
    await ann.says("/intake A1")
    assert "Its date was mended since: the dates in" in ann.seen
    await ann.tells(f"/source S{source}\npublished: 2026", "[Confirm]")
    assert await dated() == [("2026-05-03/..", None), (None, None)]
