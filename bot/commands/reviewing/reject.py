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
from bot.commands.reviewing.draft_card import DRAFT, card_of, refuse_decided
from bot.errors import UserError
from bot.replies import Action, Note, Reply
from bot.requests import Role, Submission
from bot.texts import N_, _, shortened
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Reject
from storage.domain.models import Draft, DraftKind


async def _propose_rejection(context: Context, filled: Filled) -> Proposal:
    draft = await context.draft(f"D{filled.target}")
    _refuse_too_late(context, draft, filled.text("reason"))
    change = Reject(story_id=context.story.id, draft=draft.id, reason=filled.text("reason"))
    await context.record.ledger.rehearse(change, by=context.by)
    card = await card_of(context, draft)
    reason = Note(text=_("Will be rejected, and the proposer told why: {reason}", reason=change.reason))
    return Proposal(change, (*card.blocks, reason))


def _refuse_too_late(context: Context, draft: Draft, reason: str) -> None:
    """Refuse a draft that is decided; a reason that was typed meanwhile is given back."""
    try:
        refuse_decided(context, draft, to_approve=False)
    except UserError as error:
        if not reason:
            raise
        told = _("{problem} You had written: “{reason}”", problem=error.text, reason=shortened(reason, 200))
        fact = draft.fact_id
        instead = ((_("Retract F{id}", id=fact), f"/retract F{fact} {reason}"),) if fact else ()
        raise UserError(told, commands=instead) from None


async def _rejected(_context: Context, _filled: Filled, made: ChangeResult) -> Reply:
    following = Action(label=_("Next"), command="/review")
    return Reply(blocks=(Note(text=_("{id} was rejected.", id=made.subject)),), actions=(following,))


async def _rejection(context: Context, subject: str, _version: str) -> Start | None:
    """Begin a modal with empty fields, for a pending draft of somebody who is told why."""
    draft = await context.draft(subject)
    if not isinstance(context.request.given, Submission):
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
    _refuse_too_late(context, draft, reason.text or reason.headers.get("reason", "") if reason else "")
    if (found := await context.record.articles.found(draft.id)) is not None:
        why = reason.text if reason is not None and reason.text else _("Not taken over from the article")
        await context.change(Reject(story_id=context.story.id, draft=draft.id, reason=why))
        return await article_cards.decided(context, found, _("D{id} was rejected.", id=draft.id))
    texts = reason.texts(reason=reason.text) if reason is not None else {}
    return await begin(context, Filled(context.story.id, texts, target=draft.id, at_once=True))
