"""/corrections: what was changed of what is on record, the newest first, attributed and page by page."""

from __future__ import annotations

from bot.replies import Line
from tests.bot.desk import EVE, said


async def test_nothing_is_corrected_at_first(desk):
    eve = desk.person(EVE)
    for text in ("/corrections", "what was corrected?", "any corrections?", "Що було виправлено?"):
        assert "Nothing on record in this story has been corrected" in said(await eve.says(text)), text


async def test_each_change_is_told_with_what_was_and_what_is(desk):
    ann, eve = await desk.moderator(), desk.person(EVE)
    was = (await desk.record.facts.find(12)).statement
    await ann.tells(
        "/correct F12\nstatement: Another wording of it\nreason: misread\nmaterial: yes", "[Confirm]"
    )
    desk.moments.pass_by(days=1)
    await ann.tells("/retract F8 The source withdrew it", "[Confirm]")
    reply = await eve.says("what was corrected?")
    told = said(reply)
    assert told.index("F8 retracted") < told.index("F12 corrected")
    assert "The source withdrew it" in told and "misread" in told
    lines = [block for block in reply.blocks if isinstance(block, Line)]
    assert [(line.label, line.fact, bool(line.citations)) for line in lines] == [
        ("Was", 12, True),
        ("Now", 12, True),
    ]
    assert was in lines[0].text and "nother wording of it" in lines[1].text
    assert (await desk.record.facts.find(8)).statement not in told


async def test_changes_of_a_fact_that_was_retracted_since_tell_only_that(desk):
    ann, eve = await desk.moderator(), desk.person(EVE)
    await ann.tells(
        "/correct F12\nstatement: A secret wording\nreason: secret reason\nmaterial: yes", "[Confirm]"
    )
    await ann.tells("/retract F12 The source withdrew it", "[Confirm]")
    told = said(await eve.says("/corrections"))
    assert "The source withdrew it" in told and "ecret" not in told


async def test_what_superseded_a_fact_stands_beside_it(desk):
    ann, eve = await desk.moderator(), desk.person(EVE)
    await ann.tells("/supersede F12 F13", "[Confirm]")
    reply = await eve.says("/corrections")
    assert [(block.label, block.fact) for block in reply.blocks if isinstance(block, Line)] == [
        ("Was", 12),
        ("Now", 13),
    ]


async def test_other_stories_changes_are_not_told_and_pages_turn(desk, subtests):
    ann, eve = await desk.moderator(), desk.person(EVE)
    for number in range(9, 21):
        await ann.tells(f"/retract F{number} hoax {number}", "[Confirm]")
        desk.moments.pass_by(minutes=11)
    seen = []
    reply = await eve.says("/corrections")
    while True:
        seen += [block.text for block in reply.blocks if "hoax" in block.text]
        more = next((a.command for a in reply.actions if a.command.startswith("/corrections >")), None)
        if more is None:
            break
        reply = await eve.says(more)
    assert [text.rsplit(" ", 1)[1] for text in seen] == [str(number) for number in range(20, 8, -1)]
    await eve.says("/story tarrow-ferry")
    assert "Nothing on record in this story has been corrected" in said(await eve.says("/corrections"))
    for forged in (">1", ">2026-11-22_0_0", ">x_1_1"):
        with subtests.test(forged=forged):
            assert "does not exist" in said(await eve.says(f"/corrections {forged}"))
