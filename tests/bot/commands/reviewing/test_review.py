"""/suggest and /review: what anyone proposes, what moderators do with it, and that the proposer is told."""

import asyncio
from itertools import product

from bot.notices import review_notices
from tests.bot.desk import ANN, BOB, EVE, assert_short, buttons, said

BRIDGE = "/suggest The bridge is closed.\nwho: Lubinets\nsource: S1\nat: ¶3"


async def suggested(desk, text=BRIDGE, **fields):
    """Return a reader whose suggestion waits."""
    eve = desk.person(EVE, **fields)
    await eve.tells(text, "[Confirm]")
    assert "with the moderators" in eve.seen
    return eve


async def newest(desk):
    (fact,) = await desk.record.listings.latest(1, limit=1)
    return fact


async def test_a_suggestion_changes_nothing_until_it_is_approved(desk):
    before = desk.kept()
    await suggested(desk)
    after = desk.kept()
    assert {name for name in after if after[name] != before[name]} == {"draft"}
    ann = await desk.moderator()
    await ann.says("/review")
    assert "1 draft waits" in ann.seen and "Lubinets" in ann.seen
    # Readers' ids are shown to nobody.
    assert "Proposed by a reader" in ann.seen and EVE not in ann.seen
    assert buttons(ann.reply)[:3] == ["Approve", "Edit", "Reject"]
    await ann.presses("Approve")
    fact = await newest(desk)
    assert (fact.statement, fact.attributions[0].locator) == ("The bridge is closed.", "¶3")
    assert buttons(ann.reply) == ["Next", "Undo"]
    assert "Nothing waits" in said(await ann.presses("Next"))


async def test_readers_see_nothing_of_what_waits(desk):
    await suggested(desk)
    bob = desk.person(BOB)
    for text in ("/what bridge", "/latest 20", "/ask Is the bridge closed?", "/sources", "/review", "/audit"):
        shown = said(await bob.says(text))
        assert "The bridge is closed" not in shown


async def test_the_longest_waiting_comes_first_and_the_rest_page_by_page(desk):
    for number in range(3):
        await desk.person(f"telegram:{70 + number}").tells(
            f"/suggest Thing number {number} happened.\nsource: S1", "[Confirm]"
        )
    ann = await desk.moderator()
    seen = [said(await ann.says("/review"))]
    while "Next" in buttons(ann.reply):
        seen.append(said(await ann.presses("Next")))
    assert ["Thing number" in text and f"number {n} happened" in text for n, text in enumerate(seen)] == [
        True,
        True,
        True,
    ]
    assert "3 drafts wait" in seen[0]


async def test_what_is_like_it_on_record_is_offered_as_the_same(desk):
    statement = (await desk.record.facts.find(9)).statement
    await suggested(desk, f"/suggest {statement}\nwho: Putin\nsource: + A speech")
    ann = await desk.moderator()
    await ann.says("/review")
    assert "Same as F9" in buttons(ann.reply) and "like it" in ann.seen
    was = await desk.record.facts.find(9)
    await ann.presses("Same as F9")
    assert "F9 reads now" in ann.seen and "It will read" in ann.seen
    (voice,) = [b.text for b in ann.reply.blocks if getattr(b, "nested", False)]
    # The whole sentence as it will be, and not what would be shown in short beneath another.
    assert voice == f"Putin: {was.statement}"
    assert "its statement is left out" in ann.seen
    assert await desk.record.facts.find(9) == was and await desk.told(EVE) == []
    await ann.presses("Confirm")
    assert "D1 was added to F9" in ann.seen and buttons(ann.reply) == ["Next", "Undo"]
    further = (await desk.record.facts.find(9)).attributions[-1]
    assert (further.speaker.ref, further.source.title) == ("putin", "A speech")
    assert any("added to F9" in text for text in await desk.told(EVE))


