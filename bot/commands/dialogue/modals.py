"""Modals: build a form's modal, and turn a submitted one into arguments.

A modal is only another way to give a command its arguments: nothing is decided here. Its only state is its
key, from which it is rebuilt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.commands.core.arguments import Answer, Given, Token, read
from bot.commands.core.context import Context
from bot.commands.core.declarations import Command, Kind
from bot.commands.core.registry import Registered
from bot.commands.dialogue import fields, header_lines, words
from bot.commands.dialogue.commands import open_question
from bot.commands.dialogue.forms import Filled, Form, Start, form_of
from bot.commands.dialogue.header_lines import Headed
from bot.errors import UserError
from bot.replies import Modal, ModalField, Note, Reply
from bot.texts import _, shortened
from storage.domain.names import clean, clean_lines

# As much as Discord shows: see discord.com/developers/docs/components/reference#text-input.
LONGEST_LABEL, LONGEST_HINT, LONGEST_VALUE, LONGEST_KEY = 45, 100, 4000, 90
# The name of the field for more header lines.
MORE = "more"
ANSWER = "answer"
_TOKEN = re.compile(r"#(\d{1,15})\.(\d{1,9})")
_KEY = re.compile(r"(?P<subject>.*?) ?(?P<version>(?<= )(?:r[1-9]\d{0,8}|#[0-9a-f]{8}))?")


class FilledIn(NamedTuple):
    """A submitted modal: the values of its command's arguments, and remarks to show with the reply."""

    values: list[Any]
    remarks: tuple[str, ...] = ()

    def remarked(self, reply: Reply) -> Reply:
        """Return the reply with the remarks before it."""
        notes = (Note(text=text) for text in self.remarks)
        return reply.model_copy(update={"blocks": (*notes, *reply.blocks)}) if self.remarks else reply


def subject_of(command: Command, given: Given) -> str | None:
    """Return the subject of the modal that a command opens with these arguments, or None if it opens none.

    Decided by the command's form alone, without the record.
    """
    subject, *others = given or (None,)
    if any(each is not None for each in others):
        return None
    text = "" if subject is None else str(subject)
    return text if _opens(command, text) else None


def reopens(command: Command | None, argument: str) -> bool:
    """Tell whether a key may be a modal's."""
    return command is not None and (_opens(command, argument) or _opens(command, _parted(argument)[0]))


def _opens(command: Command, subject: str) -> bool:
    if command.name == ANSWER:
        return not subject or _TOKEN.fullmatch(subject) is not None
    form = form_of(command)
    return form is not None and bool(form.modal) and form.opens.fullmatch(subject) is not None


async def opened(context: Context, subject: str) -> Modal | Reply | None:
    """Return the modal of the context's command, or None if the command opens none.

    Raises UserError if the command refuses; returns a Reply if the command answers without a modal.
    """
    if context.command.name == ANSWER:
        return await _answering(context, subject)
    start = await _form(context).starts(context, subject, "")
    return None if start is None else _modal(context, start)


async def reopened(context: Context, argument: str, values: Mapping[str, str]) -> Modal | Reply | None:
    """Return the modal of a key with the submitted values, by field name, filled in again.

    Raises UserError if the changes in it can no longer be determined.
    """
    modal = (
        await _answering(context, argument)
        if context.command.name == ANSWER
        else _modal(context, await _found_again(context, argument))
    )
    if not isinstance(modal, Modal):
        return modal
    given = {name: value for name, value in values.items() if len(value) <= LONGEST_VALUE}
    return modal._replace(
        fields=tuple(field._replace(value=given.get(field.name, field.value)) for field in modal.fields)
    )


async def filled_in(
    context: Context, registered: Registered, argument: str, values: Mapping[str, str]
) -> FilledIn:
    """Return the arguments that a submitted modal gives its command. Raises UserError if nothing changed."""
    for value in values.values():
        if len(value) > LONGEST_VALUE:
            raise fields.too_long(value, LONGEST_VALUE)
    if context.command.name == ANSWER:
        return FilledIn([Answer(_token(argument), clean_lines(values.get("", "")))])
    form, start = _form(context), await _found_again(context, argument)
    texts, remarks = _changed(form, start, values)
    further = header_lines.only(clean_lines(values.get(MORE, "")), form.lines)
    texts = Headed(headers=further).texts(**texts)
    if not texts or (start.texts and texts.keys() <= fields.OF_CHANGE):
        raise UserError(
            " ".join((*remarks, _("Nothing in the form was changed, so there is nothing to do.")))
        )
    return FilledIn(await _values(context, registered, start.subject, texts), tuple(remarks))


