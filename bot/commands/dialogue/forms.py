"""Forms: the fields that a command needs before it can propose a change, asked one by one.

A form holds only texts, as typed. Choosing an option replaces a text by an unambiguous one (`=lubinets`,
`+person Ann`, `S3`). All texts are parsed again at each turn, so header lines, a dialogue, an edited draft
and a dialogue after a restart share one code path.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

from bot.commands.core.completion import matching
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Command, Kind, Offer
from bot.commands.core.registry import Declared, Handler, Reader, Values, commands
from bot.commands.dialogue import header_lines
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.line_completion import completing, last_of_several
from bot.errors import UserError
from bot.replies import Block, Reply

if TYPE_CHECKING:
    from storage.changing.ledger import ChangeResult
    from storage.domain.changes import Change
    from storage.people.dialogues import Dialogue

# The step after the last field: the change is shown and waits for confirmation.
CONFIRM = "confirm"
# The extra step: choosing a field to answer again.
AGAIN = "again"
# The argument of a command that opens a modal: nothing, or one id.
ALONE = re.compile("")
ONE = re.compile(r"\S+")


class Option(NamedTuple):
    """A choice instead of typing: its label, and the text that it stands for."""

    label: str
    text: str


class FieldConflict(UserError):
    """The values given contradict each other: one field has to be asked again."""

    def __init__(self, text: str, field: Field) -> None:
        super().__init__(text)
        self.field = field


class Unclear(UserError):
    """A typed text is ambiguous: the options, each with an unambiguous text."""

    def __init__(self, text: str, options: Sequence[Option]) -> None:
        super().__init__(text)
        self.options = tuple(options)


@dataclass(slots=True)
class Filled:
    """The state of a form; kept as JSON between turns.

    `texts` holds the typed text of each field, "" for a skipped one. `target` is the id of the fact or draft
    that it is about. `at_once` tells that it came as header lines: then only required fields are asked.
    `before` are the answers given in the dialogue, in order, each with the state before it. `change` is the
    change shown last, `again` a field that is asked, though it is optional. `remark` is shown with the
    change. `worded` holds, by field, a date that was typed in other words, and the words. `kept` are the
    fields that were taken over or read from a sentence: another answer may replace them. `besides` are
    optional fields that are asked though it came at once. `goes_on` tells that the next form follows once
    this one is confirmed; its first question is `lead`. `earlier` are the token and the command of the
    dialogue that was set aside for it.
    """

    story: int
    texts: dict[str, str] = field(default_factory=dict)
    target: int | None = None
    at_once: bool = False
    before: list[Any] = field(default_factory=list)
    step: str = ""
    options: list[Option] = field(default_factory=list)
    change: dict[str, Any] | None = None
    again: str | None = None
    remark: str = ""
    worded: dict[str, list[str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    goes_on: bool = False
    lead: str = ""
    earlier: list[str] = field(default_factory=list)

    def state(self) -> dict[str, Any]:
        """Return it as JSON data, equal to what it is when read again."""
        return asdict(self) | {"options": [list(option) for option in self.options]}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Filled:
        """Return the state in JSON data, which stays as it is; ignore keys of other versions."""
        known = {each.name for each in fields(cls)}
        kept = deepcopy({name: value for name, value in state.items() if name in known})
        return cls(**{**kept, "options": [Option(*option) for option in state.get("options", ())]})

    def text(self, name: str) -> str:
        """Return the text typed for a field, "" if there is none."""
        return self.texts.get(name, "")


Check = Callable[[Context, Filled, str], Awaitable[None]]
Offers = Callable[[Context, Filled], Awaitable[Sequence[Option]]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field; `asks` is the question (a gettext message), None for one asked only if its line is invalid.

    `check` raises UserError for an invalid text, Unclear for an ambiguous one. `offers` returns the options
    beside typing. `limit` is the greatest number of characters. `kind` is what it names, where that is on
    record: so its header line is completed.
    """

    name: str
    asks: str | None
    check: Check
    required: bool = False
    offers: Offers | None = None
    limit: int = 500
    kind: Kind | None = None

    def wanted(self, filled: Filled) -> bool:
        """Tell whether it has to be asked if no value was given."""
        asked = not filled.at_once or self.name in filled.besides
        return self.required or filled.again == self.name or (self.asks is not None and asked)


class Proposal(NamedTuple):
    """A change that waits for confirmation, and its reply; `options` are alternatives to it."""

    change: Change
    blocks: tuple[Block, ...]
    options: tuple[Option, ...] = ()


