"""/retract, /restore and /undo: what is withdrawn stays visible where it should, and nowhere else."""

import pytest

from tests.bot.desk import ANN, BOB, assert_short, buttons, said

EVE = "telegram:66"


async def fact(desk, number):
    return await desk.record.facts.find(number)


async def test_a_fact_is_withdrawn_with_its_reason(desk):
    ann = await desk.moderator()
    await ann.says("/retract F8 The source withdrew it")
    assert "F8 reads now" in ann.seen and "The source withdrew it" in ann.seen
    assert (await fact(desk, 8)).in_force
    await ann.presses("Confirm")
    now = await fact(desk, 8)
    assert (now.retracted, now.standing, now.revision) == ("The source withdrew it", "retracted", 2)
    assert buttons(ann.reply) == ["Undo", "F8"]


async def test_a_reason_is_asked_for_and_cannot_be_left_open(desk):
    ann = await desk.moderator()
    before = desk.kept()
    for command in ("/retract F8", "/retract F8\n", "/retract F8\n\n"):
        await ann.says(command)
        assert "Why" in ann.seen and "Skip" not in buttons(ann.reply)
        assert_short(await ann.says("/skip"), "cannot be left open")
    assert desk.kept() == before
    await ann.tells("The source withdrew it", "[Confirm]")
    assert (await fact(desk, 8)).retracted == "The source withdrew it"


