"""Sheets: what a platform's own form shows to be filled in, and which request comes of it when it was.

A sheet is only another way to type: what was filled in becomes the text that the command would take, so
that nothing is decided here. A sheet keeps no state but its key, from which it is found again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from bot.commands.core.context import Context
from bot.commands.core.declarations import Command
from bot.commands.dialogue import fields, header_lines
from bot.commands.dialogue.commands import open_question
from bot.commands.dialogue.forms import Filled, Form, Start, form_of
from bot.errors import UserError
from bot.replies import Note, Reply
from bot.texts import _, shortened
from storage.domain.names import clean, clean_lines

# As much as Discord shows: see discord.com/developers/docs/components/reference#text-input.
LONGEST_LABEL, LONGEST_HINT, LONGEST_VALUE, LONGEST_KEY = 45, 100, 4000, 90
# The name of the blank that takes further header lines.
MORE = "more"
ANSWER = "answer"
_TOKEN = re.compile(r"(#\d{1,15}\.\d{1,9})?")
_KEY = re.compile(r"(?P<subject>.*?) ?(?P<version>(?<= )(?:r[1-9]\d{0,8}|#[0-9a-f]{8}))?")


class Blank(NamedTuple):
    """One thing to fill in; `name` is its header line's, "" for the text itself, MORE for further lines.

    `example` is what may stand there, shown for as long as nothing does.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    required: bool = False
    long: bool = False
    example: str = ""


class Sheet(NamedTuple):
    """One to five blanks; `key` is a command of at most 90 characters that finds the sheet again."""

    key: str
    title: str
    blanks: tuple[Blank, ...]


class Submission(NamedTuple):
    """The text that a request would have had, and what is to be said of the sheet itself."""

    text: str
    remarks: tuple[str, ...]

    def remarked(self, reply: Reply | None) -> Reply | None:
        """Return the reply with the remarks before it."""
        if reply is None or not self.remarks:
            return reply
        notes = (Note(text=text) for text in self.remarks)
        return reply.model_copy(update={"blocks": (*notes, *reply.blocks)})


def opens(command: Command | None, argument: str) -> bool:
    """Tell whether a command with so much behind it may open a sheet, by its form alone."""
    if command is None:
        return False
    if command.name == ANSWER:
        return _TOKEN.fullmatch(argument) is not None
    form = form_of(command)
    return form is not None and bool(form.sheet) and form.opens.fullmatch(argument) is not None


def reopens(command: Command | None, argument: str) -> bool:
    """Tell whether a key may be one that a sheet was given."""
    return opens(command, argument) or opens(command, _parted(argument)[0])


async def opened(context: Context, argument: str) -> Sheet | Reply | None:
    """Return the sheet of the command in hand; None where the command does something else.

    Raises UserError where the command refuses; a Reply is what it answers instead.
    """
    if context.command.name == ANSWER:
        return await _answering(context, argument)
    start = await _form(context).starts(context, argument, "")
    return None if start is None else _sheet(context, start)


async def reopened(context: Context, argument: str, values: Mapping[str, str]) -> Sheet | Reply | None:
    """Return the sheet of a key with what was filled in, by blank's name: it only stands there as if typed.

    Raises UserError where what was changed in it can be told no more.
    """
    sheet = (
        await _answering(context, argument)
        if context.command.name == ANSWER
        else _sheet(context, await _found_again(context, argument))
    )
    if not isinstance(sheet, Sheet):
        return sheet
    given = {name: value for name, value in values.items() if len(value) <= LONGEST_VALUE}
    return sheet._replace(
        blanks=tuple(blank._replace(value=given.get(blank.name, blank.value)) for blank in sheet.blanks)
    )


async def submitted(context: Context, argument: str, values: Mapping[str, str]) -> Submission:
    """Return the request that comes of a sheet. Raises UserError where nothing in it was changed."""
    if context.command.name == ANSWER:
        return Submission(" ".join((f"/{ANSWER}", argument, clean_lines(values.get("", "")))), ())
    form, start = _form(context), await _found_again(context, argument)
    texts, remarks = _changed(form, start, values)
    further = header_lines.only(clean_lines(values.get(MORE, "")), form.lines)
    for name in further.keys() & texts.keys():
        raise UserError(_("“{name}:” is given twice: leave one of the two out.", name=name))
    texts |= further
    if not texts or (start.texts and texts.keys() <= fields.OF_CHANGE):
        raise UserError(
            " ".join((*remarks, _("Nothing in the form was changed, so there is nothing to do.")))
        )
    return Submission(_written(context.command.name, form, start, texts), tuple(remarks))


def _form(context: Context) -> Form:
    if (form := form_of(context.command)) is None:
        raise LookupError(f"/{context.command.name} has no form")
    return form


