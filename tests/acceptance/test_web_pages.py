"""The public pages in a real browser: read, turned, printed, on a phone and a desk, without scripts."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import BaseTestServer, TestServer
from pypdf import PdfReader

from bot.config import Settings
from bot.web.app import make_app
from storage.domain.changes import SetStory, TakeDown
from storage.domain.models import Ground
from storage.record import Record
from storage.sheets.importing import import_sheet
from storage.trail.audit import Actor
from tests.acceptance.browser.chromium import MISSING, Tab, open_tab, program
from tests.storage.conftest import sheet
from tests.storage.making import revise

pytestmark = pytest.mark.skipif(program() is None, reason=MISSING)
OWNER = Actor("telegram:1")
PHONE, DESK = 360, 1_280
# Where the screenshots go, for people to look at them.
PICTURES = os.environ.get("SCREENSHOTS")


class Reader:
    """Somebody at a browser, and the record that they read."""

    def __init__(self, tab: Tab, server: BaseTestServer, record: Record) -> None:
        self.tab, self.server, self.record = tab, server, record

    async def open(self, path: str) -> str:
        """Show a page; return the text that is seen."""
        await self.tab.open(str(self.server.make_url(path)))
        return await self.seen()

    async def seen(self) -> str:
        return str(await self.tab.evaluate("document.body.innerText"))

    async def picture(self, name: str) -> None:
        if PICTURES:
            Path(PICTURES).mkdir(exist_ok=True)
            (Path(PICTURES) / f"{name}.png").write_bytes(await self.tab.picture())


@pytest_asyncio.fixture
async def reader(record: Record, tmp_path: Path) -> AsyncIterator[Reader]:
    """The first story and one of the tests, both public, with something corrected and something gone."""
    await revise(record, 7, statement="there are no alien children in Belarus", brief=None, reason="checked")
    await record.ledger.make(TakeDown(story_id=1, subject="F12", ground=Ground.PRIVACY), by=OWNER)
    for story in (1, 2):
        await record.ledger.make(SetStory(story_id=story, public=True), by=OWNER)
    settings = Settings.model_validate({"web": {"listen": "127.0.0.1:1", "requests_per_minute": 1_000_000}})
    async with TestServer(make_app(record, settings)) as server, open_tab(tmp_path) as tab:
        yield Reader(tab, server, record)


async def test_the_story_reads_on_a_phone_and_nothing_is_wrong_with_it(reader: Reader) -> None:
    await reader.tab.look(width=PHONE, height=740, script=False)
    seen = await reader.open("/s/belarus")
    assert "Lukashenko" in seen and "Sources" in seen
    assert await reader.tab.overflow() == 0
    await reader.picture("story-phone")
    await reader.tab.look(width=PHONE, height=740)
    assert await reader.tab.violations() == []
    assert [each for each in reader.tab.complaints if "favicon" not in each and "404" not in each] == []


@pytest.mark.slow
async def test_the_pictures_of_a_story_open_and_fit(reader: Reader) -> None:
    opened = "document.querySelectorAll('details.picture').forEach((each) => { each.open = true })"
    loaded = (
        "Promise.all([...document.querySelectorAll('details.picture img')].map(async (each) =>"
        " (each.scrollIntoView(), await each.decode(), each.currentSrc + ' ' + each.naturalWidth)))"
    )
    for width, dark in ((PHONE, False), (PHONE, True), (DESK, False)):
        await reader.tab.look(width=width, dark=dark)
        await reader.open("/s/belarus")
        await reader.tab.evaluate(opened)
        shown = await reader.tab.evaluate(loaded)
        ending = f"{'-dark' if dark else ''}.svg 360"
        assert [each.rpartition("/")[2] for each in shown] == [f"who{ending}", f"timeline{ending}"]
        assert await reader.tab.overflow() == 0
        assert await reader.tab.violations() == []
        await reader.picture(f"story-pictures-{width}{'-dark' if dark else ''}")


@pytest.mark.slow
async def test_every_kind_of_page_is_fit_for_everybody(reader: Reader, subtests: pytest.Subtests) -> None:
    paths = [
        "/",
        "/s/belarus",
        "/s/belarus/who",
        "/s/belarus/timeline",
        "/s/belarus/disputed",
        "/s/belarus/figures",
        "/s/belarus/sources",
        "/s/belarus/corrections",
        "/s/belarus/statements",
        "/f/F5",
        "/f/F7",
        "/f/F7/history",
        "/f/F12",
        "/f/F9999",
        "/n/E1",
        "/src/S1",
        "/corrections",
    ]
    for path in paths:
        for width, dark in ((PHONE, False), (PHONE, True), (DESK, False), (DESK, True)):
            with subtests.test(path=path, width=width, dark=dark):
                await reader.tab.look(width=width, dark=dark)
                assert await reader.open(path)
                assert await reader.tab.overflow() == 0
                assert await reader.tab.violations() == []
                name = path.strip("/").replace("/", "-") or "index"
                await reader.picture(f"{name}-{width}{'-dark' if dark else ''}")


@pytest.mark.slow
async def test_links_lead_from_the_index_to_a_statement_and_its_source_without_scripts(
    reader: Reader,
) -> None:
    await reader.tab.look(width=PHONE, height=740, script=False)
    await reader.open("/")
    await reader.tab.click("a[href='/s/belarus']")
    assert "In brief" in await reader.seen()
    await reader.tab.click("a[href='/s/belarus/disputed']")
    assert "Disputed" in await reader.seen()
    await reader.tab.click("a[href='/f/F5']")
    assert "F5" in await reader.seen() and "Contradicted by" in await reader.seen()
    await reader.tab.click("section.sources a[href='/src/S1']")
    assert "Cited for" in await reader.seen()


@pytest.mark.slow
async def test_a_long_list_is_turned_page_by_page(reader: Reader, tmp_path: Path) -> None:
    said = [{"speaker": "Cy", "cue": "said that", "source": {"title": "Log"}}]
    lines = [{"ref": f"f{n}", "statement": f"house {n} stands", "attributions": said} for n in range(120)]
    await import_sheet(reader.record, sheet(tmp_path / "long.jsonl", *lines), actor="tests", story="long")
    story = await reader.record.stories.find("long")
    await reader.record.ledger.make(SetStory(story_id=story.id, public=True), by=OWNER)
    seen = await reader.open("/s/long/statements")
    while await reader.tab.evaluate("document.querySelector('a[rel=next]') !== null"):
        await reader.tab.click("a[rel=next]")
        seen += await reader.seen()
    assert all(f"house {n} stands" in seen for n in range(120))
    assert await reader.tab.evaluate("document.querySelector('.more a').textContent") == "From the beginning"


@pytest.mark.slow
async def test_a_page_prints_with_its_sources(reader: Reader) -> None:
    seen = await reader.open("/s/belarus/statements")
    printed = PdfReader(io.BytesIO(await reader.tab.pdf()))
    text = " ".join(page.extract_text() for page in printed.pages)
    assert len(printed.pages) > 1 and "Sources" in text
    words = [word for word in seen.split() if word.isalpha() and len(word) > 8]
    assert sum(word in text for word in words) > 0.9 * len(words)
    assert "Parts of this story" not in text and "Next" not in text


@pytest.mark.slow
async def test_a_story_that_is_written_from_the_right_reads_from_the_right(
    reader: Reader, tmp_path: Path
) -> None:
    said = [{"speaker": "وزارة الصحة", "cue": "قالت إن", "source": {"title": "بيان"}}]
    lines: list[dict] = [
        {"story": {"name": "arabic", "title": "قصة"}},
        {"ref": "a", "statement": "المستشفى مفتوح", "attributions": said, "occurred": "2024-01-02"},
    ]
    await import_sheet(reader.record, sheet(tmp_path / "arabic.jsonl", *lines), actor="tests")
    story = await reader.record.stories.find("arabic")
    async with reader.record.database.transaction() as tx:
        await tx.run("UPDATE story SET language = 'ar' WHERE id = ?", (story.id,))
    await reader.record.ledger.make(SetStory(story_id=story.id, public=True), by=OWNER)
    for width in (PHONE, DESK):
        await reader.tab.look(width=width)
        await reader.open("/s/arabic")
        assert (
            await reader.tab.evaluate("getComputedStyle(document.querySelector('p.line')).direction") == "rtl"
        )
        assert await reader.tab.overflow() == 0
        assert await reader.tab.violations() == []
        await reader.picture(f"arabic-{width}")
