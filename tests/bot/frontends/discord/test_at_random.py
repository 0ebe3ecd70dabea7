"""Whatever is pressed and sent on Discord, and by whom: it is answered, once, and nothing is raised."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from simcord.actors import _dispatch_actor_interaction
from simcord.backend.serializers import message_payload
from simcord.enums import InteractionType

from bot.commands import commands
from storage.record import Record
from tests.bot.frontends.discord.discord_room import Room, messages, open_room, words
from tests.bot.hostile import FORGED, STRANGE

# How an interaction may be answered:
# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-response-object
MESSAGE, UPDATE, MODAL = 4, 7, 9
# Few examples of many presses each: a server costs more to open than a button to press.
MANY = settings(
    max_examples=2, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
PRESSES = 12

texts = st.sampled_from([*STRANGE, *FORGED]) | st.text(max_size=60)
names = st.sampled_from([*(command.name for command in commands), "nope", "", "x" * 90])
ENDS = ["", " F5", " D1", " 1.1", " #1.1", " >8", " S1", " off", " F5 r1", " #1.1 x", " F5 >o5"]
typed = st.builds("/{}{}".format, names, st.sampled_from(ENDS) | texts.map(" {}".format))
digests = st.integers(0, 2**64 - 1).map("#{:016x}".format)
identities = typed | texts | digests | (typed | texts).map("modal:{}".format)
NAMES = "statement who cue source when figure reason more text at by title alias material".split()
fields = st.dictionaries(st.sampled_from(NAMES) | texts, texts, max_size=5)


def sendable(data: Any) -> Any:
    """Return data as it comes over the wire, which carries no halves of characters."""
    return json.loads(re.sub(r"\\ud[89a-f][0-9a-f]{2}", "?", json.dumps(data)))


@asynccontextmanager
async def a_room(stocked: Path) -> AsyncIterator[Room]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "record.db"
        path.write_bytes(stocked.read_bytes())
        record = await Record.open(path)
        try:
            async with open_room(record) as room:
                yield room
        finally:
            await record.close()


async def act(room: Room, person: Any, kind: InteractionType, data: dict[str, Any], **where: Any) -> Any:
    """Let somebody do what no client would let them do; it must be answered, once, and not by an excuse."""
    before = len(room.asked_of_discord("POST", "/callback"))
    result = await _dispatch_actor_interaction(person, kind, room.channel, sendable(data), **where)
    (answer,) = room.asked_of_discord("POST", "/callback")[before:]
    assert result.acknowledged and answer["type"] in (MESSAGE, UPDATE, MODAL), data
    for message in messages(result):
        assert "went wrong" not in words(message) and "cannot be read" not in words(message), data
    return result


async def a_message(room: Room, person: Any) -> dict[str, Any]:
    """Return where a button stands: a message of the bot's, as Discord tells of it when that is pressed."""
    shown = (await person.slash(room.channel, "start")).response
    stored = room.env.backend.get_message(room.channel.id, shown.id)
    return {
        "extra": {"message": dict(message_payload(room.env.backend, stored))},
        "source_message_id": shown.id,
    }


@pytest.mark.parametrize("moderator", [False, True])
@MANY
@given(pressed=st.lists(identities, min_size=PRESSES, max_size=PRESSES))
async def test_whatever_is_pressed_is_answered(stocked, caplog, moderator: bool, pressed: list[str]) -> None:
    async with a_room(stocked) as room:
        person = await room.moderator() if moderator else room.member()
        where = await a_message(room, person)
        for identity in pressed:
            data = {"custom_id": identity, "component_type": 2}
            await act(room, person, InteractionType.MESSAGE_COMPONENT, data, **where)
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


@pytest.mark.parametrize("moderator", [False, True])
@MANY
@given(sent=st.lists(st.tuples(identities, fields), min_size=PRESSES, max_size=PRESSES))
async def test_whatever_is_sent_is_answered(stocked, caplog, moderator: bool, sent: list[Any]) -> None:
    async with a_room(stocked) as room:
        person = await room.moderator() if moderator else room.member()
        for identity, values in sent:
            filled = [
                {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": name, "value": value}}
                for name, value in values.items()
            ]
            data = {"custom_id": identity, "components": filled}
            await act(room, person, InteractionType.MODAL_SUBMIT, data)
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]


@MANY
@given(said=st.lists(texts | typed, min_size=PRESSES, max_size=PRESSES))
async def test_whatever_is_said_is_answered(stocked, caplog, said: list[str]) -> None:
    async with a_room(stocked) as room:
        mod = await room.moderator()
        me = f"<@{room.client.user.id}> "
        for text in map(sendable, said):
            await mod.send(room.channel, (me + text)[:2000])
            last = room.channel.last_message
            assert last.author.id == room.client.user.id and words(last), text
            assert "went wrong" not in words(last), text
    assert not [entry for entry in caplog.records if entry.levelno >= logging.ERROR]
