"""Pictures and files on Telegram's emulator: what is shown, and what the platform refuses, in its words."""

import json
import struct
import zlib
from typing import Any

import pytest
from telegram import Bot, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest

from tests.emulators.asking import Ask, new_bot, refused
from tests.emulators.telegram import Chat, TelegramEmulator

pytestmark = pytest.mark.asyncio


def png(width: int, height: int, *, more: int = 0) -> bytes:
    """Return the beginning of a PNG of a size, with so many bytes behind it."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + header
        + struct.pack(">I", zlib.crc32(header))
        + b"x" * more
    )


def chat_of(api: TelegramEmulator) -> Chat:
    """Return a private chat."""
    return api.private(api.user("Alice"))


async def sent(bot: Bot, chat: Chat, content: bytes = png(60, 40), **how: Any) -> int:
    """Send a photo and return its message's id."""
    return (await bot.send_photo(chat.id, content, **how)).message_id


async def test_a_photo_is_shown_with_its_caption_and_replaced_with_it(api: TelegramEmulator) -> None:
    chat = chat_of(api)
    async with new_bot(api) as bot:
        number = await sent(bot, chat, caption="<b>one</b>", parse_mode="HTML")
        shown = await chat.next_message()
        assert (shown.text, shown.picture) == ("one", png(60, 40))
        assert shown.entities == [{"type": "bold", "offset": 0, "length": 3}]
        await bot.edit_message_media(InputMediaPhoto(png(30, 30), caption="two"), chat.id, number)
        edited = await chat.next_edit()
        assert (edited.id, edited.text, edited.picture, edited.entities) == (number, "two", png(30, 30), [])
        # The kind may change with it.
        await bot.edit_message_media(InputMediaDocument(b"a;b", filename="t.csv"), chat.id, number)
        edited = await chat.next_edit()
        assert (edited.picture, edited.text, "photo" in edited.raw) == (b"a;b", "", False)
        await bot.edit_message_caption(chat.id, number, caption="three")
        edited = await chat.next_edit()
        assert (edited.picture, edited.text) == (b"a;b", "three")


async def test_a_file_is_kept_as_it_is(api: TelegramEmulator) -> None:
    chat = chat_of(api)
    async with new_bot(api) as bot:
        await bot.send_document(chat.id, png(9_000, 9_000), filename="t.png", caption="c")
        shown = await chat.next_message()
        assert shown.raw["document"]["file_name"] == "t.png" and shown.picture == png(9_000, 9_000)


async def test_what_is_no_photo_is_refused(api: TelegramEmulator, subtests: pytest.Subtests) -> None:
    chat = chat_of(api)
    cases: list[tuple[bytes, dict[str, Any], str]] = [
        (png(9_000, 1_001), {}, "PHOTO_INVALID_DIMENSIONS"),
        (png(2_100, 100), {}, "PHOTO_INVALID_DIMENSIONS"),
        (b"GIF", {}, "IMAGE_PROCESS_FAILED"),
        (b"", {}, "file must be non-empty"),
        (png(60, 40), {"caption": "x" * 1025}, "message caption is too long"),
        (png(60, 40, more=10 * 1024 * 1024), {}, "file is too big for a photo"),
    ]
    async with new_bot(api) as bot:
        for content, how, reason in cases:
            with subtests.test(reason), refused(BadRequest, reason):
                await sent(bot, chat, content, **how)
        for content in (png(9_000, 1_000), png(2_000, 100)):
            await sent(bot, chat, content, caption="x" * 1024)
    assert len(chat.messages) == 2


async def test_texts_and_pictures_are_edited_each_by_its_own_way(api: TelegramEmulator, ask: Ask) -> None:
    chat = chat_of(api)
    async with new_bot(api) as bot:
        photo, text = await sent(bot, chat), (await bot.send_message(chat.id, "text")).message_id
        with refused(BadRequest, "there is no text in the message to edit"):
            await bot.edit_message_text("other", chat.id, photo)
        with refused(BadRequest, "there is no media in the message to edit"):
            await bot.edit_message_media(InputMediaPhoto(png(1, 1)), chat.id, text)
        with refused(BadRequest, "there is no caption in the message to edit"):
            await bot.edit_message_caption(chat.id, text, caption="c")
        with refused(BadRequest, "MEDIA_CAPTION_TOO_LONG"):
            await bot.edit_message_media(InputMediaPhoto(png(1, 1), caption="x" * 1025), chat.id, photo)
    media = json.dumps({"type": "photo", "media": "attach://missing"})
    status, answer = await ask(
        "editMessageMedia", data={"chat_id": chat.id, "message_id": photo, "media": media}
    )
    assert (status, answer["description"]) == (400, "Bad Request: there is no photo in the request")
