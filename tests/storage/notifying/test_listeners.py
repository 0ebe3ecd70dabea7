"""Listeners: settings and subscriptions of chats and topics; pausing, moving, falling back."""

from __future__ import annotations

import pytest

from storage.domain.models import Cadence
from storage.notifying.listeners import MOST_SUBSCRIPTIONS
from tests.storage.conftest import fact, put
from tests.storage.subscribing import AFTER, LATER, deliveries, subscribe, take, told


@pytest.fixture
async def flood(record, tmp_path):
    await put(record, tmp_path, fact("a"))
    await put(record, tmp_path, fact("z"), story="storm")
    return record


async def heard(record, chat, topic=0):
    return [
        (item.story_name, item.entity, item.words)
        for item in await record.listeners.subscriptions(chat, topic)
    ]


async def test_a_chat_becomes_a_listener_with_its_first_setting_and_keeps_the_others(flood):
    assert await flood.listeners.find("telegram:1") is None
    made = await flood.listeners.change("telegram:1", 0, {"cadence": "daily", "time": "07:30"})
    assert (made.cadence, made.time, made.zone) == (Cadence.DAILY, "07:30", "UTC")
    changed = await flood.listeners.change("telegram:1", 0, {"zone": "Europe/Kyiv"})
    assert (changed.id, changed.time, changed.zone) == (made.id, "07:30", "Europe/Kyiv")
    assert await flood.listeners.find("telegram:1") == await flood.listeners.by_id(made.id) == changed
    # What was changed before it began to listen is nothing that it has missed.
    assert changed.seen == await flood.audit.last()


async def test_topics_of_one_chat_are_listeners_of_their_own(flood):
    await flood.listeners.change("telegram:-1", 5, {"silent": True})
    await subscribe(flood, "telegram:-1", topic=5)
    assert await flood.listeners.find("telegram:-1") is None
    assert await flood.listeners.subscriptions("telegram:-1") == []
    assert await heard(flood, "telegram:-1", 5) == [("flood", None, None)]


async def test_a_setting_that_does_not_exist_is_refused(flood):
    with pytest.raises(LookupError, match="chat"):
        await flood.listeners.change("telegram:1", 0, {"chat": "telegram:2"})
    assert await flood.listeners.find("telegram:1") is None


async def test_each_subscription_is_kept_once(flood):
    (ann,) = await flood.entities.named(1, "Ann")
    for given in ({}, {"entity_id": ann}, {"words": "flood water"}):
        await subscribe(flood, "telegram:1", **given)
        again = await flood.listeners.subscribe(
            "telegram:1", 0, 1, person="telegram:2", language="en", at=LATER, **given
        )
        assert again is None
    await subscribe(flood, "telegram:1", story=2)
    assert await heard(flood, "telegram:1") == [
        ("flood", None, None), ("flood", "Ann", None), ("flood", None, "flood water"), ("storm", None, None),
    ]  # fmt: skip


async def test_a_chat_has_at_most_so_many_subscriptions_and_another_is_not_kept(flood):
    for number in range(MOST_SUBSCRIPTIONS):
        await subscribe(flood, "telegram:1", words=f"w{number}")
    refused = [
        await flood.listeners.subscribe(
            "telegram:1", 0, 1, words=f"more{number}", person="telegram:1", language="en", at=LATER
        )
        for number in range(50)
    ]
    assert set(refused) == {False}
    assert len(await heard(flood, "telegram:1")) == MOST_SUBSCRIPTIONS
    await subscribe(flood, "telegram:2", words="more1")  # others are not concerned


async def test_one_subscription_ends_or_all_and_only_ones_own(flood):
    for chat in ("telegram:1", "telegram:2"):
        await subscribe(flood, chat)
        await subscribe(flood, chat, words="rain")
    first = (await flood.listeners.subscriptions("telegram:1"))[0]
    assert await flood.listeners.unsubscribe("telegram:2", 0, first.id) == 0
    assert await flood.listeners.unsubscribe("telegram:1", 3) == 0
    assert await flood.listeners.unsubscribe("telegram:1", 0, first.id) == 1
    assert await heard(flood, "telegram:1") == [("flood", None, "rain")]
    assert await flood.listeners.unsubscribe("telegram:2", 0) == 2
    assert await heard(flood, "telegram:2") == []
    assert await flood.listeners.unsubscribe("telegram:3", 0) == 0


