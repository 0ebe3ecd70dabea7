"""The exact cost of what people do most: SQL statements, and hops to the threads that run them.

No clock is looked at, so a busy machine changes nothing. A higher number must be chosen, not come about. The
first request after a change of the record costs more; it is not counted here.
"""

from __future__ import annotations

import asyncio

from tests.bot.desk import ANN, EVE, Desk, buttons
from tests.storage.costs import cost_of

QUESTION = "Who says that Belarus may be a staging point?"


async def cost_of_saying(desk: Desk, text: str, user: str = EVE) -> tuple[int, int]:
    """Return what a message costs, with what a front end asks the record for each."""
    person = desk.person(user)
    await desk.record.database.behind.settled()
    async with cost_of(desk.record) as cost:
        await desk.record.listeners.resume(user)
        await person.says(text)
    return cost.counted()


async def test_what_is_asked_again(desk, subtests):
    for text, statements, hops in [
        ("/who", 3, 1),
        ("/who >8", 3, 1),
        ("/who lubinets", 3, 1),
        # Where nothing is surely on record, its words are looked for in the other stories, too.
        (QUESTION, 21, 8),
    ]:
        with subtests.test(text=text):
            await cost_of_saying(desk, text)
            assert await cost_of_saying(desk, text) == (statements, hops)


async def test_a_subscription(desk):
    await cost_of_saying(desk, "/who")
    assert await cost_of_saying(desk, "/subscribe") == (8, 7)


async def test_a_confirmed_fact(desk):
    ann = await desk.moderator(ANN)
    shown = await ann.says("/add A flag was raised\nwho: Lukashenko\nsource: S1\nat: ¶2")
    assert "Confirm" in buttons(shown)
    yes = next(action.command for action in shown.actions if action.label == "Confirm")
    # One of them lets the fact wait for its vector, one reads the story's language.
    assert await cost_of_saying(desk, yes, ANN) == (29, 8)


async def test_receipts_and_deliveries_cost_the_next_request_nothing(desk):
    await cost_of_saying(desk, "/who")
    async with desk.record.database.transaction() as tx:
        await tx.run("UPDATE listener SET seen = seen")
    assert await cost_of_saying(desk, "/who") == (3, 1)


async def test_many_who_ask_after_a_change_do_not_each_read_what_all_share(desk):
    await cost_of_saying(desk, "/who")
    await desk.moderator(ANN)
    async with cost_of(desk.record) as cost:
        await asyncio.gather(*(desk.record.listeners.resume(EVE) for _ in range(50)))
    assert cost.hops <= 1
