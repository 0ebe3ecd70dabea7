"""What /link answers, one account linked to another and back: each turn as both front ends show it.

After a change of wording: `python -m pytest tests/goldens --snapshot-update`, and read the difference.
"""

from __future__ import annotations

from itertools import cycle

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.requests import Identity
from storage.people.accounts import ALPHABET, Accounts
from tests.bot.desk import ANN, EVE, OWNER, Desk, Person
from tests.goldens.conftest import Desks
from tests.goldens.golden import Golden, shown, transcript

GROUP, CHANNEL = "telegram:-100", "discord:#998877"
HERE, THERE = "discord:112233", "discord:445566"
# The codes that are made, in this order: the signs of the alphabet one after the other.
FIRST, SECOND, THIRD = "0123-4567-89AB", "CDEF-GHJK-MNPQ", "RSTV-WXYZ-0123"
TALKS = {
    "linked_and_ended": f"""
        ann> /link
        here> /link {FIRST}
        here> /link
        ann> /link
        here> /audit
        ann> /link off {HERE}
        ann> /link off {HERE}
        ann> /link off
        here> /link {SECOND}
        here> /link off
    """,
    "with_story_and_settings": f"""
        …ann> /story tarrow-ferry
        …ann> /settings cadence daily
        …ann> /link
        here> /link {FIRST}
        …here> /link off
        …ann> /settings quiet 22-7
        …ann> /link
        there> /link {SECOND}
    """,
    "refused": f"""
        …ann> /link
        …here> /link {FIRST}
        here> /link {FIRST}
        there> /link {FIRST}
        there> /link <b>code</b>
        owner> /link {FIRST}
        …eve> /link
        …there> /link {SECOND}
        eve> /link {FIRST}
        …eve> /link
        eve> /link {THIRD}
        there> /link off {HERE}
    """,
    "among_others": f"""
        …ann> /link
        group> /link
        channel> /link {FIRST}
        anonymous> /link
    """,
    "appointed_and_forgotten": f"""
        …eve> /link
        …here> /link {FIRST}
        owner> /appoint {HERE} belarus
        owner> [Confirm]
        owner> /dismiss {HERE} belarus
        owner> [Confirm]
        here> /forgetme
    """,
}


def people(desk: Desk, ann: Person) -> dict[str, Person]:
    return {
        "ann": ann,
        "here": desk.person(HERE),
        "there": desk.person(THERE),
        "eve": desk.person(EVE),
        "owner": desk.person(OWNER),
        "group": desk.person(ANN, GROUP, shared=True),
        "channel": desk.person(THERE, CHANNEL, shared=True),
        "anonymous": desk.person(GROUP, GROUP, is_person=False),
    }


def predictable(desk: Desk) -> None:
    signs = cycle(ALPHABET)
    clock = desk.record.ledger.clock
    desk.record.accounts = Accounts(desk.record.database, clock, lambda _signs: next(signs))


async def test_link(desks: Desks, snapshot: SnapshotAssertion, subtests: pytest.Subtests) -> None:
    for name, talk in TALKS.items():
        with subtests.test(name):
            async with desks(name) as desk:
                predictable(desk)
                everybody = people(desk, await desk.moderator(ANN, handle="ann"))
                turns = (line.strip().partition("> ") for line in talk.strip().split("\n"))
                talked = await transcript(everybody, ((who, text) for who, _, text in turns))
            assert talked == snapshot(name=name, extension_class=Golden)


async def test_told_unasked(desk: Desk, snapshot: SnapshotAssertion) -> None:
    """Whose code was used is told by whom."""
    predictable(desk)
    await (await desk.moderator(ANN)).says("/link")
    await desk.person(HERE).says(f"/link {FIRST}")
    told = [shown(reply) for reply in await desk.due(ANN)]
    assert "\n".join(told) == snapshot.use_extension(Golden)


async def test_appointed_by_a_name_of_the_other_platform(desk: Desk, snapshot: SnapshotAssertion) -> None:
    predictable(desk)
    await desk.person(EVE).says("/link")
    await desk.person(HERE).says(f"/link {FIRST}")
    owner = desk.person(OWNER)
    replies = [
        await owner.says("/appoint", replied_to=Identity(HERE, "eve <e.>")),
        await owner.presses("Confirm"),
    ]
    assert "\n".join(shown(reply) for reply in replies if reply) == snapshot.use_extension(Golden)
