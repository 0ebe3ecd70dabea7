"""Updates of one chat are handled in order, those of different chats side by side."""

import asyncio
import warnings
from typing import Any

import pytest
from telegram import Update

from bot.frontends.telegram.ordering import InOrder, lane_of


def update(number: int, chat: int = 1) -> Update:
    chat_data = {"id": chat, "type": "private", "first_name": "A"}
    message = {"message_id": number, "date": 1, "chat": chat_data, "text": str(number)}
    return Update.de_json({"update_id": number, "message": message})


class Work:
    """Note when each piece of work begins and ends, and hold it until it is let go."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}

    async def __call__(self, number: int) -> None:
        self.begun.append(number)
        await self.gates.setdefault(number, asyncio.Event()).wait()
        self.done.append(number)

    def let_go(self, *numbers: int) -> None:
        for number in numbers:
            self.gates.setdefault(number, asyncio.Event()).set()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def start(order: InOrder, item: Update, work: Work) -> "asyncio.Task[Any]":
    return asyncio.create_task(order.process_update(item, work(item.update_id)))


async def test_one_chat_in_order() -> None:
    order, work = InOrder(8), Work()
    tasks = [start(order, update(number), work) for number in range(5)]
    await settle()
    assert work.begun == [0]
    work.let_go(4, 3, 2, 1)
    await settle()
    assert work.begun == [0]
    work.let_go(0)
    await asyncio.gather(*tasks)
    assert work.done == [0, 1, 2, 3, 4]


async def test_chats_side_by_side_up_to_the_limit() -> None:
    order, work = InOrder(3), Work()
    tasks = [start(order, update(number, chat=number), work) for number in range(5)]
    await settle()
    assert work.begun == [0, 1, 2]
    work.let_go(1)
    await settle()
    assert work.begun == [0, 1, 2, 3]
    work.let_go(*range(5))
    await asyncio.gather(*tasks)


async def test_a_flooding_chat_takes_one_slot_only() -> None:
    order, work = InOrder(2), Work()
    flood = [start(order, update(number, chat=1), work) for number in range(200)]
    other = start(order, update(999, chat=2), work)
    await settle()
    assert work.begun == [0, 999]
    work.let_go(999, *range(200))
    await asyncio.gather(*flood, other)


async def test_an_error_does_not_block_the_chat_and_the_table_is_emptied() -> None:
    async def fail() -> None:
        raise ValueError("on purpose")

    order, work = InOrder(2), Work()
    with pytest.raises(ValueError, match="on purpose"):
        await order.process_update(update(1), fail())
    work.let_go(2)
    await order.process_update(update(2), work(2))
    assert work.done == [2]
    assert not order._lanes


async def test_cancelled_while_waiting() -> None:
    order, work = InOrder(2), Work()
    first, second, third = (start(order, update(number), work) for number in (1, 2, 3))
    await settle()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second.cancel()
        await settle()
    assert second.cancelled()
    work.let_go(1, 3)
    await asyncio.gather(first, third)
    assert work.done == [1, 3]
    assert not order._lanes


async def test_what_has_no_chat_keeps_order_with_its_user_or_nothing() -> None:
    query = {"id": "1", "from": {"id": 7, "is_bot": False, "first_name": "A"}, "chat_instance": "x"}
    assert lane_of(Update.de_json({"update_id": 1, "callback_query": query})) == ("user", 7)
    assert lane_of(Update.de_json({"update_id": 1})) is None
    assert lane_of("no update") is None
    order, work = InOrder(2), Work()
    work.let_go(1)
    await order.process_update("no update", work(1))
    assert work.done == [1]


def test_needs_a_slot() -> None:
    with pytest.raises(ValueError, match="at least one"):
        InOrder(0)
