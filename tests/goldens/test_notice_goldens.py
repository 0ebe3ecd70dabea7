"""What subscribers are told, and how messages read once they are put right, as it was found right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.answers.lines import fact_lines
from bot.notices.digest import message_of
from bot.notices.message_corrections import corrected_message
from bot.pictures.sending.studio import Studio
from bot.replies import Action, Heading, Reply
from storage.notifying.notices import post
from storage.notifying.receipts import Amendment
from tests.bot.wire import Wire, open_wire
from tests.goldens.golden import Golden, shown


@pytest.fixture
async def wire(tmp_path):
    async with open_wire(tmp_path) as opened:
        yield opened


async def _published(wire: Wire) -> None:
    await wire.publish("snow", "It snows.", occurred="2026-11-24", about=["Bo Sky"])


async def _corrected(wire: Wire) -> None:
    await wire.change(1, statement="It rained for four days.", reason="the gauge was read again")


async def _corrected_date(wire: Wire) -> None:
    """The date changes, and so does on whose word it is."""
    said = {"speaker": "Bo Sky", "cue": "announced that", "source": "town", "locator": "notice 4"}
    await wire.change(1, occurred="2026-11-18", attributions=[said])


async def _corrected_only_the_date(wire: Wire) -> None:
    await wire.change(1, occurred="2026-11-18")


async def _attributed(wire: Wire) -> None:
    ours = (await wire.record.facts.entry(1)).attributions
    seen = {"speaker": "Bo Sky", "stance": "confirms", "source": "town"}
    await wire.change(1, "attributed", attributions=[*ours, seen])


async def _disputed(wire: Wire) -> None:
    await wire.change(1, "related", contradicts=[{"fact": "dam", "about": "Did it rain?"}])


async def _superseded(wire: Wire) -> None:
    await wire.publish("flood", "It rained for a week.")
    await wire.change(1, "superseded", superseded_by="flood")


async def _retracted(wire: Wire) -> None:
    await wire.retract(1, "the gauge was broken")


async def _restored(wire: Wire) -> None:
    await wire.retract(1, "the gauge was broken")
    await wire.change(1, "restored", retracted=None, reason="it was not broken after all")


async def _several(wire: Wire) -> None:
    await _published(wire)
    await _corrected(wire)
    await wire.retract(2, "it broke")


async def _digest(wire: Wire) -> None:
    for number in range(22):
        await wire.publish(f"snow{number}", f"It snows {number} cm.")


# How many of the last notices the message tells of.
CHANGES = {
    "published": (_published, 1),
    "corrected": (_corrected, 1),
    "corrected_date": (_corrected_date, 1),
    "corrected_only_the_date": (_corrected_only_the_date, 1),
    "attributed": (_attributed, 1),
    "disputed": (_disputed, 1),
    "superseded": (_superseded, 1),
    "retracted": (_retracted, 1),
    "restored": (_restored, 1),
    "several": (_several, 3),
    "digest": (_digest, 22),
}


async def notices(wire: Wire, count: int) -> list:
    rows = await wire.record.database.read("SELECT id FROM notice ORDER BY id DESC LIMIT ?", (count,))
    return await wire.record.notices.by_id([row[0] for row in rows])


async def test_what_is_told(tmp_path: Path, snapshot: SnapshotAssertion, subtests: pytest.Subtests) -> None:
    for name, (change, count) in CHANGES.items():
        (tmp_path / name).mkdir()
        with subtests.test(name):
            async with open_wire(tmp_path / name) as wire:
                await change(wire)
                told = await message_of(wire.record, await notices(wire, count))
            assert shown(told) == snapshot(name=name, extension_class=Golden)


async def test_what_is_told_with_an_answer(wire: Wire, snapshot: SnapshotAssertion) -> None:
    await _published(wire)
    answer = await message_of(wire.record, await notices(wire, 1))
    async with wire.record.database.transaction() as tx:
        await post(tx, "telegram:1", answer.model_dump_json(), wire.record.ledger.now())
    await _corrected(wire)
    told = await message_of(wire.record, await notices(wire, 2))
    assert shown(told) == snapshot.use_extension(Golden)


async def test_how_a_message_reads_then(
    tmp_path: Path, snapshot: SnapshotAssertion, subtests: pytest.Subtests
) -> None:
    for name in ("corrected", "corrected_date", "superseded", "retracted", "restored", "several"):
        (tmp_path / name).mkdir()
        with subtests.test(name):
            async with open_wire(tmp_path / name) as wire:
                reads = await read_after(wire, *CHANGES[name])
            assert reads == snapshot(name=name, extension_class=Golden)


async def read_after(wire: Wire, change: Callable[[Wire], Awaitable[None]], count: int) -> str:
    """Return how a message of three facts reads after a change, and what is said in reply to it."""
    facts = await wire.record.facts.load([1, 2, 3])
    said = Reply(
        blocks=(
            Heading(text="What is known", level=1),
            *(line for fact in facts for line in fact_lines(fact)),
        ),
        actions=(Action(label="who", command="/who"),),
    )
    await change(wire)
    last = [notice for notice in await notices(wire, count) if notice.fact_id in said.facts]
    ids = tuple(notice.id for notice in last)
    # It was put right for what came before those.
    earlier = tuple(
        notice.id
        for notice in await notices(wire, 99)
        if notice.fact_id in said.facts and notice.id not in ids
    )
    shows = {notice.fact_id: notice.revision - 1 for notice in last}
    right = await corrected_message(
        wire.record,
        Amendment("telegram:1", 0, 5, "en", said.model_dump_json(), ids, 0, earlier, shows),
        Studio(wire.record),
    )
    return f"{shown(right.reply)}\n=== in reply\n{shown(right.remark)}"


async def test_how_a_notice_reads_once_it_is_out_of_date(wire: Wire, snapshot: SnapshotAssertion) -> None:
    await _corrected(wire)
    told = await message_of(wire.record, await notices(wire, 1))
    await wire.change(1, statement="It rained for five days.")
    (last,) = await notices(wire, 1)
    right = await corrected_message(
        wire.record,
        Amendment("telegram:1", 0, 5, "en", told.model_dump_json(), (last.id,), attempts=0),
        Studio(wire.record),
    )
    assert shown(right.reply) == snapshot.use_extension(Golden)