async def test_what_says_the_same_is_shown_before_it_is_added_under_a_denial_too(desk):
    """F5 is a denial: whose word the draft is must be seen in a whole sentence."""
    await suggested(desk, "/suggest Children came.\nwho: Putin\ncue: confirmed that\nsource: + A speech")
    ann = await desk.moderator()
    await ann.says("/same D1")
    assert "Which fact says the same" in ann.seen and "Skip" not in buttons(ann.reply)
    await ann.says("F5")
    statement = (await desk.record.facts.find(5)).statement
    assert f"Putin confirmed that {statement}" in ann.seen
    assert "supported" not in ann.seen and "against it: " in ann.seen
    await ann.presses("Confirm")
    assert "stated, not denied, by Putin" in ann.seen


async def test_the_same_word_is_not_added_twice(desk):
    text = "/suggest Another wording of it.\nwho: Putin\nsource: S2\nat: p. 3"
    await suggested(desk, text)
    await desk.person(BOB).tells(text.replace("Another", "Yet another"), "[Confirm]")
    ann = await desk.moderator()
    await ann.tells("/same D1 F9", "[Confirm]")
    before = desk.kept()
    assert_short(await ann.says("/same D2 F9"), "F9 has that attribution already")
    await ann.says("/confirm")
    assert desk.kept() == before


async def test_of_two_who_add_to_one_fact_the_second_sees_it_as_it_is_now(desk):
    for name, who in (("Another", "Putin"), ("Yet another", "NAM")):
        await suggested(desk, f"/suggest {name} wording of it.\nwho: {who}\nsource: S2")
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.says("/same D1 F9")
    await bob.says("/same D2 F9")
    await ann.presses("Confirm")
    before = desk.kept()
    await bob.presses("Confirm")
    assert "F9 has changed in the meantime" in bob.seen and desk.kept() == before
    await bob.presses("Confirm")
    voices = (await desk.record.facts.find(9)).attributions[-2:]
    assert [voice.speaker.ref for voice in voices] == ["putin", "nam"]


async def test_the_proposer_is_told_once_in_the_chat_where_they_proposed(desk):
    eve = desk.person(EVE, "telegram:-100")
    await eve.tells(BRIDGE, "[Confirm]")
    ann = await desk.moderator()
    assert await desk.told("telegram:-100") == []
    await ann.says("/approve D1")
    (told,) = await desk.told("telegram:-100")
    assert "D1" in told and "The bridge is closed" in told
    assert await desk.told("telegram:-100") == [] == await desk.told(EVE)


async def test_a_draft_is_rejected_with_a_reason_that_the_proposer_is_told(desk):
    await suggested(desk)
    ann = await desk.moderator()
    before = {name: now for name, now in desk.kept().items() if name not in ("draft", "audit")}
    await ann.tells("/review", "[Reject]")
    assert "Why" in ann.seen and "Skip" not in buttons(ann.reply)
    assert_short(await ann.says("/skip"), "cannot be left open")
    await ann.says("The source <b>does not</b> say so")
    assert "The bridge is closed" in ann.seen and "The source <b>does not</b> say so" in ann.seen
    await ann.presses("Confirm")
    (told,) = await desk.told(EVE)
    assert "The source <b>does not</b> say so" in told
    assert {name: now for name, now in desk.kept().items() if name not in ("draft", "audit")} == before
    (entry, *_) = await desk.record.audit.page(limit=1)
    assert (entry.action, entry.subject, entry.reason) == (
        "rejected",
        "D1",
        "The source <b>does not</b> say so",
    )


