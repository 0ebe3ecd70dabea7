"""Request: who asks, where, in which words. What every front end hands to dispatch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What a person may do; each role may do all that the ones below it may."""

    READER = 0
    MODERATOR = 1
    OWNER = 2


@dataclass(frozen=True, slots=True)
class Request:
    """One message to the bot, free of any platform.

    `chat` and `user` are addresses like `telegram:-100123` and `telegram:12345`. `role` is set only by a
    front end that itself vouches for it (the terminal); dispatch looks it up otherwise. `private` tells
    that the chat is with one person, where plain talk is meant for the bot.
    """

    text: str
    chat: str
    user: str
    private: bool = True
    role: Role | None = None
    language: str = "en"
