"""What one answer does to a form that is being filled in: kept, chosen, skipped, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answers.diff import changed_meanwhile
from bot.commands.core.context import Context
from bot.commands.dialogue.forms import AGAIN, CONFIRM, Filled, Form, Option
from bot.errors import UserError
from bot.replies import Action, Block, Note, Reply
from bot.requests import Request
from bot.texts import _, shortened
from storage.domain.changes import Revise

if TYPE_CHECKING:
    from storage.people.dialogues import Dialogue

# Answers that can be taken back one after the other.
MOST_BACK = 20
# What no answer changes, or is found out again when a question is asked again.
_MADE_ANEW = ("before", "options", "change", "earlier")
# Characters that are shown of a line that is left out.
LONGEST_LEFT = 60


def not_begun(command: str, filled: Filled, earlier: Dialogue) -> str:
    """Return what is said of a dialogue in which nothing was typed, once another takes its place.

    That is nothing where the other asks the same, for its button was pressed twice, or for the next fact.
    """
    was = Filled.of(earlier.state)
    if earlier.command == command and (was.texts, was.target) == (filled.texts, filled.target):
        return ""
    if was.goes_on and filled.goes_on:
        return ""
    if was.goes_on:
        return _(
            "Your open /{command} was ended: what you have confirmed is on record.", command=earlier.command
        )
    return _("Your open /{command} was ended: nothing was changed.", command=earlier.command)


def is_begun(dialogue: Dialogue) -> bool:
    """Tell whether anything was typed in a dialogue; what was taken over from another fact was not."""
    filled = Filled.of(dialogue.state)
    taken_over = filled.kept if filled.goes_on else ()
    return bool(filled.before or filled.texts.keys() - set(taken_over))


def choices(dialogue: Dialogue, options: Sequence[Option]) -> list[Action]:
    """Return the buttons that choose one of some options."""
    return [
        Action(label=option.label, command=f"/choose {dialogue.token} {number}")
        for number, option in enumerate(options, 1)
    ]


def leaving(request: Request, dialogue: Dialogue, filled: Filled) -> list[Action]:
    """Return the buttons that lead away from a question: back, to a private chat, out."""
    back = [Action(label=_("Back"), command=f"/back {dialogue.token}")] if filled.before else []
    if request.shared and not request.discreet:
        alone = Action(label=_("Go on in private"), command=f"/resume {dialogue.token}", private=True)
        back.append(alone)
    return [*back, Action(label=_("Cancel"), command=f"/cancel {dialogue.token}")]


def going_back(filled: Filled, reply: Reply) -> Reply:
    """Return a dialogue's end with the way to the one set aside for it; not where the next form follows."""
    if not filled.earlier or reply.asks is not None:
        return reply
    token, command = filled.earlier
    back = Action(label=_("Go on with /{command}", command=command), command=f"/resume {token}")
    return reply.model_copy(update={"actions": (*reply.actions, back)})


def left_out(form: Form, filled: Filled) -> list[Note]:
    """Return the note on the lines that go with nothing else of a form: nothing typed is lost unseen."""
    listed = {field.name for field in form.fields(filled)}
    left = [name for name in form.lines if filled.text(name) and name not in listed]
    lines = "; ".join(f"“{name}: {shortened(filled.text(name), LONGEST_LEFT)}”" for name in left)
    told = _("Left out, for nothing here takes it: {lines}.", lines=lines)
    return [Note(text=told)] if left else []


def answer(filled: Filled, text: str) -> None:
    """Keep a text as the answer to the open question."""
    filled.texts[filled.step] = text
    if filled.step in filled.kept:
        filled.kept.remove(filled.step)


def remember(filled: Filled, given: str) -> None:
    """Keep the form as it is before an answer, and that answer in the words in which it was `given`.

    What an answer tells of other fields, and what is derived from it, goes with it when it is taken back.
    """
    state = {name: value for name, value in filled.state().items() if name not in _MADE_ANEW}
    filled.before = [*filled.before, [given, state]][-MOST_BACK:]


def step_back(filled: Filled) -> tuple[str, Filled]:
    """Return the last answer, and the form as it was before. Raises UserError if there is none."""
    if not filled.before:
        raise UserError(_("This is the first question: /cancel ends the dialogue."))
    *before, (given, state) = filled.before
    return given, replace(Filled.of(state), before=before, earlier=filled.earlier)


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


async def meanwhile(context: Context, change: Revise) -> tuple[Block, ...]:
    """Describe what changed in a fact since the revision that a change builds on."""
    facts = context.record.facts
    then, now = await facts.at_revision(change.fact_id, change.expected), await facts.find(change.fact_id)
    assert then is not None  # revisions are never deleted
    assert now is not None  # neither are facts
    later = await facts.revisions(change.fact_id, after=change.expected)
    return changed_meanwhile(then, now, later, await context.names())
