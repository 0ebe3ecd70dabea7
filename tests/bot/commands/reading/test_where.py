"""/where tells of places: who is only called like one, or is none, is offered under /who."""

from __future__ import annotations

from tests.bot.desk import ANN, EVE, assert_short, said


async def test_who_is_no_place_is_not_shown_as_one_but_offered(desk, subtests):
    eve = desk.person(EVE)
    for typed, name in [
        ("yale", "Yale University"),
        ("Lubinets", "Dmytro Lubinets"),
        ("kyiv", "Kyiv Independent"),
        ("the Kyiv Independent", "Kyiv Independent"),
    ]:
        with subtests.test(typed=typed):
            reply = await eve.says(f"/where {typed}")
            assert_short(reply, f"No place called “{typed}” is on record", name)
            assert f"/who {name}" in [action.command for action in reply.actions]


async def test_a_place_is_found_in_the_words_of_a_statement_also_if_somebody_is_called_so(desk):
    ann, eve = await desk.moderator(ANN), desk.person(EVE)
    await ann.tells("/add A rally was held in Kyiv\nwho: Yale University\nsource: S1\nat: ¶2", "[Confirm]")
    shown = said(await eve.says("/where kyiv"))
    assert shown.startswith("kyiv") and "rally was held in Kyiv" in shown and "reported" not in shown


async def test_a_place_comes_before_others_of_its_name(desk):
    ann, eve = await desk.moderator(ANN), desk.person(EVE)
    await ann.tells(
        "/add A rally was held\nwho: Yale University\nsource: S1\nat: ¶2\nwhere: Kyiv oblast",
        "[New place]",
        "[Confirm]",
    )
    shown = said(await eve.says("/where kyiv"))
    assert shown.startswith("Kyiv oblast") and "rally was held" in shown
