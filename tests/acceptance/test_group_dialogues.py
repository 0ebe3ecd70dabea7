"""Dialogues in groups with the real process: one message that is edited, and the way to a private chat."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Launch, Scene
from tests.acceptance.newsroom import NAME, OWNERS, Person, labels, moderator
from tests.acceptance.process import until
from tests.emulators.telegram import Message, TelegramEmulator

WAY = "Go on in private"


async def goes_on(person: Person, asked: Message, text: str) -> Message:
    """Answer by a reply, and return the question's message as it reads then."""
    shown = await person.says(text, reply_to=asked)
    assert shown.id == asked.id
    return shown


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.usefixtures("nothing_amiss")
@pytest.mark.parametrize("kind", ["group", "supergroup", "topic"])
async def test_a_dialogue_is_one_message(scene: Scene, kind: str) -> None:
    mona = await scene.moderator("Mona")
    how = {"topic": "Desk"} if kind == "topic" else {}
    make = {"group": scene.api.group, "supergroup": scene.api.supergroup}.get(kind)
    chat = (
        make("Newsroom", members=[mona.user])
        if make is not None
        else scene.api.forum("Newsroom", topics=["Desk"], members=[mona.user])
    )
    mona = mona.within(chat)
    asked = await mona.says(f"/add@{NAME}", **how)
    shown = await mona.says(f"The weir at Ede was raised by a {kind}", reply_to=asked, **how)
    assert shown.id == asked.id and "Who says so?" in shown.text and WAY in labels(shown)
    shown = await mona.presses(shown, "Skip")
    shown = await mona.presses(shown, "Back")
    assert "Who says so?" in shown.text
    shown = await mona.says(f"/answer@{NAME} Lubinets", **how)
    shown = await mona.presses(shown, "said that")
    shown = await mona.says("S1", reply_to=shown, **how)
    for _ in range(3):
        shown = await mona.presses(shown, "Skip")
    assert "Readers will see" in shown.text
    done = await mona.presses(shown, "Confirm")
    assert "is on record" in done.text and done.id == asked.id
    # What follows is an answer of its own.
    undone = await mona.presses(done, "Undo")
    assert undone.id != done.id and chat.sent.unread == [] and chat.edits.unread == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.usefixtures("nothing_amiss")
async def test_each_of_two_people_has_a_message_of_their_own(scene: Scene) -> None:
    mona, nils = await scene.moderator("Mona"), await scene.moderator("Nils")
    group = scene.api.supergroup("Newsroom", members=[mona.user, nils.user])
    mona, nils = mona.within(group), nils.within(group)
    hers, his = await mona.says(f"/add@{NAME}"), await nils.says(f"/add@{NAME}")
    assert (await mona.says(f"/answer@{NAME} The weir at Ede rose")).id == hers.id
    assert (await nils.says(f"/answer@{NAME} The weir at Ede fell")).id == his.id
    # A second dialogue begins in a message of its own, and so does what is not for who asks.
    second = await mona.says(f"/retract@{NAME} F16 Not so")
    assert second.id not in (hers.id, his.id) and "is set aside" in second.text
    assert "asked of somebody else" in await nils.is_refused(second, "Confirm")
    back = await mona.presses(second, "Cancel")
    assert back.id == second.id and "Go on with /add" in labels(back)
    assert "Who says so?" in (await mona.presses(back, "Go on with /add")).text
    for person in (mona, nils):
        await person.says(f"/cancel@{NAME}")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.usefixtures("nothing_amiss")
async def test_one_goes_on_in_private(scene: Scene) -> None:
    mona = await scene.moderator("Mona")
    there = mona.within(scene.api.supergroup("Newsroom", members=[mona.user]))
    asked = await there.says(f"/add@{NAME}")
    asked = await goes_on(there, asked, "The weir at Ede was moved")
    url = asked.button(WAY).url
    assert url is not None and url.startswith(f"https://t.me/{NAME}?start=resume_")
    alone = await mona.says(f"/start {url.partition('=')[2]}")
    assert "You go on here with /add." in alone.text and "Who says so?" in alone.text
    assert WAY not in labels(alone)
    assert "in another chat" in await there.is_refused(asked, "Skip")
    shown = await mona.says("Lubinets")
    assert shown.id != alone.id, "in private each question is a message"
    await mona.says("/cancel")


async def test_a_restart_loses_neither_words_nor_message(api: TelegramEmulator, launch: Launch) -> None:
    bot = await launch(owners=OWNERS, limits={"burst": 1000})
    mona = await moderator(api, "Mona")
    group = api.supergroup("Newsroom", members=[mona.user])
    mona = mona.within(group)

    async def restart() -> None:
        await until(lambda: not api.updates.pending, "the confirmation of all updates")
        await bot.kill()
        await bot.start()

    asked = await mona.says(f"/add@{NAME}")
    await restart()
    shown = await goes_on(mona, asked, "The weir at Ede was painted")
    await restart()
    shown = await mona.presses(shown, "Skip")
    assert shown.id == asked.id and "In which words" in shown.text
    await restart()
    # Typed without a reply it is not known any more which message asked: it is asked in a new one, once.
    anew = await mona.says(f"/skip@{NAME}")
    assert anew.id != asked.id and "Which source" in anew.text
    anew = await mona.says(f"/answer@{NAME} S1")
    for _ in range(3):
        anew = await mona.says(f"/skip@{NAME}")
    done = await mona.presses(anew, "Confirm")
    assert done.id == anew.id and "The weir at Ede was painted" in done.text


async def test_a_question_that_was_deleted_is_asked_anew(api: TelegramEmulator, launch: Launch) -> None:
    await launch(owners=OWNERS, limits={"burst": 1000})
    mona = await moderator(api, "Mona")
    group = api.supergroup("Newsroom", members=[mona.user])
    mona = mona.within(group)
    asked = await mona.says(f"/add@{NAME}")
    group.delete(asked)
    anew = await mona.says(f"/answer@{NAME} The weir at Ede was sold")
    assert anew.id != asked.id and "Who says so?" in anew.text
