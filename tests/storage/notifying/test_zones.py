"""The zone of a chat: its own, a topic's or its chat's, and read anew when it is changed."""

from __future__ import annotations

from storage.notifying import zones
from storage.record import Record
from tests.storage.conftest import fact, put
from tests.storage.costs import cost_of
from tests.storage.making import retract

KYIV, BERLIN = "Europe/Kyiv", "Europe/Berlin"


async def test_a_topic_has_its_own_zone_else_its_chats_and_else_utc(record: Record):
    assert await record.zones.of("telegram:-1", 5) == "UTC"
    await record.listeners.change("telegram:-1", 0, {"zone": KYIV})
    assert [await record.zones.of("telegram:-1", topic) for topic in (0, 5)] == [KYIV, KYIV]
    await record.listeners.change("telegram:-1", 5, {"zone": BERLIN})
    assert [await record.zones.of("telegram:-1", topic) for topic in (0, 5, 6)] == [KYIV, BERLIN, KYIV]
    assert await record.zones.of("telegram:-2") == "UTC"


async def test_a_zone_is_known_at_once_where_its_chat_moves_or_another_process_changes_it(record: Record):
    await record.listeners.change("telegram:-1", 0, {"zone": KYIV})
    assert [await record.zones.of(f"telegram:{chat}") for chat in ("-1", "-1001")] == [KYIV, "UTC"]
    await record.listeners.move("telegram:-1", "telegram:-1001")
    await record.stories.all()
    assert [await record.zones.of(f"telegram:{chat}") for chat in ("-1", "-1001")] == ["UTC", KYIV]
    other = await Record.open(record.database.path)
    await other.listeners.change("telegram:-1001", 0, {"zone": BERLIN})
    await other.close()
    await record.database.look()
    assert await record.zones.of("telegram:-1001") == BERLIN


async def test_a_zone_is_read_once(record: Record, tmp_path, monkeypatch):
    await record.listeners.change("telegram:1", 0, {"zone": KYIV})
    await put(record, tmp_path, fact("a"))
    await record.zones.of("telegram:1")
    await record.listeners.change("telegram:1", 0, {"silent": True})
    await retract(record, 1)
    async with cost_of(record) as cost:
        assert await record.zones.of("telegram:1") == KYIV
    assert cost.counted() == (0, 0)
    monkeypatch.setattr(zones, "MOST_KEPT", 2)
    assert [await record.zones.of(f"telegram:{n}") for n in range(5)] == ["UTC", KYIV, "UTC", "UTC", "UTC"]
    assert len(record.zones._kept) <= 2
