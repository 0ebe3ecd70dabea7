"""/desk: what a moderator enters is told as one, when they say so or when its time is over."""

from tests.bot.desk import BOB, assert_short, buttons, said

GATE = "/add Lubinets said that the gate was open\nsource: S1\nat: 4"
BRIDGE = "/add Lubinets said that the bridge had been closed\nsource: S1\nat: 5"


async def entering(desk):
    """Return a moderator who has entered two facts at an open desk; Bob hears of changes."""
    bob = desk.person(BOB)
    await bob.says("/subscribe")
    ann = await desk.moderator()
    await ann.tells("/desk", GATE, "[Confirm]", BRIDGE, "[Confirm]")
    return ann


async def test_changes_wait_until_done_and_are_told_as_one(desk):
    ann = await entering(desk)
    desk.moments.pass_by(minutes=5)
    assert await desk.told(BOB) == []
    await ann.says("/desk")
    assert "2 changes wait" in ann.seen and buttons(ann.reply) == ["Done"]
    await ann.presses("Done")
    assert "2 changes are told now" in ann.seen
    (told,) = await desk.told(BOB)
    assert "gate was open" in told and "bridge had been closed" in told
    assert_short(await ann.says("/desk done"), "Your desk is not open")


async def test_it_is_said_that_the_desk_is_open_whatever_is_on_record(desk):
    ann = await desk.moderator()
    for told in ("what you change waits", "0 changes wait"):
        assert said(await ann.says("/desk")).startswith("Your desk is open: ") and told in ann.seen
    assert "Done: nothing waited." in said(await ann.presses("Done"))


async def test_after_half_an_hour_they_are_told_without_a_word(desk):
    await entering(desk)
    desk.moments.pass_by(minutes=29)
    assert await desk.told(BOB) == []
    desk.moments.pass_by(minutes=2)
    (told,) = await desk.told(BOB)
    assert "gate was open" in told and "bridge had been closed" in told


async def test_what_others_change_and_what_is_retracted_does_not_wait(desk):
    ann = await entering(desk)
    eve = await desk.moderator("telegram:9")
    await eve.tells("/add Putin said that the ferry had sunk\nsource: S1", "[Confirm]")
    await ann.tells("/retract F7 The source has withdrawn it", "[Confirm]")
    told = "\n".join(await desk.told(BOB))
    assert "ferry had sunk" in told and "F7" in told and "gate was open" not in told


async def test_what_was_undone_meanwhile_is_not_told(desk):
    ann = await entering(desk)
    await ann.tells("/undo", "/desk done")
    (told,) = await desk.told(BOB)
    assert "gate was open" in told and "bridge" not in told


async def test_a_word_that_is_not_done_is_refused(desk):
    ann = await desk.moderator()
    assert_short(await ann.says("/desk close"), "/desk done")
