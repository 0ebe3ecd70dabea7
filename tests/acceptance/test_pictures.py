"""Pictures in Telegram's chats: sent, read as text, and put right like any other message."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import Launch, Scene
from tests.acceptance.newsroom import OWNERS, Person, fact_in, labels, moderator, rows
from tests.acceptance.process import until
from tests.emulators.telegram import Message, TelegramEmulator

PNG = b"\x89PNG\r\n\x1a\n"
CORRECTED = "This picture was corrected after it was sent."
on_scene = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]


def marked(test):
    for mark in on_scene:
        test = mark(test)
    return test


def picture(message: Message) -> bytes:
    """Return the picture of a message, whose caption is short and states nothing."""
    assert message.picture is not None and message.picture.startswith(PNG), message
    assert len(message.text) <= 400 and labels(message) == ["As text"], message
    return message.picture


def noted(scene_record, message: Message) -> bool:
    return bool(rows(scene_record, "SELECT 1 FROM receipt WHERE message = ?", message.id))


@marked
async def test_a_picture_is_a_photo_with_a_short_caption_and_the_same_as_text(scene: Scene) -> None:
    alice = scene.person("Alice")
    shown = [await alice.says(f"/{which}") for which in ("when picture", "when picture dark", "who picture")]
    assert len({picture(each) for each in shown}) == 3
    assert shown[0].text.startswith("Timeline\nBelarus and children from Ukraine")
    as_text = await alice.presses(shown[0], "As text")
    assert as_text.picture is None and as_text.text.startswith("Timeline\n\nMarch 2023")
    as_text = await alice.presses(shown[2], "As text")
    assert as_text.text.startswith("Who says what\n\n") and "Next »" in labels(as_text)
    await scene.api.press(alice.user, as_text, "Next »")
    assert "[1 ¶" in (await alice.chat.next_edit()).text


@marked
async def test_in_a_group_it_answers_who_asked(scene: Scene) -> None:
    alice = scene.api.user("Alice")
    group = scene.api.group("Newsroom", members=[alice])
    asked = await group.say(alice, "/when@onrecord_bot picture")
    shown = await group.next_message()
    assert picture(shown) and shown.reply_to == asked.id


@marked
async def test_a_correction_reaches_the_pictures_that_show_the_statement(scene: Scene) -> None:
    alice, mona = scene.person("Alice"), await scene.moderator("Mona")
    shown = {kind: await alice.says(f"/{kind} picture dark") for kind in ("when", "who")}
    before = {kind: picture(message) for kind, message in shown.items()}
    for message in shown.values():
        await until(lambda message=message: noted(scene.record, message), "the receipt is written")
    await mona.does("/correct F24\nstatement: a warrant was asked for\nmaterial: yes\nreason: read again")
    for _kind in shown:
        edited = await alice.chat.next_edit()
        assert CORRECTED in edited.text
    for kind, message in shown.items():
        now = alice.chat.messages[message.id]
        assert picture(now) != before[kind]
        assert picture(now) == picture(await alice.says(f"/{kind} picture dark"))


@marked
async def test_a_takedown_reaches_them_too(scene: Scene) -> None:
    alice, mona = scene.person("Alice"), await scene.moderator("Mona")
    name = fact_in(
        await mona.does("/add the boy lives at Mill Street\nwho: Lubinets\ncue: said that\nsource: S1")
    )
    shown = await alice.says("/who picture")
    before = picture(shown)
    await until(lambda: noted(scene.record, shown), "the receipt is written")
    await scene.owner.does(f"/takedown {name} privacy")
    edited = await alice.chat.next_edit()
    assert edited.id == shown.id and picture(edited) != before
    assert picture(edited) == picture(await alice.says("/who picture"))


@pytest.mark.asyncio
async def test_a_restart_between_changes_nothing_of_that(api: TelegramEmulator, launch: Launch) -> None:
    bot = await launch(owners=OWNERS)
    user = api.user("Alice")
    alice = Person(api, user, api.private(user))
    shown = await alice.says("/when picture")
    before = picture(shown)
    await until(lambda: noted(bot.folder / "record.db", shown), "the receipt is written")
    await bot.kill()
    await bot.start()
    mona = await moderator(api, "Mona")
    await mona.does("/retract F24 read again")
    edited = await alice.chat.next_edit()
    assert edited.id == shown.id and picture(edited) != before
    assert picture(edited) == picture(await alice.says("/when picture"))
