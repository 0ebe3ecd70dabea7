"""Moderators keep the record on Discord, by forms and buttons; what they do there nobody else sees."""

from __future__ import annotations

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import Person, aside, plain
from tests.acceptance.newsroom import fact_in, rows
from tests.emulators.discord import Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
QUAY = {"statement": "The quay was closed", "who": "Lubinets", "cue": "said that", "source": "S1"}


async def suggest(person: Person, statement: str) -> str:
    """Suggest a fact and return the draft's id."""
    shown = await person.opens("suggest", {**QUAY, "statement": statement})
    done = await person.alone_presses(shown, "Confirm")
    assert "is with the moderators" in done.text
    return done.text.split("Suggestion ")[1].split()[0]


async def card(person: Person, draft: str) -> Message:
    """Turn the queue's pages until a draft's card is there."""
    page = await person.alone_asks("review")
    while f"**{draft}**" not in page.text:
        page = await person.alone_presses(page, "Next »")
    return page


async def test_a_fact_is_added_by_a_form(scene: Scene) -> None:
    mona = await scene.moderator()
    opened = await mona.gives("add")
    form = await opened.modal()
    assert [part.label for part in form.inputs][:4] == ["Statement", "Who says so", "Cue", "Source"]
    shown = await mona.sends(opened, QUAY)
    assert "Readers will see" in shown.text and "Lubinets said that the quay was closed [1]" in shown.text
    done = await mona.alone_presses(shown, "Confirm")
    assert f"{fact_in(done)} is on record." in done.text
    assert "the quay was closed" in (await scene.reader().asks("fact", id=fact_in(done))).text
    assert mona.channel.messages == [], "nobody else has seen any of it"


async def test_what_a_form_left_open_is_asked_and_answered_by_a_button(scene: Scene) -> None:
    mona = await scene.moderator()
    lines = {**QUAY, "statement": "The pier was closed", "source": "https://example.org/note"}
    asked = await mona.opens("add", lines)
    assert "That source is not on record yet" in asked.text
    title = await mona.alone_presses(asked, "New source “https://example.org/note”")
    assert "What is the document called?" in title.text
    answering = await mona.presses(title, "Answer")
    assert (await answering.modal()).inputs[0].label == "Title"
    shown = await mona.sends(answering, {"text": "Note on the pier"})
    assert "](<https://example.org/note>)" in shown.text
    done = await mona.alone_presses(shown, "Confirm")
    assert "Undone." in (await mona.alone_presses(done, "Undo")).text


async def test_a_statement_given_at_once_is_led_on(scene: Scene) -> None:
    mona = await scene.moderator()
    asked = await mona.alone_asks("add", text="The dock at Narva was emptied")
    assert "Who says so?" in asked.text
    cue = await mona.sends(await mona.presses(asked, "Answer"), {"text": "Lubinets"})
    source = await mona.alone_presses(cue, "said that")
    assert "Which source" in source.text
    ended = await mona.alone_presses(source, "Cancel")
    assert "nothing was changed" in ended.text
    assert rows(scene.record, "SELECT count(*) FROM fact WHERE statement LIKE '%dock at Narva%'") == [(0,)]


async def test_a_fact_is_corrected_by_a_form(scene: Scene) -> None:
    mona = await scene.moderator()
    opened = await mona.gives("correct", id="F8")
    form = await opened.modal()
    assert "embrace these children" in form.input("Statement").value
    filled = {"When": "2024-01-09", "Reason": "the day was left out", "more": "note: none"}
    shown = await mona.sends(opened, filled)
    assert "Is the change material?" in shown.text
    shown = await mona.alone_presses(shown, "Yes, it changes what readers were told")
    assert "F8 reads now" in shown.text and "When: 9 January 2024" in shown.text
    assert "revision 2" in (await mona.alone_presses(shown, "Confirm")).text
    reply = await scene.reader().asks("fact", id="F8")
    assert "9 January 2024" in reply.text and "the day was left out" in reply.text


