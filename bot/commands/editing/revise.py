"""What all changes to a fact on record share: show the old and the new text, and revise the fact.

Nothing is ever deleted: each change is a new revision.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.answers.diff import preview
from bot.answers.lines import fact_lines
from bot.answers.sentences import tombstone
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Kind
from bot.commands.dialogue import fields
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.entries import Brought
from bot.commands.dialogue.forms import FieldConflict, Filled, Proposal, Start, Starts
from bot.commands.dialogue.header_lines import Headed
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Note, Reply
from bot.texts import N_, _, shortened
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Revise
from storage.domain.entries import FactEntry
from storage.domain.errors import BriefDisagrees
from storage.domain.models import Entity, Fact, RevisionKind

# Characters of a name on a button.
LONGEST_NAME = 40

ID = Argument(
    N_("id"),
    Kind.FACT,
    required=True,
    help=N_("the statement that you want to change, by its id, for example F7"),
)

Possible = Callable[[Fact], None]
Entries = Callable[[Context, Filled, FactEntry, Fact], Awaitable[tuple[FactEntry, Brought]]]


def proposing(kind: RevisionKind, becoming: Entries) -> Callable[[Context, Filled], Awaitable[Proposal]]:
    """Return a proposal of a revision: `becoming` returns the fact's new entry."""

    async def propose(context: Context, filled: Filled) -> Proposal:
        fact = await target_of(context, filled)
        entry, brought = await becoming(context, filled, await context.record.facts.entry(fact.id), fact)
        change = Revise(
            story_id=context.story.id,
            fact_id=fact.id,
            expected=fact.revision,
            kind=kind,
            fact=entry,
            reason=filled.text("reason") or None,
            material=filled.text("material").casefold() != "no",
            **brought._asdict(),
        )
        try:
            rehearsed = await context.record.ledger.rehearse(change, by=context.by)
        except BriefDisagrees as error:
            raise _unfit(fact, entry, error) from None
        assert rehearsed.fact is not None
        with_it = following(rehearsed.others)
        return Proposal(change, (*preview(fact, rehearsed.fact), *with_it, *_why(change)))

    return propose


def _unfit(fact: Fact, entry: FactEntry, error: BriefDisagrees) -> FieldConflict:
    """Return the question what becomes of a brief that no longer agrees with a corrected statement."""
    if entry.brief != fact.brief:
        text = _("A brief has the statement's own words, in its order: {problem}.", problem=error.why)
    else:
        text = _(
            "F{id}'s brief would no longer agree: {problem}. It reads “{brief}”: say with “brief:” how it"
            " reads from now on, or that it is “none”.",
            id=fact.id,
            problem=error.why,
            brief=fact.brief,
        )
    return FieldConflict(text, replace(fields.BRIEF, required=True))


def following(others: Sequence[Fact]) -> list[Block]:
    """Return the facts that change with another: that come back into force, or are superseded again."""
    blocks: list[Block] = []
    for fact in others:
        back = fact.superseded_by is None
        title = _("F{id} is in force again") if back else _("F{id} is superseded again")
        now = fact.model_copy(update={"superseded_by": None})
        blocks += [Heading(text=title.format(id=fact.id)), *fact_lines(now)]
    return blocks


def _why(change: Revise) -> list[Note]:
    """Return the lines about the change itself that a notice will show beside the fact."""
    notes = []
    if change.kind is RevisionKind.CORRECTED:
        material = _("Material: those who saw the fact hear of it.")
        wording = _("Not material: only those who hear of all changes are told.")
        notes.append(Note(text=material if change.material else wording))
    # The reason for a retraction is already shown in place of the fact.
    if change.reason and change.kind is not RevisionKind.RETRACTED:
        notes.append(Note(text=_("Reason that readers will see: {reason}", reason=change.reason)))
    return notes


async def target_of(context: Context, filled: Filled) -> Fact:
    """Return the fact of a form."""
    return await context.fact(f"F{filled.target}")


