"""Pictures of sent messages: drawn anew once something in them changes, or else withdrawn."""

from __future__ import annotations

import pytest

from bot.notices.receipt_buffer import ReceiptBuffer
from bot.pictures.picture import Kind, PicturesUnavailable
from bot.pictures.sending import apart
from bot.pictures.sending.blank import blank
from bot.pictures.sending.captions import with_picture
from bot.pictures.sending.studio import Studio
from bot.replies import Drawing, Reply
from storage.domain.changes import TakeDown
from storage.domain.enums import Ground
from tests.bot.wire import Wire, open_wire

CORRECTED, WITHDRAWN = "This picture was corrected after it was sent.", "This picture was withdrawn"


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def drawn(wire: Wire, kind: Kind = Kind.WHO, *, dark: bool = False) -> Drawing:
    (story,) = await wire.record.stories.all()
    made = await Studio(wire.record).draw(story, kind, dark=dark)
    assert made is not None
    return made


async def shown(wire: Wire, kind: Kind = Kind.WHO, *, message: int = 10, dark: bool = False) -> Reply:
    """Remember that a message showed a picture of all that is on record."""
    (story,) = await wire.record.stories.all()
    reply = with_picture(story, await drawn(wire, kind, dark=dark), wire.record.ledger.now())
    memory = ReceiptBuffer(wire.record)
    memory.note("telegram:1", 0, (message,), reply, "en")
    await memory.flush()
    return reply


@pytest.mark.parametrize("dark", [False, True])
async def test_a_correction_draws_it_anew_as_it_was_asked_for(wire: Wire, dark: bool) -> None:
    await shown(wire, dark=dark)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    (reply,) = wire.far.rewritten
    assert reply.picture.dark == dark and reply.picture.data == (await drawn(wire, dark=dark)).data
    assert CORRECTED in wire.far.edits[0][2] and "four days" in reply.picture.text
    assert wire.far.sent == []
    # It is put right for what comes after, too, and for statements that it did not show at first.
    new = await wire.publish("wind", "The wind has gone down.")
    await wire.change(2, statement="The dam leaks.")
    await wire.deliver()
    assert "gone down" in wire.far.rewritten[-1].picture.text
    await wire.change(new.id, statement="The wind is rising.")
    await wire.deliver()
    assert "is rising" in wire.far.rewritten[-1].picture.text and len(wire.far.rewritten) == 3


async def test_what_it_does_not_show_leaves_it_alone(wire: Wire) -> None:
    await shown(wire, Kind.TIMELINE)
    await wire.change(2, statement="The dam leaks.")
    await wire.deliver()
    assert wire.far.rewritten == []


async def test_a_retraction_is_told_in_reply_as_well(wire: Wire) -> None:
    await shown(wire)
    await wire.retract(1)
    await wire.deliver()
    (reply,) = wire.far.rewritten
    assert 1 not in reply.picture.cited and "three days" not in reply.picture.text
    ((chat, _topic, text),) = wire.far.sent
    assert chat == "telegram:1" and "F1" in text and wire.far.answered == [10]


async def test_words_that_were_taken_down_are_in_no_picture(wire: Wire) -> None:
    await shown(wire)
    await wire.make(TakeDown(story_id=1, subject="F1", ground=Ground.PRIVACY))
    await wire.deliver()
    (reply,) = wire.far.rewritten
    assert "three days" not in reply.picture.text and "dam holds" in reply.picture.text
    assert reply.picture.data == (await drawn(wire)).data
    kept, cited = await wire.record.receipts.cited("telegram:1", 10)
    assert kept is not None and "three days" not in kept and set(cited) >= {2, 3}


async def test_once_nothing_is_left_a_blank_takes_its_place(wire: Wire) -> None:
    await shown(wire, Kind.TIMELINE)
    await wire.retract(1)
    await wire.deliver()
    reply = wire.far.rewritten[-1]
    assert reply.picture.data == blank() and "is on record any more" in wire.far.edits[-1][2]


@pytest.mark.parametrize("error", [PicturesUnavailable(), ZeroDivisionError()])
async def test_where_it_cannot_be_drawn_anew_it_does_not_stay(wire: Wire, monkeypatch, error) -> None:
    await shown(wire)

    async def broken(*_given, **_how):
        raise error

    monkeypatch.setattr(apart, "png_of", broken)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    (reply,) = wire.far.rewritten
    assert reply.picture.data == blank() and WITHDRAWN in wire.far.edits[0][2]
    # Once it can be drawn again, the next change brings it back.
    monkeypatch.undo()
    await wire.change(1, statement="It rained for five days.")
    await wire.deliver()
    assert "five days" in wire.far.rewritten[-1].picture.text
