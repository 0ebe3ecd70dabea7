"""Buttons that are pressed again, or once their dialogue has ended: each says what stands."""

from __future__ import annotations

from tests.bot.desk import BOB, EVE, assert_short, said

GATE = "/add Lubinets said that the gate was open\nsource: S1\nat: 4"
ENDED = "That has been answered already, or ended."


async def test_what_was_changed_last_stands_when_an_old_button_is_pressed(desk, subtests):
    ann = await desk.moderator()
    await ann.says(GATE)
    pressed = {label: ann.button(label) for label in ("Confirm", "Change something", "Cancel")}
    await ann.presses("Confirm")
    fact = ann.seen.split()[0]
    for label, command in pressed.items():
        with subtests.test(label):
            assert_short(await ann.says(command), f"{ENDED} What you have changed last is {fact}.")
    # After an hour that is nothing to be reminded of; and a reader has changed nothing.
    desk.moments.pass_by(hours=1, seconds=1)
    assert said(await ann.says(pressed["Confirm"])) == ENDED
    eve = desk.person(EVE)
    await eve.says("/suggest The gate was open\nsource: S1")
    await eve.presses("Cancel")
    assert said(await eve.says("/confirm 99.1")) == ENDED


async def test_next_from_this_source_pressed_again_asks_the_same_and_leaves_nothing_behind(desk):
    ann = await desk.moderator()
    await ann.tells(GATE, "[Confirm]")
    following, further = ann.button("Next from this source"), ann.button("Next, ¶5")
    first = said(await ann.says(following))
    assert said(await ann.says(following)) == first
    further_first = said(await ann.says(further))
    assert "¶5" in further_first and "set aside" not in further_first and "ended" not in further_first
    # What begins something else tells that what was confirmed stands.
    await ann.says("/correct F5")
    assert "Your open /add was ended: what you have confirmed is on record." in ann.seen
    await ann.says("/cancel")
    assert_short(await ann.says("/resume"), "Nothing of yours is set aside")
    # Once something was typed it is kept.
    await ann.tells(following, "The ferry had sunk", following)
    assert "Your open /add is set aside with all that you typed" in ann.seen


async def test_a_form_that_is_opened_twice_says_nothing_of_the_first(desk, subtests):
    ann = await desk.moderator()
    for command in ("/add", "/correct F5", "/retract F8", "/attribute F5", "/supersede F8", "/source"):
        with subtests.test(command):
            first = said(await ann.says(command))
            if ann.reply.asks is not None:
                assert said(await ann.says(command)) == first
            await ann.says("/cancel")


async def test_decisions_on_a_draft_say_what_became_of_it_when_pressed_again(desk, subtests):
    eve, ann, bob = desk.person(EVE), await desk.moderator(), await desk.moderator(BOB)
    for number, (label, told) in enumerate((("Approve", "approved as F"), ("Reject", "rejected")), 1):
        with subtests.test(label):
            await eve.tells(f"/suggest The bridge {number} is closed.\nwho: Putin\nsource: S1", "[Confirm]")
            await ann.says("/review")
            command = ann.button(label)
            await ann.tells(command, *(("No proof", "[Confirm]") if label == "Reject" else ()))
            for person in (ann, bob):
                assert_short(await person.says(command), f"D{number} was decided already", told)


async def test_undo_and_done_say_what_stands_when_pressed_again(desk):
    ann = await desk.moderator()
    await ann.tells("/desk", GATE, "[Confirm]")
    undo = ann.button("Undo")
    await ann.says(undo)
    assert_short(await ann.says(undo), "was undone already")
    await ann.says("/desk done")
    assert_short(await ann.says("/desk done"), "Your desk is not open: what you change is told at once.")
