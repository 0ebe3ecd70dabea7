"""The rule of four eyes: a moderator's own new fact waits for another moderator."""

import pytest

from tests.bot.desk import ANN, BOB, OWNER, Desk, assert_short


async def newest(desk, story="belarus"):
    found = await desk.record.stories.find(story)
    (fact,) = await desk.record.listings.latest(found.id, limit=1)
    return fact


@pytest.fixture
def careful(desk):
    return Desk(desk.record, desk.moments, four_eyes=True)


async def test_with_four_eyes_a_moderators_fact_waits_for_another(careful):
    ann, bob = await careful.moderator(ANN, handle="ann"), await careful.moderator(BOB)
    before = careful.kept()
    await ann.tells("/add The bridge is closed.\nsource: S1", "[Confirm]")
    assert "D1" in ann.seen and "F" not in ann.seen.replace("For", "")
    assert {name for name, now in careful.kept().items() if now != before[name]} == {"draft"}
    before = careful.kept()
    for text in ("/approve D1", "/same D1 F5"):
        assert_short(await ann.says(text), "your own")
    assert careful.kept() == before
    await bob.says("/review")
    assert "@ann" in bob.seen and "own fact" in bob.seen
    await bob.presses("Approve")
    assert (await newest(careful)).statement == "The bridge is closed."
    assert any("on record as F" in text for text in await careful.told(ANN))


async def test_with_four_eyes_not_even_an_owner_approves_their_own(careful):
    owner = careful.person(OWNER)
    await owner.tells("/add The bridge is closed.\nsource: S1", "[Confirm]")
    assert_short(await owner.says("/approve D1"), "your own")


async def test_with_four_eyes_a_moderators_own_suggestion_needs_another_too(careful):
    ann = await careful.moderator(ANN)
    await ann.tells("/suggest The bridge is closed.\nsource: S1", "[Confirm]")
    assert_short(await ann.says("/approve D1"), "your own")


async def test_with_four_eyes_an_edited_draft_is_the_editors_own(careful):
    ann, bob = await careful.moderator(ANN), await careful.moderator(BOB)
    await ann.tells("/add The bridge is closed.\nsource: S1", "[Confirm]")
    await bob.tells("/edit D1", "[Change something]", "[Statement]", "The bridge is open", "/confirm")
    assert "D2" in bob.seen
    assert_short(await bob.says("/approve D2"), "your own")
    assert_short(await ann.says("/approve D1"), "decided already")
    await ann.says("/approve D2")
    assert (await newest(careful)).statement == "The bridge is open"


async def test_one_may_turn_down_ones_own(careful):
    ann = await careful.moderator(ANN)
    await ann.tells("/add The bridge is closed.\nsource: S1", "[Confirm]")
    await ann.tells("/reject D1 a mistake of mine", "[Confirm]")
    assert "D1 was rejected" in ann.seen
    assert await careful.told(ANN) == []
