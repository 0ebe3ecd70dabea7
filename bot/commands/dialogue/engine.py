"""Fill in a form turn by turn: ask for what is missing, show the change, make it once confirmed.

The dialogue is kept in the record, so a restart does not end it. It is closed in the transaction that makes
its change: a second press of the same button, or one repeated after a crash, finds it closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

from bot.commands.core.context import Context
from bot.commands.core.declarations import Command
from bot.commands.dialogue.answering import (
    answer,
    choices,
    going_back,
    is_begun,
    leaving,
    left_out,
    meanwhile,
    not_begun,
    number_in,
    option_of,
    refuse_skip,
    refuse_without_question,
    remember,
    step_back,
)
from bot.commands.dialogue.date_fields import depend_again
from bot.commands.dialogue.fields import SOURCE, longest
from bot.commands.dialogue.forms import (
    AGAIN,
    CONFIRM,
    Field,
    FieldConflict,
    Filled,
    Form,
    Option,
    Proposal,
    Unclear,
    form_of,
)
from bot.commands.dialogue.header_lines import SEVERAL
from bot.commands.dialogue.references import refuse_mere_yes
from bot.commands.dialogue.words import question_for
from bot.errors import UserError
from bot.replies import Action, Block, Note, Reply
from bot.texts import _
from storage.domain.changes import Revise, dumped, loaded
from storage.domain.errors import Overtaken, Refused
from storage.people.dialogues import Dialogue, close

# More changes than this between the reads of one preview, and the person is asked to look again.
READ_AGAIN = 5


class Turn(Enum):
    """What a person may do with a question."""

    TEXT = "text"
    CHOOSE = "choose"
    SKIP = "skip"
    BACK = "back"
    CONFIRM = "confirm"
    CANCEL = "cancel"


async def begin(context: Context, filled: Filled, before: tuple[Block, ...] = ()) -> Reply:
    """Open a dialogue on the form of the context's command; one that is open is set aside."""
    earlier = await context.record.dialogues.find(context.request.chat, context.request.user)
    replaced, left = None, ""
    if earlier is not None and not is_begun(earlier):
        # Nothing was typed there: this one takes its place.
        replaced = earlier._replace(state={})
        left = not_begun(context.command.name, filled, earlier)
    elif earlier is not None:
        filled.earlier = [earlier.token, earlier.command]
        left = _(
            "Your open /{command} is set aside with all that you typed: /resume goes on with it.",
            command=earlier.command,
        )
    if left and earlier is not None and not earlier.ended:
        before = (Note(text=left), *before)
    reply = await _go_on(context, filled, replaced, before)
    return reply.model_copy(update={"step": "first"})


async def repeat(context: Context, dialogue: Dialogue, before: Block, *, anew: bool = False) -> Reply:
    """Ask the open question again; `anew` its choices get buttons that make those shown before old ones."""
    context = await _inside(context, dialogue)
    filled = Filled.of(dialogue.state)
    if anew and filled.options:
        dialogue = dialogue._replace(state={})  # not the same question: it takes another turn
    return await _go_on(context, filled, dialogue, (before,))


class Question(NamedTuple):
    """A dialogue's question in words, the field that it asks for, and how long an answer may be."""

    name: str
    text: str
    longest: int


async def question(context: Context, dialogue: Dialogue) -> Question:
    """Return a dialogue's question. Raises UserError if it waits for a choice or a confirmation."""
    context = await _inside(context, dialogue)
    filled = Filled.of(dialogue.state)
    refuse_without_question(filled)
    # Some forms list a field only where it is filled in.
    asked = replace(filled, texts={**filled.texts, filled.step: "?"})
    field = next(each for each in _form(context.command).fields(asked) if each.name == filled.step)
    return Question(field.name, question_for(field.name, field.asks), longest(field))


async def _inside(context: Context, dialogue: Dialogue) -> Context:
    """Return the context of a dialogue's command and story; end it if the asker may no longer use it."""
    story = await context.record.stories.by_id(Filled.of(dialogue.state).story)
    try:
        command = await context.permit(dialogue.command, story)
    except UserError:
        await context.record.dialogues.end(dialogue)
        raise
    return replace(context, command=command, chosen=story, after=None)


