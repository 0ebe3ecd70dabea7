"""Moderators are told of suggestions and of their appointment, proposers what became of theirs."""

import asyncio
from datetime import timedelta

from bot.notices import find_what_to_tell
from tests.bot.desk import ANN, BOB, EVE, OWNER, buttons, said

RAIN = "/suggest It rained at Olm.\nsource: S1"
CARL = "telegram:9"


async def suggests(desk, text=RAIN, user=EVE, **fields):
    eve = desk.person(user, **fields)
    await eve.tells(text, "[Confirm]")
    assert "is with the moderators" in eve.seen
    return eve


async def test_suggestions_are_told_in_one_message_once_they_are_gathered(desk):
    ann, _bob = await desk.moderator(ANN), await desk.moderator(BOB, None)
    await suggests(desk)
    desk.moments.pass_by(minutes=9)
    await suggests(desk, "/suggest It snowed at Olm.\nsource: S1")
    assert await desk.told(ANN) == [] == await desk.told(BOB)
    desk.moments.pass_by(minutes=1)
    for person in (ANN, BOB):
        (reply,) = await desk.due(person)
        assert "2 suggestions wait" in said(reply) and "2 new, 2 in all" in said(reply)
        # What was suggested, and by whom, is on its card only.
        assert "rained" not in said(reply) and EVE not in said(reply)
        assert buttons(reply) == ["Review"]
    assert await desk.told(EVE) == [] == await desk.told(OWNER)
    desk.moments.pass_by(hours=1)
    assert await desk.told(ANN) == []
    await suggests(desk, "/suggest It hailed at Olm.\nsource: S1")
    desk.moments.pass_by(minutes=10)
    (told,) = await desk.told(ANN)
    assert "1 suggestion waits" in told and "1 new, 3 in all" in told
    await ann.says(reply.actions[0].command)
    assert "3 drafts wait" in ann.seen


async def test_who_moderates_two_stories_is_told_of_both_at_once(desk):
    await desk.appoint(ANN, "belarus")
    await desk.appoint(ANN, "tarrow-ferry")
    bob = await desk.moderator(BOB, "tarrow-ferry")
    await suggests(desk)
    eve = desk.person(EVE)
    await eve.tells("/story tarrow-ferry", "/suggest The ferry was late.\nsource: + A post", "[Confirm]")
    desk.moments.pass_by(minutes=10)
    (both,) = await desk.due(ANN)
    assert said(both).count("1 new, 1 in all") == 2
    assert buttons(both)[0] == "Review" and buttons(both)[1].startswith("Change to “")
    (one,) = await desk.due(BOB)
    assert said(one).count("1 new, 1 in all") == 1
    await bob.says(one.actions[0].command)
    assert "Review (1)" in buttons(bob.reply)
    await bob.presses("Review (1)")
    assert "The ferry was late" in bob.seen
    # Readers are shown no such thing.
    assert "Review" not in " ".join(buttons(await eve.says("/story belarus")))


async def test_what_was_decided_meanwhile_or_is_ones_own_is_not_told(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await suggests(desk)
    await ann.says("/approve D1")
    desk.moments.pass_by(minutes=10)
    assert await desk.told(BOB) == []
    await ann.tells("/suggest It thawed at Olm.\nsource: S1", "[Confirm]")
    desk.moments.pass_by(minutes=10)
    assert await desk.told(ANN) == []
    (told,) = await desk.told(BOB)
    assert "1 suggestion waits" in told
    assert bob.user == BOB


async def test_without_moderators_the_owners_are_told(desk):
    await suggests(desk)
    desk.moments.pass_by(minutes=10)
    (told,) = await desk.told(OWNER)
    assert "1 suggestion waits" in told


async def test_nobody_is_told_where_the_settings_say_so(desk):
    await desk.appoint(ANN)
    desk.record.drafts.gathered = None
    await suggests(desk)
    desk.moments.pass_by(days=1)
    assert await desk.told(ANN) == []
    desk.record.drafts.gathered = timedelta(minutes=5)
    assert len(await desk.told(ANN)) == 1


async def test_two_who_look_at_once_tell_it_once(desk):
    await desk.appoint(ANN)
    await suggests(desk)
    desk.moments.pass_by(minutes=10)
    await asyncio.gather(*(find_what_to_tell(desk.record) for _ in range(5)))
    assert len(await desk.told(ANN)) == 1


async def test_who_is_appointed_is_told_in_private(desk, subtests):
    owner = desk.person(OWNER)
    await owner.tells("/appoint 9 belarus", "[Confirm]")
    (reply,) = await desk.due(CARL)
    title = (await desk.record.stories.find("belarus")).title
    assert f"You are now a moderator of “{title}”" in said(reply)
    carl = desk.person(CARL)
    await carl.says(reply.actions[0].command)
    assert title in carl.seen and "Nothing waits" in said(await carl.says("/review"))
    with subtests.test("all stories"):
        await owner.tells(f"/appoint {BOB}", "[Confirm]")
        (told,) = await desk.told(BOB)
        assert "a moderator of all stories" in told
    with subtests.test("a second press"):
        await owner.says(f"/appoint {ANN} belarus")
        await asyncio.gather(*(desk.person(OWNER).says(owner.button("Confirm")) for _ in range(3)))
        assert len(await desk.told(ANN)) == 1
    with subtests.test("oneself"):
        await owner.tells(f"/appoint {OWNER}", "[Confirm]")
        assert await desk.told(OWNER) == []


async def test_a_proposer_reads_again_what_they_had_suggested(desk):
    ann = await desk.moderator()
    for number, turns in enumerate(
        [("/approve D1",), ("/reject D2 no source", "[Confirm]"), ("/same D3 F9", "[Confirm]")], 1
    ):
        await suggests(desk, f"/suggest It rained {number} days at Olm.\nsource: S1\nat: ¶{number}")
        await ann.tells(*turns)
        (told,) = await desk.told(EVE)
        assert told.startswith(f"You suggested: “It rained {number} days at Olm.”") and f"D{number}" in told


async def test_words_that_were_taken_down_are_not_quoted_to_their_proposer(desk):
    owner = desk.person(OWNER)
    await suggests(desk)
    await owner.tells("/takedown D1 privacy", "[Confirm]")
    for told in await desk.told(EVE):
        assert "rained" not in told
    # Nor are they sent any more where they waited to be told.
    await suggests(desk, RAIN.replace("rained", "poured"))
    await owner.tells("/reject D2 no", "[Confirm]")
    await find_what_to_tell(desk.record)
    await owner.tells("/takedown D2 privacy", "[Confirm]")
    assert not any("poured" in told for told in await desk.told(EVE))