async def _values(context: Context, registered: Registered, subject: str, texts: dict[str, str]) -> list[Any]:
    """Return the values of a command's arguments: the subject, and the texts for the text argument."""
    kinds = [argument.kind for argument in registered.command.arguments]
    at = kinds.index(Kind.TEXT)
    given: list[object | None] = [None] * len(kinds)
    given[0] = subject if at > 0 else None
    values = await read(context, registered, given)
    # If the text argument comes first, it holds the subject.
    values[at] = Headed("" if at > 0 else subject, texts)
    return values


def _token(argument: str) -> Token | None:
    match = _TOKEN.fullmatch(argument)
    return Token(int(match[1]), int(match[2])) if match else None


def _form(context: Context) -> Form:
    if (form := form_of(context.command)) is None:
        raise LookupError(f"/{context.command.name} has no form")
    return form


async def _found_again(context: Context, argument: str) -> Start:
    """Return the initial values of a key's modal. Raises UserError if they no longer exist."""
    subject, version = _parted(argument)
    start = await _form(context).starts(context, subject, version)
    if start is None:
        raise UserError(_("That form is not open any more: open it anew."))
    if start.version != version:
        raise UserError(_("What the form shows was changed meanwhile: open it anew. Nothing was changed."))
    return start


def _parted(argument: str) -> tuple[str, str]:
    """Return a key's subject, and the version of it that was shown."""
    match = _KEY.fullmatch(argument)
    return (match["subject"], match["version"] or "") if match else (argument, "")


async def _answering(context: Context, argument: str) -> Modal | Reply:
    """Return the modal for the open question."""
    asked = await open_question(context, _token(argument))
    if isinstance(asked, Reply):
        return asked
    name, text, limit = asked.question
    answer = _("Your answer")
    field = ModalField(
        "", _(words.CALLED[name]) if name in words.CALLED else answer, hint=shortened(text, LONGEST_HINT),
        required=True, long=True, example=_example(name), limit=limit,
    )  # fmt: skip
    return Modal(f"/{ANSWER} #{asked.dialogue.token}", answer, (field,))


def _modal(context: Context, start: Start) -> Modal | None:
    """Return a form's modal, or None if its key would be too long."""
    form = _form(context)
    key = " ".join(filter(None, (f"/{context.command.name}", start.subject, start.version)))
    title = _(form.title, subject=start.called or start.subject)
    shown = tuple(_fields(context, form, start))
    return Modal(key, shortened(title, LONGEST_LABEL), shown) if len(key) <= LONGEST_KEY else None


def _fields(context: Context, form: Form, start: Start) -> list[ModalField]:
    given = Filled(context.story.id, dict.fromkeys(form.modal, "?"), at_once=True)
    known = {field.name: field for field in form.fields(given)}
    shown = []
    for name in form.modal:
        value, field = start.shown(name), known[name]
        # A value too long to show whole must not come back cut: it can be given as a header line instead.
        if len(value) <= LONGEST_VALUE:
            label, hint = _(words.CALLED[name]), _(field.asks) if field.asks else ""
            shown.append(
                ModalField(
                    _name(form, name), shortened(label, LONGEST_LABEL), value, shortened(hint, LONGEST_HINT),
                    required=field.required and not value, long=fields.is_long(field),
                    example=_example(name), limit=max(fields.longest(field), len(value)),
                )
            )  # fmt: skip
    # The most used fields have an example and come first.
    others = [name for name in dict.fromkeys((*words.EXAMPLES, *form.lines)) if name in form.lines]
    if others := [name for name in others if name not in form.modal]:
        hint = shortened(" ".join(f"{name}:" for name in others), LONGEST_HINT)
        lines = [f"{name}: {_example(name)}" for name in others if name in words.EXAMPLES][:2]
        label = _("Further lines, each with its name")
        shown.append(ModalField(MORE, label, hint=hint, long=True, example="\n".join(lines)))
    return shown


def _example(name: str) -> str:
    """Return an example for a header line, "" if none is needed."""
    return shortened(_(words.EXAMPLES[name]), LONGEST_HINT) if name in words.EXAMPLES else ""


def _name(form: Form, name: str) -> str:
    """Return the name of a line's field; a field without a header line is the text itself."""
    return name if name in form.lines else ""


def _changed(form: Form, start: Start, values: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the changed texts, and remarks on the others."""
    texts, remarks = {}, [start.remark] if start.remark else []
    for name in form.modal:
        before = _tidy(name, start.shown(name))
        text = _tidy(name, values.get(_name(form, name), before))
        if text and text != before:
            texts[name] = text
        elif not text and before and name in form.removable:
            texts[name] = fields.NONE
        elif not text and before:
            called = _(words.CALLED[name])
            remarks.append(_("“{part}” was left as it is: it cannot be empty.", part=called))
    return texts, remarks


def _tidy(name: str, value: str) -> str:
    """Return a value as one line, or as several if allowed, so that no value can begin a header line."""
    lines = value.splitlines() if name in header_lines.SEVERAL else [" ".join(value.splitlines())]
    return "\n".join(filter(None, map(clean, lines)))