async def done(context: Context, _filled: Filled, made: ChangeResult) -> Reply:
    """Say that a change was made, and show the fact as it reads now."""
    assert made.fact is not None
    text = _("F{id} is retracted.") if made.fact.retracted else _("F{id} is changed: revision {number}.")
    note = Note(text=text.format(id=made.fact.id, number=made.fact.revision))
    lines = (*(() if made.fact.retracted else fact_lines(made.fact)), *following(made.others))
    shown = Action(label=made.subject, command=f"/fact {made.subject}")
    unused = await removing(context, made.fact)
    return Reply(blocks=(note, *lines), actions=(undoing(made), shown, *unused))


def undoing(made: ChangeResult) -> Action:
    """Return the button that takes this very change back."""
    return Action(label=_("Undo"), command=f"/undo #{made.audit_id}")


async def removing(context: Context, fact: Fact) -> list[Action]:
    """Return the buttons that remove the names which a change to a fact has left unused."""
    was = await context.record.facts.at_revision(fact.id, fact.revision - 1)
    named = {each.id for state in (was, fact) if state is not None for each in state.entities()}
    unused = await context.record.entities.by_id(await context.record.entities.unused(named))
    return [removal(entity) for entity in unused.values()]


def removal(entity: Entity) -> Action:
    """Return the button that removes a name that nothing uses."""
    name = shortened(entity.name, LONGEST_NAME)
    return Action(label=_("Remove the name “{name}”", name=name), command=f"/entity remove: ={entity.ref}")


async def begin_with(
    context: Context, fact: Fact, given: Headed | None, *, possible: Possible, **texts: str | None
) -> Reply:
    """Open the dialogue of a change to a fact, with the values given beside its id.

    `texts` are the values given as arguments; any text above the header lines is refused. `possible` raises
    UserError, before any question, for a fact that cannot be changed this way.
    """
    refuse_taken_down(fact)
    possible(fact)
    given = given or Headed()
    if given.text and given.text not in texts.values():
        raise UserError(
            _(
                "“{text}” is not understood: see /help {command}.",
                text=given.text[:60],
                command=context.command.name,
            )
        )
    filled = given.texts(**texts)
    return await begin(context, Filled(context.story.id, filled, target=fact.id, at_once=bool(filled)))


def about_fact(possible: Possible, retold: Callable[[Fact], Mapping[str, str]] | None = None) -> Starts:
    """Return the initial values of a fact's modal: its texts at the revision that was shown.

    So another person's change, made while the modal is filled in, is not taken for a change in the modal.
    """

    async def starts(context: Context, subject: str, version: str) -> Start | None:
        fact = await context.fact(subject)
        refuse_taken_down(fact)
        possible(fact)
        if retold is None:
            return Start(f"F{fact.id}", {})
        number = int(version.removeprefix("r")) if version.startswith("r") else fact.revision
        if number == fact.revision:
            return Start(f"F{fact.id}", retold(fact), f"r{number}")
        then = await context.record.facts.at_revision(fact.id, number)
        if then is None:
            raise UserError(_("F{id} has no revision {number}.", id=fact.id, number=number))
        remark = _("F{id} was changed since the form was opened: look at how it reads now.", id=fact.id)
        return Start(f"F{fact.id}", retold(then), f"r{number}", remark)

    return starts


def refuse_taken_down(fact: Fact) -> None:
    """Refuse a change to a fact that was taken down: nothing brings it back."""
    if fact.taken_down is not None:
        raise UserError(_("{tombstone}. It does not come back.", tombstone=tombstone(fact)))


def on_record(fact: Fact) -> None:
    """Refuse a change to a fact that is withdrawn, or to take one into account that was taken down."""
    refuse_taken_down(fact)
    if fact.retracted is not None:
        raise UserError(_("F{id} is retracted: /restore F{id} first.", id=fact.id))


def in_force(fact: Fact) -> None:
    """Refuse a change to a fact that is withdrawn, or that another fact has superseded."""
    on_record(fact)
    if fact.superseded_by is not None:
        raise UserError(
            _("F{id} is superseded by F{by}: change that one.", id=fact.id, by=fact.superseded_by)
        )
