"""Copies of sources in a chat: readers see that there is one, moderators what it tells of quotations."""

from __future__ import annotations

import pytest

from storage.snapshots.rows import Page
from storage.snapshots.snapshots import Bounds
from tests.bot.desk import ANN, OWNER, Desk, said

AT = "2026-11-28T14:02:31.000000Z"
HEAD = "Lukashenko denied it in paragraph one."


async def keep(desk: Desk, *paragraphs: str, at: str = AT, source: int = 1) -> None:
    page = Page(at, f"https://example.org/{source}", "text/html", 900, "ab" * 32, b"page", paragraphs)
    await desk.record.snapshots.keep(1, source, page, Bounds(1_000, 0))


async def quoting(desk: Desk) -> tuple[int, str]:
    """Return a fact of the first story that quotes somebody, and the quotation."""
    for fact in await desk.record.facts.load(await desk.record.snapshots.quoting(50)):
        if fact.story_id == 1 and fact.attributions[0].quote:
            return fact.id, fact.attributions[0].quote.strip('"')
    pytest.fail("no quotation")


async def shown(desk: Desk, person: str, command: str) -> str:
    return said(await desk.person(person).says(command))


async def test_sources_tell_when_there_is_a_copy(desk: Desk):
    assert "copy of" not in await shown(desk, ANN, "/sources S1")
    await keep(desk, HEAD)
    for command in ("/sources", "/sources S1"):
        assert "copy of 28 November 2026, 14:02 UTC" in await shown(desk, ANN, command)
    assert HEAD not in await shown(desk, OWNER, "/sources S1")


async def test_moderators_see_whether_a_quotation_stands_in_the_copy(desk: Desk, subtests):
    fact, quote = await quoting(desk)
    assert "the copy" not in await shown(desk, OWNER, f"/fact F{fact}")
    for number, (text, told) in enumerate(
        (
            (f"He spoke of “not {quote}”.", "in the copy"),
            (f"He spoke of “{quote[:-3]}”.", "no longer in the last one"),
        )
    ):
        await keep(desk, HEAD, text, at=AT.replace(":31", f":3{number}"))
        with subtests.test(told):
            assert told in await shown(desk, OWNER, f"/fact F{fact}")
            assert "cop" not in await shown(desk, ANN, f"/fact F{fact}")


async def test_a_quotation_that_is_in_no_copy_is_told(desk: Desk):
    fact, _quote = await quoting(desk)
    await keep(desk, HEAD)
    assert "not found in the copy" in await shown(desk, OWNER, f"/fact F{fact}")


async def test_moderators_see_which_sources_have_nearly_the_same_text(desk: Desk):
    wire = " ".join(f"word{number}" for number in range(200))
    await keep(desk, HEAD, wire)
    await keep(desk, wire, source=2)
    told = "Nearly the same text S2, copy of 28 November 2026, 14:02 UTC, https://example.org/2"
    assert told in " ".join((await shown(desk, OWNER, "/sources S1")).split())
    assert "Nearly the same" not in await shown(desk, ANN, "/sources S1")


async def test_an_agencys_text_in_two_papers_counts_as_one_voice(desk: Desk):
    wire = " ".join(f"word{number}" for number in range(200))
    owner = desk.person(OWNER)
    await owner.tells("/source https://example.org/2\ntitle: Two", "[Confirm]")
    (other,) = await desk.record.sources.find_named(1, "https://example.org/2")
    (fact,) = await desk.record.listings.latest(1, limit=1)
    await owner.tells(f"/attribute F{fact.id}\nsource: S{other}", "[Confirm]")
    assert "share no document" in said(await owner.says(f"/fact F{fact.id}"))
    first = fact.attributions[0].source.chain()[-1].id
    await keep(desk, HEAD, wire, source=first)
    await keep(desk, wire, source=other)
    shown = said(await desk.person(ANN).says(f"/fact F{fact.id}"))
    assert f"the same agency text, S{first} and S{other}" in shown and "share no document" not in shown