async def take(context: Context, turn: Turn, value: str, dialogue: Dialogue) -> Reply:
    """Take one turn of a dialogue."""
    if turn is Turn.CANCEL:
        await context.record.dialogues.end(dialogue)
        on_record = _("Ended: what you have confirmed is on record.")
        filled = Filled.of(dialogue.state)
        text = on_record if filled.goes_on else _("Ended: nothing was changed.")
        return going_back(filled, Reply(blocks=(Note(text=text),)))
    context = await _inside(context, dialogue)
    try:
        return await _taken(context, turn, value, dialogue)
    except UserError as error:
        # In a group people reply to the refusal: its button tells which question that answers.
        if context.request.shared and not context.request.discreet:
            error.commands = error.commands or ((_("Cancel"), f"/cancel {dialogue.token}"),)
        raise


async def _taken(context: Context, turn: Turn, value: str, dialogue: Dialogue) -> Reply:
    filled, form = Filled.of(dialogue.state), _form(context.command)
    if turn is Turn.TEXT and 1 <= number_in(value) <= len(filled.options):
        turn = Turn.CHOOSE
    match turn:
        case Turn.CONFIRM:
            return await _confirmed(context, form, filled, dialogue)
        case Turn.CHOOSE:
            return await _chosen(context, form, filled, dialogue, option_of(filled, value))
        case Turn.BACK:
            given, filled = step_back(filled)
            before = (Note(text=_("You had answered: {given}", given=given)),) if given else ()
            if filled.step == AGAIN:
                return await _which(context, form, filled, dialogue, before)
            return await _go_on(context, filled, dialogue, before)
        case Turn.SKIP:
            refuse_without_question(filled)
            refuse_skip(form, filled)
            remember(filled, "")
            answer(filled, "")
        case Turn.TEXT:
            refuse_without_question(filled)
            refuse_mere_yes(value, filled.options)
            remember(filled, f"“{value}”")
            answer(filled, value if filled.step in SEVERAL else " ".join(value.split()))
            await _tell(context, form, filled)
    return await _go_on(context, filled, dialogue, ())


async def _chosen(context: Context, form: Form, filled: Filled, dialogue: Dialogue, option: Option) -> Reply:
    """Take an option: an answer, a field to answer again, or a step to another form."""
    remember(filled, "" if AGAIN in (option.text, filled.step) else option.label)
    if option.text == AGAIN:
        return await _which(context, form, filled, dialogue)
    if filled.step == AGAIN:
        for name in (option.text, *form.along.get(option.text, ())):
            filled.texts.pop(name, None)
        filled.again = option.text
        if option.text == SOURCE.name:
            depend_again(filled)
    elif filled.step == CONFIRM and form.chosen is not None:
        earlier = filled.earlier
        name, filled = await form.chosen(context, filled, option.text)
        filled.earlier = earlier
        context = replace(context, command=await context.permit(name, context.story))
    else:
        answer(filled, option.text)
        await _tell(context, form, filled)
    return await _go_on(context, filled, dialogue, ())


async def _tell(context: Context, form: Form, filled: Filled) -> None:
    if form.tells is not None:
        await form.tells(context, filled)


def _form(command: Command) -> Form:
    if (form := form_of(command)) is None:
        raise LookupError(f"/{command.name} leads through no dialogue")
    return form


async def _go_on(
    context: Context, filled: Filled, dialogue: Dialogue | None, before: tuple[Block, ...]
) -> Reply:
    """Ask for the first field that is missing or invalid; if there is none, show the change."""
    form = _form(context.command)
    for field in form.fields(filled):
        text = filled.texts.get(field.name)
        # A header line without a value skips its field, but a required field must not be skipped.
        missing = not text if field.required else text is None
        if missing and field.wanted(filled):
            return await _ask(context, field, filled, dialogue, before)
        if text:
            try:
                await field.check(context, filled, text)
            except UserError as error:
                return await _ask(context, field, filled, dialogue, before, error)
    try:
        proposal = await _proposal(context, form, filled)
    except FieldConflict as error:
        return await _ask(context, error.field, filled, dialogue, before, error)
    except Overtaken:
        raise
    except Refused as error:
        if dialogue is None or not form.parts:
            raise
        # What was typed is kept: another answer may make it possible.
        return await _which(context, form, filled, dialogue, (*before, Note(text=f"{error}.")))
    return await _show(context, filled, proposal, dialogue, before)


async def _proposal(context: Context, form: Form, filled: Filled) -> Proposal:
    """Return the change as it would stand, reading again if somebody makes a change between two reads.

    Raises Overtaken if that goes on.
    """
    for _again in range(READ_AGAIN):
        with suppress(Overtaken):
            return await form.propose(context, filled)
    return await form.propose(context, filled)


