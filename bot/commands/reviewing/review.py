"""/review and the decisions on a draft: /approve, /edit, /reject, /same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from bot.answers.diff import preview
from bot.answers.lines import fact_lines
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.core.registry import commands
from bot.commands.dialogue import fields, header_lines
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.forms import ONE, Field, Filled, Form, Proposal, Start, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.dialogue.prefill import known_of, texts_of
from bot.commands.editing.correct import with_attribution
from bot.commands.editing.propose import (
    ADDING,
    alike_lines,
    as_readers_see,
    in_place_of,
    looking_alike,
    put_right,
)
from bot.commands.editing.revise import undoing
from bot.errors import UserError
from bot.replies import Action, Block, Heading, Item, Note, PageNumber, Reply
from bot.requests import Role
from bot.texts import N_, _, ngettext
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Publish, Reject, Revise, loaded
from storage.domain.errors import Refused
from storage.domain.models import Draft, DraftKind, DraftState, Fact, RevisionKind

# Drafts that are looked through for the next one.
MOST_WAITING = 1_000
_DRAFT = Argument(
    N_("draft"),
    Kind.DRAFT,
    required=True,
    help=N_("the proposal that you decide on, by its id, for example D3"),
)
# The optional fields of a draft.
_REMOVABLE = frozenset(ADDING.lines) - {"statement", "source", "title"}


@commands.command(
    "review",
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("the facts that wait for a moderator, one card at a time"),
    example="/review",
    paged=True,
)
async def review(context: Context) -> Reply:
    """Show the draft that has waited longest, or the next one, with the possible decisions."""
    story, after = context.story.id, context.number_after()
    waiting = await context.record.drafts.waiting(story, limit=MOST_WAITING)
    page = context.cut([draft for draft in waiting if draft.id > after], size=1)
    if not page.shown:
        return Reply(blocks=(Note(text=_("Nothing waits for review in this story.")),))
    count = await context.record.drafts.count_waiting(story)
    title = ngettext("{count} draft waits for review", "{count} drafts wait for review", count)
    (draft,) = page.shown
    place = PageNumber(waiting.index(draft) + 1, max(count, len(waiting))) if count > 1 else None
    card = await _card(context, draft)
    name = f"D{draft.id}"
    offered = [(_("Approve"), "approve"), (_("Edit"), "edit")] if card.approvable else []
    deciding = [
        Action(label=label, command=f"/{command} {name}")
        for label, command in (*offered, (_("Reject"), "reject"))
    ]
    same = [
        Action(label=_("Same as F{id}", id=fact.id), command=f"/same {name} F{fact.id}")
        for fact in card.alike
    ]
    actions = (*deciding, *same, *page.more)
    return Reply(blocks=(Heading(text=title, level=1), *card.blocks), actions=actions, page=place)


class _Card(NamedTuple):
    """A draft as readers would see it, similar facts on record, and whether it can still be approved."""

    blocks: list[Block]
    alike: list[Fact]
    approvable: bool


async def _card(context: Context, draft: Draft) -> _Card:
    """Return a draft's card."""
    change = _publish(draft)
    names = await context.names()
    # Readers' ids are private: nothing tells one person without a role from another.
    who = names.get(draft.proposer or "", _("a reader"))
    kind = (
        _("Proposed by {who}") if draft.kind is DraftKind.SUGGESTION else _("A moderator's own fact: {who}")
    )
    head = Item(label=f"D{draft.id}", text=kind.format(who=who))
    try:
        made = await context.record.ledger.rehearse(change, by=context.by)
    except Refused as error:
        # A fact recorded since may prevent approval; the draft can still be rejected.
        note = Note(text=_("It cannot be approved any more. {problem}.", problem=str(error)))
        return _Card([head, note], [], approvable=False)
    assert made.fact is not None
    alike = await looking_alike(context, change.fact.statement)
    shown = [head, *as_readers_see(made.fact), *in_place_of(made.others, made.fact), *alike_lines(alike)]
    return _Card(shown, alike, approvable=True)


