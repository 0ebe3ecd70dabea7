"""Chats that take no messages for a while: what waits, when they are tried again, and who is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.refusals import RARELY, SOON, next_try
from bot.notices.schedule import text_of
from storage.domain.models import Listener
from tests.bot.notices.test_message_corrections import REFUSED, answered, edited
from tests.bot.wire import START, Wire, open_wire

CHAT = "telegram:-5"
CLOSED = Outcome(DeliveryStatus.UNREACHABLE, error="Bad Request: not enough rights", wait=SOON)
BLOCKED = Outcome(DeliveryStatus.UNREACHABLE, error="Forbidden: bot was blocked by the user", wait=RARELY)


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def refuse(wire: Wire, chat: str = CHAT, how: Outcome = CLOSED, *, times: int = 99) -> None:
    """Let a chat take no messages from now on."""
    wire.far.planned[chat] = [how] * times


async def test_what_a_chat_missed_comes_in_order_and_in_one_message(wire: Wire):
    await wire.subscribe(CHAT, "telegram:2")
    await refuse(wire)
    for number in range(3):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
        await wire.deliver(minutes=1)
    assert await wire.states() == {CHAT: "held", "telegram:2": "sent"}
    assert wire.far.chats().count("telegram:2") == 3
    wire.far.planned.clear()
    await wire.record.listeners.resume(CHAT)
    await wire.deliver()
    (text,) = wire.far.texts()
    assert "3 changes on the record" in text
    assert text.index("0 cm") < text.index("1 cm") < text.index("2 cm")
    await wire.publish("wind", "It is windy.")
    await wire.deliver()
    assert wire.far.chats() == [CHAT, "telegram:2"]
    assert await wire.states() == {CHAT: "sent", "telegram:2": "sent"}


async def test_a_chat_that_opens_unnoticed_is_found_within_a_quarter_of_the_time(wire: Wire):
    await wire.subscribe(CHAT)
    await refuse(wire)
    await wire.publish("snow", "It snows.")
    for _time in range(8 * 12):
        await wire.deliver(minutes=5)
    tries = len(wire.far.sent)
    assert 10 <= tries <= 20, "rarely, and more and more so"
    wire.far.planned.clear()
    for _time in range(2 * 12):
        await wire.deliver(minutes=5)
    assert len(wire.far.sent) == tries + 1
    assert not await wire.record.listeners.is_paused(CHAT)


async def test_who_has_blocked_the_bot_is_asked_once_a_day_and_then_once_a_week(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    await refuse(wire, "telegram:1", BLOCKED)
    for number in range(40):
        await wire.publish(f"snow{number}", f"It snows {number} mm.")
        await wire.deliver(days=1, minutes=1)
    asked = wire.far.chats()
    assert asked.count("telegram:2") == 40
    assert asked.count("telegram:1") <= 16
    wire.far.planned.clear()
    await wire.deliver(days=7)
    assert wire.far.chats() == ["telegram:1"]


async def test_what_waits_for_a_chat_that_is_gone_is_bounded(wire: Wire):
    await wire.subscribe(CHAT)
    await refuse(wire, how=BLOCKED)
    for number in range(35):
        await wire.publish(f"snow{number}", f"It snows {number} mm.")
        await wire.deliver(days=1)
    held = await wire.record.database.read("SELECT count(*) FROM delivery WHERE state = 'held'")
    assert held[0][0] <= 31
    open_notices = await wire.record.database.read("SELECT count(*) FROM notice WHERE state <> 'done'")
    assert open_notices[0][0] == 0


def test_the_pauses_between_two_tries(subtests):
    for lasted, first, pause in [
        (0, SOON, 300),
        (600, SOON, 300),
        (8 * 3600, SOON, 2 * 3600),
        (30 * 86_400, SOON, 86_400),
        (0, RARELY, 86_400),
        (30 * 86_400, RARELY, 7 * 86_400),
        (-100, 0.0, 300),  # a clock that was put back; a platform that says nothing of it
    ]:
        with subtests.test(lasted=lasted, first=first):
            listener = Listener(id=1, chat=CHAT, paused="no", paused_at=text_of(START))
            now = START + timedelta(seconds=lasted)
            assert next_try(listener, now, first) == text_of(now + timedelta(seconds=pause))


async def test_quiet_hours_and_digests_are_kept_by_a_chat_that_is_resumed(wire: Wire):
    await wire.subscribe(CHAT)
    await wire.set(CHAT, quiet_from="11:00", quiet_until="14:00")
    await wire.record.listeners.pause(CHAT, "no", text_of(START), text_of(START + timedelta(days=1)))
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.record.listeners.resume(CHAT)
    await wire.deliver(hours=1)
    assert wire.far.chats() == []
    await wire.deliver(hours=1)
    assert wire.far.chats() == [CHAT]


# Who is told


async def told(wire: Wire) -> list[tuple[str, str]]:
    return [(chat, text) for chat, _topic, text in wire.far.sent if "You subscribed" in text]


async def subscribed_by(wire: Wire, *people: str) -> None:
    for number, person in enumerate(people):
        assert await wire.record.listeners.subscribe(
            CHAT, number, 1, person=person, language="en", at=wire.record.ledger.now()
        )


async def test_who_subscribed_a_chat_is_told_once_that_it_takes_no_messages(wire: Wire):
    await subscribed_by(wire, "telegram:7", "telegram:8", CHAT, "telegram:-6", "telegram:7")
    await refuse(wire, times=999)
    await wire.publish("snow", "It snows.")
    await wire.deliver(hours=23)
    assert await told(wire) == []
    for _day in range(5):
        await wire.deliver(days=1)
    assert [chat for chat, _text in await told(wire)] == ["telegram:7", "telegram:8"]
    ((_chat, text), _other) = await told(wire)
    text = " ".join(text.split())
    number = CHAT.partition(":")[2]
    assert f"a chat on Telegram (its id is {number}) to “The flood”" in text and CHAT not in text
    assert "not enough rights" in text and "waits for 30 days" in text
    # A later refusal is another.
    wire.far.planned.clear()
    await wire.deliver(days=2)
    assert not await wire.record.listeners.is_paused(CHAT)
    wire.far.sent.clear()
    await refuse(wire, times=999)
    await wire.publish("ice", "The river is frozen.")
    for _day in range(3):
        await wire.deliver(days=1)
    assert [chat for chat, _text in await told(wire)] == ["telegram:7", "telegram:8"]


async def test_nobody_is_told_of_their_own_private_chat(wire: Wire):
    await wire.subscribe("telegram:1")
    await refuse(wire, "telegram:1", BLOCKED)
    await wire.publish("snow", "It snows.")
    for _day in range(5):
        await wire.deliver(days=1)
    assert await told(wire) == []


# Corrections


async def test_a_correction_waits_for_a_chat_that_has_blocked_the_bot(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    wire.far.planned_edits["telegram:1"] = [BLOCKED] * 2
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    assert await wire.record.listeners.is_paused("telegram:1")
    await wire.change(1, statement="It rained for five days.")
    await wire.deliver(hours=1)
    assert len(wire.far.edits) == 2
    await wire.deliver(hours=12)
    assert len(wire.far.edits) == 2, "asked rarely"
    await wire.record.listeners.resume("telegram:1")
    await wire.deliver()
    (_first, _second, (_chat, message, text)) = wire.far.edits
    assert message == 10 and "five days" in text and "four" not in text
    assert wire.far.sent == []
    await wire.deliver(days=3)
    assert len(wire.far.edits) == 3


async def test_a_chat_that_takes_no_edits_is_asked_for_one_message_and_not_for_each(wire: Wire):
    for message in range(10, 20):
        await answered(wire, "telegram:1", message, 1)
    wire.far.planned_edits["telegram:1"] = [BLOCKED] * 99
    await wire.record.listeners.pause("telegram:1", "no", text_of(START), text_of(START + timedelta(days=1)))
    await wire.change(1, statement="It rained for four days.")
    for _time in range(24):
        await wire.deliver(minutes=5)
    assert len(wire.far.edits) <= 9
    tried = len(wire.far.edits)
    wire.far.planned_edits.clear()
    await wire.record.listeners.resume("telegram:1")
    await wire.deliver()
    assert sorted(message for _chat, message, _text in wire.far.edits[tried:]) == list(range(10, 20))


async def test_all_messages_of_a_chat_are_edited_where_only_sending_is_refused(wire: Wire):
    for message in range(10, 20):
        await answered(wire, CHAT, message, 1)
    await wire.record.listeners.pause(CHAT, "no", text_of(START), text_of(START + timedelta(days=1)))
    await wire.change(1, statement="It rained for four days.")
    for _time in range(5):
        await wire.deliver(seconds=2)
    assert sorted(message for _chat, message in edited(wire)) == list(range(10, 20))


async def test_a_correction_is_found_to_be_possible_again_where_nobody_says_so(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    wire.far.planned_edits["telegram:1"] = [BLOCKED]
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    await wire.deliver(days=1)
    assert len(wire.far.edits) == 2
    assert (await wire.record.notices.amended(1, "telegram:1")) == (1, 0)


async def test_an_edit_is_made_where_sending_is_refused_and_the_remark_waits(wire: Wire):
    await answered(wire, CHAT, 10, 1)
    await wire.record.listeners.pause(CHAT, "no", text_of(START), text_of(START + timedelta(hours=1)))
    await wire.retract(1, "the gauge was broken")
    await wire.deliver(minutes=5)
    assert edited(wire) == [(CHAT, 10)] and wire.far.sent == []
    await refuse(wire, times=1)
    await wire.deliver(hours=1)
    assert wire.far.chats() == [CHAT], "tried once its moment had come"
    await wire.record.listeners.resume(CHAT)
    await wire.deliver()
    ((chat, _topic, remark),) = wire.far.sent
    assert chat == CHAT and wire.far.answered[-1] == 10 and "the gauge was broken" in remark
    await wire.deliver(days=3)
    assert len(wire.far.sent) == 1


async def test_a_remark_that_arrives_shows_that_the_chat_takes_messages(wire: Wire):
    await answered(wire, CHAT, 10, 1)
    await wire.subscribe(CHAT, words="ice")
    await wire.record.listeners.pause(CHAT, "no", text_of(START), text_of(START + timedelta(hours=1)))
    await wire.publish("ice", "There is ice.")
    await wire.retract(1)
    await wire.deliver(minutes=5)
    assert wire.far.sent == []
    await wire.deliver(hours=1)
    assert len(wire.far.sent) == 2 and not await wire.record.listeners.is_paused(CHAT)


async def test_a_remark_waits_until_quiet_hours_or_muting_end_and_an_edit_does_not(wire: Wire):
    for number in (1, 2, 3):
        await answered(wire, f"telegram:{number}", 10, 1)
    await wire.set("telegram:1", quiet_from="11:00", quiet_until="14:00")
    await wire.set("telegram:2", muted_until="2026-11-24T14:00:00.000000Z")
    await wire.set("telegram:3", muted_until="2026-11-24T14:00:00.000000Z", cadence="weekly")
    await wire.retract(1)
    await wire.deliver(minutes=5)
    assert edited(wire) == [(f"telegram:{number}", 10) for number in (1, 2, 3)]
    assert wire.far.sent == []
    await wire.deliver(hours=2)
    assert sorted(wire.far.chats()) == ["telegram:1", "telegram:2", "telegram:3"]


async def test_a_remark_follows_a_group_that_has_moved_and_waits_for_it_there(wire: Wire, subtests):
    moved = [Outcome(DeliveryStatus.MOVED, moved_to="telegram:-1001")] * 99
    for fact, pieces in [(1, 1), (2, 2)]:
        with subtests.test(pieces=pieces):
            wire.far.sent.clear()
            # A reply in several pieces is never edited: then the remark is what finds that it has moved.
            await answered(wire, "telegram:-1", 10 * pieces, fact, pieces=pieces)
            wire.far.planned_edits["telegram:-1"] = wire.far.planned["telegram:-1"] = moved
            await refuse(wire, "telegram:-1001")
            await wire.change(fact, statement=f"It was put otherwise {pieces} times.")
            await wire.deliver()
            assert await wire.record.listeners.is_paused("telegram:-1001")
            wire.far.planned["telegram:-1001"] = []
            wire.far.sent.clear()
            await wire.deliver(hours=1)
            assert [chat for chat, *_ in wire.far.sent].count("telegram:-1001") == 1
            assert not await wire.record.listeners.is_paused("telegram:-1001")
            await wire.deliver(days=3)
            assert [chat for chat, *_ in wire.far.sent].count("telegram:-1001") == 1


async def test_a_message_that_is_gone_is_not_edited_again(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    wire.far.planned_edits["telegram:1"] = [REFUSED]
    await wire.change(1, statement="It rained for four days.")
    for _day in range(3):
        await wire.deliver(days=1)
    assert len(wire.far.edits) == len(wire.far.sent) == 1


async def test_a_correction_that_waits_is_forgotten_with_its_message(wire: Wire):
    await answered(wire, "telegram:1", 10, 1)
    wire.far.planned_edits["telegram:1"] = [BLOCKED] * 99
    await wire.change(1, statement="It rained for four days.")
    for _day in range(32):
        await wire.deliver(days=1)
    tried = len(wire.far.edits)
    wire.far.planned_edits.clear()
    await wire.record.listeners.resume("telegram:1")
    await wire.deliver(days=8)
    assert len(wire.far.edits) == tried and wire.far.sent == []
