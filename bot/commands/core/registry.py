"""The registry of commands: menus, slash commands, completion, help and the README's table come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

from bot.replies import Reply
from bot.requests import Role

if TYPE_CHECKING:
    from bot.commands.core.context import Context
    from bot.commands.dialogue.forms import Form

Handler = Callable[["Context", str], Awaitable[Reply]]


class Kind(StrEnum):
    """What an argument names: decides how it is completed and what is offered for a wrong one."""

    NAME = "name"
    PLACE = "place"
    SOURCE = "source"
    FACT = "fact"
    STORY = "story"
    COMMAND = "command"
    DATE = "date"
    # A whole number and nothing else; NUMBER may also be a word.
    COUNT = "count"
    NUMBER = "number"
    WORDS = "words"
    PERSON = "person"
    DRAFT = "draft"
    TOKEN = "token"  # noqa: S105  # reason: a dialogue's, no secret
    # What follows is free text whose line breaks mean something.
    TEXT = "text"


class Offer(NamedTuple):
    """A value that an argument may have, and what people are shown of it."""

    value: str
    label: str


# From what is typed of an argument, and those given before it, to what it may become.
Values = Callable[["Context", str, Sequence[str]], Awaitable[Sequence[Offer]]]


def listed(*values: str) -> Values:
    """Return what offers those of a few values that begin as is typed."""

    async def offered(_context: Context, typed: str, _given: Sequence[str]) -> Sequence[Offer]:
        return matching(typed, [Offer(value, value) for value in values])

    return offered


def matching(typed: str, offered: Sequence[Offer]) -> list[Offer]:
    """Return the offers whose value begins as is typed, then those whose label holds all its words."""
    folded = typed.casefold()
    by_value = [
        offer
        for offer in offered
        # A handle may be begun with its sign or without.
        if offer.value.casefold().startswith((folded, f"@{folded}"))
    ]
    by_words = [offer for offer in offered if all(word in offer.label.casefold() for word in folded.split())]
    return list(dict.fromkeys((*by_value, *by_words)))


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, in the order in which they are typed.

    `offers` completes it where its values are its command's own; else its kind tells how. `option` is its key
    where arguments are given by name, if that is not its name itself.
    """

    name: str
    kind: Kind
    required: bool = False
    option: str = ""
    offers: Values | None = field(default=None, compare=False)

    @property
    def key(self) -> str:
        """Its key where arguments are given by name: one word of small letters."""
        return self.option or self.name

    def usage(self) -> str:
        """Return how help shows it: `<needed>` or `[optional]`."""
        return f"<{self.name}>" if self.required else f"[{self.name}]"


@dataclass(frozen=True, slots=True)
class Command:
    """One registered command; `help` is a gettext message, shown in the reader's language.

    `role` is what one must be in the story in use, or (`everywhere`) in all stories; `by_admins` leaves the
    command to the admins of a chat that several people share. `form` is what the
    command has filled in where it leads through a dialogue. `discreet` keeps its answers to who asks, where
    a platform can.
    """

    name: str
    family: str
    help: str
    example: str
    role: Role
    handler: Handler
    arguments: tuple[Argument, ...] = ()
    form: Form | None = None
    everywhere: bool = False
    by_admins: bool = False
    discreet: bool = False

    @property
    def aside(self) -> bool:
        """Whether its answers are nobody else's business: personal matters, and work on the record."""
        return self.discreet or self.form is not None or self.role > Role.READER

    def usage(self) -> str:
        """Return the command as one types it: `/who [name]`."""
        return " ".join((f"/{self.name}", *(argument.usage() for argument in self.arguments)))

    @property
    def lines(self) -> bool:
        """Whether line breaks in what follows the name mean something."""
        return any(argument.kind is Kind.TEXT for argument in self.arguments)


class Traits(TypedDict, total=False):
    """What else may be said of a command: see there."""

    everywhere: bool
    by_admins: bool
    discreet: bool


class Registry:
    """All commands by name, in the order they were declared."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}

    def command(
        self,
        name: str,
        *arguments: Argument,
        family: str,
        help: str,
        example: str,
        role: Role,
        form: Form | None = None,
        **traits: Unpack[Traits],
    ) -> Callable[[Handler], Handler]:
        """Register the decorated function as the handler of `/name`; it gets what follows as one text."""

        def register(handler: Handler) -> Handler:
            if name in self._commands:
                raise ValueError(f"command {name!r} is declared twice")
            self._commands[name] = Command(
                name, family, help, example, role, handler, arguments, form, **traits
            )
            return handler

        return register

    def find(self, name: str) -> Command | None:
        """Return the command of that name, whatever its case."""
        return self._commands.get(name.casefold())

    def allowed(self, role: Role) -> Iterator[Command]:
        """Yield the commands that a role may use."""
        return (command for command in self._commands.values() if command.role <= role)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())


# The one registry of the program; the families add themselves when `bot.commands` is imported.
commands = Registry()
