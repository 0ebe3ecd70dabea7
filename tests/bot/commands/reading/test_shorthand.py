"""Ids, addresses and names sent without their command, and greetings before a question."""

from __future__ import annotations

import pytest
import pytest_asyncio

from bot.requests import Request
from storage.domain.changes import PutSource
from storage.domain.entries import SourceEntry
from storage.trail.audit import Actor
from tests.bot.desk import ANN, EVE, said

ADDRESS = "https://www.example.org/news/flags?id=7"


@pytest_asyncio.fixture
async def number(desk) -> int:
    """Put a source with an address on record, and return its number."""
    entry = SourceEntry(title="Flags", url=ADDRESS)
    story = (await desk.record.stories.all())[0].id
    made = await desk.record.ledger.make(PutSource(story_id=story, source=entry), by=Actor(ANN, ANN))
    return int(made.subject[1:])


async def test_an_id_alone_is_its_command(desk, subtests):
    eve = desk.person(EVE)
    for command, texts in {
        "/fact F7": ("F7", "f7", "#F7", "F7?", "f 7", "Ｆ７", "/ask F7"),
        "/sources S1": ("S1", "s1", "#s1", "S1?"),
        "/fact F999": ("F999",),
    }.items():
        wanted = said(await eve.says(command))
        for text in texts:
            with subtests.test(text=text):
                assert said(await eve.says(text)) == wanted


async def test_an_id_alone_in_a_group_is_not_meant_for_the_bot(desk):
    request = Request("F7", "telegram:-5", EVE, private=False, shared=True)
    assert await desk.dispatcher.answer(request) is None


async def test_an_id_answers_an_open_question_first(desk):
    ann = await desk.moderator(ANN)
    await ann.says("/relate F5")
    assert "F5  " not in said(await ann.says("F7")).partition("\n")[0]
    assert await desk.record.dialogues.find(ANN, ANN) is not None


async def test_a_sources_address_finds_its_facts(desk, number, subtests):
    eve = desk.person(EVE)
    wanted = said(await eve.says(f"/sources S{number}"))
    assert "Flags" in wanted
    for address in (
        ADDRESS, "http://example.org/news/flags?id=7", "https://example.org/news/flags/?id=7#top",
        "https://EXAMPLE.org/news/flags?utm_source=x&id=7&fbclid=y", "www.example.org/news/flags?id=7",
        "example.org/news/flags?id=7", "<example.org/news/flags/?id=7>",
    ):  # fmt: skip
        for text in (address, f"/sources {address}"):
            with subtests.test(text=text):
                assert said(await eve.says(text)) == wanted


async def test_an_address_that_no_source_has_is_told(desk, number, subtests):
    eve = desk.person(EVE)
    for address in (
        "https://example.org/news/flags?id=8",
        "https://example.org",
        "https://example.org.evil/x",
        "example.org/news/flags",
    ):
        with subtests.test(address=address):
            reply = await eve.says(address)
            assert "No source with that address is on record" in said(reply)
            assert [action.command for action in reply.actions] == ["/sources"]


async def test_what_only_looks_like_an_address_is_a_question(desk, number, subtests):
    eve = desk.person(EVE)
    for text in ("report.pdf", "example.org", "and/or", "Minsk.Belarus", "4.1.2024", "U.S./Russia"):
        with subtests.test(text=text):
            assert "No source with that address" not in said(await eve.says(text))


async def test_a_command_that_is_a_name_offers_who(desk, subtests):
    eve = desk.person(EVE)
    for text in ("/lubinets", "/Lubinets", "/dmytro_lubinets", "/Лубінець", "/Лубінця"):
        with subtests.test(text=text):
            reply = await eve.says(text)
            assert reply.actions[0].command == "/who Dmytro Lubinets"
    assert "There is no command /nobody" in said(await eve.says("/nobody"))


@pytest.mark.parametrize(
    "greeting",
    ["hey, ", "Hello! ", "hi ", "good morning, ", "Привіт, ", "добрий день! ", "Здравствуйте! ",
     "Прывітанне, ",
     "dzień dobry, ", "Hallo, ", "Guten Tag! ", "Bonjour, ", "¡Hola! ", "thanks, ", "hey, thanks! "],
)  # fmt: skip
async def test_a_greeting_before_a_question_is_passed_over(desk, greeting):
    eve = desk.person(EVE)
    for question in ("who is Lubinets?", "Did Lukashenko deny it?"):
        assert said(await eve.says(greeting + question)) == said(await eve.says(question))


async def test_a_greeting_alone_is_greeted(desk):
    eve = desk.person(EVE)
    assert said(await eve.says("hello!")) == said(await eve.says("/start"))
