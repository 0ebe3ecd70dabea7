"""Pictures on Discord: attachments that are read aloud, and put right like any other message."""

from __future__ import annotations

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import Person, labels
from tests.acceptance.newsroom import fact_in, rows
from tests.acceptance.process import until
from tests.emulators.discord import Message

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
PNG = b"\x89PNG\r\n\x1a\n"
CORRECTED = "This picture was corrected after it was sent."


def files(scene: Scene, message: Message) -> dict[str, bytes]:
    """Return the files of a message by name."""
    held = scene.api.backend.cdn
    return {each["filename"]: held.get(each["url"]) for each in message.attachments}


def told(scene: Scene, message: Message) -> str:
    """Return all lines of a picture: its description, or the text beside it where that is longer."""
    (picture, *beside) = message.attachments
    assert len(picture["description"]) <= 1024
    if not beside:
        return picture["description"]
    assert beside[0]["filename"] in picture["description"]
    return files(scene, message)[beside[0]["filename"]].decode()


async def noted(scene: Scene, message: Message) -> None:
    await until(lambda: rows(scene.record, "SELECT 1 FROM receipt WHERE message = ?", message.id))


@pytest.mark.parametrize(
    ("command", "option", "kind"), [("when", "when", "timeline"), ("who", "name", "who")]
)
async def test_a_picture_is_offered_sent_and_read_aloud(scene: Scene, command, option, kind) -> None:
    alice = scene.reader()
    assert "picture dark" in await alice.is_offered(command, option, "pict")
    shown = await alice.asks(command, **{option: "picture"})
    assert files(scene, shown)[f"{kind}.png"].startswith(PNG)
    assert len(shown.text) <= 400 and labels(shown) == ["As text"]
    lines = told(scene, shown)
    assert "F24" in lines and "F1" in lines
    as_text = await (await alice.presses(shown, "As text")).message()
    assert as_text.attachments == [] and "[1" in as_text.text


async def test_one_that_was_said_in_words_answers_them(scene: Scene) -> None:
    alice = scene.reader()
    shown = await alice.says(f"{scene.api.bot.mention} /when picture")
    assert "timeline.png" in files(scene, shown)


async def test_where_no_file_may_be_attached_it_is_told_what_is_lacking(scene: Scene) -> None:
    alice = scene.reader()
    alice.channel.deny(scene.api.bot, "attach_files")
    told = await alice.says(f"{scene.api.bot.mention} /when picture")
    assert told.content == "I may not answer there. Let an admin give me: Attach Files."


async def test_a_correction_and_a_takedown_reach_pictures_that_were_sent(scene: Scene) -> None:
    alice, mona = scene.reader(), await scene.moderator()
    first = await alice.asks("who", name="picture")
    await noted(scene, first)
    await mona.corrects("F24", Statement="a warrant was asked for")
    edited = await alice.channel.next_edit()
    assert edited.id == first.id and CORRECTED in edited.text
    assert "a warrant was asked for" in told(scene, edited)
    assert files(scene, edited) == files(scene, await alice.asks("who", name="picture"))

    added = "the boy lives at Mill Street\nwho: Lubinets\ncue: said that\nsource: S1"
    name = fact_in(await said(scene, mona, added))
    shown = await alice.asks("who", name="picture")
    await noted(scene, shown)
    assert "Mill Street" in told(scene, shown)
    owner = scene.owner
    await owner.alone_presses(await owner.alone_asks("takedown", what=name, ground="privacy"), "Confirm")
    # The first picture has come to show it too, as it was put right meanwhile.
    while (edited := await alice.channel.next_edit()).id != shown.id:
        assert "Mill Street" not in told(scene, edited)
    assert "Mill Street" not in told(scene, edited)
    assert [each["filename"] for each in edited.attachments] == ["who.png", "who.txt"]


async def said(scene: Scene, person: Person, lines: str) -> Message:
    """Put a statement on record, and return what is said of that."""
    shown = await person.says(f"{scene.api.bot.mention} /add {lines}")
    return await (await person.presses(shown, "Confirm")).message()
