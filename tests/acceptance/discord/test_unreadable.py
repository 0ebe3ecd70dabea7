"""What discord.py cannot read is passed over: the connection goes on, and so do all conversations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.discord.conftest import Scene
from tests.acceptance.process import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("nothing_amiss")]

SECRET = "words that nobody may log"
# Events whose content lacks what it should have, or is of another kind.
EVENTS = (
    "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "INTERACTION_CREATE", "GUILD_CREATE",
    "GUILD_UPDATE", "GUILD_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE",
    "THREAD_DELETE", "GUILD_ROLE_UPDATE", "GUILD_MEMBER_UPDATE", "RESUMED", "READY",
)  # fmt: skip
CONTENTS: tuple[Any, ...] = (None, {}, [], 5, SECRET, {"id": SECRET}, {"id": None, "content": SECRET})
STRANGE: tuple[dict[str, Any], ...] = (
    {"type": 99, "id": "1", "application_id": "2", "token": "t", "data": {"name": SECRET}},
    {"type": 2, "id": "1", "application_id": "2", "token": "t", "version": 1},
    {"type": 3, "id": "1", "application_id": "2", "token": "t", "version": 1, "data": {}},
    {"type": 5, "id": "1", "application_id": "2", "token": "t", "version": 1, "data": {"custom_id": "x"}},
)
PAYLOADS = (
    "", "{", "[]", "null", "5", '"x"', "{}", '{"op": 0}', '{"op": 99, "d": {}}', '{"op": "x"}',
    '{"op": 0, "t": ["MESSAGE_CREATE"], "d": {}}', '{"op": 0, "t": {}, "s": null, "d": null}',
)  # fmt: skip


async def goes_on(scene: Scene) -> None:
    """See that a command and a mention are answered, over the same connection."""
    alice = scene.reader()
    assert "Dmytro Lubinets" in (await alice.asks("who", name="lubinets")).text
    assert "Dmytro" in (await alice.says(f"{scene.api.bot.mention} /who lubinets")).text
    assert scene.api.gateway.opened.unread == []
    assert SECRET not in scene.bot.log


async def test_events_that_cannot_be_read_are_passed_over(scene: Scene) -> None:
    for event in EVENTS:
        for content in CONTENTS:
            scene.api.gateway.say(event, content)
    for content in STRANGE:
        scene.api.gateway.say("INTERACTION_CREATE", content)
    scene.api.gateway.say("SOMETHING_NEW", {"content": SECRET})
    await goes_on(scene)
    assert "cannot be read: MESSAGE_CREATE (KeyError)" in scene.bot.log


async def test_payloads_that_are_none_are_passed_over(scene: Scene) -> None:
    for text in PAYLOADS:
        scene.api.gateway.say_raw(text)
    await goes_on(scene)


async def test_a_command_that_cannot_be_read_is_answered(scene: Scene) -> None:
    alice = scene.reader()
    asked = await alice.gives("who")
    await asked.message()
    whole = next(
        json.loads(text)["d"]
        for session in scene.api.gateway.sessions.values()
        for text in reversed(session.events)
        if json.loads(text)["t"] == "INTERACTION_CREATE"
    )
    scene.api.gateway.say("INTERACTION_CREATE", {**whole, "id": "77", "data": {"type": 1, "content": SECRET}})
    await until(lambda: "a command could not be run" in scene.bot.log, "a word in the log")
    # Nobody had asked: there is nothing to answer.
    await until(lambda: scene.api.violations, "the answer")
    assert "10062" in scene.api.violations.pop()
    await goes_on(scene)
