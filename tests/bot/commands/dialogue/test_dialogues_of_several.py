"""Dialogues of several people: whose question it is, whose button, and what two do to the same fact."""

import asyncio

import pytest

from tests.bot.desk import ANN, BOB, assert_short, buttons, said

GROUP = "telegram:-100"
BRIDGE = "/add The bridge is closed.\nsource: S1"


async def test_in_a_group_a_question_says_how_to_answer_it(desk):
    ann = await desk.moderator(chat=GROUP)
    await ann.says("/add", shared=True, private=False)
    assert "/answer" in ann.seen
    # Talk that is not for the bot is left alone, also while it asks something.
    assert await ann.says("lovely weather", private=False) is None
    await ann.says("/answer The bridge is closed", private=False)
    assert "Who says so" in ann.seen


async def test_what_one_alone_sees_is_not_said_to_be_answered_by_a_reply(desk):
    ann = await desk.moderator(chat="discord:#5")
    for discreet in (False, True):
        reply = await ann.says("/add", shared=True, discreet=discreet)
        assert reply.asks is not None and ("replying to this message" in ann.seen) is not discreet


async def test_what_was_asked_of_one_is_not_answered_by_another(desk):
    ann, bob = [await desk.moderator(user, chat=GROUP) for user in (ANN, BOB)]
    await ann.says("/add The bridge is closed")
    before = desk.kept()
    for label in ("Skip", "Cancel"):
        assert_short(await bob.says(ann.button(label)), "somebody else")
    assert_short(await bob.says("/answer Lubinets"), "Nothing is being asked")
    assert_short(await bob.says("/confirm"), "Nothing is being asked")
    assert_short(await desk.person(ANN).says(ann.button("Skip")), "in another chat")
    assert desk.kept() == before
    assert "In which words" in said(await ann.says("/skip"))


async def test_an_old_button_asks_the_open_question_again(desk):
    ann = await desk.moderator()
    await ann.says("/add The bridge is closed")
    old = ann.button("Skip")
    await ann.tells("Lubinets", "said that")
    await ann.says(old)
    assert "answered already" in ann.seen and "Which source" in ann.seen
    await ann.tells("S1", "/skip", "/skip", "/skip")
    assert "Lubinets said that the bridge is closed" in ann.seen
    # The same for one of the same question, pressed twice.
    await ann.says(BRIDGE)
    change = ann.button("Change something")
    await ann.tells(change, change)
    assert "answered already" in ann.seen and "Confirm" in buttons(ann.reply)


async def test_a_change_confirmed_twice_is_made_once(desk):
    ann = await desk.moderator()
    await ann.says("/retract F5 The source withdrew it")
    confirm = ann.button("Confirm")
    replies = await asyncio.gather(*[desk.person(ANN).says(confirm) for _ in range(5)])
    assert sum("went wrong" in said(reply) for reply in replies) == 0
    assert await desk.revisions(5) == 2
    for _ in range(2):
        assert_short(await ann.says(confirm), "answered already, or ended")
    assert await desk.revisions(5) == 2


async def test_a_fact_confirmed_twice_is_added_once(desk):
    ann = await desk.moderator()
    await ann.says(BRIDGE)
    before = (await desk.record.database.read("SELECT count(*) FROM fact"))[0][0]
    confirm = ann.button("Confirm")
    await asyncio.gather(*[desk.person(ANN).says(confirm) for _ in range(5)])
    assert (await desk.record.database.read("SELECT count(*) FROM fact"))[0][0] == before + 1


async def test_the_second_of_two_moderators_is_told_what_changed_and_asked_again(desk):
    ann, bob = await desk.moderator(ANN, handle="ann"), await desk.moderator(BOB, handle="bob")
    for person, place in ((ann, "¶7"), (bob, "¶8")):
        await person.says(f"/correct F5\nat: {place}\nmaterial: yes\nreason: so the article says")
        assert "Confirm" in buttons(person.reply)
    await ann.presses("Confirm")
    kept = desk.kept()
    stale = bob.button("Confirm")
    await bob.presses("Confirm")
    assert desk.kept() == kept, "nothing is overwritten unseen"
    assert "changed in the meantime" in bob.seen and "@ann" in bob.seen and "so the article says" in bob.seen
    cited = {citation.locator for citation in bob.reply.citations()}
    assert {"¶2", "¶7", "¶8"} <= cited, "what was, what is, and what will be"
    assert bob.button("Confirm") != stale
    await bob.says(stale)
    assert desk.kept() == kept, "the button of what was not seen does nothing"
    await bob.says("/confirm")
    assert await desk.revisions(5) == 3
    assert (await desk.record.facts.find(5)).attributions[0].locator == "¶8"


@pytest.mark.parametrize(
    "typed", ["/correct F5\nat: ¶7\nmaterial: yes\nreason: so it says", "/source S1\nauthor: Ann"]
)
async def test_what_changes_while_a_preview_is_read_is_read_again(desk, monkeypatch, typed):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await bob.says(typed.replace("¶7", "¶8").replace("Ann", "Bob"))
    rehearse = desk.record.ledger.rehearse

    async def overtaken(change, **by):
        monkeypatch.undo()
        await bob.presses("Confirm")
        return await rehearse(change, **by)

    monkeypatch.setattr(desk.record.ledger, "rehearse", overtaken)
    await ann.says(typed)
    assert "Confirm" in buttons(ann.reply)
    await ann.presses("Confirm")
    assert "meantime" not in ann.seen and "Confirm" not in buttons(ann.reply)


async def test_what_both_wanted_is_done_once(desk):
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    for person in (ann, bob):
        await person.says("/retract F5 wrong")
    await ann.presses("Confirm")
    await bob.presses("Confirm")
    assert "retracted" in bob.seen
    assert await desk.revisions(5) == 2


async def test_many_moderators_at_once_lose_nothing(desk):
    people = [await desk.moderator(f"telegram:{100 + number}") for number in range(6)]
    for number, person in enumerate(people):
        await person.says(f"/attribute F5\nsource: + Report {number}")
        assert "Confirm" in buttons(person.reply)

    async def insist(person):
        for _ in range(20):
            if "Confirm" not in buttons(person.reply):
                return
            await person.presses("Confirm")

    await asyncio.gather(*map(insist, people))
    fact = await desk.record.facts.find(5)
    assert {item.source.title for item in fact.attributions[1:]} == {f"Report {n}" for n in range(6)}
    assert (await desk.record.audit.verify()).problem is None


async def test_a_reply_to_a_question_that_was_asked_of_somebody_else_is_no_question(desk):
    ann, bob = await desk.moderator(ANN, chat=GROUP), desk.person(BOB, GROUP)
    await ann.says("/add", shared=True, private=False)
    offered = tuple(action.command for action in ann.reply.actions)
    before = desk.kept()
    assert_short(await bob.says("Who denied it?", offered=offered), "asked of somebody else")
    assert desk.kept() == before
    assert "Who says so" in said(await ann.says("The bridge is closed", offered=offered))
