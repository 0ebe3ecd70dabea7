"""The registry of commands: menus, slash commands, completion, help and the command table come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import Any, Required, TypedDict, Unpack

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Catalogue, Command, Family, Offer
from bot.replies import Reply
from bot.requests import Role

# A handler gets the context and the value of each argument, None if it was not given.
Handler = Callable[..., Awaitable[Reply]]
# Parse an argument's text into its value. Raises UserError if it has none.
Reader = Callable[[Context, str], Awaitable[Any]]
# Complete an argument from the text typed so far and the arguments before it.
Values = Callable[[Context, str, Sequence[str]], Awaitable[Sequence[Offer]]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A command with its handler.

    `reads` and `offers` hold, by key, parsers and completers of arguments that only the command knows,
    `lines` completes the header lines under its text.
    """

    command: Command
    handler: Handler
    offers: Mapping[str, Values]
    reads: Mapping[str, Reader]
    lines: Values | None = None


class Declared(TypedDict, total=False):
    """The keywords of a declaration: see `Command`."""

    family: Required[Family]
    help: Required[str]
    example: Required[str]
    role: Required[Role]
    headers: tuple[str, ...]
    dialogue: bool
    everywhere: bool
    by_admins: bool
    discreet: bool
    paged: bool


class Registry(Catalogue):
    """All commands by name, with their handlers."""

    def __init__(self) -> None:
        super().__init__()
        self._registered: dict[str, Registered] = {}

    def command(
        self,
        name: str,
        *arguments: Argument,
        offers: Mapping[str, Values] = MappingProxyType({}),
        reads: Mapping[str, Reader] = MappingProxyType({}),
        lines: Values | None = None,
        **declared: Unpack[Declared],
    ) -> Callable[[Handler], Handler]:
        """Register the decorated function as the handler of `/name`; see `Registered`."""
        command = Command(name=name, arguments=arguments, completed=frozenset(offers), **declared)

        def register(handler: Handler) -> Handler:
            self.declare(command)
            answers = _of_the_past(handler) if command.shows_past else handler
            if command.role > Role.READER:
                answers = _of_keepers(answers)
            self._registered[name] = Registered(command, answers, offers, reads, lines)
            return handler

        return register

    def registered(self, command: Command) -> Registered:
        """Return a command of this registry with its handler."""
        return self._registered[command.name]


def _of_the_past(handler: Handler) -> Handler:
    """Return a handler whose replies are marked to show what was, or might be."""

    @wraps(handler)
    async def answer(*values: Any) -> Reply:
        return (await handler(*values)).model_copy(update={"past": True})

    return answer


def _of_keepers(handler: Handler) -> Handler:
    """Return a handler that remembers what its asker is called: what they do stands under their name."""

    @wraps(handler)
    async def answer(context: Context, *values: Any) -> Reply:
        await context.meet()
        return await handler(context, *values)

    return answer


# The program's only registry; commands add themselves when `bot.commands` is imported.
commands = Registry()
