"""/check: each claim of a text beside what is on record, and claims that differ in one thing from a fact."""

from __future__ import annotations

from bot.commands.reading.checking.look_up import quoted_for
from bot.frontends.telegram.render import render
from bot.replies import Quote
from bot.requests import Call
from tests.bot.commands.reading.checking.test_look_up import NEAR, NOTHING, UNHEARD, rows
from tests.bot.desk import EVE, buttons, said

WARRANT = "The ICC issued a warrant for Putin in March 2023."
POST = f"{WARRANT} Putin has been arrested! {UNHEARD}. The mayor of Springfield resigned over parking fees."


def ways(text):
    yield f"/check {text}", {}
    yield text, {"forwarded": True}
    yield "is this true?", {"quoted": text}
    yield "/ask ?", {"quoted": text}
    yield "", {"given": Call("check", {"text": text}), "forwarded": True}


async def test_each_claim_of_a_post_has_its_verdict_and_the_rest_is_counted(desk, subtests):
    for text, fields in ways(POST):
        with subtests.test(text=text[:20], fields=list(fields)):
            reply = await desk.person(EVE).says(text, **fields)
            shown = said(reply)
            assert shown.index("1. On record") < shown.index(WARRANT) < shown.index("2. Closest"), shown
            assert "2. " + NEAR in shown and "2 other sentences: nothing on record." in shown
            assert "zeppelin" not in shown and reply.verdict == "close"
            assert 19 in reply.facts
    assert await rows(desk, "question") == [] and await rows(desk, "button") == []


async def test_a_post_of_which_all_is_on_record_and_one_of_which_nothing_is(desk):
    eve = desk.person(EVE)
    reply = await eve.says(f"/check {WARRANT} NAM submitted evidence to the ICC.")
    assert reply.verdict == "on record" and NEAR not in said(reply)
    reply = await eve.says(f"/check {UNHEARD}. The mayor of Springfield resigned over parking fees.")
    assert NOTHING in said(reply) and "1 other sentence: nothing on record." in said(reply)
    assert reply.verdict == "not on record" and not reply.facts
    # What was quoted may be waited for.
    assert "Tell me when there is an answer" in buttons(reply)


async def test_tell_me_is_about_the_claim_of_its_number(desk):
    eve = desk.person(EVE)
    reply = await eve.says(
        "/check Putin has been arrested. The ICC has a warrant for the arrest of Lukashenko."
    )
    assert [action.command for action in reply.actions] == ["/tellme 1", "/tellme 2"]
    quotes = [block.text for block in reply.blocks if isinstance(block, Quote)]
    # What the front ends make of a press.
    await eve.says("/tellme 2", given=Call("tellme", {"question": quotes[1]}))
    assert "You will be told here" in eve.seen
    ((_id, _story, _key, text, *_rest),) = await rows(desk, "question")
    assert text == quotes[1]


async def test_a_post_is_answered_on_one_screen(desk):
    told = [
        "Putin has been arrested in Moscow by agents of the International Criminal Court on Monday morning",
        "Lukashenko admitted that children were abducted",
        "NAM submitted evidence to the ICC",
        "Yale counted 3,400 children in Belarus",
        "The party was held for 9,000 children",
    ]
    reply = await desk.person(EVE).says("/check " + ". ".join(told))
    assert sum(isinstance(block, Quote) for block in reply.blocks) == 3
    assert len(render(reply)) == 1
    assert len(said(reply)) <= 1_100, said(reply)
    assert "2 other sentences" in said(reply)


async def test_a_text_of_any_length_is_checked(desk):
    eve = desk.person(EVE)
    for text, fields in ways(f"{WARRANT} " + "The mayor of Springfield resigned over parking fees. " * 400):
        if fields.get("forwarded") or "quoted" in fields:
            assert 19 in (await eve.says(text, **fields)).facts
    many = " ".join(f"Springfield has {n} mayors." for n in range(100))
    reply = await eve.says(many, forwarded=True)
    assert "not read" in said(reply)
    pasted = (
        f"{WARRANT} The mayor of Springfield resigned over parking fees. "
        + "Nobody there was surprised by it. " * 9
    )
    assert "On record" in said(await eve.says(pasted)) and await rows(desk, "question") == []


async def test_a_text_that_holds_the_address_of_a_source_finds_its_facts(desk, subtests):
    ann = await desk.moderator()
    await ann.tells("/source S1\nurl: https://news.example.org/a/7", "/confirm")
    eve = desk.person(EVE)
    alone = said(await eve.says("/sources S1"))
    for text in (
        "news.example.org/a/7",
        "https://www.news.example.org/a/7/?utm_source=x",
        "See: http://news.example.org/a/7.",
    ):
        for asked, fields in ways(text):
            with subtests.test(text=text, asked=asked):
                assert "S1" in said(await eve.says(asked, **fields)), eve.seen
    assert said(await eve.says("/check news.example.org/a/7")) == alone
    reply = await eve.says(f"/check {UNHEARD}, says news.example.org/a/7")
    assert "On record from the source that it links to: S1" in said(reply) and reply.facts
    assert "S1" in buttons(reply) and reply.verdict == "close"
    assert "No source with that address" in said(await eve.says("/check https://elsewhere.example.org/b"))


async def test_without_a_text_it_says_what_to_add(desk):
    assert "/check Putin has been arrested" in said(await desk.person(EVE).says("/check"))
    assert "names nothing" in said(await desk.person(EVE).says("/check It was so. So it was."))


def test_a_button_is_about_the_quotation_of_its_number():
    quotations = ["The ferry sank", "Two people died"]
    assert quoted_for("/tellme", quotations) == quoted_for("/tellme 1", quotations) == quotations[0]
    assert quoted_for("/tellme 2", quotations) == quotations[1]
    for command in ("/tellme 3", "/tellme 0", "/tellme Q1.0a1b2c3d", "/who 1", "/tellme 2 x"):
        assert quoted_for(command, quotations) == ""
    assert quoted_for("/tellme", []) == ""
