"""What one answer does to a form that is being filled in: kept, chosen, skipped, or taken back."""

from __future__ import annotations

import re

from bot.commands.dialogue.forms import AGAIN, CONFIRM, Filled, Form, Option
from bot.errors import UserError
from bot.texts import _

# The signs that a choice puts before a name or a source.
_CHOSEN = re.compile(r"=|\+(?:(?:person|organisation|group|place)\s)?\s*(?:\(the\)\s)?")


def answer(filled: Filled, text: str) -> None:
    """Keep a text as the answer to the open question."""
    filled.texts[filled.step] = text
    if filled.step in filled.kept:
        filled.kept.remove(filled.step)
    if filled.step not in filled.answered:
        filled.answered.append(filled.step)


def step_back(filled: Filled) -> str:
    """Forget the last answer and return it as it was typed. Raises UserError if there is none."""
    if not filled.answered:
        raise UserError(_("This is the first question: /cancel ends the dialogue."))
    # If the open question already has an invalid answer, "back" means the question before it.
    text = filled.texts.pop(filled.answered.pop(), "")
    chosen = _CHOSEN.match(text)
    return text[chosen.end() :] if chosen else text


def option_of(filled: Filled, value: str) -> Option:
    """Return the option of that number. Raises UserError if there is none."""
    number, most = number_in(value), len(filled.options)
    if not most:
        raise UserError(_("There is nothing to choose here: answer what is asked, or send /cancel."))
    if not 1 <= number <= most:
        raise UserError(_("Choose by a number from 1 to {most}, for example /choose {most}.", most=most))
    return filled.options[number - 1]


def number_in(text: str) -> int:
    """Return the number of an option, 0 for any other text."""
    return int(text) if text.isdecimal() and len(text) <= 3 else 0


def refuse_without_question(filled: Filled) -> None:
    """Raise UserError if a choice is open, and no question."""
    if filled.step in (CONFIRM, AGAIN):
        raise UserError(_("Choose one of those under the message; /cancel ends the dialogue."))


def refuse_skip(form: Form, filled: Filled) -> None:
    """Raise UserError if the open question cannot be left open."""
    if any(field.required and field.name == filled.step for field in form.fields(filled)):
        raise UserError(_("This cannot be left open: answer it, or send /cancel to end."))
