"""Putting a found draft on record: at once, or before a second pair of eyes where the settings want that."""

from __future__ import annotations

from bot.commands.core.context import Context
from storage.changing import drafts
from storage.changing.ledger import ChangeResult
from storage.domain.changes import Publish
from storage.domain.models import DraftKind


async def put_on_record(context: Context, change: Publish) -> ChangeResult | int:
    """Make the change of a found draft; under the four-eyes rule return the id of the draft for another.

    Raises Refused as the ledger does.
    """
    if not context.policy.four_eyes:
        return await context.change(change.model_copy(update={"hold": context.policy.hold}))
    request = context.request
    # What stands against it is told now, and not to the other moderator.
    await context.record.ledger.rehearse(change, by=context.by)
    async with context.record.database.transaction() as tx:
        return await drafts.propose(
            tx, change.model_copy(update={"draft": None}), kind=DraftKind.OWN, proposer=request.user,
            chat=request.reached, language=request.language, at=context.record.ledger.now(),
            replacing=change.draft,
        )  # fmt: skip


def named(made: ChangeResult | int) -> str:
    """Return what came of a draft as people write it: a fact (`F7`), or another draft (`D9`)."""
    return f"D{made}" if isinstance(made, int) else made.subject
