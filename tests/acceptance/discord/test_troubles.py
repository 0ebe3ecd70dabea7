"""What goes wrong between the bot and Discord, one trouble at a time, and what people notice of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.discord.newsroom import Person, aside
from tests.acceptance.newsroom import deliveries
from tests.acceptance.process import until
from tests.emulators.discord import Fault

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]
REFUSED = (
    Fault.too_many(0.2),
    Fault.too_many(0.2, everywhere=True),
    Fault.server_error(502),
    Fault.server_error(503),
)
CUT = (Fault.dropped(), Fault.dropped_after())


@contextmanager
def busy(scene: Scene) -> Iterator[None]:
    """Let another process write to the record, so that nobody else can."""
    with closing(sqlite3.connect(scene.record, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def answers(person: Person) -> None:
    """See that somebody is answered."""
    assert "Dmytro Lubinets" in (await person.asks("who", name="lubinets")).text


async def test_notices_are_sent_again_and_arrive_once(scene: Scene) -> None:
    people = [scene.admin() for _ in range(6)] + [scene.reader().in_private for _ in range(2)]
    in_channels, in_private = people[:6], people[6:]
    for person in people:
        await person.asks("subscribe")
    for person, fault in zip(in_channels, (*REFUSED, *CUT), strict=False):
        scene.api.fail_next("POST", f"/channels/{person.channel.id}/messages", fault)
    for person, fault in zip(in_private, (REFUSED[0], CUT[1]), strict=True):
        scene.api.fail_next("POST", "/users/@me/channels", fault, when=opens_for(person))
    await (await scene.moderator()).corrects("F3", Statement="none of them had come this way")
    for person in people:
        await person.channel.next_message(20)
    addresses = [f"discord:#{person.channel.id}" for person in in_channels]
    addresses += [person.address for person in in_private]
    for address in addresses:
        await until(lambda address=address: deliveries(scene.record, address) == ["sent"], address)
    for person in people:
        assert [message for message in person.channel.messages if "Corrected" in message.text][1:] == []


def opens_for(person: Person) -> Callable[[Any], bool]:
    """Tell whether a call is to open somebody's direct messages."""
    return lambda body: str(body["recipient_id"]) == str(person.user.id)


async def test_corrections_are_made_again(scene: Scene) -> None:
    readers = [scene.reader() for _ in (*REFUSED, *CUT)]
    answers = [await reader.asks("fact", id="F5") for reader in readers]
    for reader, fault in zip(readers, (*REFUSED, *CUT), strict=True):
        scene.api.fail_next("PATCH", f"/channels/{reader.channel.id}/messages/*", fault)
    await (await scene.moderator()).corrects("F5", Statement="none of them had been abducted")
    for reader, answer in zip(readers, answers, strict=True):
        edited = await reader.channel.next_edit(20)
        assert edited.id == answer.id and "none of them had been abducted" in edited.text
        assert reader.channel.sent.unread == []


async def test_answers_are_given_again(scene: Scene) -> None:
    readers = [scene.reader() for _ in REFUSED]
    for reader, fault in zip(readers, REFUSED, strict=True):
        scene.api.fail_next("POST", "/interactions/*/callback", fault)
        scene.api.fail_next("POST", f"/channels/{reader.channel.id}/messages", fault)
    await asyncio.gather(*map(answers, readers))
    told = await asyncio.gather(
        *(reader.says(f"{scene.api.bot.mention} /who lubinets") for reader in readers)
    )
    assert all("Dmytro" in answer.text for answer in told)
    assert all(reader.channel.sent.unread == [] for reader in readers)


async def test_an_answer_that_was_cut_off_is_sent_once(scene: Scene) -> None:
    for fault in CUT:
        reader = scene.reader()
        scene.api.fail_next("POST", f"/channels/{reader.channel.id}/messages", fault)
        await reader.says(f"{scene.api.bot.mention} /who lubinets")
        await reader.says(f"{scene.api.bot.mention} /fact F5")
        answers = [message for message in reader.channel.messages if message.embeds]
        assert len(answers) == 2, fault.name


