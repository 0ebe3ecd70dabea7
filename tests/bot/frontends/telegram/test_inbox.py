"""Updates of one chat are handled in order, those of different chats side by side."""

import asyncio
from typing import Any, cast

import pytest

from bot.frontends.shared.role_lease import RoleLost
from bot.frontends.telegram.inbox import MOST, REMEMBERED, Inbox, order_key
from bot.frontends.telegram.updates import Update
from tests.conftest import PATIENCE


def message(number: int, chat: int = 1) -> dict[str, Any]:
    chat_data = {"id": chat, "type": "private", "first_name": "A"}
    content = {"message_id": number, "date": 1, "chat": chat_data, "text": str(number)}
    return {"update_id": number, "message": content}


class Work:
    """Note when the handling of each update begins and ends, and hold it until it is let go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}

    async def handle(self, update: Update) -> None:
        number = update.update_id
        self.begun.append(number)
        await self.gates.setdefault(number, asyncio.Event()).wait()
        self.done.append(number)

    def let_go(self, *numbers: int) -> None:
        for number in numbers:
            self.gates.setdefault(number, asyncio.Event()).set()


def inbox(at_once: int, **limits: float) -> tuple[Inbox, Work]:
    work = Work()
    return Inbox(cast("Any", work), at_once=at_once, **limits), work


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_chat_in_order() -> None:
    box, work = inbox(8)
    for number in range(5):
        assert box.take(message(number))
    await settle()
    assert work.begun == [0]
    work.let_go(4, 3, 2, 1)
    await settle()
    assert work.begun == [0]
    work.let_go(0)
    await box.drain(5)
    assert work.done == [0, 1, 2, 3, 4]


async def test_chats_side_by_side_up_to_the_limit() -> None:
    box, work = inbox(3)
    for number in range(5):
        box.take(message(number, chat=number))
    await settle()
    assert work.begun == [0, 1, 2]
    work.let_go(1)
    await settle()
    assert work.begun == [0, 1, 2, 3]
    work.let_go(*range(5))
    await box.drain(5)


async def test_a_flooding_chat_takes_one_slot_only() -> None:
    box, work = inbox(2)
    for number in range(90):
        box.take(message(number, chat=1))
    box.take(message(999, chat=2))
    await settle()
    assert work.begun == [0, 999]
    work.let_go(999, *range(90))
    await box.drain(5)
    assert len(work.done) == 91


async def test_a_full_inbox_has_room_again_once_an_update_is_answered() -> None:
    box, work = inbox(2)
    for number in range(MOST):
        assert not box.full
        box.take(message(number))
    assert box.full
    waiting = asyncio.create_task(box.room())
    await settle()
    assert not waiting.done()
    work.let_go(0)
    await asyncio.wait_for(waiting, PATIENCE)
    assert not box.full
    work.let_go(*range(MOST))
    await box.drain(5)


async def test_what_is_given_again_is_handled_once_and_has_one_end() -> None:
    box, work = inbox(2)
    ends = [box.take(message(1)) for _ in range(3)]
    await settle()
    work.let_go(1)
    assert ends[0] is not None and await asyncio.wait_for(asyncio.shield(ends[0]), PATIENCE) is True
    assert ends == [ends[0]] * 3
    assert box.take(message(1)) is None, "it is closed"
    await settle()
    assert work.begun == [1] and len(box) == 0


async def test_what_is_remembered_has_a_bound() -> None:
    box, work = inbox(2)
    work.let_go(*range(1, 5))
    box.take({"update_id": 0, "message": 5})
    for number in range(1, 5):
        box.take(message(number))
    await box.drain(5)
    assert len(box._closed) == 5
    for number in range(5, 5 + REMEMBERED):
        box.take({"update_id": number, "message": 5})
    assert len(box._closed) == REMEMBERED
    box.take(message(1))
    await settle()
    assert work.begun[-1] == 1, "forgotten"
    await box.drain(5)


async def test_an_update_that_hangs_is_closed_after_a_while_and_given_up_later(caplog) -> None:
    box, work = inbox(2, closed_after=0.05, given_up_after=0.3)
    end, behind = box.take(message(1)), box.take(message(2))
    assert end is not None and behind is not None
    assert await asyncio.wait_for(asyncio.gather(end, behind), PATIENCE) == [True, True]
    assert work.begun == [1] and box.lowest is None
    work.let_go(2)
    await box.drain(5)
    assert work.done == [2], "its chat goes on"
    assert "update 1 could not be handled (TimeoutError)" in caplog.text


async def test_what_is_not_answered_in_time_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    box, work = inbox(2)
    for number in range(3):
        box.take(message(number))
    ends = [box.take(message(number)) for number in range(3)]
    await box.drain(0.05)
    assert "3 messages were not answered within 0.05 s" in caplog.text
    assert work.begun == [0]
    assert work.done == []
    assert box.lowest == 0, "Telegram is to keep it"
    assert [end.result() for end in ends if end is not None] == [False] * 3


def test_what_has_no_chat_keeps_order_with_its_user_or_nothing() -> None:
    query = {"id": "1", "from": {"id": 7, "is_bot": False, "first_name": "A"}, "chat_instance": "x"}
    assert order_key(Update.model_validate({"update_id": 1, "callback_query": query})) == 7
    assert order_key(Update.model_validate({"update_id": 1})) is None
    assert order_key(Update.model_validate(message(1, chat=-5))) == -5


async def test_what_another_process_may_be_answering_stays_open_here() -> None:
    class Lost(Work):
        async def handle(self, update: Update) -> None:
            await super().handle(update)
            raise RoleLost

    work = Lost()
    box = Inbox(cast("Any", work), at_once=2)
    end = box.take(message(3))
    work.let_go(3)
    assert end is not None and not await asyncio.wait_for(end, PATIENCE)
    assert box.resume() == 3
    # It is handled if Telegram hands it over again.
    assert box.take(message(3)) is not None
    await box.drain(5)
    assert work.begun == [3, 3]