async def test_a_draft_is_put_right_and_the_proposer_is_told_of_the_fact(desk):
    await suggested(desk)
    ann = await desk.moderator()
    await ann.tells("/review", "[Edit]")
    assert "Readers will see" in ann.seen and "The bridge is closed" in ann.seen
    await ann.tells(
        "[Change something]", "[When]", "2024-02-03", "[Change something]", "[Who says so]", "Putin"
    )
    await ann.presses("Confirm")
    fact = await newest(desk)
    assert (fact.occurred, fact.attributions[0].speaker.ref) == ("2024-02-03", "putin")
    assert (fact.statement, fact.attributions[0].locator) == ("The bridge is closed.", "¶3")
    (told,) = await desk.told(EVE)
    assert f"F{fact.id}" in told
    draft = await desk.record.drafts.find(1)
    assert (draft.state, draft.fact_id) == ("approved", fact.id)


async def test_a_draft_opened_for_editing_still_waits_until_it_is_confirmed(desk):
    await suggested(desk)
    ann = await desk.moderator()
    await ann.tells("/edit D1", "/cancel")
    assert "1 draft waits" in said(await ann.says("/review"))


async def test_approved_twice_at_once_it_is_published_once(desk):
    await suggested(desk)
    people = [await desk.moderator(f"telegram:{100 + number}") for number in range(6)]
    before = (await desk.record.database.read("SELECT count(*) FROM fact"))[0][0]
    replies = [said(reply) for reply in await asyncio.gather(*[one.says("/approve D1") for one in people])]
    assert (await desk.record.database.read("SELECT count(*) FROM fact"))[0][0] == before + 1
    assert sum("is on record as F" in text for text in replies) == 1
    assert all("already" in text for text in replies if "is on record as F" not in text)
    assert len(await desk.told(EVE)) == 1


async def test_what_is_decided_is_decided(desks, subtests):
    decisions = ["/approve D1", "/reject D1 no", "/same D1 F9"]
    for first, second in product(decisions, [*decisions, "/edit D1"]):
        with subtests.test(first=first, second=second):
            async with desks() as desk:
                await suggested(desk)
                ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
                await ann.says(first)
                if "Confirm" in buttons(ann.reply):
                    await ann.presses("Confirm")
                before = desk.kept()
                assert_short(await bob.says(second), "decided already")
                assert desk.kept() == before
                assert len(await desk.told(EVE)) == 1


async def test_a_rejection_and_an_approval_at_once_decide_once(desk):
    await suggested(desk)
    ann, bob = await desk.moderator(ANN), await desk.moderator(BOB)
    await ann.says("/reject D1 no")
    await bob.says("/edit D1")
    await desk.person(ANN).says("/confirm")
    before = desk.kept()
    await bob.presses("Confirm")
    assert f"Meanwhile D1 was rejected by {ANN}" in bob.seen, (
        "it may still come on record, once that was seen"
    )
    assert desk.kept() == before


REFUSED = [
    ("/approve", "/approve <draft>"),
    ("/approve D99", "no draft D99"),
    ("/approve F1", "by its id"),
    ("/approve D1 D2", "by its id"),
    ("/approve D2", "another story"),
    ("/reject D2 no", "another story"),
    ("/edit D2", "another story"),
    ("/same D2 F9", "another story"),
    ("/reject D99 no", "no draft D99"),
    ("/same D1", "Which fact says the same"),
    ("/same", "/same <draft>"),
    ("/same D1 F99", "F99 is not on record"),
    ("/same D1 F60", "another story"),
    ("/same D1 nine", "by its id"),
    ("/same D1 F8", "not in force"),
    ("/same F9 D1", "by its id"),
]


async def test_what_will_not_do_is_told_and_changes_nothing(desk, subtests):
    await suggested(desk)
    await desk.person(BOB).tells(
        "/story tarrow-ferry", "/suggest The ferry is safe.\nsource: + X", "[Confirm]"
    )
    ann = await desk.moderator()
    await ann.tells("/retract F8 wrong", "[Confirm]")
    before = desk.kept()
    for text, told in REFUSED:
        with subtests.test(text=text):
            await ann.says(text)
            assert_short(ann.reply, told)
            await ann.says("/confirm")
            assert desk.kept() == before


