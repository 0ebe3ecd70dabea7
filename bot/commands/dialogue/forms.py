"""Forms: what a command has to know before it can propose a change, as fields that are asked one by one.

A form holds only texts, as typed. Choosing an option replaces a text by an unmistakable one (`=lubinets`,
`+person Ann`, `S3`). All texts are read anew at each turn, so a form given at once in header lines, a form
filled in by a dialogue, a draft that is edited and a dialogue after a restart are one code path.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Command, Kind
from bot.commands.core.registry import Declared, Handler, Values, commands
from bot.commands.dialogue import header_lines
from bot.commands.dialogue.header_lines import Headed
from bot.errors import UserError
from bot.replies import Block, Reply

if TYPE_CHECKING:
    from storage.changing.ledger import ChangeResult
    from storage.domain.changes import Change
    from storage.people.dialogues import Dialogue

# The step after the last field: the change is shown and waits for a yes.
CONFIRM = "confirm"
# The step aside: which field is to be answered anew.
AGAIN = "again"
# What may stand behind a command that opens a modal: nothing, or one id.
ALONE = re.compile("")
ONE = re.compile(r"\S+")


class Option(NamedTuple):
    """Something to choose instead of typing: what it is called, and the text that it stands for."""

    label: str
    text: str


class Amiss(UserError):
    """What was filled in goes together only if a field is answered otherwise: that one is to be asked."""

    def __init__(self, text: str, field: Field) -> None:
        super().__init__(text)
        self.field = field


class Unclear(UserError):
    """What was typed may mean several things: the options, each with the text that is plain."""

    def __init__(self, text: str, options: Sequence[Option]) -> None:
        super().__init__(text)
        self.options = tuple(options)


@dataclass(slots=True)
class Filled:
    """How far a form has been filled in; kept as JSON between turns.

    `texts` holds what was typed by field, "" for what was skipped. `target` is the id of the fact or draft
    that it is about. `at_once` tells that it came as header lines: then only what is needed is asked.
    `answered` are the fields answered in the dialogue, in order. `change` is the one that was shown last,
    `again` the field that is to be answered anew. `remark` is said beside the change.
    """

    story: int
    texts: dict[str, str] = field(default_factory=dict)
    target: int | None = None
    at_once: bool = False
    answered: list[str] = field(default_factory=list)
    step: str = ""
    options: list[Option] = field(default_factory=list)
    change: dict[str, Any] | None = None
    again: str | None = None
    remark: str = ""

    def state(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)

    @classmethod
    def of(cls, state: dict[str, Any]) -> Filled:
        """Return what JSON data tells; what another version of the program kept beside it is passed over."""
        known = {each.name for each in fields(cls)}
        kept = {name: value for name, value in state.items() if name in known}
        return cls(**{**kept, "options": [Option(*option) for option in state.get("options", ())]})

    def text(self, name: str) -> str:
        """Return what was typed for a field, "" if nothing was."""
        return self.texts.get(name, "")


Check = Callable[[Context, Filled, str], Awaitable[None]]
Offers = Callable[[Context, Filled], Awaitable[Sequence[Option]]]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to know; `asks` is the question (a gettext message), None for what is only given unasked.

    `check` raises UserError for a text that will not do, Unclear for one that may mean several things.
    `offers` returns what may be chosen beside typing. `limit` is the most characters that may do.
    """

    name: str
    asks: str | None
    check: Check
    required: bool = False
    offers: Offers | None = None
    limit: int = 500

    def wanted(self, filled: Filled) -> bool:
        """Tell whether it has to be asked, where nothing was given for it."""
        return self.required or filled.again == self.name or (self.asks is not None and not filled.at_once)


class Proposal(NamedTuple):
    """A change that waits for a yes, and how it is shown; `options` are other things to do instead."""

    change: Change
    blocks: tuple[Block, ...]
    options: tuple[Option, ...] = ()


class Start(NamedTuple):
    """What a modal begins with: the subject as the command takes it, and the texts as they stand.

    `version` tells of which state of the subject these are; `remark` is said where that is not the last.
    `called` is what people call the subject, where that is something else; `known` are those of the texts
    that hold a key of the record's, as people know them: a modal shows these instead.
    """

    subject: str
    texts: Mapping[str, str]
    version: str = ""
    remark: str = ""
    called: str = ""
    known: Mapping[str, str] = MappingProxyType({})

    def shown(self, name: str) -> str:
        """Return what a modal shows of a text, "" where there is none."""
        return self.known.get(name, self.texts.get(name, ""))


Fields = Callable[[Filled], Sequence[Field]]
# From the subject that is given and the version in which it was shown ("" for as it stands now) to what a
# modal begins with; None where the command does something else with it. Raises UserError as the command does.
Starts = Callable[[Context, str, str], Awaitable[Start | None]]
Propose = Callable[[Context, Filled], Awaitable[Proposal]]
Done = Callable[[Context, Filled, "ChangeResult"], Awaitable[Reply]]
Commit = Callable[[Context, Filled, "Change", "Dialogue"], Awaitable[Reply]]
# An option under a proposal leads to another form: its command, and how it is filled in already.
Chosen = Callable[[Context, Filled, str], Awaitable[tuple[str, Filled]]]


async def afresh(_context: Context, _subject: str, _version: str) -> Start:
    """Begin with nothing."""
    return Start("", {})


def version_of(texts: Mapping[str, str]) -> str:
    """Return what tells texts apart from any others, for what keeps no revisions."""
    kept = json.dumps(texts, sort_keys=True, ensure_ascii=False)
    return f"#{hashlib.blake2b(kept.encode(), digest_size=4).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Form:
    """What a command asks, how it makes a change of the answers, and what is said when the change is made.

    `lines` are the names of the header lines in which it may all be given at once, above which stands a text
    whose first `colons` lines may hold a colon. `parts` are the fields
    that may then be answered anew, with what each is called, `along` what of each goes with it.
    `commit` stands in for making the change where something else is to be done with it.

    `modal` are the lines that have a field of their own where a platform shows the form as a modal, `title`
    (a gettext message with `{subject}`) is its title, `starts` tells what it begins with, `opens` which
    subject may stand behind the command that opens it. `removable` are the lines in which “none” takes away
    what is on record.
    """

    fields: Fields
    propose: Propose
    done: Done
    lines: tuple[str, ...] = ()
    colons: int = header_lines.MANY
    parts: Mapping[str, str] = field(default_factory=dict)
    along: Mapping[str, Sequence[str]] = field(default_factory=dict)
    commit: Commit | None = None
    chosen: Chosen | None = None
    modal: tuple[str, ...] = ()
    title: str = ""
    starts: Starts = afresh
    opens: re.Pattern[str] = ALONE
    removable: Collection[str] = ()


_FORMS: dict[str, Form] = {}


def form_of(command: Command) -> Form | None:
    """Return the form that a command leads through, None for a command that leads through none."""
    return _FORMS.get(command.name)


def form_command(
    name: str,
    *arguments: Argument,
    form: Form,
    offers: Mapping[str, Values] = MappingProxyType({}),
    **declared: Unpack[Declared],
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a command that leads through a form.

    Its handler gets what was given for an argument that is a text as a Headed.
    """

    async def headed(_context: Context, text: str) -> Headed:
        return header_lines.read(text, form.lines, colons=form.colons)

    _FORMS[name] = form
    declared |= {"headers": form.lines, "dialogue": True}
    texts = {argument.key: headed for argument in arguments if argument.kind is Kind.TEXT}
    return commands.command(name, *arguments, offers=offers, reads=texts, **declared)
