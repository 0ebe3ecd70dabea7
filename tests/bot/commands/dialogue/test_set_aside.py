"""Dialogues that are set aside: nothing that was typed is lost when another begins."""

import pytest

from storage.record import Record
from tests.bot.desk import ANN, BOB, OWNER, Desk, assert_short, buttons, said

GROUP = "telegram:-100"
SHARED = {"shared": True, "private": False}
# What begins a dialogue of each command, with an answer, and what then shows that the answer was kept.
BEGUN = {
    "add": (("/add", "The lock at Olm was widened"), "Who says so"),
    "add at once": (("/add The lock at Olm was widened.\nsource: S1",), "The lock at Olm was widened"),
    "suggest": (("/suggest", "The lock at Olm was widened", "/skip"), "In which words"),
    "correct": (("/correct F5", "[Quote]"), "What are the exact words"),
    "attribute": (("/attribute F5", "Putin"), "In which words"),
    "relate": (("/relate F8 contradicts F9",), "F9"),
    "supersede": (("/supersede F8 F9",), "Superseded by F9"),
    "retract": (("/retract F8 The source withdrew it",), "The source withdrew it"),
    "source": (("/source A report on locks", "[New source]"), "Who published it"),
    "entity": (("/entity Ever Given", "[New thing]"), "Ever Given"),
    "newstory": (("/newstory", "locks"), "What is its title"),
    "editstory": (("/editstory\ntitle: The locks of Olm",), "The locks of Olm"),
    "appoint": (("/appoint 8 belarus",), "To become a moderator"),
    "takedown": (("/takedown F8",), "On which ground"),
}  # fmt: skip


async def restarted(desk, *people):
    """Open the record anew, as another process does."""
    await desk.record.close()
    desk.record = await Record.open(desk.record.database.path, clock=desk.moments)
    again = Desk(desk.record, desk.moments)
    for person in people:
        person.desk = again
    return again


@pytest.mark.parametrize("name", BEGUN)
async def test_a_dialogue_of_each_command_is_taken_up_where_it_was_left(desk, name):
    turns, kept = BEGUN[name]
    owner = desk.person(OWNER)
    await owner.tells(*turns)
    assert kept in owner.seen
    command = turns[0].split()[0]
    await owner.says("/correct F7")
    assert f"{command} is set aside with all that you typed" in owner.seen
    await restarted(desk, owner)
    await owner.says("/cancel")
    await owner.says("/resume")
    assert kept in owner.seen and f"You go on here with {command}." in owner.seen
    assert_short(await owner.says("/cancel"), "nothing was changed")
    assert_short(await owner.says("/resume"), "Nothing of yours is set aside")


