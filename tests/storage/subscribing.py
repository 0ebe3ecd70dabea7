"""Chats that listen to a small story, and what is kept of what they are told."""

from __future__ import annotations

from storage.domain.models import Fact, Notice
from storage.notifying.outbox import Parcel
from storage.notifying.receipts import SentMessage
from storage.record import Record
from tests.storage.making import publish

THEN = "2024-01-04T09:00:00.000000Z"
# After all that a ticking clock shows in a test.
LATER = "2024-02-01T00:00:00.000000Z"
SOON = "2024-02-01T00:00:05.000000Z"
AFTER = "2024-02-01T00:01:00.000000Z"


async def subscribe(record: Record, chat: str, *, topic: int = 0, story: int = 1, **given) -> int:
    """Let a chat hear of a story, or of what is given of it; return its listener's id."""
    made = await record.listeners.subscribe(
        chat, topic, story, person="telegram:1", language="en", at=THEN, **given
    )
    assert made
    return (await record.listeners.find(chat, topic)).id


async def subscribe_all(record: Record, count: int, *, topic: int = 0) -> list[str]:
    """Let so many chats hear of the first story; return their addresses."""
    chats = [f"telegram:{number}" for number in range(1, count + 1)]
    for chat in chats:
        await subscribe(record, chat, topic=topic)
    return chats


async def notice_of(record: Record, fact: Fact) -> Notice:
    """Return the last notice of a fact."""
    return (await record.notices.of_fact(fact.id))[-1]


async def told(record: Record, ref: str = "new", *, entities=(), words=()) -> Notice:
    """Publish a fact and fan its notice out to the end."""
    notice = await notice_of(record, await publish(record, ref, f"it was {ref}"))
    await fan_out(record, notice, entities=entities, words=words)
    return notice


async def fan_out(record: Record, notice: Notice, *, entities=(), words=(), now: str = LATER) -> int:
    """Fan a notice out to the end; return in how many steps."""
    steps = 1
    while not await record.notices.fan_out(notice, entities=entities, words=words, now=now):
        steps += 1
    return steps


async def deliveries(record: Record, notice: Notice | None = None) -> dict[str, str]:
    """Return the state of each delivery (of one notice), by chat and topic."""
    rows = await record.database.read(
        "SELECT l.chat || CASE l.topic WHEN 0 THEN '' ELSE '/' || l.topic END AS who, d.state"
        " FROM delivery d JOIN listener l ON l.id = d.listener_id"
        " WHERE CAST(:id AS BIGINT) IS NULL OR d.notice_id = :id ORDER BY 1",
        {"id": notice.id if notice else None},
    )
    return {row[0]: row[1] for row in rows}


async def take(record: Record, now: str = LATER, limit: int = 50) -> list[Parcel]:
    return await record.outbox.take("telegram", now, limit)


async def send_all(record: Record, now: str = LATER, limit: int = 50) -> list[Parcel]:
    """Take parcels until there are none, each as if it had been sent at once."""
    sent: list[Parcel] = []
    while parcels := await take(record, now, limit):
        for parcel in parcels:
            await record.outbox.sent(parcel, (100 + len(sent),), None, now)
            sent.append(parcel)
    return sent


def said(chat: str, message: int, facts: dict[int, int], *, at: str = THEN, more: int = 0) -> SentMessage:
    """Return a reply as it was sent, in one message or (with `more`) several."""
    messages = tuple(range(message, message + more + 1))
    return SentMessage(chat, 0, messages, facts, "en", at, f'{{"message": {message}}}')


async def row(record: Record, chat: str = "telegram:1") -> tuple:
    """Return state, attempts, error and message of the only delivery to a chat."""
    ((*found,),) = await record.database.read(
        "SELECT d.state, d.attempts, d.error, d.message FROM delivery d"
        " JOIN listener l ON l.id = d.listener_id WHERE l.chat = ?",
        (chat,),
    )
    return tuple(found)
