"""/reject: a draft turned down; whoever proposed it is told why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind
from bot.commands.dialogue import fields
from bot.commands.dialogue.engine import begin
from bot.commands.dialogue.forms import ONE, Field, Filled, Form, Proposal, Start, form_command
from bot.commands.dialogue.header_lines import Headed
from bot.commands.reviewing import article_cards
from bot.commands.reviewing.draft_card import DRAFT, card_of, refuse_decided, still_waiting
from bot.replies import Action, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Reject
from storage.domain.models import Draft, DraftKind


async def _propose_rejection(context: Context, filled: Filled) -> Proposal:
    draft = await still_waiting(context, filled.target, to_approve=False)
    change = Reject(story_id=context.story.id, draft=draft.id, reason=filled.text("reason"))
    await context.record.ledger.rehearse(change, by=context.by)
    card = await card_of(context, draft)
    reason = Note(text=_("Will be rejected, and the proposer told why: {reason}", reason=change.reason))
    return Proposal(change, (*card.blocks, reason))


async def _rejected(_context: Context, _filled: Filled, made: ChangeResult) -> Reply:
    following = Action(label=_("Next"), command="/review")
    return Reply(blocks=(Note(text=_("{id} was rejected.", id=made.subject)),), actions=(following,))


async def _rejection(context: Context, subject: str, _version: str) -> Start | None:
    """Begin a modal with empty fields, for a pending draft of somebody who is told why."""
    draft = await context.draft(subject)
    refuse_decided(context, draft, to_approve=False)
    if draft.kind is DraftKind.FOUND:
        return None
    return Start(f"D{draft.id}", {})


def _rejection_fields(_filled: Filled) -> Sequence[Field]:
    return (Field("reason", N_("Why? The proposer will be told."), fields.REASON.check, required=True),)


@form_command(
    "reject",
    DRAFT,
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
    """Open the dialogue that rejects a draft with a reason; nobody waits for that of a found one."""
    refuse_decided(context, draft, to_approve=False)
    if (found := await context.record.articles.found(draft.id)) is not None:
        why = reason.text if reason is not None and reason.text else _("Not taken over from the article")
        await context.change(Reject(story_id=context.story.id, draft=draft.id, reason=why))
        return await article_cards.decided(context, found, _("D{id} was rejected.", id=draft.id))
    texts = reason.texts(reason=reason.text) if reason is not None else {}
    return await begin(context, Filled(context.story.id, texts, target=draft.id, at_once=True))
