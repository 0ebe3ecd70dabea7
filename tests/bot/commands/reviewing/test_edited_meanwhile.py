"""Drafts on which two are at work: what one typed outlasts what the other decides."""

import re
from dataclasses import replace

import pytest

from tests.bot.desk import ANN, BOB, EVE, assert_short, buttons, said
from tests.bot.filling_in import draft, fills, opened, shown

BRIDGE = "/suggest The bridge is closed.\nwho: Lubinets\nsource: S1\nat: ¶3"
# What Bob does with the draft that Ann edits, and what she is told of it.
DECISIONS = {
    "approved": (("/approve D1",), "Meanwhile D1 was approved as F"),
    "rejected": (("/reject D1 The source does not say so", "[Confirm]"), "Meanwhile D1 was rejected by @bob"),
    "merged": (("/same D1 F9", "[Confirm]"), "Meanwhile D1 was added to F9 by @bob"),
    "edited": (("/edit D1\nat: ¶4", "[Confirm]"), "Meanwhile D1 was approved as F"),
}


async def three(desk):
    """Return two moderators over a reader's draft."""
    await desk.person(EVE).tells(BRIDGE, "[Confirm]")
    return await desk.moderator(ANN, handle="ann"), await desk.moderator(BOB, handle="bob")


@pytest.mark.parametrize("how", DECISIONS)
@pytest.mark.parametrize("at", ["the question", "the preview"])
async def test_what_was_typed_is_kept_when_somebody_else_decides(desk, how, at):
    ann, bob = await three(desk)
    turns, told = DECISIONS[how]
    await ann.tells("/edit D1\nwhen: 2024-02", "[Change something]", "[Statement]")
    if at == "the preview":
        await ann.says("The bridge at Olm is closed to lorries")
    await bob.tells(*turns)
    before = desk.kept()
    # Asked or shown, the next step tells it; nothing is put on record unseen.
    await (
        ann.presses("Confirm") if at == "the preview" else ann.says("The bridge at Olm is closed to lorries")
    )
    assert told in ann.seen and "@bob" in ann.seen and "is kept" in ann.seen
    assert "The bridge at Olm is closed to lorries" in ann.seen.replace("the bridge", "The bridge")
    assert desk.kept() == before
    await ann.presses("Confirm")
    (fact,) = await desk.record.listings.latest(1, limit=1)
    assert (fact.statement, fact.occurred) == ("The bridge at Olm is closed to lorries", "2024-02")
    outcome = await desk.record.drafts.find(1)
    assert outcome.decided_by == BOB, "it is not decided twice"


async def test_where_nothing_is_left_to_say_another_part_is_asked_for(desk):
    """Both edited the date: that alone makes no other statement."""
    ann, bob = await three(desk)
    await ann.tells("/edit D1\nwhen: 2024-02", "[Change something]", "[Figures]")
    await bob.tells("/edit D1\nwhen: 2024-03", "[Confirm]")
    await ann.says("5 lorries")
    assert "on record already: F" in ann.seen and "Meanwhile D1 was approved" in ann.seen
    await ann.tells("[Statement]", "The bridge is closed to lorries.", "[Confirm]")
    (fact,) = await desk.record.listings.latest(1, limit=1)
    assert (fact.statement, fact.occurred) == ("The bridge is closed to lorries.", "2024-02")


async def test_one_like_it_that_came_on_record_meanwhile_may_take_the_word_over(desk):
    ann, bob = await three(desk)
    await ann.says("/edit D1\nwho: Putin")
    await bob.says("/approve D1")
    await ann.presses("Confirm")
    (approved,) = await desk.record.listings.latest(1, limit=1)
    await ann.tells(f"[Same as F{approved.id}]", "[Confirm]")
    voices = (await desk.record.facts.find(approved.id)).attributions
    assert [voice.speaker.ref for voice in voices] == ["lubinets", "putin"]