async def test_a_reason_may_hold_a_colon_and_lines(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 Mistaken: the source\nwithdrew it", "[Confirm]")
    assert (await fact(desk, 8)).retracted == "Mistaken: the source withdrew it"
    await ann.tells("/restore F8\nreason: it stands by it", "[Confirm]")
    assert (await desk.record.facts.revisions(8))[-1].reason == "it stands by it"


async def test_a_retracted_fact_is_seen_under_fact_and_history_and_nowhere_else(desk):
    ann, eve = await desk.moderator(), desk.person(EVE)
    statement = (await fact(desk, 8)).statement
    desk.moments.pass_by(days=1)
    await ann.tells("/retract F8 The source withdrew it", "[Confirm]")
    for text in ("/fact F8", "/history F8"):
        assert "The source withdrew it" in said(await eve.says(text)), text
    for text in (
        "/what", "/who lubinets", "/when", "/where belarus", "/latest 20", "/about", "/disputed", "/figures",
        "/sources S1", f"/what {statement}", f"/ask Who said that {statement}?", "/asof 2026-11-23",
        "/fact F9", "/start", "/stories",
    ):  # fmt: skip
        for reply in await pages(eve, text):
            assert 8 not in reply.facts, text
            assert "The source withdrew it" not in said(reply)
    # What it said is for moderators; readers see in its place that it was retracted, and why.
    assert 8 in {number for reply in await pages(ann, "/asof 2026-11-22") for number in reply.facts}
    assert "F8: retracted (The" in "".join(map(said, await pages(eve, "/asof 2026-11-22")))


async def pages(person, command):
    """Return all pages of a list."""
    found = []
    while command:
        found.append(await person.says(command))
        command = next((action.command for action in found[-1].actions if action.turn == "next"), None)
    return found


REFUSED = [
    ("/retract", "/retract <id>"),
    ("/retract F999 wrong", "not on record"),
    ("/retract F60 wrong", "another story"),
    ("/retract wrong", "by its id"),
    ("/restore F5 right", "nothing to restore"),
    ("/restore F999 right", "not on record"),
    ("/restore F60 right", "another story"),
    ("/undo", "nothing yet"),
    ("/undo last", "Send /undo alone"),
]


async def test_what_will_not_do_is_told_and_changes_nothing(desk, subtests):
    ann = await desk.moderator()
    before = desk.kept()
    for text, told in REFUSED:
        with subtests.test(text=text):
            await ann.says(text)
            assert_short(ann.reply, told)
            await ann.says("/confirm")
            assert desk.kept() == before


async def test_a_reason_may_be_as_long_as_a_message(desk):
    ann = await desk.moderator()
    before, reason = desk.kept(), "x" * 3985
    await ann.says(f"/retract F5 {reason}")
    assert desk.kept() == before
    await ann.presses("Confirm")
    assert (await fact(desk, 5)).retracted == reason


async def test_what_is_retracted_cannot_be_retracted_again_nor_changed(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 The source withdrew it", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says("/retract F8 once more"), "retracted already", "The source withdrew it")
    for text in (
        "/correct F8",
        "/correct F8\nat: ¶9\nmaterial: yes\nreason: so it is",
        "/attribute F8",
        "/attribute F8\nsource: S2",
        "/relate F8",
        "/relate F8 supports F9",
        "/supersede F8",
        "/supersede F8 F9",
        "/supersede F8 none",
    ):
        assert_short(await ann.says(text), "/restore F8 first")
        assert await desk.record.dialogues.find(ANN, ANN) is None, text
    assert_short(await ann.says("/retract F8"), "retracted already")
    assert_short(await ann.says("/restore F9"), "nothing to restore")
    assert await desk.record.dialogues.find(ANN, ANN) is None
    assert desk.kept() == before


async def test_a_fact_is_put_back_with_the_reason(desk):
    ann = await desk.moderator()
    was = await fact(desk, 8)
    await ann.tells("/retract F8 wrong", "[Confirm]", "/restore F8")
    assert "Why" in ann.seen
    await ann.tells("The source stands by it", "[Confirm]")
    now = await fact(desk, 8)
    assert now == was.model_copy(update={"revision": 3})
    assert [item.reason for item in await desk.record.facts.revisions(8)] == [
        None,
        "wrong",
        "The source stands by it",
    ]
    assert_short(await ann.says("/restore F8 again"), "nothing to restore")


async def test_what_is_superseded_is_no_matter_of_restore(desk):
    ann = await desk.moderator()
    await ann.tells("/supersede F8 F9", "[Confirm]")
    assert_short(await ann.says("/restore F8 x"), "/supersede F8 none")


# Undoing

CHANGES = {
    "correct": "/correct F8\nat: ¶9\nmaterial: yes\nreason: so it is",
    "attribute": "/attribute F8\nsource: S2",
    "relate": "/relate F8 supports F25",
    "supersede": "/supersede F8 F9",
    "retract": "/retract F8 wrong",
}


async def test_ones_own_last_change_is_taken_back_as_a_new_revision(desks, subtests):
    for change, text in CHANGES.items():
        with subtests.test(change):
            async with desks() as desk:
                ann = await desk.moderator()
                was = await fact(desk, 8)
                await ann.tells(text, "[Confirm]")
                assert await fact(desk, 8) != was
                await ann.presses("Undo")
                assert "Undone" in ann.seen and "F8 read" in ann.seen
                assert await fact(desk, 8) == was.model_copy(update={"revision": 3})
                before = desk.kept()
                assert_short(await ann.says("/undo"), "undone already")
                assert desk.kept() == before
                assert (await desk.record.audit.verify()).problem is None


async def test_a_fact_just_added_is_taken_back_by_being_retracted(desk):
    ann = await desk.moderator()
    await ann.tells("/add The bridge is closed.\nsource: S1", "[Confirm]", "[Undo]")
    added = int(ann.seen.split(" read")[0].rpartition("F")[2])
    assert (await fact(desk, added)).retracted is not None


@pytest.mark.parametrize(
    ("lines", "shown"),
    [("/source S1\ntitle: An article", "S1"), ("/entity Putin\nalias: Vladimir Putin", "E")],
)
async def test_an_edit_is_taken_back(desk, lines, shown):
    ann = await desk.moderator()
    before = {name: now for name, now in desk.kept().items() if name != "audit"}
    await ann.tells(lines, "[Confirm]")
    await ann.says("/undo")
    assert "Undone" in ann.seen
    after = {name: now for name, now in desk.kept().items() if name not in ("audit", "entity_name")}
    assert after == {name: now for name, now in before.items() if name != "entity_name"}


async def test_after_ten_minutes_it_is_too_late(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]")
    desk.moments.pass_by(minutes=10, seconds=1)
    before = desk.kept()
    assert_short(await ann.says("/undo"), "10 minutes")
    assert desk.kept() == before


async def test_within_ten_minutes_it_is_not(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]")
    desk.moments.pass_by(minutes=9, seconds=59)
    assert "Undone" in said(await ann.says("/undo"))


async def test_what_somebody_has_built_on_is_not_undone(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.tells(CHANGES["correct"], "[Confirm]")
    await bob.tells("/correct F8\nat: ¶10\nmaterial: yes\nreason: it is", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says("/undo"), "somebody else")
    assert desk.kept() == before
    assert "Undone" in said(await bob.says("/undo"))


async def test_nobody_undoes_what_others_did(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.tells("/retract F8 wrong", "[Confirm]")
    before = desk.kept()
    assert_short(await bob.says("/undo"), "nothing yet")
    assert_short(await desk.person(EVE).says("/undo"), "There is no command")
    assert desk.kept() == before


async def test_what_cannot_be_undone_says_so(desk):
    ann = await desk.moderator(story=None)
    for turns in (
        ("/entity +person Ann Smith\nalias: A. Smith", "[Confirm]"),
        ("/source https://example.org/x\ntitle: X", "[Confirm]"),
    ):
        await ann.tells(*turns)
        before = desk.kept()
        assert_short(await ann.says("/undo"), "cannot be undone")
        assert desk.kept() == before


async def test_undo_pressed_twice_undoes_once(desk):
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]", "/retract F9 wrong", "[Confirm]")
    await ann.tells("/undo", "/undo")
    assert not (await fact(desk, 8)).in_force, "the change before stays"
    assert (await fact(desk, 9)).in_force


async def test_undo_takes_back_the_change_to_the_fact_that_is_named(desk):
    ann = await desk.moderator()
    for number in (7, 3):
        await ann.tells(f"/retract F{number} wrong", "[Confirm]")
    await ann.says("/undo F7")
    assert "F7 read" in ann.seen
    assert (await fact(desk, 7)).in_force and not (await fact(desk, 3)).in_force
    before = desk.kept()
    assert_short(await ann.says("/undo F7"), "F7", "undone already")
    assert_short(await ann.says("/undo F8"), "You have not changed F8")
    assert desk.kept() == before
    await ann.says("/undo 3")
    assert (await fact(desk, 3)).in_force


@pytest.mark.parametrize(
    "odd",
    [
        "no",
        "not yet",
        "F7 please",
        "F999",
        "F60",
        "S99",
        "S1",
        "#0",
        "#999",
        "#1",
        "#",
        ">1",
        ">F8",
        "F8 >1",
        "-1",
        "all",
    ],
)
async def test_undo_refuses_what_is_no_change_of_ones_own(desk, odd):
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says(f"/undo {odd}"))
    assert desk.kept() == before


async def test_an_edited_source_is_named_as_well(desk):
    ann = await desk.moderator()
    await ann.tells(
        "/source S1\ntitle: An article", "[Confirm]", "/retract F8 wrong", "[Confirm]", "/undo s1"
    )
    assert "Undone: S1 reads as before" in ann.seen
    assert not (await fact(desk, 8)).in_force


async def test_the_button_takes_back_the_change_that_it_stands_under(desk):
    """The change to F8 was made later: the button under F7 is about F7."""
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.tells("/retract F7 wrong", "[Confirm]")
    under_7 = ann.button("Undo")
    await ann.tells("/retract F8 wrong", "[Confirm]")
    under_8 = ann.button("Undo")
    await bob.tells("/retract F9 wrong", "[Confirm]")
    before = desk.kept()
    assert_short(await bob.says(under_7), "made by somebody else", "only they")
    assert_short(await desk.person(EVE).says(under_7), "There is no command")
    assert desk.kept() == before
    await ann.says(under_7)
    assert [(await fact(desk, number)).in_force for number in (7, 8, 9)] == [True, False, False]
    before = desk.kept()
    assert_short(await ann.says(under_7), "undone already")
    assert desk.kept() == before
    await bob.tells("/restore F8 right", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says(under_8), "F8 was changed by somebody else since")
    desk.moments.pass_by(minutes=11)
    assert_short(await ann.says(under_8), "10 minutes")
    assert desk.kept() == before


async def test_every_undo_button_carries_its_change(desk):
    ann = await desk.moderator()
    await ann.tells("/suggest The bridge is shut.\nsource: S1", "[Confirm]")
    for turns in (
        ("/retract F7 wrong", "[Confirm]"),
        ("/add The bridge is closed.\nsource: S1", "[Confirm]"),
        ("/add The road is closed.\nwho: +person Zoë\nsource: + A memo", "[Confirm]"),
        ("/source S1\ntitle: An article", "[Confirm]"),
        ("/approve D1",),
    ):
        await ann.tells(*turns)
        undo = ann.button("Undo")
        await ann.tells("/retract F10 wrong", "[Confirm]", undo)
        assert "Undone" in ann.seen and "F10" not in ann.seen, turns
        await ann.says("/undo F10")
        assert (await fact(desk, 10)).in_force