async def test_the_end_of_one_leads_back_to_the_one_before(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The lock at Olm was widened", "Lubinets")
    await ann.tells("/correct F5\nat: ¶7\nmaterial: yes\nreason: so it says")
    await ann.tells("/retract F8 The source withdrew it", "[Confirm]")
    assert "F8 is retracted" in ann.seen
    await ann.presses("Go on with /correct")
    await ann.presses("Confirm")
    assert "F5 is changed" in ann.seen
    await ann.presses("Go on with /add")
    await ann.tells("said that", "S1", "/skip", "/skip", "/skip")
    assert "Lubinets said that the lock at Olm was widened" in ann.seen
    await ann.presses("Confirm")
    assert "is on record" in ann.seen and not any(
        label.startswith("Go on with") for label in buttons(ann.reply)
    )


async def test_what_leads_on_keeps_the_way_back(desk):
    """Of one that goes on with the next fact, and one that becomes another command's."""
    ann = await desk.moderator()
    await ann.tells("/retract F8")
    await ann.says("/retract F8 The source withdrew it")
    await ann.tells("/add like: F5", "It rained at Olm", "[Confirm]", "/cancel")
    assert "Go on with /retract" in buttons(ann.reply)
    statement = (await desk.record.facts.find(9)).statement
    await ann.tells(f"/add {statement}\nwho: Putin\nsource: + A speech", "[Same as F9]", "[Confirm]")
    assert "F9 is changed" in ann.seen and "Go on with /retract" not in buttons(ann.reply)
    await ann.says("/resume")
    assert "The source withdrew it" in ann.seen


async def test_buttons_of_what_was_set_aside_take_it_up_but_make_nothing_unseen(desk):
    ann = await desk.moderator()
    await ann.says("/add The lock at Olm was widened.\nsource: S1")
    confirm = ann.button("Confirm")
    await ann.says("/correct F5")
    before = desk.kept()
    await ann.says(confirm)
    assert desk.kept() == before and "The lock at Olm was widened" in ann.seen
    await ann.presses("Change something")
    cancel = ann.button("Cancel")
    await ann.says("/correct F7")
    assert_short(await ann.says(cancel), "Ended")
    assert "What is to be corrected" in said(await ann.says("/resume")), "the open one is still open"
    assert_short(await ann.says(confirm), "answered already, or ended")


async def test_after_an_hour_it_is_set_aside_and_after_a_day_it_is_gone(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The lock at Olm was widened")
    desk.moments.pass_by(hours=1, seconds=1)
    assert_short(await ann.says("Lubinets"), "after an hour", "/resume")
    assert "denied" in said(await ann.says("Who denied it?"))
    desk.moments.pass_by(hours=20)
    await ann.says("/resume")
    await ann.tells("Lubinets", "said that", "S1", "/skip", "/skip", "/skip")
    assert "Lubinets said that the lock at Olm was widened" in ann.seen
    await ann.says("/correct F5")
    desk.moments.pass_by(hours=24, seconds=1)
    await ann.says("/correct F7")
    assert_short(await ann.says("/cancel"), "Ended")
    assert_short(await ann.says("/resume"), "Nothing of yours is set aside")


async def test_no_more_than_ten_are_kept_and_each_once(desk):
    ann = await desk.moderator()
    for number in range(13):
        await ann.says(f"/add Lock {number} was widened.\nsource: S1")
    await ann.says("/cancel")
    seen = []
    while "Nothing of yours" not in said(await ann.says("/resume")):
        seen.append(next(n for n in range(13) if f"Lock {n} was widened" in ann.seen))
        await ann.says("/cancel")
    assert seen == list(range(11, 1, -1))


async def test_from_a_group_one_goes_on_in_private(desk):
    ann, there = await desk.moderator(), desk.person(ANN, GROUP, **SHARED)
    bob = await desk.moderator(BOB)
    await there.says("/add")
    old = there.button("Cancel")
    await there.says("/answer The lock at Olm was widened")
    (way,) = [action for action in there.reply.actions if action.private]
    number = way.command.split()[1].split(".")[0]
    assert_short(await bob.says(f"/start resume_{number}"), "somebody else")
    await ann.tells("/correct F5", "[Quote]")
    await ann.says(f"/start resume_{number}")
    assert "Who says so" in ann.seen and not any(action.private for action in ann.reply.actions)
    for text in (old, there.button("Skip"), "/answer Putin"):
        assert_short(await there.says(text))
    await ann.tells("Lubinets", "said that", "S1", "/skip", "/skip", "/skip", "[Confirm]")
    assert "Lubinets said that the lock at Olm was widened" in ann.seen
    # What was open in private before is still there.
    await ann.presses("Go on with /correct")
    assert "What are the exact words" in ann.seen
    assert_short(await ann.says("/start resume_999"), "Nothing of yours")


async def test_nobody_takes_up_what_is_anothers(desk):
    ann, bob = await desk.moderator(), await desk.moderator(BOB)
    await ann.tells("/add", "The lock at Olm was widened", "/correct F5")
    (aside,) = [await desk.record.dialogues.set_aside(ANN, ANN)]
    assert_short(await bob.says(f"/resume {aside.token}"), "somebody else")
    assert_short(await bob.says("/resume"), "Nothing of yours")
    there = desk.person(ANN, GROUP, **SHARED)
    assert_short(await there.says(f"/resume {aside.token}"), "somebody else")
    assert_short(await ann.says(f"/resume {aside.token} now"), "takes nothing")


async def test_what_was_taken_down_is_gone_from_what_was_set_aside(desk):
    ann = await desk.moderator()
    statement = (await desk.record.facts.find(8)).statement
    await ann.says(f"/add {statement}\nsource: S1\nwho: Putin")
    await ann.says("/correct F5\nat: ¶7\nmaterial: yes\nreason: so it says")
    owner = desk.person(OWNER)
    await owner.tells("/takedown F8 privacy", "[Confirm]")
    assert "F5" in said(await ann.says("/resume"))
    await ann.says("/cancel")
    assert_short(await ann.says("/resume"), "Nothing of yours")


async def test_a_role_that_was_lost_takes_its_dialogues_along(desk):
    ann = await desk.moderator()
    await ann.tells("/add", "The lock at Olm was widened", "/suggest It rains.\nsource: S1")
    await desk.person(OWNER).tells(f"/dismiss {ANN} belarus", "[Confirm]")
    await ann.says("/cancel")
    assert "moderators" in said(await ann.says("/resume")) or "no command /add" in ann.seen
    assert_short(await ann.says("/resume"), "Nothing of yours")
