"""Declarations of commands: name, family, arguments and role. Pure; handlers are registered separately."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from bot.requests import Role
from bot.texts import N_


class Family(Enum):
    """The families of commands in the order of help, each with its title and its commands in order."""

    def __init__(self, title: str, commands: str) -> None:
        self.title = title
        self.commands = tuple(commands.split())

    FINDING_YOUR_WAY = (N_("Finding your way"), "start help about story stories")
    ASKING = (N_("Asking the record"), "who where when latest asof what ask check")
    LOOKING_CLOSELY = (N_("Looking closely"), "fact history corrections disputed figures sources")
    HEARING = (
        N_("Hearing of changes"),
        "settings subscribe unsubscribe subscriptions mute catchup why",
    )
    TAKING_PART = (N_("Taking part"), "suggest tellme privacy forgetme link")
    ANSWERING = (N_("Answering what is asked"), "answer choose skip back confirm cancel resume")
    KEEPING = (
        N_("Keeping the record"),
        """add desk correct attribute relate supersede retract restore undo source entity newstory
        editstory privatestory""",
    )
    REVIEWING = (N_("Reviewing"), "review intake watch approve same reject edit unanswered audit")
    CHOOSING = (
        N_("Choosing moderators, taking down"),
        "moderators appoint dismiss defaultstory public webhook takedown",
    )


# What readers see beside the input field and in `/help`: ten at most. The others are typed, or reached by
# buttons.
FIRST = tuple("ask about who when sources disputed check subscribe suggest help".split())
# `/help all` shows all commands.
ALL = "all"
_FAMILIES = list(Family)
# Work on the record shows what was done, or would be; these commands show what was.
_AT_WORK = frozenset({Family.ANSWERING, Family.KEEPING, Family.REVIEWING, Family.CHOOSING})
_CHANGING = frozenset("story tellme forgetme link".split())
_OF_THE_PAST = frozenset("asof corrections history why".split())
# Beside those that are paged, these only show something: asked again they show the same, so that a page can
# follow where an answer is longer than one.
_SHOWING = frozenset("help about stories ask subscriptions privacy".split())


class Kind(StrEnum):
    """What an argument names; decides how it is parsed and completed."""

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
    # The answer to a dialogue's question, with the question's token if a button sent it.
    ANSWER = "answer"
    TOKEN = "token"  # noqa: S105  # reason: a dialogue's token is no secret
    # Free text whose line breaks have a meaning.
    TEXT = "text"


class Offer(NamedTuple):
    """A value that an argument may have, and the label that people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, in the order in which they are typed.

    `help` (a gettext message) says what to fill in, with an example, for platforms that show a field for it.
    `option` is its key when arguments are given by name, if it differs from the name. `fills` tells that
    it fills a field of the command's form: it stays a text, which the field parses at each turn. `pattern`
    is what it takes of a line on which further arguments follow. `most` is the largest count.
    """

    name: str
    kind: Kind
    required: bool = False
    option: str = ""
    fills: bool = False
    pattern: str = r"\S+"
    most: int = 0
    help: str = ""

    @property
    def key(self) -> str:
        """Return its key when arguments are given by name: one lower-case word."""
        return self.option or self.name

    def usage(self) -> str:
        """Return its form in help: `<needed>` or `[optional]`."""
        return f"<{self.name}>" if self.required else f"[{self.name}]"


@dataclass(frozen=True, slots=True)
class Command:
    """The declaration of a command; `help` is a gettext message, shown in the reader's language.

    `role` is the role that the asker needs in the story in use, or (`everywhere`) in all stories; `by_admins`
    restricts the command in a group to the group's admins. `dialogue` tells that it opens a form,
    `headers` which header lines it accepts. `completed` are the keys of the arguments
    that the command completes itself. `discreet` shows its answers only to the asker, if the platform can.
    `paged` tells that its lists have pages: `>` and a cursor at its end is the place of the next one.
    """

    name: str
    family: Family
    help: str
    example: str
    role: Role
    arguments: tuple[Argument, ...] = ()
    headers: tuple[str, ...] = ()
    completed: frozenset[str] = frozenset()
    dialogue: bool = False
    everywhere: bool = False
    by_admins: bool = False
    discreet: bool = False
    paged: bool = False

    @property
    def lists(self) -> bool:
        """Tell whether its answer may be asked for again to turn to the next page."""
        return self.paged or self.name in _SHOWING

    @property
    def is_first(self) -> bool:
        """Tell whether it is one of those that readers need first."""
        return self.name in FIRST

    @property
    def is_listed(self) -> bool:
        """Tell whether it is shown in lists: what answers a dialogue is a button, or typed as told there."""
        return self.family is not Family.ANSWERING

    @property
    def changes(self) -> bool:
        """Tell whether it changes something: the record, or how a chat hears of it."""
        return self.dialogue or self.by_admins or self.family in _AT_WORK or self.name in _CHANGING

    def is_for_another(self, argument: str, *, to_bot: bool) -> bool:
        """Tell whether it is meant for another bot where it is said in reply to that, or to somebody else.

        What is said to a bot changes nothing here. What is said to a person does only where the command is
        about one (/appoint), or tells what it is to change: other bots mute a message's writer by /mute.
        """
        if not self.changes or to_bot:
            return self.changes
        about_person = any(each.kind is Kind.PERSON for each in self.arguments)
        return not about_person and (self.by_admins or not argument.strip())

    @property
    def shows_past(self) -> bool:
        """Tell whether its answers show how facts read once, or might read: those are not put right later."""
        return self.dialogue or self.family in _AT_WORK or self.name in _OF_THE_PAST

    @property
    def aside(self) -> bool:
        """Tell whether its answers concern only the asker: personal matters, and work on the record."""
        return self.discreet or self.dialogue or self.role > Role.READER

    def usage(self) -> str:
        """Return the command as people type it: `/who [name]`."""
        return " ".join((f"/{self.name}", *(argument.usage() for argument in self.arguments)))

    @property
    def multiline(self) -> bool:
        """Tell whether line breaks in its arguments have a meaning."""
        return any(argument.kind in (Kind.TEXT, Kind.ANSWER) for argument in self.arguments)


class Catalogue:
    """The declarations of all commands, by name and in the order of help."""

    def __init__(self) -> None:
        self._declared: dict[str, Command] = {}

    def declare(self, command: Command) -> None:
        """Add a command. Raises ValueError for a name that is taken."""
        if command.name in self._declared:
            raise ValueError(f"command {command.name!r} is declared twice")
        self._declared[command.name] = command

    def find(self, name: str) -> Command | None:
        """Return the command of that name, ignoring case."""
        return self._declared.get(name.casefold())

    def allowed(self, role: Role) -> Iterator[Command]:
        """Yield the commands that a role may use, in the order of help."""
        return (command for command in self if command.role <= role)

    def listed(self, role: Role) -> list[Command]:
        """Return the commands of a role that are shown in lists, those needed first before the others."""
        shown = [command for command in self.allowed(role) if command.is_listed]
        return sorted(shown, key=lambda each: FIRST.index(each.name) if each.is_first else len(FIRST))

    def menu(self, role: Role) -> list[Command]:
        """Return the commands of a role's menu: those needed first, and those that only this role may use."""
        return [each for each in self.listed(role) if each.is_first or each.role > Role.READER]

    def __iter__(self) -> Iterator[Command]:
        return iter(sorted(self._declared.values(), key=_place))


def _place(command: Command) -> tuple[int, int]:
    """Return a command's position in help; a command that its family does not name comes last."""
    names = command.family.commands
    at = names.index(command.name) if command.name in names else len(names)
    return _FAMILIES.index(command.family), at
