"""Arguments: parse each once, by the kind that its command declares."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Command, Kind
from bot.commands.core.handles import platform_of
from bot.commands.core.registry import Registered
from bot.errors import UserError
from bot.requests import Identity, Request
from bot.texts import _
from storage.domain.folding import digits
from storage.domain.names import clean, clean_lines

# The text of each argument in order; None for an argument left out.
Given = Sequence[object | None]
_PERSON = re.compile(r"[a-z]{2,20}:-?[A-Za-z0-9_]{1,40}|-?[1-9][0-9]{0,19}|@\w{1,64}")
_HANDLE = re.compile(r"@\w{1,64}")
# Kinds whose text is an id, a number or a date, which people type in the digits of their own script.
_OF_DIGITS = frozenset({Kind.FACT, Kind.DRAFT, Kind.COUNT, Kind.NUMBER, Kind.DATE})
_COUNT = re.compile(r"0{0,9}[1-9][0-9]{0,3}")
_TOKEN = re.compile(r"(\d{1,15})\.(\d{1,9})(?:\s+|$)")
# Each question has a button that cancels its dialogue.
_CANCELS = re.compile(r"/cancel (\d{1,15})\.(\d{1,9})")
# A token before words is marked with this sign, so that no answer is mistaken for a token.
_ASKED = re.compile(r"#(\d{1,15})\.(\d{1,9})(?:\s+|$)")


class Token(NamedTuple):
    """Identify a dialogue's question: the dialogue's id and its turn."""

    dialogue: int
    turn: int


class Answer(NamedTuple):
    """An answer to a question: the words, and the token if a button or a modal sent them."""

    token: Token | None
    words: str


def question_of(request: Request) -> Token | None:
    """Return the question of a dialogue that a message replies to, None if it replies to none."""
    cancels = (_CANCELS.fullmatch(command) for command in request.offered)
    return next((Token(int(found[1]), int(found[2])) for found in cancels if found), None)


def split(command: Command, text: str, request: Request) -> Given:
    """Split typed text: each argument but the last takes one word of the first line, the last the rest.

    Raises UserError for text after a command that takes none: it may say that it is not meant.
    """
    if not command.arguments and text.strip():
        raise UserError(_("/{name} takes nothing after it: send it alone.", name=command.name))
    given: list[object | None] = []
    for argument in command.arguments[:-1]:
        taken, text = _taken(argument, text, request)
        given.append(taken or None)
    return (*given, text.strip() or None) if command.arguments else ()


def _taken(argument: Argument, text: str, request: Request) -> tuple[str, str]:
    """Return the part of a text that an argument takes, and the rest for those that follow."""
    if argument.kind is Kind.PERSON:
        word = text.partition(" ")[0]
        who = _beside(request)
        taken = word if _PERSON.fullmatch(word) else clean(who.words) if who is not None else ""
        return (taken, text[len(taken) :].strip()) if text.startswith(taken) else ("", text)
    match = re.match(argument.pattern, text)
    return (match[0], text[match.end() :].lstrip(" ")) if match else ("", text)


def by_key(command: Command, arguments: Mapping[str, object]) -> Given:
    """Return, in order, the arguments that were given by key."""
    return [_stripped(arguments.get(argument.key)) for argument in command.arguments]


def _stripped(value: object) -> object | None:
    text = clean_lines(value) if isinstance(value, str) else value
    return None if text == "" else text


async def read(context: Context, registered: Registered, given: Given) -> list[Any]:
    """Return the values of a command's arguments, None for each left out. Raises UserError."""
    command = registered.command
    pairs = zip(command.arguments, given, strict=True)
    return [await _value(context, registered, argument, each) for argument, each in pairs]


async def _value(context: Context, registered: Registered, argument: Argument, given: object | None) -> Any:
    if argument.kind is Kind.PERSON:
        return await _person(context, given)
    if given is None:
        return Answer(None, "") if argument.kind in (Kind.TOKEN, Kind.ANSWER) else None
    text = str(given)
    if argument.kind is not Kind.TEXT and argument.kind is not Kind.ANSWER:
        text = clean(text)
    if argument.kind in _OF_DIGITS and not argument.fills:
        text = digits(text)
    if (own := registered.reads.get(argument.key)) is not None:
        return await own(context, text)
    if argument.fills:
        return text
    if argument.kind is Kind.COUNT:
        return _count(registered.command, argument, text)
    found = _BY_KIND.get(argument.kind)
    return text if found is None else await found(context, text)


async def _number(_context: Context, text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) <= 15 else text.casefold()


def _count(command: Command, argument: Argument, text: str) -> int:
    if not _COUNT.fullmatch(text) or int(text) > argument.most:
        raise UserError(
            _("Say how many as a number from 1 to {most}, for example {example}.",
              most=argument.most, example=command.example)
        )  # fmt: skip
    return int(text)


async def _answer(_context: Context, text: str) -> Answer:
    return _answer_in(_ASKED.match(text), text)


async def _choice(_context: Context, text: str) -> Answer:
    return _answer_in(_TOKEN.match(text), text)


def _answer_in(match: re.Match[str] | None, text: str) -> Answer:
    if match is None:
        return Answer(None, text)
    return Answer(Token(int(match[1]), int(match[2])), text[match.end() :].strip())


async def _person(context: Context, given: object | None) -> Identity:
    """Return the person that an argument names, else the one that the message names. Raises UserError."""
    request = context.request
    if isinstance(given, Identity):
        who: Identity | None = given
    elif isinstance(given, str) and _PERSON.fullmatch(given):
        who = await _named(context, given)
    else:
        who = _beside(request)
    if who is None:
        raise UserError(
            _("Say who: reply to a message of theirs, or send {example} or their numeric id.",
              example=context.command.example)
        )  # fmt: skip
    if not who.is_appointable:
        raise UserError(_("That is a group, a channel or a bot, not a person: it cannot be a moderator."))
    return who


def _beside(request: Request) -> Identity | None:
    """Return the person that a message mentions without an @name, else the one it replies to."""
    return next(iter(request.mentioned), request.replied_to)


async def _named(context: Context, word: str) -> Identity:
    if _HANDLE.fullmatch(word):
        if (met := context.handles.find(word, context.request.chat)) is not None:
            return met
        if (address := await context.record.members.find_by_handle(word)) is not None:
            return Identity(address, handle=word[1:])
        raise UserError(
            _(
                "I have not met {who} since I started, so I cannot tell their id: let them write to me once,"
                " reply to a message of theirs, or send their numeric id.",
                who=word,
            )
        )
    address = word if ":" in word else f"{platform_of(context.request.chat)}:{word}"
    # The platform gives more details of a person whom it mentions itself.
    for who in context.request.mentioned:
        if who.address == address:
            return who
    names = await context.names()
    return Identity(address, name=names.get(address), is_person=":-" not in address)


_BY_KIND: dict[Kind, Callable[[Context, str], Awaitable[Any]]] = {
    Kind.FACT: Context.fact, Kind.SOURCE: Context.source_id, Kind.DRAFT: Context.draft,
    Kind.NUMBER: _number, Kind.ANSWER: _answer, Kind.TOKEN: _choice,
}  # fmt: skip