async def test_a_mention_where_nothing_may_be_embedded_is_told_what_is_lacking(scene: Scene) -> None:
    reader = scene.reader()
    reader.channel.deny(scene.api.bot, "embed_links")
    told = await reader.says(f"{scene.api.bot.mention} /who lubinets")
    assert told.content == "I may not answer there. Let an admin give me: Embed Links."


async def test_a_mention_where_nothing_may_be_sent_is_told_in_private_what_is_lacking(scene: Scene) -> None:
    reader = scene.reader()
    reader.channel.deny(scene.api.bot, "send_messages")
    await scene.api.say(reader.user, reader.channel, f"{scene.api.bot.mention} /who lubinets")
    told = await reader.in_private.channel.next_message(20)
    assert told.content.startswith("I may not answer there. Let an admin give me: Send Messages")


async def test_an_answer_to_a_command_that_was_cut_off_is_given_again(scene: Scene) -> None:
    alice = scene.reader()
    scene.api.fail_next("POST", "/interactions/*/callback", Fault.dropped(), times=2)
    await answers(alice)
    scene.api.fail_next("POST", "/interactions/*/callback", Fault.dropped())
    assert "works once" in (await aside(await alice.gives("link"))).text


async def test_what_follows_an_answer_that_was_cut_off_comes(scene: Scene) -> None:
    ada = scene.admin()
    scene.api.fail_next("POST", "/interactions/*/callback", Fault.dropped_after())
    with busy(scene):
        asked = await ada.gives("subscribe")
        assert (await asked.answer()).kind == "deferred"
        await scene.api.next_call(
            "POST", "/interactions/*/callback", matching=lambda call: call.code == 40060
        )
        scene.api.violations.pop()
        scene.api.fail_next("PATCH", "/webhooks/*/messages/@original", Fault.dropped())
    assert "You will hear here" in (await asked.message()).text


async def test_an_answer_whose_arrival_nobody_was_told_of_harms_nobody(scene: Scene) -> None:
    alice = scene.reader()
    scene.api.fail_next("POST", "/interactions/*/callback", Fault.dropped_after())
    assert "Who is on record" in (await alice.asks("who")).text
    await scene.api.next_call("POST", "/interactions/*/callback", matching=lambda call: call.code == 40060)
    # To try again, as whoever cannot know has to, is no fault of the bot's.
    assert "40060" in scene.api.violations.pop()
    await answers(alice)


async def test_a_dropped_gateway_is_resumed_and_nothing_is_missed(scene: Scene) -> None:
    alice = scene.reader()
    while scene.api.gateway.opened.unread:
        await scene.api.next_session()
    scene.api.drop_gateway()
    asked = await alice.gives("who", name="lubinets")
    assert await scene.api.next_session() == "RESUMED"
    assert "Dmytro" in (await asked.message()).text


@pytest.mark.slow  # the library waits five seconds before it begins anew
async def test_a_resume_that_is_refused_begins_a_new_session(scene: Scene) -> None:
    alice = scene.reader()
    scene.api.refuse_resume()
    scene.api.drop_gateway()
    assert await scene.api.next_session(20) == "READY"
    await answers(alice)
    await answers(alice.in_private)


async def test_an_answer_that_takes_long_is_announced(scene: Scene) -> None:
    ada = scene.admin()
    with busy(scene):
        asked = await ada.gives("subscribe")
        assert (await asked.answer()).kind == "deferred" and not asked.ephemeral
        assert asked.answered_after is not None and asked.answered_after < 3
    assert "You will hear here" in (await asked.message()).text


async def test_a_private_answer_that_takes_long_is_announced_in_private(scene: Scene) -> None:
    alice = scene.reader()
    with busy(scene):
        asked = await alice.gives("link")
        assert (await asked.answer()).kind == "deferred"
    assert "works once" in (await aside(asked)).text


async def test_who_left_is_not_waited_for(scene: Scene) -> None:
    alice = scene.reader()
    scene.api.fail_next("POST", "/interactions/*/callback", Fault.refused(404, 10062, "Unknown interaction"))
    await alice.gives("who")
    await scene.api.next_call("POST", "/interactions/*/callback", matching=lambda call: call.status == 404)
    await answers(alice)
