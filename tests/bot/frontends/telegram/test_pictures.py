"""Pictures on their way to Telegram: as photos, or as files where a photo would not do."""

from __future__ import annotations

from bot.frontends.telegram.addressing import Place
from bot.frontends.telegram.client import Client
from bot.frontends.telegram.render import CAPTION_LIMIT, render
from bot.frontends.telegram.sending import Courier
from bot.frontends.telegram.transport import AiohttpRequest
from bot.pictures.sending.blank import blank
from bot.replies import Action, Drawing, Note, Reply
from tests.emulators.telegram import Fault, TelegramEmulator

TOKEN = "123456:TEST-TOKEN"


def drawn(*, tall: bool = False, note: str = "Short", data: bytes = blank()) -> Reply:
    picture = Drawing(kind="who", story=1, cited={1: 1}, data=data, text="all of it", tall=tall)
    return Reply(blocks=(Note(text=note),), picture=picture, actions=(Action(label="x", command="/x"),))


async def shown(reply: Reply, *faults: Fault):
    """Return what arrives of a reply, message by message."""
    async with TelegramEmulator(TOKEN, limits=None) as api:
        chat = api.private(api.user("Alice"))
        for fault in faults:
            api.fail_next("sendPhoto", fault)
        async with Client(TOKEN, base_url=f"{api.base_url}/bot", request=AiohttpRequest()) as client:
            courier = Courier(client)
            keyboard = [[{"text": "x", "callback_data": "/x"}]]
            sent = await courier.send(render(reply), Place(chat.id, None, None), keyboard)
            if len(sent) == 1:
                piece = render(drawn(tall=not reply.picture.tall, note="Other"))[0]
                assert await courier.turn(piece, Place(chat.id, sent[0], None), keyboard) == sent
                edited = await chat.next_edit()
                assert (edited.text, edited.picture) == ("Other", blank())
        assert api.violations == []
        return [chat.messages[each] for each in sent], chat.sent


async def test_a_picture_is_a_photo_and_a_tall_one_a_file(subtests):
    for tall in (False, True):
        with subtests.test(tall):
            ((message,), sent) = await shown(drawn(tall=tall))
            first = await sent.next()
            assert first.picture == blank() and first.text == "Short" and first.buttons
            assert ("document" in first.raw) is tall and message.id == first.id
            if tall:
                assert first.raw["document"]["file_name"] == "who.png"


async def test_what_is_not_taken_as_a_photo_goes_as_a_file():
    ((_message,), sent) = await shown(drawn(data=b"no PNG, and so no photo"))
    assert (await sent.next()).raw["document"]["file_name"] == "who.png"


async def test_a_call_that_had_no_effect_is_made_again_with_the_whole_file():
    ((_message,), sent) = await shown(drawn(), Fault.server_error())
    assert (await sent.next()).picture == blank()


async def test_what_is_too_long_for_a_caption_follows_the_picture():
    long = "word " * 300
    assert len(long) > CAPTION_LIMIT
    (picture, text), _sent = await shown(drawn(note=long))
    assert picture.picture == blank() and picture.text == ""
    assert text.text == long.strip() and text.buttons and text.picture is None
