"""Delivering: what is told in one message, what is held, and what becomes of what cannot be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.notices.delivering import SENDING
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.schedule import Spans
from bot.replies import Note, Reply
from storage.domain.clock import read_moment
from storage.domain.models import Cadence
from storage.notifying.notices import post
from storage.notifying.outbox import MOST_ATTEMPTS
from tests.bot.wire import Wire, open_wire

FAILED = Outcome(DeliveryStatus.FAILED, error="timed out")


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def test_a_change_is_told_once_to_each_who_listens(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    assert wire.far.chats() == ["telegram:1", "telegram:2"]
    for _look in range(3):
        await wire.deliver(hours=1)
    assert wire.far.chats() == []


async def test_several_changes_at_a_time_are_one_message(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    await wire.publish("snow", "It snows.")
    await wire.change(1, statement="It rained for four days.")
    await wire.retract(2)
    await wire.deliver()
    assert [chat for chat, *_ in wire.far.sent] == ["telegram:1", "telegram:2"]
    (text, _other) = wire.far.texts()
    assert "3 changes on the record" in text
    for heading in ("New on record: F4", "Corrected: F1", "Retracted: F2"):
        assert heading in text


async def test_words_and_names_decide_by_what_the_fact_says(wire: Wire):
    (ann,) = await wire.record.entities.named(1, "Ann Ray")
    (bo,) = await wire.record.entities.named(1, "Bo Sky")
    await wire.subscribe("telegram:ann", entity_id=ann)
    await wire.subscribe("telegram:bo", entity_id=bo)
    await wire.subscribe("telegram:words", words="snowed roads")
    await wire.subscribe("telegram:others", words="snow bridge")
    await wire.publish("snow", "It is snowing on the road.")
    await wire.deliver()
    assert sorted(wire.far.chats()) == ["telegram:ann", "telegram:words"]


async def test_a_held_fact_is_told_when_its_time_has_come(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.", hold=10)
    await wire.deliver(minutes=9)
    assert wire.far.chats() == []
    await wire.deliver(minutes=2)
    assert wire.far.chats() == ["telegram:1"]


async def test_what_changes_within_a_short_time_is_one_message(wire: Wire):
    await wire.subscribe("telegram:1")
    wire.deliverer = wire.begin(spans=Spans(gather=timedelta(seconds=5)))
    await wire.publish("snow", "It snows.")
    await wire.deliver(seconds=3)
    await wire.publish("ice", "The river is frozen.")
    # It stretches: there may be more.
    await wire.deliver(seconds=3)
    assert wire.far.texts() == []
    await wire.deliver(seconds=2)
    (text,) = wire.far.texts()
    assert "it snows" in text and "the river is frozen" in text
    # What is not urgent comes once in a minute: a place is kept for what is.
    await wire.publish("wind", "The wind turned.")
    await wire.deliver(seconds=55)
    assert wire.far.texts() == []
    await wire.deliver(seconds=5)
    (text,) = wire.far.texts()
    assert "the wind turned" in text and "snows" not in text


async def test_an_urgent_one_is_told_before_those_that_are_held(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.publish("snow", "It snows.", hold=10)
    await wire.publish("ice", "The river is frozen.", hold=0)
    await wire.deliver()
    (text,) = wire.far.texts()
    assert "frozen" in text and "snows" not in text


async def test_what_is_undone_while_it_is_held_is_told_to_nobody(wire: Wire):
    await wire.subscribe("telegram:1")
    held = await wire.publish("snow", "It snows.", hold=10)
    await wire.retract(held.id)
    await wire.deliver(minutes=1)
    await wire.deliver(minutes=20)
    assert wire.far.chats() == []


async def test_what_is_corrected_while_it_is_held_is_told_once_as_it_then_is(wire: Wire):
    await wire.subscribe("telegram:1")
    held = await wire.publish("snow", "It snows.", hold=10)
    await wire.change(held.id, statement="It snows a little.")
    await wire.deliver(minutes=1)
    await wire.change(held.id, statement="It snows a lot.")
    await wire.deliver(minutes=1)
    assert wire.far.chats() == []
    await wire.deliver(minutes=20)
    (text,) = wire.far.texts()
    assert "New on record" in text and "snows a lot" in text and "little" not in text


async def test_what_is_undone_and_restored_while_it_is_held_is_told_as_new(wire: Wire):
    await wire.subscribe("telegram:1")
    held = await wire.publish("snow", "It snows.", hold=10)
    await wire.retract(held.id)
    await wire.deliver()
    await wire.change(held.id, "restored", retracted=None)
    await wire.deliver(minutes=20)
    (text,) = wire.far.texts()
    assert "New on record" in text and "It snows" in text.replace("it snows", "It snows")


async def test_a_daily_digest_gathers_what_has_changed_since_the_last(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", cadence=Cadence.DAILY, time="09:00", zone="Europe/Berlin")
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.publish("ice", "The river is frozen.")
    await wire.deliver(hours=19)
    assert wire.far.chats() == []
    await wire.deliver(hours=1)
    (text,) = wire.far.texts()
    assert "2 changes" in text
    await wire.publish("wind", "It is windy.")
    await wire.deliver(hours=20)
    assert wire.far.chats() == []
    await wire.deliver(hours=4)
    assert wire.far.chats() == ["telegram:1"]


async def test_what_falls_into_quiet_hours_comes_in_one_digest_after_them(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    await wire.set("telegram:1", quiet_from="11:00", quiet_until="14:00")
    for number in range(3):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
        await wire.deliver(minutes=5)
    assert wire.far.chats() == ["telegram:2"] * 3
    await wire.deliver(hours=2)
    assert [text.count("New on record") for text in wire.far.texts()] == [3]


async def test_a_muted_chat_hears_of_all_at_once_after_it(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", muted_until="2026-11-24T14:00:00.000000Z")
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.publish("ice", "The river is frozen.")
    await wire.deliver(hours=1)
    assert wire.far.chats() == []
    await wire.deliver(hours=2)
    assert ["2 changes" in text for text in wire.far.texts()] == [True]


async def test_an_answer_that_was_waited_for_comes_at_once_and_brings_no_digest_with_it(wire: Wire):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", cadence=Cadence.DAILY)
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    answer = Reply(blocks=(Note(text="You asked."),)).model_dump_json()
    async with wire.record.database.transaction() as tx:
        await post(tx, "telegram:1", answer, wire.record.ledger.now())
    await wire.deliver()
    assert wire.far.texts() == ["You asked."]
    await wire.deliver(hours=22)
    assert ["It snows" in text or "it snows" in text for text in wire.far.texts()] == [True]


async def test_a_group_that_has_become_a_supergroup_keeps_everything(wire: Wire):
    await wire.subscribe("telegram:-1")
    await wire.set("telegram:-1", silent=True)
    wire.far.planned["telegram:-1"] = [Outcome(DeliveryStatus.MOVED, moved_to="telegram:-1001")]
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.publish("ice", "The river is frozen.")
    await wire.deliver()
    assert wire.far.chats() == ["telegram:-1", "telegram:-1001", "telegram:-1001"]
    assert wire.far.silent == [True] * 3
    assert await wire.record.listeners.find("telegram:-1") is None


async def test_what_is_refused_is_given_up_and_the_next_is_told(wire: Wire):
    await wire.subscribe("telegram:1")
    wire.far.planned["telegram:1"] = [Outcome(DeliveryStatus.REFUSED, error="Bad Request: no")]
    await wire.publish("snow", "It snows.")
    await wire.deliver(hours=1)
    assert await wire.states() == {"telegram:1": "given up"}
    await wire.publish("ice", "The river is frozen.")
    await wire.deliver()
    assert await wire.states() == {"telegram:1": "sent"}


async def test_what_fails_is_tried_again_after_pauses_that_double_and_then_given_up(wire: Wire):
    await wire.subscribe("telegram:1")
    wire.far.planned["telegram:1"] = [FAILED] * 99
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    tried = 1
    for attempt in range(MOST_ATTEMPTS - 1):
        pause = SENDING.pause(attempt + 1)
        await wire.deliver(seconds=pause - 0.5)
        assert len(wire.far.sent) == tried
        await wire.deliver(seconds=0.5)
        tried += 1
        assert len(wire.far.sent) == tried
    await wire.deliver(hours=24)
    assert len(wire.far.sent) == tried == MOST_ATTEMPTS
    assert await wire.states() == {"telegram:1": "given up"}


async def test_an_outage_of_half_a_day_loses_nothing(wire: Wire):
    await wire.subscribe("telegram:1")
    wire.far.planned["telegram:1"] = [FAILED] * 99
    await wire.publish("snow", "It snows.")
    for _time in range(12 * 4):
        await wire.deliver(minutes=15)
    wire.far.planned.clear()
    for _time in range(6):
        await wire.deliver(minutes=15)
    assert await wire.states() == {"telegram:1": "sent"}


async def test_pauses_are_spread_by_chance_and_bounded(wire: Wire):
    def pause(attempts: int, chance: float) -> float:
        deliverer = wire.begin(chance=lambda: chance)
        return (read_moment(deliverer._again(attempts, 0)) - wire.clock()).total_seconds()

    assert (pause(0, 0.0), pause(0, 0.999)) == (pytest.approx(1), pytest.approx(3, abs=0.01))
    assert pause(30, 0.999) < SENDING.longest * 1.5


async def test_a_platform_that_says_how_long_to_wait_is_heeded(wire: Wire):
    await wire.subscribe("telegram:1")
    wire.far.planned["telegram:1"] = [Outcome(DeliveryStatus.FAILED, error="told to wait", wait=40.0)]
    await wire.publish("snow", "It snows.")
    await wire.deliver()
    await wire.deliver(seconds=39)
    assert len(wire.far.sent) == 1
    await wire.deliver(seconds=1)
    assert len(wire.far.sent) == 2
    assert await wire.states() == {"telegram:1": "sent"}


async def test_a_clock_that_jumps_back_repeats_nothing_and_loses_nothing(wire: Wire):
    await wire.subscribe("telegram:1", "telegram:2")
    await wire.set("telegram:2", cadence=Cadence.DAILY, time="12:30")
    await wire.publish("snow", "It snows.")
    await wire.deliver(minutes=40)
    await wire.deliver()
    assert sorted(wire.far.chats()) == ["telegram:1", "telegram:2"]
    await wire.deliver(hours=-3)
    assert wire.far.chats() == []
    await wire.publish("ice", "The river is frozen.")
    for _hour in range(30):
        await wire.deliver(hours=1)
    assert sorted(wire.far.chats()) == ["telegram:1", "telegram:2"]


@pytest.mark.parametrize("evening", ["2027-03-27T20:00", "2027-10-30T20:00"])
async def test_a_digest_at_half_past_two_comes_once_when_the_clocks_are_changed(wire: Wire, evening):
    await wire.subscribe("telegram:1")
    await wire.set("telegram:1", cadence=Cadence.DAILY, time="02:30", zone="Europe/Berlin")
    wire.clock.moment = datetime.fromisoformat(evening).replace(tzinfo=UTC)
    for number in range(6 * 12):
        await wire.publish(f"snow{number}", f"It snows {number} mm.")
        await wire.deliver(minutes=10)
    assert wire.far.chats() == ["telegram:1"]