async def test_a_paused_chat_hears_again_once_it_is_spoken_to_from_there(flood):
    await subscribe(flood, "telegram:1")
    await subscribe(flood, "telegram:1", topic=4)
    await flood.listeners.resume("telegram:1")
    await flood.listeners.pause("telegram:1", "blocked", LATER, AFTER)
    assert (await flood.listeners.find("telegram:1", 4)).paused == "blocked"
    assert await flood.listeners.is_paused("telegram:1")
    await flood.listeners.resume("telegram:2")
    assert await flood.listeners.is_paused("telegram:1")
    await flood.listeners.resume("telegram:1")
    assert not await flood.listeners.is_paused("telegram:1")
    assert (await flood.listeners.find("telegram:1", 4)).paused is None


async def test_also_a_chat_without_subscriptions_can_be_paused(flood):
    await flood.listeners.pause("telegram:9", "blocked", LATER, AFTER)
    assert await flood.listeners.is_paused("telegram:9")


async def test_whoever_subscribes_is_not_paused_any_more(flood):
    await flood.listeners.pause("telegram:1", "blocked", LATER, AFTER)
    await subscribe(flood, "telegram:1")
    assert not await flood.listeners.is_paused("telegram:1")


async def test_a_pause_that_another_process_makes_is_seen(flood, path):
    from storage.record import Record

    await subscribe(flood, "telegram:1")
    assert not await flood.listeners.is_paused("telegram:1")
    other = await Record.open(path)
    await other.listeners.pause("telegram:1", "blocked", LATER, AFTER)
    await other.close()
    await flood.stories.in_use("telegram:1")  # any look at the file
    await flood.database.reading(lambda read: read("SELECT 1 FROM story"))
    assert await flood.listeners.is_paused("telegram:1")


async def test_a_group_that_becomes_a_supergroup_keeps_everything(flood):
    await flood.listeners.change("telegram:-1", 0, {"cadence": "weekly"})
    await subscribe(flood, "telegram:-1", words="rain")
    await flood.stories.use("telegram:-1", 2)
    notice = await told(flood, words=["rain"])
    await flood.listeners.move("telegram:-1", "telegram:-1001")
    assert await flood.listeners.find("telegram:-1") is None
    assert (await flood.listeners.find("telegram:-1001")).cadence is Cadence.WEEKLY
    assert await heard(flood, "telegram:-1001") == [("flood", None, "rain")]
    assert (await flood.stories.in_use("telegram:-1001")).id == 2
    assert await deliveries(flood, notice) == {"telegram:-1001": "due"}
    await flood.listeners.move("telegram:-1", "telegram:-1001")  # the platform tells of it twice
    assert await heard(flood, "telegram:-1001") == [("flood", None, "rain")]


async def test_a_supergroup_that_listens_already_also_hears_what_the_group_was_to_hear(flood):
    for chat, words in (("telegram:-1", "rain"), ("telegram:-1", "hail"), ("telegram:-1001", "hail")):
        await subscribe(flood, chat, words=words)
    await flood.listeners.change("telegram:-1", 0, {"cadence": "weekly"})
    only_old = await told(flood, "rain", words=["rain"])
    both = await told(flood, "hail", words=["hail"])
    await flood.listeners.move("telegram:-1", "telegram:-1001")
    assert sorted(words for *_, words in await heard(flood, "telegram:-1001")) == ["hail", "rain"]
    assert await heard(flood, "telegram:-1") == []
    assert (await flood.listeners.find("telegram:-1001")).cadence is Cadence.AT_ONCE
    (parcel,) = await take(flood)
    assert (parcel.listener.chat, parcel.notices) == ("telegram:-1001", (only_old.id, both.id))
    assert await take(flood) == []


async def test_what_a_topic_was_to_hear_falls_back_to_its_chat(flood):
    await subscribe(flood, "telegram:-1", topic=5, words="rain")
    notice = await told(flood, words=["rain"])
    await flood.listeners.fall_back("telegram:-1", 5)
    assert await heard(flood, "telegram:-1", 5) == []
    assert await heard(flood, "telegram:-1") == [("flood", None, "rain")]
    (parcel,) = await take(flood)
    assert (parcel.listener.topic, parcel.notices) == (0, (notice.id,))
    await flood.listeners.fall_back("telegram:-1", 5)
    await flood.listeners.fall_back("telegram:-1", 0)
    await flood.listeners.fall_back("telegram:-7", 3)
    assert await heard(flood, "telegram:-1") == [("flood", None, "rain")]
