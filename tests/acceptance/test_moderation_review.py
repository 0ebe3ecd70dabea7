"""Suggestions, their review and what proposers are told; questions without an answer, until there is one."""

from __future__ import annotations

import asyncio

import pytest

from tests.acceptance.conftest import Launch, Scene
from tests.acceptance.newsroom import OWNERS, Person, deliveries, fact_in, labels, moderator, owner, rows
from tests.acceptance.process import until
from tests.emulators.telegram import Message, TelegramEmulator

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("nothing_amiss"),
]
BOTH = pytest.mark.parametrize("scene", ["polling", "webhook"], indirect=True, scope="module")


async def suggest(person: Person, statement: str, lines: str = "who: Lubinets\nsource: S1") -> str:
    """Suggest a fact and return the draft's id."""
    done = await person.does(f"/suggest {statement}\n{lines}")
    assert "is with the moderators" in done.text
    return done.text.split("Suggestion ")[1].split()[0]


async def card(person: Person, draft: str) -> Message:
    """Turn the queue's pages until a draft's card is there."""
    page = await person.says("/review")
    while f"{draft} — Proposed by" not in page.text and f"{draft} — A moderator's own" not in page.text:
        await (await person.api.press(person.user, page, "Next »")).answer()
        page = await person.chat.next_edit()
    return page


