"""Request: the person, the chat and the words. What every front end hands to dispatch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple


class Role(IntEnum):
    """What a person may do; each role may do all that the ones below it may."""

    READER = 0
    MODERATOR = 1
    OWNER = 2


# Telegram's: anonymous admins, channels, service messages (core.telegram.org/bots/api#message, `from`).
PLATFORM_ACCOUNTS = frozenset({"telegram:1087968824", "telegram:136817688", "telegram:777000"})


def is_private_chat(address: str) -> bool:
    """Tell whether an address is somebody's private chat: groups, channels and the terminal have others."""
    return address.partition(":")[2].isdigit()


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody on a platform: `handle` is the @name without its sign, `name` what the platform shows.

    Not every identity is a person: groups and channels write as themselves, and so do other bots. `words`
    are those by which the text of a message names them, where it does.
    """

    address: str
    handle: str | None = None
    name: str | None = None
    is_person: bool = True
    words: str = ""

    @property
    def is_appointable(self) -> bool:
        """Whether they can have a role: people can, the accounts that a platform itself writes by cannot."""
        return self.is_person and self.address not in PLATFORM_ACCOUNTS

    @property
    def called(self) -> str:
        """How the bot names them."""
        return f"@{self.handle}" if self.handle else self.name or self.address


@dataclass(frozen=True, slots=True)
class Call:
    """A command that is given with its arguments by key, as slash options are."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody filled in in a modal, by the name of each field; `key` finds the modal again.

    `again` asks for the modal once more, with what was filled in.
    """

    key: str
    values: Mapping[str, str]
    again: bool = False


class Document(NamedTuple):
    """A file that came with a message: its name, and what loads it once it is wanted.

    `load` raises UserError where it cannot be had.
    """

    name: str
    load: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """One message to the bot, free of any platform.

    `chat` and `user` are addresses like `telegram:-100123` and `telegram:12345`. `role` is set only by a
    front end that itself vouches for it (the terminal); dispatch looks it up otherwise. `private` tells that
    plain talk in it is meant for the bot, `shared` that several people read the chat, `discreet` that they
    see neither the request nor what is answered aside. `is_person` is False for a group or channel that
    writes as itself: it never has a role. `replied_to` is who wrote the message that this one replies to,
    `mentioned` are those whom it names beyond the words of its text, and `offered` the commands of the
    buttons under the bot's message that it replies to, whose number is `answered` (0: it replies to none);
    `is_reply` tells that it replies to any message. `forwarded` tells that the text is not the asker's own
    (forwarded, quoted, sent through another bot): it is only looked up, never run, and answers nothing.
    `quoted` is what a text that says nothing of its own ("is this true?") replies to or quotes: its words, of
    the bot's own message the id of its first fact; "" where those cannot be read, None where there is none.
    Nothing of it is kept. `topic` is the forum topic (0: none); `administers` asks the platform whether the
    asker is one of the admins of the chat. `alone` is the chat in which the asker is told later what concerns
    only them, where that is another. `lacking` are the permissions that the bot would need to write in the
    chat unasked, and does not have. `given` stands in for `text` where nothing was typed as a message: a
    command with its arguments by key, or a modal that was filled in. `modals` tells that the platform can
    show a modal in answer, `pressed` that a button sent the text: whoever sees it may know of its command.
    `document` is a file that the command is about.

    A person may have linked several accounts. Front ends know accounts only; behind dispatch `user` is the
    person, and `account` the account by which they ask, where that is another.
    """

    text: str
    chat: str
    user: str
    private: bool = True
    role: Role | None = None
    language: str = "en"
    topic: int = 0
    shared: bool = False
    is_person: bool = True
    handle: str | None = None
    name: str | None = None
    replied_to: Identity | None = None
    mentioned: tuple[Identity, ...] = ()
    offered: tuple[str, ...] = ()
    answered: int = 0
    is_reply: bool = False
    forwarded: bool = False
    quoted: str | None = None
    lacking: tuple[str, ...] = ()
    alone: str = ""
    administers: Callable[[], Awaitable[bool]] | None = field(default=None, compare=False)
    account: str = ""
    given: Call | Submission | None = None
    modals: bool = False
    discreet: bool = False
    pressed: bool = False
    document: Document | None = field(default=None, compare=False)

    @property
    def reached(self) -> str:
        """The chat in which the asker is told later what concerns only them."""
        return self.alone or self.chat

    @property
    def sender(self) -> str:
        """The address of the account that asks."""
        return self.account or self.user

    @property
    def asker(self) -> Identity:
        """Who asks, as the platform knows them."""
        return Identity(self.sender, self.handle, self.name, self.is_person)
