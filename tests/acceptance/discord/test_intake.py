"""An article taken in on Discord, by a slash command; what comes of it is told in direct messages."""

from __future__ import annotations

import pytest

from tests.acceptance.discord.conftest import Launch
from tests.acceptance.discord.newsroom import Person, moderator
from tests.acceptance.newspaper import printed
from tests.acceptance.newsroom import fact_in
from tests.bot.intake.wire import PARAGRAPHS, TITLE
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


async def test_a_file_is_taken_in_from_a_direct_message_and_from_a_server(
    api: DiscordEmulator, launch: Launch
) -> None:
    await launch()
    mona = await moderator(api, api.guild("Newsroom"), "mona")
    alone, wire = mona.in_private, "\n\n".join((TITLE, *PARAGRAPHS)).encode()

    async def answered(person: Person, name: str, content: bytes, text: str) -> str:
        sent = await api.send_file(person.user, person.channel, name, content, text)
        answer = await person.channel.next_message(matching=lambda message: message.reply_to == sent.id)
        return answer.text

    assert "Reading it as A1" in await answered(alone, "wire.txt", wire, "/intake")
    told = await alone.channel.next_message(timeout=PATIENCE)
    assert TITLE in told.text and "drafts wait" in told.text
    assert "end in .txt, .html or .pdf" in await answered(alone, "gate.png", b"PNG", "/intake")
    # In a server the bot hears whom it is mentioned by, and tells them alone what came of it.
    assert "Reading it as A2" in await answered(mona, "wire.txt", wire, f"{api.bot.mention} /intake")
    assert "word for word" in (await alone.channel.next_message(timeout=PATIENCE)).text
    # A file that was sent before is taken in by a reply to it; in a server Discord hides it from the bot.
    posted = await api.send_file(mona.user, alone.channel, "wire.txt", wire)
    assert "Reading it as A3" in (await alone.says("/intake", reply_to=posted)).text
    told = await alone.channel.next_message(
        timeout=PATIENCE, matching=lambda message: "word for word" in message.text
    )
    assert TITLE in told.text