async def test_who_was_overtaken_while_filling_in_a_form_is_told_so(scene: Scene) -> None:
    mona, nils = await scene.moderator(), await scene.moderator("nils")
    opened = await mona.gives("correct", id="F12")
    await nils.corrects("F12", Statement="Russia does so")
    late = await mona.sends(opened, {"When": "2024-01-07", "Reason": "I thought so"})
    assert "F12 was changed since the form was opened" in late.text
    assert rows(scene.record, "SELECT revision FROM fact WHERE id = 12") == [(2,)]


async def test_a_suggestion_is_approved_and_its_proposer_told(scene: Scene) -> None:
    rita, mona = scene.reader("rita"), await scene.moderator()
    draft = await suggest(rita, "The mill was sold")
    shown = await card(mona, draft)
    assert "Proposed by a reader" in shown.text and str(rita.user.id) not in shown.text
    done = await mona.alone_presses(shown, "Approve")
    assert f"{draft} is on record as {fact_in(done)}" in done.text
    told = await rita.in_private.channel.next_message()
    assert f"Your draft {draft} is on record" in told.text and "the mill was sold" in told.text
    assert "decided already" in (await aside(await mona.presses(shown, "Reject"))).text


async def test_a_suggestion_is_rejected_by_a_form(scene: Scene) -> None:
    rita, mona = scene.reader("rita"), await scene.moderator()
    draft = await suggest(rita, "The moon is a lamp")
    opened = await mona.presses(await card(mona, draft), "Reject")
    shown = await mona.sends(opened, {"Reason": "@everyone **no** [x](https://x.invalid)"})
    assert f"{draft} was rejected." in (await mona.alone_presses(shown, "Confirm")).text
    told = await rita.in_private.channel.next_message()
    assert f"Your draft {draft} was not accepted: @everyone **no** [x](https://x.invalid)" in plain(told)
    assert told.text != plain(told)


async def test_a_suggestion_is_edited_first(scene: Scene) -> None:
    rita, mona = scene.reader("rita"), await scene.moderator()
    draft = await suggest(rita, "The clock at Emmen stopt")
    opened = await mona.presses(await card(mona, draft), "Edit")
    assert (await opened.modal()).input("Statement").value == "The clock at Emmen stopt"
    shown = await mona.sends(opened, {"Statement": "The clock at Emmen stopped"})
    done = await mona.alone_presses(shown, "Confirm")
    assert f"{draft} is on record as {fact_in(done)}" in (await rita.in_private.channel.next_message()).text


async def test_others_buttons_and_old_ones_do_nothing(scene: Scene) -> None:
    mona, nils = await scene.moderator(), (await scene.moderator("nils")).within
    shown = await mona.opens("add", {**QUAY, "statement": "The crane at Holt fell"})
    confirm = shown.button("Confirm").custom_id
    assert confirm is not None
    pressed = await scene.api.press_raw(nils(mona.channel).user, confirm, shown)
    assert "asked of somebody else" in (await aside(pressed)).text
    await mona.alone_presses(shown, "Confirm")
    again = await aside(await scene.api.press_raw(mona.user, confirm, shown))
    assert "answered already, or ended" in again.text
    assert rows(scene.record, "SELECT count(*) FROM fact WHERE statement LIKE '%crane at Holt%'") == [(1,)]


async def test_only_people_are_appointed_and_dismissed_again(scene: Scene) -> None:
    robot = scene.api.user("robot", is_bot=True)
    scene.guild.join(robot)
    assert "not a person" in (await scene.owner.alone_asks("appoint", person=robot)).text
    mona = await scene.moderator()
    listed = await scene.owner.alone_asks("moderators")
    while f"@{mona.user.name}" not in plain(listed):
        listed = await scene.owner.alone_presses(listed, "Next »")
    asked = await scene.owner.alone_asks("dismiss", person=mona.user)
    dismissed = await scene.owner.alone_presses(asked, "Confirm")
    assert f"@{mona.user.name} is no longer a moderator" in plain(dismissed)
    assert "/retract is for moderators." in (await mona.alone_asks("retract", id="F1")).text


async def test_the_trail_names_who_did_what(scene: Scene) -> None:
    mona = await scene.moderator()
    await mona.corrects("F14", Statement="finding them is difficult")
    trail = await mona.alone_asks("audit", about="F14")
    assert f"> <@{mona.user.id}> corrected F14, in <#{mona.channel.id}>" in trail.text
