"""What pages show: the same lines as the chat, page by page, within their size."""

from __future__ import annotations

import json

import pytest

from bot.commands import commands
from bot.commands.dispatch import Dispatcher
from bot.config import Settings
from bot.frontends.discord.render import render as discord
from bot.frontends.telegram.render import render as telegram
from bot.frontends.terminal.render import plain
from bot.requests import Request
from storage.sheets.importing import import_sheet
from tests.bot.web.site import ORIGIN, Site
from tests.storage.conftest import sheet

LARGEST = 100_000


async def test_a_story_shows_the_beginning_of_each_of_its_parts(site):
    await site.wire.change(3, statement="The school opens.", reason="the town said so")
    page = (await site.get("/s/flood")).main
    titles = [each.text_content() for each in page.cssselect("h2")]
    assert titles == [
        "In brief",
        "Who is on record",
        "Timeline",
        "Disputed",
        "Figures on record",
        "Sources on record",
        "Corrected on the record",
        "All statements",
        "Sources",
    ]
    words = " ".join(page.text_content().split())
    assert "Ann Ray said that it rained for three days [1 ¶2] F1" in words
    assert "Nothing on record in this story is disputed." in words
    assert "Was: Bo Sky: The school stays shut. [2] F3 Now: Bo Sky: The school opens. [2]" in words
    parts = [each.get("href") for each in page.cssselect("nav.parts a")]
    for path in parts:
        assert (await site.get(path)).status == 200, path


async def test_a_statement_shows_its_voices_relations_and_revisions(site):
    await site.wire.change(
        2,
        "attributed",
        attributions=[
            {"speaker": "Bo Sky", "cue": "said that", "source": "town"},
            {
                "speaker": "Ann Ray",
                "stance": "denies",
                "source": "gauge",
                "quote": "It cracks",
                "locator": "¶4",
            },
        ],
    )
    await site.wire.publish(
        "crack", "The dam cracks.", contradicts=[{"fact": "dam", "about": "The dam?", "source": "gauge"}]
    )
    words = await site.read("/f/F2")
    for told in (
        "Bo Sky said that the dam holds",
        "Ann Ray denies that",
        "Quote: “It cracks”",
        "¶4",
        "When: not given",
        "Contradicted by",
        "Ann Ray said that the dam cracks",
        "the source itself makes this link",
        "Revision 2 given a further attribution on 24 November 2026 by a moderator",
    ):
        assert told in words, (told, words)
    history = await site.read("/f/F2/history")
    assert "Revision 1 published" in history and "Revision 2" in history


async def test_a_name_shows_what_it_says_and_what_is_said_about_it(site):
    await site.wire.publish(
        "ann", "Ann Ray is right.", about=["Ann Ray"], attributions=[{"speaker": "Bo Sky", "source": "town"}]
    )
    words = await site.read("/n/E1")
    assert (
        words.index("said that it rained")
        < words.index("Said about Ann Ray")
        < words.index("Ann Ray is right")
    )


async def test_a_source_shows_what_cites_it(site):
    words = await site.read("/src/S1")
    assert "“The Gauge”, Valley News, 20 November 2026" in words and "Cited for" in words
    assert "Ann Ray said that it rained" in words


async def test_corrections_of_all_public_stories_stand_together_newest_first(site, tmp_path):
    other: list[dict] = [
        {"story": {"name": "fire", "title": "The fire"}},
        {
            "ref": "x",
            "statement": "It burns.",
            "attributions": [{"speaker": "Cy", "source": {"title": "Log"}}],
        },
    ]
    await import_sheet(site.record, sheet(tmp_path / "fire.jsonl", *other), actor="tests")
    assert "Nothing on record has been corrected" in await site.read("/corrections")
    await site.wire.change(1, statement="It rained for four days.")
    assert "It burns" not in await site.read("/corrections")
    words = await site.read("/corrections")
    assert "The flood F1 corrected on 24 November 2026 by a moderator" in words
    for number in range(25):
        await site.wire.change(2, statement=f"The dam holds, day {number}.")
    first = await site.get("/corrections")
    assert "day 24" in first.words and "it rained" not in first.words
    second = await site.get(first.next)
    assert "it rained for three days" in second.words and second.next is None
    listed = await site.get("/s/flood/corrections")
    assert "day 24" in listed.words and (await site.get(listed.next)).status == 200


