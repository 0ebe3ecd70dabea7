"""`onrecord snapshot`: a page fetched, kept, compared with what is quoted from it, and written out."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import pytest

from bot.config import Settings
from bot.errors import UserError
from bot.operations import show_copies
from bot.settings.sections import IntakeSettings, StorageSettings
from storage.record import Record
from tests.bot.intake.fetching.site import Site, page, site
from tests.bot.intake.reading.test_reader import PARAGRAPHS, html
from tests.storage.conftest import fact, put

archives = pytest.importorskip("warcio.archiveiterator")

GATE = "the flood gate had been left open"
BOATS = "at least 40 boats were lost"


class Newsroom:
    """A record whose S1 is on a site that serves `body`."""

    def __init__(self, running: Site, folder) -> None:
        self.folder = folder
        self.body = html(*PARAGRAPHS)
        self.url = running.url("/gate")
        self.settings = Settings(
            storage=StorageSettings(path=folder / "record.db"),
            intake=IntakeSettings(hosts=[f"127.0.0.1:{running.port}"]),
        )

    async def put(self, *quotes: tuple[str | None, str]) -> None:
        source = {"title": "Gate was closed", "url": self.url}
        lines = [
            fact(
                str(at),
                attributions=[{"source": source, "locator": locator, "quote": quote, "cue": "said that"}],
            )
            for at, (quote, locator) in enumerate(quotes)
        ]
        record = await Record.open(self.folder / "record.db")
        await put(record, self.folder, *lines)
        await record.close()

    async def does(self, target=None, *, fetch: bool = False) -> str:
        return "\n".join(await show_copies(self.settings, "S1", target, fetch=fetch, force=True))


@pytest.fixture
async def newsroom(tmp_path):
    async def answer(_path, writer):
        writer.write(page(made.body, "Server: quay", kind="text/html; charset=utf-8"))

    async with site(answer) as running:
        made = Newsroom(running, tmp_path)
        yield made


async def test_quotations_are_checked_against_the_copy(newsroom):
    await newsroom.put(
        (GATE, "¶1"), ("a gate had been left open", "¶1"), (BOATS, "¶1"), ("at least 41 boats", "¶3"),
        (None, "¶4"), (None, "¶5"), (None, "the headline"),
    )  # fmt: skip
    told = await newsroom.does(fetch=True)
    assert "kept: copy of " in told and "UTC" in told
    assert "quotations that are verbatim in the copy: 1" in told
    assert "F2: not found in the copy" in told
    assert "F3: verbatim in the copy, but in ¶3" in told
    assert "F4: not found in the copy" in told
    assert "F6: the copy has no ¶5" in told and "F5" not in told and "F7" not in told
    assert f"¶3  {PARAGRAPHS[2]}" in told


async def test_a_page_that_changed_is_kept_beside_what_it_was(newsroom):
    await newsroom.put((GATE, "¶1"))
    await newsroom.does(fetch=True)
    assert "unchanged since the copy of" in await newsroom.does(fetch=True)
    newsroom.body = html(PARAGRAPHS[0].replace("left open", "closed"), *PARAGRAPHS[1:])
    told = await newsroom.does(fetch=True)
    assert "its text has changed since the copy of" in told and "both are kept" in told
    assert "F1: verbatim in an earlier copy, no longer in the last one" in told
    target = newsroom.folder / "copies.warc.gz"
    assert (await newsroom.does(target)).startswith("2 written to")
    records = [
        (
            each.rec_type,
            each.rec_headers["WARC-Target-URI"],
            each.http_headers["Server"],
            each.content_stream().read(),
        )
        for each in archives.ArchiveIterator(BytesIO(target.read_bytes()))
    ]
    assert [each[:3] for each in records] == [("response", newsroom.url, "quay")] * 2
    assert records[1][3] == newsroom.body and sha256(newsroom.body).hexdigest() in told


async def test_what_cannot_be_kept_leaves_nothing(newsroom, subtests):
    await newsroom.put((GATE, "¶1"))
    for body in (b"<html>Subscribe", b"\0\0", html(*PARAGRAPHS)[:300]):
        newsroom.body = body
        with subtests.test(body=body[:20]), pytest.raises(UserError):
            await newsroom.does(fetch=True)
        assert "there is no copy of S1" in await newsroom.does()
    with pytest.raises(UserError, match="no copy"):
        await newsroom.does(newsroom.folder / "none.warc.gz")
    assert not (newsroom.folder / "none.warc.gz").exists()