@BOTH
async def test_a_suggestion_is_approved_and_its_proposer_told(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    asked = await rita.says("/suggest")
    assert "What is the statement?" in asked.text
    await rita.says("The school at Olm was closed for a week")
    await rita.presses(await rita.says("Lubinets"), "said that")
    await rita.says("S1")
    when = await rita.says("¶12")
    shown = await rita.presses(await rita.presses(when, "Skip"), "Skip")
    assert "Readers will see" in shown.text
    thanks = await rita.presses(shown, "Confirm")
    draft = thanks.text.split("Suggestion ")[1].split()[0]
    assert "you will be told what becomes of it" in thanks.text
    shown = await card(mona, draft)
    assert "Lubinets said that the school at Olm was closed for a week [1 ¶12]" in shown.text
    assert {"Approve", "Edit", "Reject"} <= set(labels(shown))
    done = await mona.presses(shown, "Approve")
    fact = fact_in(done)
    assert f"{draft} is on record as {fact}." in done.text
    told = await rita.chat.next_message()
    assert f"Your draft {draft} is on record as {fact}:" in told.text and "the school at Olm" in told.text
    assert told.reply_to is None
    assert f"it was approved as {fact}" in await mona.is_refused(shown, "Approve")
    assert f"it was approved as {fact}" in await mona.is_refused(shown, "Reject")


@BOTH
async def test_two_moderators_approve_at_once_and_it_is_published_once(scene: Scene) -> None:
    rita = scene.person("Rita")
    people = [await scene.moderator("Mona"), await scene.moderator("Nils")]
    draft = await suggest(rita, "The mill at Dorn was sold twice")
    cards = [await card(person, draft) for person in people]
    queries = [
        await scene.api.press(person.user, shown, "Approve")
        for person, shown in zip(people, cards, strict=True)
    ]
    told = [(await query.answer()).text for query in queries]
    assert sorted(map(bool, told)) == [False, True], told
    assert "already" in max(told)
    assert "The mill at Dorn" in (await rita.chat.next_message()).text
    assert rows(scene.record, "SELECT count(*) FROM fact WHERE statement LIKE '%mill at Dorn%'") == [(1,)]
    assert [len(person.chat.sent.unread) for person in people] == [int(not text) for text in told]


async def test_a_suggestion_is_rejected_with_a_reason(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    draft = await suggest(rita, "The moon is a lamp")
    why = await mona.presses(await card(mona, draft), "Reject")
    assert "Why? The proposer will be told." in why.text
    shown = await mona.says("The source <b>does not</b> say so")
    assert "Will be rejected" in shown.text
    assert f"{draft} was rejected." in (await mona.presses(shown, "Confirm")).text
    told = await rita.chat.next_message()
    assert f"Your draft {draft} was not accepted: The source <b>does not</b> say so" in told.text
    assert rows(scene.record, "SELECT count(*) FROM fact WHERE statement LIKE '%moon is a lamp%'") == [(0,)]


async def test_a_suggestion_that_says_the_same_becomes_an_attribution(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    fact = fact_in(await mona.does("/add The harbour master resigned on Friday\nwho: Lubinets\nsource: S1"))
    draft = await suggest(rita, "The harbour master resigned on a Friday", "who: Putin\nsource: S2\nat: p. 3")
    shown = await card(mona, draft)
    assert "On record already, and like it" in shown.text
    shown = await mona.presses(shown, f"Same as {fact}")
    assert f"{fact} reads now" in shown.text and "Putin: " in shown.text
    assert rita.chat.sent.unread == []
    done = await mona.presses(shown, "Confirm")
    assert f"{draft} was added to {fact}." in done.text and "Putin" in done.text
    told = await rita.chat.next_message()
    assert f"Your draft {draft} was added to {fact}:" in told.text and "[2 p. 3]" in told.text


async def test_a_suggestion_is_edited_first(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    draft = await suggest(rita, "The clock at Emmen stopt")
    shown = await mona.presses(await card(mona, draft), "Edit")
    assert "Readers will see" in shown.text
    await mona.presses(await mona.presses(shown, "Change something"), "Statement")
    done = await mona.presses(await mona.says("The clock at Emmen stopped"), "Confirm")
    assert "The clock at Emmen stopped" in done.text
    assert f"{draft} is on record as {fact_in(done)}" in (await rita.chat.next_message()).text


async def test_a_suggestion_from_a_group_is_answered_there(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    rita = rita.within(scene.api.supergroup("Readers", members=[rita.user]))
    draft = await suggest(rita, "The bakery at Ulm reopened")
    await mona.says(f"/approve {draft}")
    assert f"Your draft {draft} is on record" in (await rita.chat.next_message()).text


async def test_a_proposer_who_was_forgotten_is_not_told(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    draft = await suggest(rita, "The inn at Solm burned")
    forgotten = await rita.says("/forgetme")
    assert "your id on suggestions: 1" in forgotten.text and "What stays" in forgotten.text
    shown = await card(mona, draft)
    assert "Proposed by a reader" in shown.text and rita.address not in shown.text
    await mona.presses(shown, "Approve")
    told = "SELECT told FROM draft WHERE id = ?"
    await until(lambda: rows(scene.record, told, int(draft[1:])) == [(1,)], "the draft is dealt with")
    assert deliveries(scene.record, rita.address) == []


# Questions without an answer


@BOTH
async def test_who_asked_to_be_told_is_told_once(scene: Scene) -> None:
    rita, sam, mona = scene.person("Rita"), scene.person("Sam"), await scene.moderator("Mona")
    asked = await rita.says("Who repaired the lighthouse at Skagen?")
    assert "not on record" in asked.text
    waits = await rita.presses(asked, "Tell me when there is an answer")
    assert "You will be told here" in waits.text
    await rita.presses(asked, "Tell me when there is an answer")
    await sam.says("Who repaired the lighthouse at Skagen?")
    listed = await mona.says("/unanswered")
    assert "“Who repaired the lighthouse at Skagen?”, asked 2 times" in listed.text
    assert rows(scene.record, "SELECT count(*) FROM asker WHERE person = ?", sam.address) == [(0,)]
    await mona.does("/add The tower at Wolm was repaired by the guild\nwho: Lubinets\nsource: S1")
    done = await mona.does("/add Putin repaired the lighthouse at Skagen\nwho: Lubinets\nsource: S1")
    told = await rita.chat.next_message()
    assert "You asked: “Who repaired the lighthouse at Skagen?”. This is now on record:" in told.text
    assert "Putin repaired the lighthouse at Skagen" in told.text and "Sources" in told.text
    assert "lighthouse" not in (await mona.says("/unanswered")).text
    await mona.does(f"/correct {fact_in(done)}\nwhen: 2024\nmaterial: yes\nreason: so it is")
    assert len(deliveries(scene.record, rita.address)) == 1
    assert rita.chat.sent.unread == [] and sam.chat.sent.unread == []


async def test_a_question_in_a_group_is_answered_in_the_group(scene: Scene) -> None:
    rita, sam, mona = scene.person("Rita"), scene.person("Sam"), await scene.moderator("Mona")
    group = scene.api.supergroup("Readers", members=[rita.user, sam.user])
    asked = await rita.within(group).says("/ask@onrecord_bot Who sank the barge at Tolm?")
    await rita.within(group).presses(asked, "Tell me when there is an answer")
    await sam.within(group).presses(asked, "Tell me when there is an answer")
    await mona.does("/add Lukashenko sank the barge at Tolm\nwho: Lubinets\nsource: S1")
    assert "barge at Tolm" in (await group.next_message()).text
    assert len(deliveries(scene.record, f"telegram:{group.id}")) == 1


async def test_who_was_forgotten_is_not_told(scene: Scene) -> None:
    rita, mona = scene.person("Rita"), await scene.moderator("Mona")
    asked = await rita.says("Who bought the orchard at Quill?")
    await rita.presses(asked, "Tell me when there is an answer")
    assert "questions that you waited for: 1" in (await rita.says("/forgetme")).text
    await mona.does("/add Putin bought the orchard at Quill\nwho: Lubinets\nsource: S1")
    answered = "SELECT 1 FROM question WHERE answered_at IS NOT NULL AND text LIKE '%orchard at Quill%'"
    await until(lambda: rows(scene.record, answered), "the question is answered")
    assert deliveries(scene.record, rita.address) == []
    assert "not open any more" in await rita.is_refused(asked, "Tell me when there is an answer")


# With four eyes


@pytest.mark.asyncio(loop_scope="function")
async def test_with_four_eyes_a_moderators_fact_needs_anothers(api: TelegramEmulator, launch: Launch) -> None:
    bot = await launch(owners=OWNERS, review={"four_eyes": True}, limits={"burst": 1000})
    mona, nils = await moderator(api, "Mona"), await moderator(api, "Nils")
    waits = await mona.does("/add The fort at Hook was mined\nwho: Lubinets\nsource: S1")
    assert "waits for another moderator" in waits.text
    assert "nothing" not in (await mona.says("/review")).text.casefold()
    shown = await card(mona, "D1")
    assert "A moderator's own fact" in shown.text
    assert "D1 is your own" in await mona.is_refused(shown, "Approve")
    edited = await mona.does("/edit D1", "Confirm")
    assert "D2 waits for another moderator" in edited.text
    assert "taken up in an edited draft" in (await nils.says("/approve D1")).text
    both = await asyncio.gather(nils.says("/approve D2"), owner(api).says("/approve D2"))
    assert sorted("D2 is on record as F26" in message.text for message in both) == [False, True]
    assert "Your draft D2 is on record as F26" in (await mona.chat.next_message()).text
    assert rows(bot.folder / "record.db", "SELECT count(*) FROM fact WHERE statement LIKE '%fort%'") == [(1,)]
    # What is no new fact is done at once.
    assert "revision 2" in (await mona.does("/correct F26\nat: ¶1\nmaterial: yes\nreason: it is")).text
