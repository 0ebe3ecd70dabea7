"""A draft of somebody as moderators see it, and whether it may still be decided."""

from __future__ import annotations

from typing import NamedTuple

from bot.answers.proposed import alike_lines, as_readers_see, outcome
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Kind
from bot.commands.editing.opponents import in_place_of
from bot.commands.editing.propose import looking_alike
from bot.errors import UserError
from bot.replies import Block, Item, Note, addresses, moments
from bot.texts import N_, _
from bot.times.zones import shown
from storage.domain.changes import Publish, loaded
from storage.domain.errors import Refused
from storage.domain.models import Draft, DraftKind, DraftState, Fact

DRAFT = Argument(
    N_("draft"),
    Kind.DRAFT,
    required=True,
    help=N_("the proposal that you decide on, by its id, for example D3"),
)

# People who have a draft open, as far as they are told.
MOST_AT_WORK = 3


class Card(NamedTuple):
    """A draft as readers would see it, similar facts on record, and whether it can still be approved."""

    blocks: list[Block]
    alike: list[Fact]
    approvable: bool


async def card_of(context: Context, draft: Draft) -> Card:
    """Return a draft's card."""
    change = change_of(draft)
    names = await context.names()
    # Readers' ids are private: nothing tells one person without a role from another.
    who = names.get(draft.proposer or "", _("a reader"))
    kind = (
        _("Proposed by {who}") if draft.kind is DraftKind.SUGGESTION else _("A moderator's own fact: {who}")
    )
    item = Item(label=f"D{draft.id}", text=kind.format(who=who))
    head = [item, *await at_work(context, draft.id)]
    try:
        made = await context.record.ledger.rehearse(change, by=context.by)
    except Refused as error:
        # A fact recorded since may prevent approval; the draft can still be rejected.
        note = Note(text=_("It cannot be approved any more. {problem}.", problem=str(error)))
        return Card([*head, note], [], approvable=False)
    assert made.fact is not None
    alike = await looking_alike(context, change.fact.statement)
    proposed = [*as_readers_see(made.fact), *in_place_of(made.others, made.fact), *alike_lines(alike)]
    return Card([*head, *proposed], alike, approvable=True)


async def at_work(context: Context, draft_id: int) -> list[Block]:
    """Return who has a draft open at the moment, other than the asker in this chat."""
    request, names = context.request, await context.names()
    notes: list[Block] = []
    for each in (await context.record.dialogues.at_work(draft_id))[:MOST_AT_WORK]:
        if (each.person, each.chat) == (request.user, request.chat):
            continue
        who = (
            _("You, in another chat") if each.person == request.user else names.get(each.person, each.person)
        )
        text = _("At work on it: {who}, last at {time}.", who=who, time=shown(each.at))
        notes.append(Note(text=text, marks=(*moments(each.at), *addresses(each.person, names=names))))
    return notes


def change_of(draft: Draft) -> Publish:
    """Return the change that a draft proposes."""
    change = loaded(draft.change)
    assert isinstance(change, Publish)
    return change.model_copy(update={"draft": draft.id})


def refuse_decided(context: Context, draft: Draft, *, to_approve: bool) -> None:
    """Refuse a draft that is decided, or the asker's own under the four-eyes rule."""
    if draft.state is not DraftState.WAITING:
        raise UserError(_("D{id} was decided already: it was {state}.", id=draft.id, state=outcome(draft)))
    own = draft.kind is DraftKind.OWN or context.policy.four_eyes
    if to_approve and own and draft.proposer == context.request.user:
        raise UserError(_("D{id} is your own: another moderator has to look at it.", id=draft.id))


async def still_waiting(context: Context, draft_id: int | None, *, to_approve: bool) -> Draft:
    """Return a pending draft. Raises UserError as `refuse_decided` does."""
    draft = await context.draft(f"D{draft_id}")
    refuse_decided(context, draft, to_approve=to_approve)
    return draft
