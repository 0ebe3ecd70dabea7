"""Who may have an answer deleted, and what is said where Discord refuses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.errors import UserError
from bot.frontends.discord.messages.deleting import delete

ME, ASKER, STRANGER = SimpleNamespace(id=1), 7, 8


def failure(status: int, kind: type[discord.HTTPException]) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="no")
    return kind(response, "no")


class Message:
    """A message of the bot, in reply to one that can be looked up, or not."""

    author = ME
    interaction_metadata = None

    def __init__(self, *, ephemeral=False, resolved=None, replies=True, found=ASKER, failing=None) -> None:
        self.flags = SimpleNamespace(ephemeral=ephemeral)
        self.reference = SimpleNamespace(message_id=5, resolved=resolved) if replies else None
        self.channel = self
        self.deleted = 0
        self._found, self._failing = found, failing

    async def fetch_message(self, _number):
        if self._found is None:
            raise failure(404, discord.NotFound)
        return SimpleNamespace(author=SimpleNamespace(id=self._found))

    async def delete(self):
        if self._failing is not None:
            raise self._failing
        self.deleted += 1


async def asked(message, user=ASKER, *, guild=3, moderates=False) -> None:
    async def may() -> bool:
        return moderates

    interaction: Any = SimpleNamespace(
        client=SimpleNamespace(user=ME), user=SimpleNamespace(id=user), guild_id=guild
    )
    await delete(interaction, message, may)


async def test_an_asker_and_a_moderator_may_and_anybody_in_private(subtests):
    cases: list[tuple[str, Any, dict[str, Any]]] = [
        ("the asker", Message(), {}),
        ("a moderator", Message(), {"user": STRANGER, "moderates": True}),
        ("a moderator, where the question is gone", Message(found=None), {"moderates": True}),
        ("in private", Message(replies=False), {"user": STRANGER, "guild": None}),
        ("somebody was quicker", Message(failing=failure(404, discord.NotFound)), {}),
    ]
    for what, message, how in cases:
        with subtests.test(what):
            await asked(message, **how)
            assert message.deleted == (message._failing is None)


async def test_nobody_else_may_and_is_told_why(subtests):
    of_another = Message()
    of_another.author = SimpleNamespace(id=2)
    cases: list[tuple[str, Any, dict[str, Any], str]] = [
        ("a stranger", Message(), {"user": STRANGER}, "a moderator, may"),
        ("the question is gone", Message(found=None), {}, "a moderator, may"),
        ("no question", Message(replies=False), {}, "a moderator, may"),
        ("another's message", of_another, {"moderates": True}, "not mine"),
        ("one that only they see", Message(ephemeral=True), {}, "Only you see"),
        ("Discord refuses", Message(failing=failure(403, discord.Forbidden)), {}, "does not let me"),
    ]
    for what, message, how, why in cases:
        with subtests.test(what):
            with pytest.raises(UserError, match=why):
                await asked(message, **how)
            assert message.deleted == 0
