"""A walk over all pages: no line without its citation, nothing that may not be seen, no markup of others."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import html

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.requests import Request
from storage.domain.changes import Appoint, OpenStory
from storage.domain.entries import StoryEntry
from storage.sheets.importing import import_sheet
from storage.trail.audit import Actor
from tests.bot.web.site import ORIGIN, OWNER, Site
from tests.storage.conftest import sheet

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&amp;\u202e"
MODERATOR = "telegram:4711"


def hostile(text: str) -> str:
    return f"{text} {HOSTILE}"


async def stock(site: Site, tmp_path) -> None:
    """Put something of everything on record, and canaries wherever nobody may look."""
    said = {
        "speaker": hostile("Dee"),
        "cue": hostile("said that"),
        "quote": hostile("quoted"),
        "source": "paper",
        "locator": hostile("at"),
        "said": "2026-11-20",
    }
    lines: list[dict] = [
        {
            "source": {
                "ref": "paper",
                "title": hostile("Title"),
                "publisher": hostile("Press"),
                "author": hostile("Author"),
                "note": hostile("Noted"),
                "url": "https://paper.example/x?a=%3Cb%3E&c='",
                "published": "2026-11-20",
                "via": "relay",
            }
        },
        {"source": {"ref": "relay", "name": hostile("Relay")}},
        {
            "entity": {
                "name": hostile("Dee"),
                "role": hostile("a witness"),
                "source": "paper",
                "locator": hostile("at"),
                "aliases": [hostile("Deedee")],
            }
        },
        {
            "ref": "a",
            "statement": hostile("It hailed."),
            "brief": "It hailed.",
            "attributions": [said, {**said, "speaker": "Eli", "stance": "denies"}],
            "occurred": "2026-11-19",
            "date_note": hostile("noted"),
            "places": [hostile("Dale")],
            "about": [hostile("Hail")],
            "figures": [{"amount": 7, "counts": hostile("roofs"), "measure": hostile("damage")}],
        },
        {
            "ref": "b",
            "statement": hostile("It stayed dry."),
            "attributions": [said],
            "occasion": hostile("market"),
            "contradicts": [
                {"fact": "a", "about": hostile("Did it hail?"), "part": hostile("roofs"), "source": "paper"}
            ],
        },
        {
            "ref": "c",
            "statement": hostile("They agree."),
            "attributions": [said],
            "supports": [{"fact": "b"}],
        },
    ]
    await import_sheet(site.record, sheet(tmp_path / "hostile.jsonl", *lines), actor="tests", story="flood")
    async with site.record.database.transaction() as tx:
        # No sheet may, but a record may have come from elsewhere.
        await tx.run("UPDATE source SET url = 'javascript:alert(1)' WHERE ref = 'relay'")
    site.clock.go_on(milliseconds=1)
    by = Actor(MODERATOR, MODERATOR)
    await site.record.ledger.make(
        Appoint(address=MODERATOR, story_id=1, handle="canary_handle", name="Canary Name"), by=by
    )
    await site.wire.change(3, statement="The school opens.", reason=hostile("because"))
    await site.wire.publish("held", "Canary held words.", hold=60, about=["Canary held name"])
    fact = await site.wire.publish("wrong", "Canary retracted words.")
    await site.wire.retract(fact.id, "it was wrong")
    await site.record.ledger.make(
        OpenStory(story=StoryEntry(name="canary-story", title="Canary story")), by=by
    )
    dispatcher = Dispatcher(site.record, commands, Settings())
    for text in (
        "/suggest Canary draft words.\nsource: +Canary draft source",
        "/confirm",
        "Where is the canary question?",
    ):
        await dispatcher.answer(Request(text, "telegram:815", "telegram:815"))
    site.clock.go_on(milliseconds=1)


async def test_no_page_shows_a_line_without_its_citation_or_what_nobody_may_see(site, tmp_path):
    await stock(site, tmp_path)
    drafts = await site.record.database.read("SELECT 1 FROM draft")
    assert drafts, "the canary of drafts is not there"
    pages = await site.walk("/s/canary-story", "/f/F8", "/f/F9")
    assert len([page for page in pages.values() if page.status == 200]) > 20
    lines = 0
    for path, got in pages.items():
        assert "canary" not in got.text.casefold(), path
        assert "4711" not in got.text and "815" not in got.text and "telegram:" not in got.text, path
        if got.status != 200 or "style.css" in path:
            continue
        own = r"<script(?! type=\"application/ld\+json\")|<img(?! src=\"/s/[a-z]+/(?:timeline|who)\.svg\")"
        assert not re.search(rf"(?i){own}|\u202e", got.text), path
        page = html.document_fromstring(got.text)
        for line in page.cssselect("p.line"):
            lines += 1
            marks = line.cssselect(".cited a")
            assert marks, (path, line.text_content())
            for mark in marks:
                source = page.get_element_by_id(mark.get("href")[1:])
                assert source.text_content().strip(), path
        # What is said of the story stands in lines alone; titles and cards tell whose word it is.
        for words in ("It hailed", "It stayed dry", "They agree", "The school opens", "It rained"):
            for block in page.cssselect("main p, main h1, main h2, main h3, main li"):
                assert words not in block.text_content() or block.get("class", "").startswith("line"), (
                    path,
                    words,
                )
    assert lines > 40


async def test_no_attribute_runs_anything_and_no_link_leads_astray(site, tmp_path):
    await stock(site, tmp_path)
    for path, got in (await site.walk()).items():
        if got.status != 200 or "style.css" in path:
            continue
        for element in html.document_fromstring(got.text).iter():
            if not isinstance(element.tag, str):
                continue
            assert not [name for name in element.attrib if name.startswith("on") or name == "style"], path
            for name in ("href", "src"):
                target = element.get(name)
                if target is not None and not target.startswith(("/", "#")):
                    parts = urlsplit(target)
                    assert parts.scheme == "https" and parts.hostname in (
                        "paper.example",
                        "record.example",
                    ), target


async def test_a_pasted_link_shows_whose_word_it_is(site):
    got = await site.get("/f/F1")
    page = html.document_fromstring(got.text)
    card = {each.get("property"): each.get("content") for each in page.cssselect("meta[property]")}
    assert (
        card["og:description"] == "Ann Ray said that it rained for three days [Valley News, 20 Nov 2026, ¶2]"
    )
    assert card["og:url"] == f"{ORIGIN}/f/F1" and card["og:title"] == "F1 · The flood"
    for path in ("/", "/s/flood", "/s/flood/timeline", "/n/E1", "/src/S1", "/corrections"):
        page = html.document_fromstring((await site.get(path)).text)
        told = page.cssselect("meta[property='og:description']")[0].get("content")
        assert told and ("rained" not in told or "Ann Ray" in told), path


async def test_a_long_line_keeps_its_source_on_the_card(site, tmp_path):
    fact = await site.wire.publish(
        "long", "It went on " * 300, attributions=[{"source": {"title": "Log " * 90}}]
    )
    page = html.document_fromstring((await site.get(f"/f/F{fact.id}")).text)
    told = page.cssselect("meta[property='og:description']")[0].get("content")
    assert len(told) <= 600 and "It went on" in told and "[“Log Log" in told


async def test_a_story_reads_in_its_own_direction(site):
    async with site.record.database.transaction() as tx:
        await tx.run("UPDATE story SET language = 'ar' WHERE id = 1")
    await site.wire.change(3, statement="المدرسة مغلقة.")
    page = html.document_fromstring((await site.get("/f/F3")).text)
    assert (page.get("lang"), page.get("dir")) == ("ar", "rtl")
    index = html.document_fromstring((await site.get("/")).text)
    assert (index.get("lang"), index.get("dir")) == ("en", "ltr")


async def test_who_made_a_change_is_not_told(site):
    await site.wire.change(3, statement="The school opens.")
    history = await site.get("/f/F3/history")
    assert "corrected on 24 November 2026 by a moderator" in history.words and OWNER not in history.text
