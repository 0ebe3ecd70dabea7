"""/catchup: what has become of the story since a chat last looked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.bounds import page_starts
from bot.commands.core.context import Context
from bot.commands.core.declarations import Family
from bot.commands.core.registry import commands
from bot.notices.net_changes import net_changes
from bot.notices.notice_text import blocks_for_readers, change_blocks
from bot.replies import Action, Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Notice


@commands.command(
    "catchup",
    family=Family.HEARING,
    role=Role.READER,
    help=N_("what has changed in the story since this chat last looked"),
    example="/catchup",
)
async def catchup(context: Context) -> Reply:
    """Show what has changed since the chat last looked, and remember that it has looked."""
    request, record = context.request, context.record
    seen = await record.listeners.seen(request.chat, request.topic)
    story, now, size = context.story.id, record.ledger.now(), context.policy.page
    notices = await record.notices.since(story, seen, now, limit=size + 1)
    told = min(size, len(notices))
    blocks = await _changed(context, notices[:told])
    # Of one fact they are one change, and maybe none at all: how many fit a page is tried.
    while told > 1 and len(page_starts(blocks)) > 1:
        told = 2 * told // 3
        blocks = await _changed(context, notices[:told])
    more_to_come = len(notices) > told
    last = notices[told - 1].audit_id if more_to_come else await _told_up_to(context)
    record.listeners.look(request.chat, request.topic, last or 0)
    if len(blocks) == 1 and more_to_come:
        return await catchup(context)  # what it looked at came to nothing
    if len(blocks) == 1:
        return Reply(blocks=(Note(text=_("Nothing has changed since this chat last looked.")),))
    more = (Action(label=_("Go on"), command="/catchup"),) if more_to_come else ()
    return Reply(blocks=tuple(blocks), actions=more)


async def _changed(context: Context, notices: Sequence[Notice]) -> list[Block]:
    """Return what has become of facts by some notices, under a heading."""
    told_of = change_blocks if context.role >= Role.MODERATOR else blocks_for_readers
    changes = await net_changes(context.record, notices)
    told = [block for change in changes for block in await told_of(context.record, change)]
    return [Heading(text=_("Changed since this chat last looked"), level=1), *told]


async def _told_up_to(context: Context) -> int:
    """Return the last entry of the trail up to which the chat may be told."""
    record = context.record
    held = await record.notices.first_held(record.ledger.now())
    return held - 1 if held is not None else await record.audit.last()