class Start(NamedTuple):
    """The initial values of a modal: the subject as the command takes it, and the current texts.

    `version` is the subject's version that they come from; `remark` is shown if that is not the latest.
    `called` is the subject's label, if it differs from the subject; `known` holds labels for texts
    that contain a key of the record: a modal shows the labels instead.
    """

    subject: str
    texts: Mapping[str, str]
    version: str = ""
    remark: str = ""
    called: str = ""
    known: Mapping[str, str] = MappingProxyType({})

    def shown(self, name: str) -> str:
        """Return a text as a modal shows it, "" if there is none."""
        return self.known.get(name, self.texts.get(name, ""))


Fields = Callable[[Filled], Sequence[Field]]
# Return a modal's initial values for a subject and the version that was shown ("" for the current one), or
# None if the command does something else with the subject. Raises UserError as the command does.
Starts = Callable[[Context, str, str], Awaitable[Start | None]]
Propose = Callable[[Context, Filled], Awaitable[Proposal]]
Done = Callable[[Context, Filled, "ChangeResult"], Awaitable[Reply]]
# Fill in what an answer tells of other fields.
Tells = Callable[[Context, Filled], Awaitable[None]]
Commit = Callable[[Context, Filled, "Change", "Dialogue"], Awaitable[Reply]]
# The form that an option of a proposal leads to: its command and its initial state.
Chosen = Callable[[Context, Filled, str], Awaitable[tuple[str, Filled]]]


async def afresh(_context: Context, _subject: str, _version: str) -> Start:
    """Begin a modal with empty fields."""
    return Start("", {})


def version_of(texts: Mapping[str, str]) -> str:
    """Return a digest of texts as the version of a subject without revisions."""
    kept = json.dumps(texts, sort_keys=True, ensure_ascii=False)
    return f"#{hashlib.blake2b(kept.encode(), digest_size=4).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Form:
    """A command's form: its fields, how the answers become a change, and the reply to the change made.

    `lines` are the names of the header lines that give all fields at once, below a text whose first
    `colons` lines may hold a colon. `parts` are the fields that may then be answered again, with their
    labels, `along` the fields that go with each. `tells` is asked after each answer, `commit` replaces making
    the change.

    `modal` are the lines with a field of their own in the form's modal, `title` (a gettext message with
    `{subject}`) is its title, `starts` returns its initial values, `opens` matches the subjects with which
    the command opens it. `removable` are the lines in which “none” removes the value on record.
    """

    fields: Fields
    propose: Propose
    done: Done
    lines: tuple[str, ...] = ()
    colons: int = header_lines.MANY
    parts: Mapping[str, str] = field(default_factory=dict)
    along: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tells: Tells | None = None
    commit: Commit | None = None
    chosen: Chosen | None = None
    modal: tuple[str, ...] = ()
    title: str = ""
    starts: Starts = afresh
    opens: re.Pattern[str] = ALONE
    removable: Collection[str] = ()


# Texts with which a form lists all of its fields: also those of a name and a source that are new.
ALL_NEW = {"who": "+person X", "source": "+ X"}
_FORMS: dict[str, Form] = {}


def form_of(command: Command) -> Form | None:
    """Return a command's form, or None if it has none."""
    return _FORMS.get(command.name)


def form_command(
    name: str,
    *arguments: Argument,
    form: Form,
    offers: Mapping[str, Values] = MappingProxyType({}),
    reads: Mapping[str, Reader] = MappingProxyType({}),
    **declared: Unpack[Declared],
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a command with a form.

    Its handler gets the value of a text argument as a Headed.
    """

    async def headed(_context: Context, text: str) -> Headed:
        return header_lines.read(text, form.lines, colons=form.colons)

    _FORMS[name] = form
    declared |= {"headers": form.lines, "dialogue": True}
    texts = {argument.key: headed for argument in arguments if argument.kind is Kind.TEXT}
    lines = completing(partial(_completers, form)) if form.lines else None
    if lines is not None and not form.colons:
        # The text itself is header lines.
        offers = {**dict.fromkeys(texts, lines), **offers}
    reads = {**texts, **reads}
    return commands.command(name, *arguments, offers=offers, reads=reads, lines=lines, **declared)


def _completers(form: Form) -> dict[str, Values | None]:
    """Return what completes each header line of a form, None for one that nothing completes."""
    given = Filled(0, {**dict.fromkeys(form.lines, "?"), **ALL_NEW}, at_once=True)
    listed = {field.name: field for field in form.fields(given)}
    return {name: _completer(listed[name]) if name in listed else None for name in form.lines}


def _completer(field: Field) -> Values | None:
    if field.kind is not None:
        return last_of_several(field.kind)
    options = field.offers
    if options is None:
        return None

    async def offered(context: Context, typed: str, _given: Sequence[str]) -> Sequence[Offer]:
        chosen = await options(context, Filled(0))
        return matching(typed, [Offer(option.text, option.label) for option in chosen])

    return offered
