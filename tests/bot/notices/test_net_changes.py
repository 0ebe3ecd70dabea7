"""What notices tell in all: one change of a fact, or none, whatever happened meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from bot.replies import Line, Reply
from storage.domain.models import Cadence
from tests.bot.wire import Wire, open_wire

READER = "telegram:7"


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        await opened.subscribe(READER)
        yield opened


async def told(wire: Wire) -> list[str]:
    await wire.deliver()
    return wire.far.texts()


async def test_what_was_added_and_taken_back_meanwhile_is_not_told(wire: Wire):
    snow = await wire.publish("snow", "It snows.")
    await wire.retract(snow.id)
    await wire.publish("ice", "The river is frozen.")
    (text,) = await told(wire)
    assert "frozen" in text and "snow" not in text and "F4" not in text


async def test_what_was_changed_and_changed_back_meanwhile_is_not_told(wire: Wire, subtests):
    cases: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "corrected": ({"statement": "It poured."}, {"statement": "It rained for three days."}),
        "superseded": ({"superseded_by": "dam"}, {"superseded_by": None}),
        "related": ({"contradicts": [{"fact": "dam"}]}, {"contradicts": []}),
    }
    for kind, (there, back) in cases.items():
        with subtests.test(kind=kind):
            await wire.change(1, kind, **there)
            await wire.change(1, kind, **back)
            assert await told(wire) == []
    with subtests.test(kind="retracted"):
        await wire.retract(1)
        await wire.change(1, "restored", retracted=None)
        assert await told(wire) == []


async def test_two_corrections_are_one_from_what_was_to_what_is(wire: Wire):
    await wire.change(1, statement="It rained for four days.", reason="misread")
    await wire.change(1, statement="It rained for five days.", reason="counted anew")
    (text,) = await told(wire)
    assert "three days" in text and "five days" in text and "four" not in text
    assert "Reason given: misread; counted anew" in text


async def test_a_reason_belongs_to_its_change(wire: Wire):
    await wire.change(1, statement="It rained for four days.", reason="misread")
    await wire.retract(1, "a hoax")
    (text,) = await told(wire)
    assert "Reason given: a hoax" in text and "misread" not in text


async def test_a_new_figure_in_the_place_of_an_old_one_is_one_notice(wire: Wire):
    await wire.publish("many", "It rained for five days.")
    await wire.change(1, "superseded", superseded_by="many")
    (text,) = await told(wire)
    assert "Superseded: F1" in text and "New on record" not in text
    assert "three days" in text and "five days" in text


async def test_a_digest_tells_what_came_of_all_that_happened_before_it(wire: Wire):
    await wire.set(READER, cadence=Cadence.DAILY, time="18:00")
    snow = await wire.publish("snow", "It snows.")
    await wire.deliver(hours=1)
    await wire.change(1, statement="It rained for four days.")
    await wire.deliver(hours=1)
    await wire.retract(snow.id)
    await wire.change(1, statement="It rained for five days.")
    await wire.deliver(hours=5)
    (text,) = wire.far.texts()
    assert "snow" not in text and "four" not in text and "five days" in text


async def test_who_had_heard_hears_of_what_became_of_it(wire: Wire):
    snow = await wire.publish("snow", "It snows.")
    await told(wire)
    await wire.retract(snow.id)
    (text,) = await told(wire)
    assert "Retracted: F4" in text


async def test_what_nobody_heard_of_is_new_once_it_is_restored(wire: Wire):
    snow = await wire.publish("snow", "It snows.")
    await wire.retract(snow.id)
    assert await told(wire) == []
    await wire.change(snow.id, "restored", retracted=None)
    (text,) = await told(wire)
    assert "New on record: F4" in text


async def test_a_digest_is_one_message_on_every_platform(wire: Wire):
    from bot.frontends.discord import render as discord
    from bot.frontends.telegram import render as telegram

    words = "the river has left its bed again and nobody knows when it will be back where it was before"
    for number in range(60):
        await wire.publish(f"snow{number}", f"In village {number} {words}, and so it goes on.")
    await wire.deliver()
    (reply,) = wire.far.replies
    assert isinstance(reply, Reply)
    assert len(telegram.render(reply)) == len(discord.render(reply)) == 1
    # Who says what is named in short has no room for its words.
    (text,) = wire.far.texts()
    assert "60 changes on the record" in text and "Ann Ray (F" in text and "more" in text


async def test_a_digest_tells_the_weightiest_first_and_names_the_rest_in_short(wire: Wire):
    for number in range(26):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")
    await wire.change(3, statement="The school opens.", reason="the head said so")
    await wire.change(1, "related", contradicts=[{"fact": "dam"}])
    await wire.retract(2, "a hoax")
    (text,) = await told(wire)
    assert "29 changes on the record · The flood" in text
    order = [
        "Retracted: F2",
        "a hoax",
        "Corrected: F3",
        "the head said so",
        "New on record: F4",
        "New on record\n",
    ]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    # Each of the rest is a line on somebody's word, or named by who says it.
    assert "Ann Ray said that it snows 9 cm" in text and "more: Ann Ray (F" in text
    shown = text.partition("\nSources")[0]
    assert 500 < len(shown) < 1_000
    assert wire.far.replies[-1].actions[-1].command == "/catchup"


async def test_each_retraction_of_a_long_digest_has_its_speaker_and_its_reason(wire: Wire):
    facts = [await wire.publish(f"snow{number}", f"{'It snows. ' * 20}{number}") for number in range(8)]
    await told(wire)
    for fact in facts:
        await wire.retract(fact.id, f"slip {fact.id}")
    (text,) = await told(wire)
    shown = text.partition("\nSources")[0]
    assert all(f"slip {fact.id}" in shown for fact in facts) and len(shown) < 1_000
    assert "Ann Ray (F11): slip 11" in shown


async def test_few_changes_are_told_in_full_however_long_they_are(wire: Wire):
    words = "the river has left its bed again and nobody knows when it will be back where it was before"
    for number in range(4):
        await wire.publish(f"snow{number}", f"In village {number} {words}, {words}, {words}.")
    await told(wire)
    lines = [block.text for block in wire.far.replies[-1].blocks if isinstance(block, Line)]
    assert len(lines) == 4 and all(line.endswith(f"{words}, {words}, {words}") for line in lines)


async def test_what_superseded_a_fact_and_is_undone_while_it_is_held_is_told_to_nobody(wire: Wire):
    from storage.domain.changes import Publish
    from storage.domain.entries import FactEntry
    from tests.bot.wire import ANN

    said = {"speaker": "Ann Ray", "cue": "said that", "source": "gauge", "locator": "¶3"}
    entry = FactEntry(ref="many", statement="It rained for five days.", attributions=[said])
    await wire.make(Publish(story_id=1, fact=entry, supersedes=1, hold=10))
    await wire.deliver(minutes=1)
    await wire.record.ledger.undo(by=ANN, within_minutes=10)
    await wire.deliver(minutes=1)
    await wire.deliver(minutes=20)
    assert wire.far.texts() == []
    entry = entry.model_copy(update={"ref": "more", "statement": "It rained for six days."})
    await wire.make(Publish(story_id=1, fact=entry, supersedes=1, hold=10))
    await wire.deliver(minutes=11)
    (text,) = wire.far.texts()
    assert "Superseded: F1" in text and "New on record" not in text and "six days" in text