async def _found_again(context: Context, argument: str) -> Start:
    """Return what the sheet of a key has begun with. Raises UserError where that is there no more."""
    subject, version = _parted(argument)
    start = await _form(context).starts(context, subject, version)
    if start is None:
        raise UserError(_("That form is not open any more: open it anew."))
    if start.version != version:
        raise UserError(_("What the form shows was changed meanwhile: open it anew. Nothing was changed."))
    return start


def _parted(argument: str) -> tuple[str, str]:
    """Return what a key tells of its subject, and of the version in which that was shown."""
    match = _KEY.fullmatch(argument)
    return (match["subject"], match["version"] or "") if match else (argument, "")


async def _answering(context: Context, argument: str) -> Sheet | Reply:
    """Return the sheet with the question that is open."""
    asked = await open_question(context, argument)
    if isinstance(asked, Reply):
        return asked
    name, text = asked.question
    answer = _("Your answer")
    blank = Blank(
        "", _(fields.CALLED[name]) if name in fields.CALLED else answer, hint=shortened(text, LONGEST_HINT),
        required=True, long=True, example=_example(name),
    )  # fmt: skip
    return Sheet(f"/{ANSWER} #{asked.dialogue.token}", answer, (blank,))


def _sheet(context: Context, start: Start) -> Sheet | None:
    """Return a form's sheet; None where its key would be too long to find it again."""
    form = _form(context)
    key = " ".join(filter(None, (f"/{context.command.name}", start.subject, start.version)))
    title = _(form.title, subject=start.called or start.subject)
    blanks = tuple(_blanks(context, form, start))
    return Sheet(key, shortened(title, LONGEST_LABEL), blanks) if len(key) <= LONGEST_KEY else None


def _blanks(context: Context, form: Form, start: Start) -> list[Blank]:
    given = Filled(context.story.id, dict.fromkeys(form.sheet, "?"), at_once=True)
    known = {field.name: field for field in form.fields(given)}
    blanks = []
    for name in form.sheet:
        value, field = start.shown(name), known[name]
        # What is too long to be shown whole must not come back cut: it can be given as a further line.
        if len(value) <= LONGEST_VALUE:
            label, hint = _(fields.CALLED[name]), _(field.asks) if field.asks else ""
            blanks.append(
                Blank(
                    _blank(form, name), shortened(label, LONGEST_LABEL), value, shortened(hint, LONGEST_HINT),
                    required=field.required and not value, long=fields.is_long(field),
                    example=_example(name),
                )
            )  # fmt: skip
    # What is given most has an example, and comes first.
    others = [name for name in dict.fromkeys((*fields.EXAMPLES, *form.lines)) if name in form.lines]
    if others := [name for name in others if name not in form.sheet]:
        hint = shortened(" ".join(f"{name}:" for name in others), LONGEST_HINT)
        lines = [f"{name}: {_example(name)}" for name in others if name in fields.EXAMPLES][:2]
        label = _("Further lines, each with its name")
        blanks.append(Blank(MORE, label, hint=hint, long=True, example="\n".join(lines)))
    return blanks


def _example(name: str) -> str:
    """Return how a line may be filled in, "" where that goes without saying."""
    return shortened(_(fields.EXAMPLES[name]), LONGEST_HINT) if name in fields.EXAMPLES else ""


def _blank(form: Form, name: str) -> str:
    """Return the name of a line's blank: what has no header line of its own is the text itself."""
    return name if name in form.lines else ""


def _changed(form: Form, start: Start, values: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the texts that are not as they were, and what is to be said of the others."""
    texts, remarks = {}, [start.remark] if start.remark else []
    for name in form.sheet:
        before = _tidy(name, start.shown(name))
        text = _tidy(name, values.get(_blank(form, name), before))
        if text and text != before:
            texts[name] = text
        elif not text and before and name in form.removable:
            texts[name] = fields.NONE
        elif not text and before:
            called = _(fields.CALLED[name])
            remarks.append(_("“{part}” was left as it is: it cannot be empty.", part=called))
    return texts, remarks


def _tidy(name: str, value: str) -> str:
    """Return a value as a line, or several where there may be: so no value can begin a header line."""
    lines = value.splitlines() if name in header_lines.SEVERAL else [" ".join(value.splitlines())]
    return "\n".join(filter(None, map(clean, lines)))


def _written(command: str, form: Form, start: Start, texts: Mapping[str, str]) -> str:
    """Return the message that one would type."""
    free = [text for name, text in texts.items() if name not in form.lines]
    head = " ".join(filter(None, (f"/{command}", start.subject, *free)))
    lined = ((name, text) for name, text in texts.items() if name in form.lines)
    return "\n".join((head, *(f"{name}: {line}" for name, text in lined for line in text.split("\n"))))
