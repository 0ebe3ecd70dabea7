"""An article taken in on Discord, by a slash command; what comes of it is told in direct messages."""

from __future__ import annotations

import pytest

from tests.acceptance.discord.conftest import Launch
from tests.acceptance.discord.newsroom import moderator
from tests.acceptance.newspaper import printed
from tests.acceptance.newsroom import fact_in
from tests.bot.intake.wire import TITLE
from tests.conftest import PATIENCE
from tests.emulators.discord import DiscordEmulator

pytest.importorskip("warcio")


async def test_an_article_is_taken_in_and_approved_draft_by_draft(
    api: DiscordEmulator, launch: Launch
) -> None:
    with printed() as newspaper:
        await launch(intake={"hosts": [newspaper]})
        mona = await moderator(api, api.guild("Newsroom"), "mona")
        began = await mona.alone_asks("intake", text=f"http://{newspaper}/crane")
        assert "Reading it as A1" in began.text
        alone = mona.in_private
        told = await alone.channel.next_message(timeout=PATIENCE)
        assert TITLE in told.text
        card = await (await alone.presses(told, "One by one")).message()
        assert "{said}" in card.text
        done = await (await alone.presses(card, "Approve")).message()
        assert f"{fact_in(done)} is on record." in done.text
