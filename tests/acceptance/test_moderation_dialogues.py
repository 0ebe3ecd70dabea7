"""Dialogues with the real process that do not go straight: in groups, with old buttons, by others."""

from __future__ import annotations

import asyncio

import pytest

from tests.acceptance.conftest import Scene
from tests.acceptance.newsroom import NAME, Person, fact_in, labels, rows
from tests.emulators.telegram import Chat

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]


def newsroom(scene: Scene, *people: Person) -> Chat:
    """Return a group of some people."""
    return scene.api.supergroup("Newsroom", members=[person.user for person in people])


def facts(scene: Scene) -> int:
    """Return how many facts there are."""
    return int(rows(scene.record, "SELECT count(*) FROM fact")[0][0])


async def test_in_a_group_a_reply_or_answer_answers(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    mona = mona.within(newsroom(scene, mona))
    asked = await mona.says(f"/add@{NAME}")
    assert "Answer by replying to this message, or with /answer." in asked.text
    who = await mona.says("The lock at Wester was widened", reply_to=asked)
    assert "Who says so?" in who.text
    cue = await mona.says(f"/answer@{NAME} Lubinets")
    assert "In which words" in cue.text
    assert "Which source" in (await mona.presses(cue, "Skip")).text
    await mona.says(f"/answer@{NAME} S1")
    for _ in range(2):
        await mona.says(f"/skip@{NAME}")
    assert "Readers will see" in (await mona.says(f"/skip@{NAME}")).text
    assert "is on record" in (await mona.says(f"/confirm@{NAME}")).text


async def test_talk_in_a_group_is_no_answer(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    group = newsroom(scene, mona)
    group.set_status(scene.api.bot, "administrator")  # so that it is shown everything
    mona = mona.within(group)
    await mona.says("/add")
    await group.say(mona.user, "Lunch, anybody?")
    assert "Who says so?" in (await mona.says("/answer The pier was painted")).text
    assert group.sent.unread == []
    await mona.says("/cancel")


async def test_somebody_else_answers_nothing(scene: Scene) -> None:
    mona, nils = await scene.moderator("Mona"), await scene.moderator("Nils")
    group = newsroom(scene, mona, nils)
    mona, nils = mona.within(group), nils.within(group)
    before = facts(scene)
    asked = await mona.says("/add")
    for text in ("Nils says this instead", "/skip", f"/answer@{NAME} Nils says this"):
        assert "asked of somebody else" in (await nils.says(text, reply_to=asked)).text
    # Not even while Nils is asked something too.
    own = await nils.says(f"/add@{NAME}")
    assert "asked of somebody else" in (await nils.says("Nils says this instead", reply_to=asked)).text
    assert "Who says so?" in (await nils.says("Nils says this", reply_to=own)).text
    assert "answered already" in (await nils.says("Nils says this again", reply_to=own)).text
    await nils.says(f"/cancel@{NAME}")
    assert "Nothing is being asked of you here" in (await nils.says("/answer Nils says this")).text
    shown = await mona.says("/add The quay was swept\nsource: S1")
    assert "Your open /add was ended: nothing was changed." in shown.text
    for button in ("Confirm", "Cancel", "Change something"):
        assert "asked of somebody else" in await nils.is_refused(shown, button)
    assert "Nothing is being asked of you here" in (await nils.says("/confirm")).text
    assert facts(scene) == before
    done = await mona.presses(shown, "Confirm")
    assert "The quay was swept" in done.text and facts(scene) == before + 1
    # What was made in a group may be undone by whoever made it alone.
    assert "made by somebody else" in await nils.is_refused(done, "Undo")
    assert "Undone." in (await mona.presses(done, "Undo")).text


async def test_a_chats_dialogue_is_not_anothers(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    group = newsroom(scene, mona)
    shown = await mona.says("/retract F16 Not so")
    assert "Confirm" in labels(shown)
    assert "Nothing is being asked of you here" in (await mona.within(group).says("/confirm")).text
    query = await scene.api.press_raw(
        mona.user, shown.button("Confirm").data or "", await mona.within(group).says("/about")
    )
    assert "in another chat" in (await query.answer()).text
    assert "Ended" in (await mona.presses(shown, "Cancel")).text


async def test_old_buttons_do_nothing(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    first = await mona.says("/add The tower was lit\nsource: S1\nwho: Nobody Known")
    shown = await mona.presses(first, "New person “Nobody Known”")
    again = await mona.presses(first, "New group “Nobody Known”")
    assert "That question has been answered already. This is the one that is open:" in again.text
    assert "Readers will see" in again.text and "Confirm" in labels(again)
    stale = await mona.presses(shown, "Confirm")
    assert "answered already" in stale.text and "Confirm" in labels(stale)
    done = await mona.presses(stale, "Confirm")
    assert "is on record" in done.text
    for message, button in (
        (stale, "Confirm"),
        (stale, "Cancel"),
        (first, "New person “Nobody Known”"),
        (again, "Back"),
    ):
        assert "answered already, or ended" in await mona.is_refused(message, button)
    assert rows(scene.record, "SELECT count(*) FROM fact WHERE statement LIKE '%tower was lit%'") == [(1,)]
    kinds = rows(scene.record, "SELECT kind FROM entity WHERE name = 'Nobody Known'")
    assert kinds == [("person",)]


async def test_one_button_pressed_twice_at_once_does_it_once(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    shown = await mona.says("/add The bell was rung\nsource: S1")
    queries = [await scene.api.press(mona.user, shown, "Confirm") for _ in range(2)]
    told = [(await query.answer()).text for query in queries]
    ((made,),) = rows(scene.record, "SELECT id FROM fact WHERE statement LIKE '%bell was rung%'")
    assert told == ["", f"That has been answered already, or ended. What you have changed last is F{made}."]
    assert "is on record" in (await mona.chat.next_message()).text
    assert mona.chat.sent.unread == []


async def test_a_dismissed_moderators_dialogue_comes_to_nothing(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    shown = await mona.says("/retract F18 Because")
    typed = await scene.moderator("Nils")
    await typed.says("/add")
    for person in (mona, typed):
        await scene.owner.does(f"/dismiss @{person.user.username}")
    assert "/retract is for moderators" in await mona.is_refused(shown, "Confirm")
    assert "There is no command" in (await mona.says("/undo")).text
    assert "There is no command /add" in (await typed.says("The statement")).text
    assert rows(scene.record, "SELECT revision FROM fact WHERE id = 18") == [(1,)]


async def test_a_dialogue_keeps_to_its_story(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    shown = await mona.says("/add The weir was opened\nsource: S1")
    await mona.does("/newstory weir-news All about the weir")
    # What was set aside is shown once more before it is made.
    shown = await mona.presses(shown, "Confirm")
    assert "You go on here with /add." in shown.text
    await mona.says("/story weir-news")
    done = await mona.presses(shown, "Confirm")
    found = rows(
        scene.record,
        "SELECT s.name FROM fact f JOIN story s ON s.id = f.story_id WHERE f.id = ?",
        int(fact_in(done)[1:]),
    )
    assert found == [("belarus",)]


BAD = {
    "a statement without a source": ("/add The well ran dry\nwho: Lubinets", "Which source has it?"),
    "a source without a title": ("/source\npublisher: X", "Which source has it?"),
    "an impossible date": ("/correct F10\nwhen: 2023-02-30\nmaterial: no", "no day that exists"),
    "an unparsable date": ("/correct F10\nwhen: the day after\nmaterial: no", "is no date"),
    "a URL that is none": ("/add The well ran dry\nsource: http://", "is no address"),
    "a relation to itself": ("/relate F10 contradicts F10", "related to itself"),
    "a relation to nothing": ("/relate F10 contradicts F999", "F999 is not on record"),
    "superseded by itself": ("/supersede F10 F10", "itself"),
    "restoring what is not retracted": ("/restore F10 because", "not retracted"),
    "a line that does not exist": ("/add The well ran dry\nsauce: S1", "There is no line “sauce:”"),
    "a line given twice": ("/add The well ran dry\nsource: S1\nsource: S2", "given twice"),
    "a fact that does not exist": ("/retract F999 because", "F999 is not on record"),
    "a draft that does not exist": ("/approve D999", "no draft D999"),
    "too long a title": ("/add Dry\nsource: + https://example.org\ntitle: " + "x" * 2001, "at most 2000"),
    "an empty line": ("/add The well ran dry\nsource:", "Which source has it?"),
    "a source that relays itself": ("/source S1\nvia: S1", "relayed by itself"),
    "too long a message": ("/add " + "x" * 4050, "at most 4000 are read"),
    "nothing but a name": ("/relate", "/relate F7 contradicts F3"),
}


async def test_bad_input_gets_a_clear_answer_and_changes_nothing(
    scene: Scene, subtests: pytest.Subtests
) -> None:
    for name, (text, told) in BAD.items():
        with subtests.test(name=name):
            mona = await scene.moderator("Mona")
            before = rows(scene.record, "SELECT max(id) FROM audit")
            reply = await mona.says(text)
            assert told in reply.text
            assert "Confirm" not in labels(reply) and "went wrong" not in reply.text
            assert rows(scene.record, "SELECT max(id) FROM audit") == before


async def test_a_cycle_of_supersession_is_refused(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    await mona.does("/supersede F10 F11")
    reply = await mona.says("/supersede F11 F10")
    assert "F10 is superseded by F11" in reply.text and "Confirm" not in labels(reply)
    await mona.does("/supersede F10 none")


async def test_what_several_do_at_once_is_kept_apart(scene: Scene) -> None:
    people = [await scene.moderator(name) for name in ("Mona", "Nils", "Vera", "Egon")]
    before = facts(scene)
    shown = await asyncio.gather(
        *(person.says(f"/add Ship {n} came in\nsource: S1") for n, person in enumerate(people))
    )
    done = await asyncio.gather(
        *(person.presses(message, "Confirm") for person, message in zip(people, shown, strict=True))
    )
    assert len({fact_in(message) for message in done}) == 4 and facts(scene) == before + 4
    undone = await asyncio.gather(
        *(person.presses(message, "Undo") for person, message in zip(people, done, strict=True))
    )
    for n, message in enumerate(undone):
        assert f"Ship {n} came in" in message.text