async def test_four_eyes_keep_what_was_typed_as_well(desk):
    desk.dispatcher._policy = replace(desk.dispatcher._policy, four_eyes=True)
    ann, bob = await three(desk)
    await ann.says("/edit D1\nwhen: 2024-02")
    await bob.says("/approve D1")
    await ann.presses("Confirm")
    assert "Meanwhile D1 was approved" in ann.seen


async def test_a_reason_that_came_too_late_is_given_back(desk):
    ann, bob = await three(desk)
    await ann.says("/reject D1")
    await bob.says("/approve D1")
    assert_short(
        await ann.says("The source has it otherwise"), "approved as F", "The source has it otherwise"
    )
    await ann.presses("Retract F")
    assert "The source has it otherwise" in ann.seen and "Confirm" in buttons(ann.reply)
    # Of one that did not come on record there is nothing to retract.
    await desk.person(EVE).tells(BRIDGE.replace("closed", "open"), "[Confirm]")
    await bob.tells("/reject D2 no", "[Confirm]")
    assert_short(await ann.says("/reject D2 It is closed"), "rejected", "It is closed")
    assert ann.reply.actions == ()


async def test_what_was_filled_in_in_a_window_is_not_lost(desk):
    ann, bob = await desk.moderator(ANN, handle="ann"), await desk.moderator(BOB, handle="bob")
    number = await draft(desk)
    modal = await opened(ann, f"/edit {number}")
    reason = await opened(ann, f"/reject {number}")
    await bob.says(f"/approve {number}")
    await fills(ann, modal.key, **shown(modal) | {"statement": "The bridge is closed to lorries."})
    assert f"Meanwhile {number} was approved" in ann.seen and "closed to lorries" in ann.seen
    await ann.presses("Confirm")
    assert "is on record" in ann.seen
    assert_short(await fills(ann, reason.key, text="Not so"), "decided already", "Not so")
    assert_short(await opened(ann, f"/edit {number}"), "decided already")


async def test_who_has_a_draft_open_is_shown_to_others(desk):
    ann, bob = await three(desk)
    await ann.says("/edit D1\nwhen: 2024-02")
    for text in ("/review", "/edit D1", "/reject D1"):
        await bob.says(text)
        if text != "/reject D1":
            assert "At work on it: @ann, last at 2026-11-22 12:30 UTC." in bob.seen
    await bob.says("no such thing")
    assert "At work on it: @ann" in bob.seen
    # Oneself only in another chat; and nobody after an hour, or once they are done.
    assert "@ann" not in said(await ann.says("/review")) and "@bob" in ann.seen
    there = desk.person(ANN, "telegram:-100", handle="ann")
    assert "At work on it: You, in another chat" in said(await there.says("/review"))
    await bob.says("/cancel")
    assert "@bob" not in said(await ann.says("/review"))
    desk.moments.pass_by(hours=1, seconds=1)
    assert "At work on it" not in said(await bob.says("/review"))


async def test_readers_are_not_told_who_is_at_work(desk):
    ann, _bob = await three(desk)
    await ann.says("/edit D1\nwhen: 2024-02")
    eve = desk.person(EVE)
    for text in ("/review", "/fact F5", "/suggest The bridge is closed.\nsource: S1"):
        assert "@ann" not in said(await eve.says(text)) and "At work" not in eve.seen


async def test_the_same_person_on_both_platforms(desk):
    """What they confirm on one is told on the other, as anybody's would be."""
    ann, _bob = await three(desk)
    link = re.search(r"\w{4}-\w{4}-\w{4}", said(await ann.says("/link")))[0]
    there = desk.person("discord:70", handle="ann.d")
    await there.says(f"/link {link}")
    await ann.says("/edit D1\nwhen: 2024-02")
    await there.says("/edit D1\nwhen: 2024-03")
    assert "You, in another chat" in there.seen
    await ann.presses("Confirm")
    await there.presses("Confirm")
    assert "Meanwhile D1 was approved as F" in there.seen and "by @ann" in there.seen
    await there.tells("[Statement]", "The bridge is closed to lorries.", "[Confirm]")
    (fact,) = await desk.record.listings.latest(1, limit=1)
    assert (fact.statement, fact.occurred) == ("The bridge is closed to lorries.", "2024-03")