async def _ask(
    context: Context,
    field: Field,
    filled: Filled,
    dialogue: Dialogue | None,
    before: tuple[Block, ...],
    error: UserError | None = None,
) -> Reply:
    if error is not None and not isinstance(error, Unclear):
        if filled.before and filled.before[-1][1]["step"] == field.name:
            # An answer that will not do fills in nothing, and "back" means the question before it.
            _given, filled = step_back(filled)
        filled.texts.pop(field.name, None)
    options: Sequence[Option] = error.options if isinstance(error, Unclear) else ()
    if not options and field.offers is not None:
        options = await field.offers(context, filled)
    notes = [Note(text=error.text)] if error is not None else []
    if not isinstance(error, Unclear):
        notes.append(Note(text=question_for(field.name, field.asks)))
    if context.request.shared and not context.request.discreet:
        notes.append(Note(text=_("Answer by replying to this message, or with /answer.")))
    filled.step, filled.options, filled.change = field.name, list(options), None
    filled.again = field.name  # until it is answered, also where only what is required is asked
    kept = await _keep(context, filled, dialogue)
    # Skipping an ambiguous speaker would attribute the claim to the source itself.
    skippable = not field.required and not isinstance(error, Unclear)
    skip = [Action(label=_("Skip"), command=f"/skip {kept.token}")] if skippable else []
    actions = (*choices(kept, options), *skip, *leaving(context.request, kept, filled))
    return Reply(blocks=(*before, *notes), actions=actions, asks=f"/answer #{kept.token}")


async def _show(
    context: Context,
    filled: Filled,
    proposal: Proposal,
    dialogue: Dialogue | None,
    before: tuple[Block, ...],
) -> Reply:
    """Show a change as it would stand, and ask for confirmation."""
    form, options = _form(context.command), list(proposal.options)
    if form.parts:
        options.append(Option(_("Change something"), AGAIN))
    filled.step, filled.options, filled.change = CONFIRM, options, dumped(proposal.change)
    kept = await _keep(context, filled, dialogue)
    yes = Action(label=_("Confirm"), command=f"/confirm {kept.token}")
    remarks = [Note(text=filled.remark)] if filled.remark else []
    return Reply(
        blocks=(*before, *proposal.blocks, *remarks, *left_out(form, filled)),
        actions=(yes, *choices(kept, options), *leaving(context.request, kept, filled)),
    )


async def _which(
    context: Context, form: Form, filled: Filled, dialogue: Dialogue, before: tuple[Block, ...] = ()
) -> Reply:
    """Ask which field to answer again."""
    filled.step, filled.change = AGAIN, None
    listed = {field.name for field in form.fields(filled)}
    filled.options = [Option(_(label), name) for name, label in form.parts.items() if name in listed]
    kept = await _keep(context, filled, dialogue)
    question = Note(text=_("What is to be changed?"))
    remarks = (Note(text=filled.remark),) if before and filled.remark else ()
    ways = (*choices(kept, filled.options), *leaving(context.request, kept, filled))
    return Reply(blocks=(*remarks, *before, question), actions=ways)


async def _keep(context: Context, filled: Filled, dialogue: Dialogue | None) -> Dialogue:
    dialogues = context.record.dialogues
    if dialogue is not None and dialogue.state == filled.state():
        return dialogue  # the same question again: its buttons stay valid
    if dialogue is not None and dialogue.command == context.command.name:
        return await dialogues.go_on(dialogue, filled.state())
    asker = context.request
    return await dialogues.begin(
        asker.chat, asker.user, context.command.name, filled.state(), instead_of=dialogue
    )


async def _confirmed(context: Context, form: Form, filled: Filled, dialogue: Dialogue) -> Reply:
    """Make the change that was shown; if its fact has changed meanwhile, say how and ask again."""
    if filled.step != CONFIRM or filled.change is None:
        raise UserError(_("There is nothing to confirm yet: answer the question first."))
    change = loaded(filled.change)
    try:
        if form.commit is not None:
            return going_back(filled, await form.commit(context, filled, change, dialogue))
        made = await context.change(change, also=lambda tx: close(tx, dialogue))
    except Overtaken:
        if not isinstance(change, Revise):
            note = Note(text=_("It has changed since you looked. This is how it would read now:"))
            return await _go_on(context, filled, dialogue, (note,))
        return await _go_on(context, filled, dialogue, await meanwhile(context, change))
    return going_back(filled, await form.done(context, filled, made))