def many(count: int, letters: int = 120) -> list[dict]:
    lines: list[dict] = [{"story": {"name": "large", "title": "The large story"}}]
    lines += [
        {
            "ref": f"f{n}",
            "statement": f"Statement {n} tells of 7 boats " + "and so on " * (letters // 10),
            **({"occurred": f"20{n % 20:02d}-03-04"} if n % 3 else {"occasion": f"day {n}"}),
            "attributions": [
                {
                    "speaker": f"Speaker {n % 300}",
                    "cue": "said that",
                    "source": {
                        "title": f"Report {n % 200}",
                        "publisher": f"Desk {n % 50}",
                        "url": f"https://example.org/{n % 200}",
                    },
                }
            ],
            **({"contradicts": [{"fact": f"f{n - 1}", "about": f"Question {n}?"}]} if n % 10 == 1 else {}),
        }
        for n in range(count)
    ]
    return lines


async def large(site: Site, tmp_path, *size: int) -> None:
    await import_sheet(site.record, sheet(tmp_path / "large.jsonl", *many(*size)), actor="tests")
    await site.publish_story(story=2)


async def pages_of(site: Site, path: str) -> list[str]:
    """Return the words of all pages of a list, each within its size."""
    words = []
    following: str | None = path
    while following is not None:
        got = await site.get(following)
        assert got.status == 200 and len(got.text.encode()) < LARGEST, (following, len(got.text.encode()))
        words.append(got.words)
        following = got.next
    return words


async def test_a_large_story_is_read_page_by_page_and_nothing_is_left_out_or_shown_twice(site, tmp_path):
    await large(site, tmp_path, 300)
    assert len((await site.get("/s/large")).text.encode()) < LARGEST
    for part in ("statements", "timeline", "figures"):
        words = await pages_of(site, f"/s/large/{part}")
        assert len(words) > 4
        for n in range(300):
            shown = sum(f"Statement {n} tells" in each or f"statement {n} tells" in each for each in words)
            assert shown == 1, (part, n)
    who = await pages_of(site, "/s/large/who")
    assert sum(each.count("named in") for each in who) == 300
    sources = await pages_of(site, "/s/large/sources")
    assert sum(each.count("cited for") for each in sources) == 200
    disputed = " ".join(await pages_of(site, "/s/large/disputed"))
    assert all(f"Question {n}?" in disputed for n in range(1, 300, 10))
    held = await pages_of(site, (await site.get("/s/large/who")).main.cssselect(".item a")[0].get("href"))
    assert (held and "Statement" in "".join(held)) or "statement" in "".join(held)


@pytest.mark.slow
async def test_pages_of_a_thousand_long_statements_stay_small(site, tmp_path):
    await large(site, tmp_path, 1_000, 3_000)
    for part in ("", "/statements", "/timeline", "/disputed", "/figures", "/sources", "/who"):
        assert await pages_of(site, f"/s/large{part}")


async def test_a_page_with_letters_that_take_room_stays_small(site, tmp_path):
    said = [{"speaker": "Cy", "source": {"title": "Log"}}]
    lines = [
        {"ref": f"f{n}", "statement": f"{n} " + '\u4e2d"&<' * 900, "attributions": said, "occurred": "2024"}
        for n in range(60)
    ]
    await import_sheet(site.record, sheet(tmp_path / "wide.jsonl", *lines), actor="tests", story="flood")
    await site.publish_story(public=False)
    await site.publish_story()
    for part in ("", "/statements", "/timeline"):
        assert await pages_of(site, f"/s/flood{part}")


async def test_a_statement_with_very_many_voices_is_paged(site, tmp_path):
    said = [
        {"speaker": f"Voice {n}", "cue": "said that", "source": {"title": "Log"}, "quote": f"quote {n}"}
        for n in range(99)
    ]
    line = {"ref": "x", "statement": "It is so.", "attributions": said}
    await import_sheet(site.record, sheet(tmp_path / "voices.jsonl", line), actor="tests", story="flood")
    words = await pages_of(site, "/f/F4")
    assert len(words) > 2
    for n in range(99):
        # The first is told again with the revisions.
        assert sum(f"Voice {n} said" in each for each in words) == (1 if n else 2), n
        assert sum(f"Quote: “quote {n}”" in each for each in words) == 1, n


async def test_a_long_history_is_paged(site):
    for number in range(30):
        await site.wire.change(1, statement=f"It rained for {number} days.")
    words = await pages_of(site, "/f/F1/history")
    assert len(words) == 2
    assert "Revision 1 published" in words[0] and "Revision 31" in words[1]
    page = await site.get("/f/F1")
    assert "Revision 31" in page.words and "Revision 1 " not in page.words
    assert any(each.get("href") == "/f/F1/history" for each in page.main.cssselect(".more a"))


async def test_ids_lead_to_their_pages_but_words_that_look_like_ids_do_not(site):
    await site.wire.publish(
        "jet", "An F3 and an F16 flew.", contradicts=[{"fact": "rain", "about": "F2 or F16?"}]
    )
    page = (await site.get("/f/F1")).main
    targets = {each.get("href") for each in page.cssselect(".mark a")}
    assert targets == {"/f/F4"}
    assert not [each for each in page.cssselect("a") if each.get("href") in ("/f/F3", "/f/F16", "/f/F2")]


# Chats lead to pages


def chat(site: Site, **web: str) -> Dispatcher:
    settings = {
        "owners": ["telegram:1"],
        "web": web,
        "limits": {"messages_per_minute": 100_000, "burst": 100_000},
    }
    return Dispatcher(site.record, commands, Settings.model_validate(settings))


async def said(dispatcher: Dispatcher, text: str):
    return await dispatcher.answer(Request(text, "telegram:1", "telegram:1"))


async def test_replies_lead_to_pages_of_public_stories_where_there_are_any(site):
    with_pages, without = chat(site, url=ORIGIN), chat(site)
    reply = await said(with_pages, "/who ann ray")
    assert f'<a href="{ORIGIN}/f/F1">F1</a>' in telegram(reply)[0].html
    assert f"[F1](<{ORIGIN}/f/F1>)" in discord(reply)[0].embeds[0].description
    assert await said(with_pages, "/who ann ray") is reply
    assert "record.example" not in plain(reply)
    assert "record.example" not in telegram(await said(without, "/who ann ray"))[0].html
    await site.publish_story(public=False)
    assert "record.example" not in telegram(await said(with_pages, "/who ann ray"))[0].html


async def test_what_is_held_has_no_page_to_lead_to(site):
    fact = await site.wire.publish("snow", "It will snow.", hold=10)
    dispatcher = chat(site, url=ORIGIN)
    assert (await said(dispatcher, f"/fact F{fact.id}")).pages is None
    site.clock.go_on(minutes=11)
    assert (await said(dispatcher, f"/fact F{fact.id}")).pages == ORIGIN


async def test_the_story_in_brief_says_where_it_can_be_read(site):
    assert f"On the web  {ORIGIN}/s/flood" in plain(await said(chat(site, url=ORIGIN), "/about"))
    assert "On the web" not in plain(await said(chat(site), "/about"))


async def test_owners_make_a_story_public_and_withdraw_it(site):
    dispatcher = chat(site, url=ORIGIN)
    assert "withdrawn" in plain(await said(dispatcher, "/public off"))
    assert "withdrawn" in plain(await said(dispatcher, "/public"))
    assert (await site.get("/s/flood")).status == 410
    shown = await said(dispatcher, "/public on")
    assert f"{ORIGIN}/s/flood" in plain(shown) and [each.command for each in shown.actions] == ["/public off"]
    assert (await site.get("/s/flood")).status == 200
    assert "set so already" in plain(await said(dispatcher, "/public on"))
    assert "Say on or off: /public on" in plain(await said(dispatcher, "/public perhaps"))
    assert "web.url" in plain(await said(chat(site), "/public"))
    rows = await site.record.database.read(
        "SELECT before, after FROM audit WHERE action = 'story set' ORDER BY id DESC"
    )
    assert (json.loads(rows[0][0]), json.loads(rows[0][1])) == ({"public": False}, {"public": True})


async def test_a_story_that_never_was_public_says_so(site, tmp_path):
    line = {
        "ref": "x",
        "statement": "It burns.",
        "attributions": [{"speaker": "Cy", "source": {"title": "Log"}}],
    }
    await import_sheet(site.record, sheet(tmp_path / "fire.jsonl", line), actor="tests", story="fire")
    dispatcher = chat(site, url=ORIGIN)
    await said(dispatcher, "/story fire")
    assert "is not public: it is on no page" in plain(await said(dispatcher, "/public"))
