"""Gathering: a burst of changes comes in few messages, what is urgent does not wait."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from bot.notices.schedule import Spans
from storage.sheets import importing
from storage.sheets.importing import import_sheet
from tests.bot.wire import ANN, SHEET, Wire, open_wire

READER = "telegram:7"


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        opened.deliverer = opened.begin(spans=Spans(gather=timedelta(seconds=5)))
        await opened.subscribe(READER)
        yield opened


async def burst(wire: Wire, pauses: list[float], *, urgent: int = -1) -> list[tuple[float, str]]:
    """Publish a fact after each pause, with a look each second; return what was told, and when."""
    told: list[tuple[float, str]] = []
    begun = wire.clock()

    async def look() -> None:
        await wire.deliver()
        told.extend(((wire.clock() - begun).total_seconds(), text) for text in wire.far.texts())

    for number, pause in enumerate(pauses):
        for _second in range(int(pause)):
            wire.clock.go_on(seconds=1)
            await look()
        wire.clock.go_on(seconds=pause % 1)
        await wire.publish(f"snow{number}", f"It snows {number} cm.", urgent=number == urgent)
        await look()
    for _second in range(130):
        wire.clock.go_on(seconds=1)
        await look()
    return told


async def test_thirty_changes_in_a_minute_are_at_most_three_messages(tmp_path, subtests):
    random = Random(1)
    for case in range(3):
        pauses = [random.choice([0.0, 0.5, 1.5, 2.0, 7.0, 11.0]) for _ in range(30)]
        scale = min(1.0, 58 / sum(pauses))
        folder = tmp_path / str(case)
        folder.mkdir()
        with subtests.test(pauses=pauses):
            async with open_wire(folder) as wire:
                wire.deliverer = wire.begin(spans=Spans(gather=timedelta(seconds=5)))
                await wire.subscribe(READER)
                told = await burst(wire, [pause * scale for pause in pauses], urgent=case * 10)
                assert 1 <= len(told) <= 3, [at for at, _text in told]
                counts = [int(text.partition(" changes")[0]) for _at, text in told if " changes on" in text]
                assert sum(counts) + len(told) - len(counts) == 30


async def test_changes_that_keep_coming_are_waited_for_a_minute_at_most(wire: Wire):
    told = await burst(wire, [0.0, *[4.0] * 29])
    assert told[0][0] == pytest.approx(60, abs=1.5)
    assert "New on record" in told[0][1] and len(told) <= 3


async def test_a_retraction_does_not_wait_and_takes_along_what_does(wire: Wire):
    await wire.publish("snow", "It snows.")
    await wire.deliver(seconds=1)
    assert wire.far.texts() == []
    await wire.retract(2)
    await wire.deliver()
    (text,) = wire.far.texts()
    assert text.index("Retracted: F2") < text.index("New on record: F4")


async def test_an_urgent_fact_does_not_wait(wire: Wire):
    await wire.publish("snow", "It snows.", urgent=True)
    await wire.deliver()
    assert len(wire.far.texts()) == 1


async def test_a_burst_of_retractions_is_at_most_three_messages_as_well(wire: Wire):
    for number in range(30):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
    await wire.deliver(minutes=5)
    wire.far.texts()
    told = 0
    for number in range(30):
        await wire.retract(4 + number)
        await wire.deliver(seconds=2)
        told += len(wire.far.texts())
    await wire.deliver(minutes=2)
    assert told + len(wire.far.texts()) <= 3


async def test_a_retraction_goes_at_once_whatever_was_told_within_the_minute(wire: Wire):
    for number in range(2):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
        await wire.deliver(seconds=6)
    assert len(wire.far.texts()) == 1
    await wire.retract(1)
    await wire.deliver()
    (text,) = wire.far.texts()
    assert "Retracted: F1" in text and "New on record: F5" in text
    await wire.retract(2)
    await wire.deliver(seconds=6)
    assert wire.far.texts() == []
    await wire.deliver(minutes=1)
    (text,) = wire.far.texts()
    assert "Retracted: F2" in text


async def test_what_is_taken_back_before_it_was_told_takes_no_retractions_place(wire: Wire):
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver()
    await wire.record.ledger.undo(by=ANN, within_minutes=10)
    for number in range(2):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
        await wire.deliver(seconds=6)
    assert len(wire.far.texts()) == 1
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver(minutes=1)
    assert len(wire.far.texts()) == 1
    await wire.record.ledger.undo(by=ANN, within_minutes=10)
    await wire.deliver()
    (text,) = wire.far.texts()
    assert "F1 stands again as it was first told." in text


async def test_a_burst_of_all_kinds_of_changes_is_at_most_three_messages(wire: Wire):
    await wire.subscribe("telegram:8")
    told: list[str] = []
    for number in range(10):
        fact = await wire.publish(f"snow{number}", f"It snows {number} cm.", urgent=number == 3)
        await wire.deliver(seconds=2)
        if number % 2:
            await wire.retract(fact.id)
        else:
            await wire.change(fact.id, statement=f"It snows {number + 50} cm.")
        await wire.deliver(seconds=2)
        if number % 3 == 0:
            await wire.record.ledger.undo(by=ANN, within_minutes=10)
        await wire.deliver(seconds=2)
    for _second in range(90):
        await wire.deliver(seconds=1)
    told = wire.far.chats()
    assert 1 <= told.count(READER) <= 3 and told.count("telegram:8") == told.count(READER)


async def test_what_an_import_changes_on_record_is_one_message_and_what_it_adds_is_none(
    wire: Wire, tmp_path, monkeypatch, subtests
):
    sheet = tmp_path / "flood.toml"
    days = iter(("four", "five"))
    for staged_from in (importing.STAGED_FROM, 0):
        monkeypatch.setattr(importing, "STAGED_FROM", staged_from)
        with subtests.test(staged_from=staged_from):
            changed = SHEET.replace("three days", f"{next(days)} days").replace("dam holds", "dam leaks")
            new = SHEET.rpartition("[[facts]]")[2].replace('"school"', f'"new{staged_from}"')
            sheet.write_text(f"{changed}\n[[facts]]{new}", encoding="utf-8")
            for _time in range(2):
                await import_sheet(wire.record, sheet, actor="tests")
                await wire.deliver(minutes=2)
            (text,) = wire.far.texts()
            assert "Corrected: F1" in text and "New on record" not in text and "F3" not in text
            assert ("dam leaks" in text) == bool(staged_from)


async def test_without_gathering_each_change_is_told_as_it_comes(wire: Wire):
    wire.deliverer = wire.begin()
    for number in range(5):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
        await wire.deliver()
    assert len(wire.far.texts()) == 5


async def test_what_is_let_go_together_is_one_message_also_where_it_takes_many_steps(wire: Wire):
    for number in range(30):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
    await wire.deliver(minutes=2)
    (text,) = wire.far.texts()
    assert "30 changes on the record" in text
