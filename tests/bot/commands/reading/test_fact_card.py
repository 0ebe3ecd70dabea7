"""The buttons under a fact: a moderator acts from its card, and nobody sees buttons that they may not use."""

from __future__ import annotations

from tests.bot.desk import ANN, EVE, buttons, said

DEEDS = ["Correct", "Attribute", "Relate", "Supersede", "Retract"]
GROUP = "telegram:-100"


async def test_a_moderator_acts_from_the_card(desk, subtests):
    ann = await desk.moderator(ANN)
    for label, asked in [
        ("Correct", "What is wrong with F8?"),
        ("Attribute", "Who"),
        ("Relate", "F8"),
        ("Supersede", "Which"),
        ("Retract", "Why"),
    ]:
        with subtests.test(label=label):
            assert [each for each in buttons(await ann.says("/fact F8")) if each in DEEDS] == DEEDS
            reply = await ann.presses(label)
            assert reply is not None and "went wrong" not in said(reply)
            assert "Cancel" in buttons(reply), said(reply)
            assert asked in said(reply) or reply.asks is not None, said(reply)
            await ann.presses("Cancel")


async def test_readers_have_the_history_alone(desk):
    assert buttons(await desk.person(EVE).says("/fact F8")) == ["History"]


async def test_in_a_group_nobody_sees_what_only_moderators_may_do(desk):
    await desk.moderator(ANN)
    seen = await desk.person(ANN, GROUP, shared=True).says("/fact F8")
    assert buttons(seen) == ["History"] and not seen.aside


async def test_where_the_card_can_be_shown_to_one_alone_it_is(desk):
    await desk.moderator(ANN)
    seen = await desk.person(ANN, "discord:#1", shared=True, discreet=True).says("/fact F8")
    assert set(DEEDS) < set(buttons(seen)) and seen.aside
    other = await desk.person(EVE, "discord:#1", shared=True, discreet=True).says("/fact F8")
    assert buttons(other) == ["History"] and not other.aside


async def test_whoever_presses_a_button_without_the_role_is_told_so(desk):
    ann, eve = await desk.moderator(ANN), desk.person(EVE)
    await ann.says("/fact F8")
    assert "/retract is for moderators" in said(await eve.says(ann.button("Retract"), pressed=True))
    assert "There is no command /retract" in said(await eve.says(ann.button("Retract")))


async def test_a_retracted_fact_offers_to_be_restored(desk):
    ann = await desk.moderator(ANN)
    await ann.tells("/retract F8 The source withdrew it", "[Confirm]")
    assert buttons(await ann.says("/fact F8")) == ["Restore", "History"]