async def test_a_suggestion_of_a_reader_needs_what_a_fact_needs(desk):
    eve = desk.person(EVE)
    before = desk.kept()
    await eve.tells("/suggest The bridge is closed", "/skip", "/skip")
    assert "source" in eve.seen
    assert_short(await eve.says("/skip"), "cannot be left open")
    assert_short(await eve.says("/confirm"), "answer the question first")
    for text in (
        "/suggest x\nsource: htp:/x",
        "/suggest x\nsource: S1\nwhen: 2024-02-30",
        "/suggest x\nsource: S99",
    ):
        assert "Confirm" not in buttons(await eve.says(text))
    assert desk.kept() == before


async def test_too_many_suggestions_of_one_person_must_wait(desk):
    eve = desk.person(EVE)
    for number in range(20):
        await eve.tells(f"/suggest Thing number {number} happened.\nsource: S1", "[Confirm]")
    before = desk.kept()
    await eve.tells("/suggest One thing more happened.\nsource: S1", "[Confirm]")
    assert_short(eve.reply, "20")
    assert desk.kept() == before
    assert "D21" in said(await desk.person(BOB).tells("/suggest Yet one more.\nsource: S1", "[Confirm]"))


async def test_a_suggestion_whose_ground_has_gone_can_still_be_turned_down(desk):
    """What a draft stands against may be retracted while it waits; its card says so and does not fail."""
    await suggested(desk, BRIDGE + "\ncontradicts: F9")
    ann = await desk.moderator()
    await ann.tells("/retract F9 wrong", "[Confirm]", "/review")
    assert "went wrong" not in ann.seen
    await ann.tells("/reject D1 its ground is gone", "[Confirm]")
    assert "rejected" in ann.seen


async def test_a_suggestion_that_has_come_on_record_otherwise_can_still_be_turned_down(desk):
    await suggested(desk)
    ann = await desk.moderator()
    await ann.tells(BRIDGE.replace("/suggest", "/add"), "[Confirm]")
    shown = said(await ann.says("/review"))
    assert "went wrong" not in shown and "D1" in shown
    before = desk.kept()
    assert_short(await ann.says("/approve D1"), "on record already")
    assert desk.kept() == before
    await ann.tells("/reject D1 It is on record already", "[Confirm]")
    assert "D1 was rejected" in ann.seen
    assert "Nothing waits" in said(await ann.says("/review"))


async def test_a_name_of_a_suggestion_that_came_on_record_meanwhile_is_taken(desk):
    text = "/suggest The bridge is closed.\nwho: +person Ann Smith\nsource: + A memo"
    await suggested(desk, text)
    await desk.person(BOB).tells(text.replace("closed", "open"), "[Confirm]")
    ann = await desk.moderator()
    await ann.tells("/approve D1", "/approve D2")
    assert "on record as F" in ann.seen
    found = await desk.record.entities.named(1, "Ann Smith")
    assert len(found) == 1
    assert len(await desk.record.sources.page(1, after=6, limit=9)) == 1


async def test_the_language_in_which_the_proposer_is_told_is_theirs(desk, monkeypatch):
    """The moderator's is another one, and it is theirs again afterwards."""
    spoken = []
    monkeypatch.setattr(review_notices, "speak", spoken.append)
    await suggested(desk, language="uk")
    ann = await desk.moderator()
    await ann.says("/approve D1", language="de")
    await desk.due(EVE)
    assert spoken[0] == "uk" and spoken[-1] == "de"


async def test_what_a_forgotten_person_proposed_is_nobodys(desk):
    eve = await suggested(desk)
    await eve.says("/forgetme")
    ann = await desk.moderator()
    assert EVE not in said(await ann.says("/review")) and "Proposed by a reader" in ann.seen
    assert (await desk.record.drafts.find(1)).proposer is None
    await ann.presses("Approve")
    assert await desk.told(EVE) == []
