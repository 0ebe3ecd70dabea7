"""A watched feed through the real program: what it names anew is offered, and taken in by a press."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.acceptance.conftest import Launch
from tests.acceptance.newspaper import printed
from tests.acceptance.newsroom import OWNERS, labels, moderator
from tests.bot.intake.feeds import item, rss
from tests.bot.intake.wire import TITLE
from tests.conftest import PATIENCE
from tests.emulators.telegram import TelegramEmulator

pytest.importorskip("feedparser")


@pytest.mark.slow
async def test_on_telegram_new_articles_of_a_feed_are_offered_and_taken_in(
    api: TelegramEmulator, launch: Launch
) -> None:
    feeds = {"/feed.xml": rss(item(1))}
    with printed(feeds) as newspaper:
        bot = await launch(owners=OWNERS, intake={"hosts": [newspaper]})
        mona = await moderator(api, "Mona")
        began = await mona.says(f"/watch http://{newspaper}/feed.xml")
        assert "Looking at the feed" in began.text
        told = await mona.chat.next_message(timeout=PATIENCE)
        assert "W1 watches" in told.text and labels(told) == ["Take in 1", "Stop W1"]
        feeds["/feed.xml"] = rss(item(2, "fell", link=f"http://{newspaper}/crane"), item(1))
        with closing(sqlite3.connect(bot.folder / "record.db")) as record, record:
            record.execute("UPDATE feed SET next_at = '0'")  # its quarter of an hour is over
        offered = await mona.chat.next_message(timeout=PATIENCE)
        assert "Crane report 2: fell" in offered.text and labels(offered) == ["Take in N1", "W1"]
        assert "Reading it as A1" in (await mona.presses(offered, "Take in N1")).text
        assert TITLE in (await mona.chat.next_message(timeout=PATIENCE)).text