def _publish(draft: Draft) -> Publish:
    change = loaded(draft.change)
    assert isinstance(change, Publish)
    return change.model_copy(update={"draft": draft.id})


def _refuse_decided(context: Context, draft: Draft, *, to_approve: bool) -> None:
    """Refuse a draft that is decided, or the asker's own under the four-eyes rule."""
    if draft.state is not DraftState.WAITING:
        raise UserError(_("D{id} was decided already: it was {state}.", id=draft.id, state=_outcome(draft)))
    own = draft.kind is DraftKind.OWN or context.policy.four_eyes
    if to_approve and own and draft.proposer == context.request.user:
        raise UserError(_("D{id} is your own: another moderator has to look at it.", id=draft.id))


async def _waiting(context: Context, draft_id: int | None, *, to_approve: bool) -> Draft:
    """Return a pending draft. Raises UserError as `_refuse_decided` does."""
    draft = await context.draft(f"D{draft_id}")
    _refuse_decided(context, draft, to_approve=to_approve)
    return draft


def _outcome(draft: Draft) -> str:
    return {
        DraftState.APPROVED: _("approved as F{id}", id=draft.fact_id),
        DraftState.REJECTED: _("rejected"),
        DraftState.MERGED: _("added to F{id}", id=draft.fact_id),
        DraftState.EDITED: _("taken up in an edited draft"),
    }.get(draft.state, draft.state.value)


@commands.command(
    "approve",
    _DRAFT,
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft put on record as it stands"),
    example="/approve D3",
)
async def approve(context: Context, draft: Draft) -> Reply:
    """Put a draft on record, only once even if several moderators press the button."""
    _refuse_decided(context, draft, to_approve=True)
    made = await context.change(_publish(draft))
    return _decided(made, _("D{id} is on record as {fact}.", id=draft.id, fact=made.subject))


def _decided(made: ChangeResult, text: str) -> Reply:
    """Return the reply about a draft that was put on record."""
    assert made.fact is not None
    following = (Action(label=_("Next"), command="/review"), undoing(made))
    return Reply(blocks=(Note(text=text), *fact_lines(made.fact)), actions=following)


async def _propose_same(context: Context, filled: Filled) -> Proposal:
    """Show the fact with the draft's attribution added, each as a whole sentence that can be checked."""
    draft = await _waiting(context, filled.target, to_approve=True)
    proposed = _publish(draft)
    fact = await context.fact(filled.text("fact"))
    if not fact.in_force:
        raise UserError(_("F{id} is not in force: it takes no further attribution.", id=fact.id))
    entry = await context.record.facts.entry(fact.id)
    change = Revise(
        story_id=context.story.id,
        fact_id=fact.id,
        expected=fact.revision,
        kind=RevisionKind.ATTRIBUTED,
        fact=with_attribution(entry, proposed.fact.attributions[0], fact),
        entities=proposed.entities,
        draft=draft.id,
    )
    rehearsed = await context.record.ledger.rehearse(change, by=context.by)
    assert rehearsed.fact is not None
    left = Note(text=_("Of the draft only whose word it is is taken over; its statement is left out."))
    return Proposal(change, (*preview(fact, rehearsed.fact), left))


async def _same_done(_context: Context, filled: Filled, made: ChangeResult) -> Reply:
    return _decided(made, _("D{id} was added to {fact}.", id=filled.target, fact=made.subject))


async def _fact_id(context: Context, _filled: Filled, text: str) -> None:
    await context.fact(text)


_SAME = Field("fact", N_("Which fact says the same? Its id, like F7."), _fact_id, required=True)


