"""No reply is a wall, whatever the record holds: each is a page, and its pages show everything once."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from bot.answers.bounds import SCREEN
from bot.commands import commands
from bot.frontends.discord.render import render as to_discord
from bot.frontends.telegram.render import render as to_telegram
from bot.replies import Heading, Line, Reply
from storage.domain.changes import Publish, Revise
from storage.domain.models import RevisionKind
from storage.record import Record
from storage.sheets.importing import import_sheet
from storage.trail.audit import Actor
from tests.bot.desk import ANN, BOB, EVE, OWNER, Desk, Moments, said
from tests.conftest import AT_LENGTH

CHANGES = 5
# As many as there may be; `make test` has fewer, for all pages are turned.
VOICES, FIGURES, OTHERS, LINKS, NAMES = (100, 40, 24, 101, 110) if AT_LENGTH else (30, 12, 8, 20, 70)
ABOUT = min(20, OTHERS)
# Letters of the statement that is changed: telling what a change did takes the square of them.
LETTERS = 4000 if AT_LENGTH else 1000
# Each is asked again after a change.
QUESTIONS = 40 if AT_LENGTH else 5
pytestmark = pytest.mark.at_length


def long(name: str, length: int = 500) -> str:
    """Return a text of many words that begins with its name."""
    return (f"{name} " + "and so on it goes " * 400)[:length].strip()


def wall() -> list[dict]:
    """Return a sheet that holds as much of everything as a sheet may."""
    lines: list[dict] = [
        {"story": {"name": "wall", "title": long("Wall"), "about": [f"o{n}" for n in range(ABOUT)]}}
    ]
    for n in range(LINKS):
        via = {"via": f"s{n + 1}"} if n + 1 < LINKS else {}
        texts = {key: long(f"{key}{n}") for key in ("publisher", "author", "name")}
        texts |= {"title": long(f"title{n}", 2000 if n < 3 else 500), "note": long("note", 4000)}
        lines.append({"source": {"ref": f"s{n}", **texts, **via}})
    lines += [{"source": {"ref": f"r{n}", "title": long(f"Relayed{n}"), "via": "s5"}} for n in range(30)]
    names = [long(f"Name{n}x") for n in range(NAMES)]
    lines.append({"entity": {"name": "Voice", "aliases": names[:40], "role": long("role"), "source": "s0"}})
    attributions = [
        {
            "speaker": "Voice" if n == 0 else names[n], "cue": long(f"cue{n}x"), "quote": long(f"quote{n}x"),
            "locator": long(f"at{n}x"), "source": f"s{n % LINKS}", "said": "2023-05-04",
            "stance": "denies" if n == 50 else "asserts",
        }
        for n in range(VOICES)
    ]  # fmt: skip
    figures = [
        {"amount": n, "counts": long(f"figure{n}x", 4000 if n < 3 else 500), "measure": long("measure")}
        for n in range(FIGURES)
    ]
    whole = {
        "ref": "f", "statement": long("Statement", LETTERS), "occurred": "2023-05-04",
        "occasion": long("occasion"), "date_note": long("datenote"), "places": names[:60],
        "about": names[60:], "attributions": attributions, "figures": figures,
    }  # fmt: skip
    said_by = [{"speaker": "Voice", "source": "s0", "cue": long("cue"), "quote": long("quote")}]
    others = [
        {
            "ref": f"o{n}", "statement": long(f"other{n}x", 4000), "attributions": said_by,
            "occurred": "2023-05-04", "contradicts": [{"fact": "f", "about": long(f"question{n}x")}],
            "supports": [{"fact": f"o{n - 1}"}] if n else [],
        }
        for n in range(OTHERS)
    ]  # fmt: skip
    return [*lines, whole, *others]


async def build(path: Path) -> None:
    """Make the record: the sheet, a long history, and many of all that people bring."""
    sheet = path.with_suffix(".jsonl")
    sheet.write_text("\n".join(map(json.dumps, wall())))
    moments = Moments()
    record = await Record.open(path, clock=moments)
    try:
        await import_sheet(record, sheet, actor="tester")
        await fill(record, moments)
    finally:
        await record.close()


async def fill(record: Record, moments: Moments) -> None:
    """Bring along what a sheet does not hold."""
    for n in range(40):
        async with record.database.transaction() as tx:
            row: tuple = (f"story{n}", long(f"Title{n}x"), record.ledger.now())
            await tx.run("INSERT INTO story (name, title, opened_at) VALUES (?, ?, ?)", row)
            row = (BOB, n + 1, "bob", long("Bob"), record.ledger.now())
            await tx.run(
                "INSERT INTO member (address, story_id, handle, name, appointed_at) VALUES (?, ?, ?, ?, ?)",
                row,
            )
            if n < QUESTIONS:
                row = (1, f"k{n}", long(f"question{n}x", 3900), record.ledger.now(), record.ledger.now())
                await tx.run(
                    "INSERT INTO question (story_id, key, text, first_at, last_at) VALUES (?, ?, ?, ?, ?)",
                    row,
                )
    for n in range(99):
        await record.listeners.subscribe(
            EVE,
            0,
            n % 40 + 1,
            words=f"words{n}x " + "w" * 80,
            person=EVE,
            language="en",
            at=record.ledger.now(),
        )
    await record.listeners.subscribe(EVE, 0, 1, person=EVE, language="en", at=record.ledger.now())
    desk = Desk(record, moments)
    await desk.appoint(ANN, "wall")
    for n in range(CHANGES):
        moments.pass_by(seconds=1)
        entry = await record.facts.entry(1)
        changed = entry.model_copy(
            update={"statement": long(f"Statement{n}x", LETTERS), "attributions": entry.attributions[::-1]}
        )
        change = Revise(
            story_id=1,
            fact_id=1,
            expected=n + 1,
            kind=RevisionKind.CORRECTED,
            fact=changed,
            reason=long("why", 4000),
        )
        await record.ledger.make(change, by=Actor(ANN))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("wall") / "wall.db"
    await build(path)
    return path


@pytest_asyncio.fixture
async def wide(built: Path, tmp_path: Path):
    path = tmp_path / "wall.db"
    path.write_bytes(built.read_bytes())
    moments = Moments()
    moments.pass_by(hours=1)
    desk = Desk(await Record.open(path, clock=moments), moments)
    yield desk
    await desk.record.close()


def assert_bounded(reply: Reply | None, asked: str) -> Reply:
    assert reply is not None, asked
    assert len(to_telegram(reply)) == 1, asked
    assert len(to_discord(reply)) == 1, asked
    return reply


async def all_pages(desk: Desk, user: str, asked: str) -> list[Reply]:
    """Return a reply and all its further pages, each bounded: the button for the next page is pressed."""
    person = desk.person(user)
    pages = [assert_bounded(await person.says(asked), asked)]
    while following := [action.command for action in pages[-1].actions if action.turn == "next"]:
        (text,) = following
        pages.append(assert_bounded(await person.says(text), text))
        assert len(pages) < 2_000, asked
    return pages


def rows(pages: list[Reply]) -> Counter[str]:
    """Return how often each row is shown, by its text; headings stand above several pages.

    The parts of a long row stand one after another, each but the first begun with “…”: they are one row.
    """
    whole: list[str] = []
    for block in (block for page in pages for block in page.blocks if isinstance(block, Line)):
        if block.text.startswith("… "):
            whole[-1] += block.text
        else:
            whole.append(block.text)
    return Counter(whole)


ASKED = [
    "/start", "/help", "/help when", "/about", "/story", "/stories", "/who", "/who Voice", "/where",
    "/when", "/when 2023", "/when 4 May", "/when other", "/latest 20", "/asof 2026-11-22", "/what",
    "/what other", "/ask Who is Voice?", "/ask What did Voice say about other?",
    "what is known of other statement?", "/fact F1", "/fact F2", "/history F1", "/corrections",
    "/disputed", "/figures",
    "/sources", "/sources S1", "/settings", "/subscriptions", "/unsubscribe", "/mute", "/catchup",
    "/why F1", "/privacy", "/forgetme", "/link", "/tellme Q1", "/review", "/unanswered", "/audit",
    "/audit F1", "/moderators", "/undo", "/add", "/desk", "/suggest", "/correct F1", "/attribute F1",
    "/relate F1 supports F2", "/supersede F1 F2", "/retract F1 " + long("why", 3000), "/restore F1",
    "/source S1", "/entity Voice", "/newstory", "/editstory", "/resume",
    "/check x", "/defaultstory", "/public", "/webhook", "/privatestory",
    "/approve D1", "/same D1 F1", "/reject D1 no", "/edit D1",
    "/appoint", "/dismiss", "/answer x", "/takedown F1", "/choose 1", "/skip", "/back", "/cancel",
    "/subscribe", "/subscribe Voice", "/confirm", "/correct F1\nplaces: none",
    "/correct F1\nwhere: none\nabout: none\nfigure: none\nmaterial: yes\nreason: x",
    "/intake", "/watch", "/watch W1",
    "/attribute F2\nsource: S1\nwho: Voice\ncue: said that", "/entity Voice\nmerge: =" + "x" * 40,
]  # fmt: skip


def test_every_command_is_asked():
    assert {text.split()[0][1:] for text in ASKED if text.startswith("/")} >= {
        command.name for command in commands
    }


async def test_no_reply_is_a_wall(wide, subtests):
    await wide.person(EVE).tells(
        "/suggest " + long("Suggested", 3000) + "\nsource: S1\nwho: Voice", "/confirm"
    )
    for user in (OWNER, ANN, EVE):
        for text in ASKED:
            with subtests.test(user=user, text=text[:60]):
                reply = assert_bounded(await wide.person(user).says(text), text)
                assert "went wrong" not in said(reply), text


async def test_every_page_can_be_turned_to_the_last(wide, subtests):
    for text in ("/who Voice", "/when 4 May", "/figures", "/fact F2", "/moderators"):
        with subtests.test(text):
            pages = await all_pages(wide, OWNER, text)
            assert len(pages) > 1


async def test_a_page_ends_only_where_no_more_has_room(wide, subtests):
    for asked in ("/who Voice", "/fact F1", "/when 4 May", "/sources S1", "/disputed"):
        with subtests.test(asked):
            for page, behind in pairwise(await all_pages(wide, OWNER, asked)):
                shown = sum(len(block.text) for block in page.blocks)
                further = next(block for block in behind.blocks if not isinstance(block, Heading))
                room = sum(len(source.entry) + len(source.url or "") + 60 for source in page.sources)
                assert shown > SCREEN // 2 - 60 or shown + len(further.text) > SCREEN - 60 or room > 1_000


async def test_pages_show_each_voice_figure_name_and_relation_of_a_fact_once(wide):
    pages = await all_pages(wide, EVE, "/fact F1")
    shown = Counter(re.findall(r"\b(?:figure|quote|other|Name)\d+x", "\n".join(map(said, pages))))
    assert {f"figure{n}x" for n in range(FIGURES)} == {name for name in shown if name.startswith("figure")}
    assert all(shown[f"figure{n}x"] == 1 for n in range(FIGURES))
    assert all(shown[f"other{n}x"] == 1 for n in range(OTHERS))
    # A quote stands in its sentence and in a line of its own.
    assert all(shown[f"quote{n}x"] == 2 for n in range(VOICES))
    assert all(count == 1 for row, count in rows(pages).items())
    assert any("Latest revisions (3 of 6)" in said(page) for page in pages)
    assert [page.page.number for page in pages if page.page] == list(range(1, len(pages) + 1))


@pytest.mark.slow
async def test_pages_of_lists_show_each_row_once(wide, subtests):
    # The second part of a long row begins with the same mark and with "…".
    for asked, mark, count in [
        ("/what", r"^(?:Voice|Name\d+x) .*?(other\d+x)", OTHERS),
        ("/sources", r"^(S\d+) +(?![ …])", LINKS + 30),
        ("/stories", r"^(story\d+) +(?![ …])", 40),
        ("/unanswered", r"^(Q\d+) +(?![ …])", QUESTIONS),
        ("/about", r"^(?:Voice|Name\d+x) .*?(other\d+x)", ABOUT),
        ("/subscriptions", r"^(\d+) +(?![ …])", 100),
        ("/history F1", r"^(Revision \d+) +(?![ …])", 6),
        ("/audit F1", r"^(#\d+) +(?![ …])", 6),
        ("/asof 2026-11-22", r"^(?:Voice|Name\d+x) .*?(other\d+x)", OTHERS),
    ]:
        with subtests.test(asked):
            user = EVE if asked == "/subscriptions" else OWNER
            text = "\n".join(said(page) for page in await all_pages(wide, user, asked))
            found = Counter(re.findall(mark, text, re.MULTILINE))
            assert len(found) == count and set(found.values()) == {1}, found.most_common(3)


async def test_what_is_told_unasked_is_bounded(wide):
    due = await wide.due(EVE)
    assert due
    for reply in due:
        assert_bounded(reply, "a notice")
    pages = [assert_bounded(await wide.person(EVE).says("/catchup"), "/catchup")]
    while any(action.command == "/catchup" for action in pages[-1].actions):
        pages.append(assert_bounded(await wide.person(EVE).says("/catchup"), "/catchup"))
    # It begins no sentence there.
    assert "statement4x" in re.findall(r"\bstatement\d+x", "\n".join(map(said, pages)))


async def test_a_forged_page_is_answered(wide, subtests):
    for cursor in (
        "+",
        "+1",
        "+1.x",
        "+999999.00000000",
        "40+1.00000000",
        "x+1.00000000",
        "+0.00000000",
        "+-1.0",
        "++",
    ):
        with subtests.test(cursor):
            reply = assert_bounded(await wide.person(EVE).says(f"/fact F1 >{cursor}"), cursor)
            assert "went wrong" not in said(reply)


async def test_letters_that_take_much_room_are_bounded_too(wide):
    """Marks that a platform needs escaped, and emoji, take several times the room of a letter."""
    for text in ("&" * 3900, "*" * 3900, "🌊" * 3900):
        entry = await wide.record.facts.entry(2)
        made = entry.model_copy(
            update={"ref": text[:9], "statement": text, "contradicts": (), "supports": ()}
        )
        fact = (await wide.record.ledger.make(Publish(story_id=1, fact=made), by=Actor(ANN))).fact
        assert fact is not None
        for page in [
            await wide.person(EVE).says(f"/fact F{fact.id}"),
            await wide.person(EVE).says("/latest 20"),
        ]:
            assert_bounded(page, text[:9])