@form_command(
    "same",
    _DRAFT,
    Argument(
        N_("id"),
        Kind.FACT,
        required=True,
        fills=True,
        help=N_("the statement on record that says the same, for example F7"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft added to a fact on record, as a further attribution"),
    example="/same D3 F7",
    form=Form(lambda _filled: (_SAME,), _propose_same, _same_done),
)
async def same(context: Context, draft: Draft, fact: str | None) -> Reply:
    """Open the dialogue that adds a draft's attribution to a fact that says the same."""
    _refuse_decided(context, draft, to_approve=True)
    texts = Headed().texts(fact=fact)
    return await begin(context, Filled(context.story.id, texts, target=draft.id, at_once=True))


# Rejecting


async def _propose_rejection(context: Context, filled: Filled) -> Proposal:
    draft = await _waiting(context, filled.target, to_approve=False)
    change = Reject(story_id=context.story.id, draft=draft.id, reason=filled.text("reason"))
    await context.record.ledger.rehearse(change, by=context.by)
    card = await _card(context, draft)
    reason = Note(text=_("Will be rejected, and the proposer told why: {reason}", reason=change.reason))
    return Proposal(change, (*card.blocks, reason))


async def _rejected(_context: Context, _filled: Filled, made: ChangeResult) -> Reply:
    following = Action(label=_("Next"), command="/review")
    return Reply(blocks=(Note(text=_("{id} was rejected.", id=made.subject)),), actions=(following,))


async def _rejection(context: Context, subject: str, _version: str) -> Start:
    """Begin a modal with empty fields, for a pending draft."""
    draft = await context.draft(subject)
    _refuse_decided(context, draft, to_approve=False)
    return Start(f"D{draft.id}", {})


def _rejection_fields(_filled: Filled) -> Sequence[Field]:
    return (Field("reason", N_("Why? The proposer will be told."), fields.REASON.check, required=True),)


@form_command(
    "reject",
    _DRAFT,
    Argument(
        N_("reason"),
        Kind.TEXT,
        help=N_("why you turn it down, which its proposer is told, for example No source"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft turned down; its proposer is told why"),
    example="/reject D3 The source does not say so",
    form=Form(
        _rejection_fields,
        _propose_rejection,
        _rejected,
        modal=("reason",),
        title=N_("Reject draft {subject}"),
        starts=_rejection,
        opens=ONE,
    ),
)
async def reject(context: Context, draft: Draft, reason: Headed | None) -> Reply:
    """Open the dialogue that rejects a draft with a reason."""
    _refuse_decided(context, draft, to_approve=False)
    texts = reason.texts(reason=reason.text) if reason is not None else {}
    return await begin(context, Filled(context.story.id, texts, target=draft.id, at_once=True))


async def _as_proposed(context: Context, subject: str, _version: str) -> Start:
    """Begin a modal with a draft's own texts: a pending draft does not change."""
    draft = await context.draft(subject)
    _refuse_decided(context, draft, to_approve=False)
    change = _publish(draft)
    return Start(f"D{draft.id}", await texts_of(context, change), known=await known_of(context, change))


@form_command(
    "edit",
    # Only header lines are accepted: other text after the id belongs to no field.
    replace(_DRAFT, pattern=r"[^\n]+"),
    Argument(
        N_("lines"),
        Kind.TEXT,
        help=N_("empty for a form; or what is to change, for example when: 2024-01-04"),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("a draft opened to be put right before it comes on record"),
    example="/edit D3",
    form=replace(
        ADDING, title=N_("Edit draft {subject}"), starts=_as_proposed, opens=ONE, removable=_REMOVABLE
    ),
)
async def edit(context: Context, draft: Draft, given: Headed | None) -> Reply:
    """Open a draft as /add would show it, with each part editable or replaced by header lines."""
    _refuse_decided(context, draft, to_approve=False)
    given = given or Headed()
    if given.text:
        raise header_lines.not_understood(given.text, ADDING.lines)
    texts = put_right(await texts_of(context, _publish(draft)), given.headers)
    adding = replace(context, command=await context.permit("add", context.story))
    return await begin(adding, Filled(context.story.id, texts, target=draft.id, at_once=True))
