"""/catchup: what has become of the story since a chat last looked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.bounds import page_starts, within
from bot.commands.core.context import Context
from bot.commands.core.declarations import Family
from bot.commands.core.registry import commands
from bot.notices.digest import ToldOf, digest
from bot.notices.net_changes import NetChange, net_changes
from bot.notices.notice_text import blocks_for_readers, change_blocks, for_readers
from bot.replies import Action, Block, Heading, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Notice

# Changes of one entry of the trail that are told together.
MOST_OF_ENTRY = 1_000


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
    told = _whole(notices, size)
    blocks = await _changed(context, notices[:told])
    # Of one fact they are one change, and maybe none at all: how many fit a page is tried.
    while told > 1 and len(page_starts(blocks)) > 1:
        told = _whole(notices, 2 * told // 3)
        blocks = await _changed(context, notices[:told])
    if notices and not told:
        return await _of_one_entry(context, notices[0].audit_id or 0)
    more_to_come = len(notices) > told
    last = notices[told - 1].audit_id if more_to_come else await _told_up_to(context)
    record.listeners.look(request.chat, request.topic, last or 0)
    if len(blocks) == 1 and more_to_come:
        return await catchup(context)  # what it looked at came to nothing
    if len(blocks) == 1:
        return Reply(blocks=(Note(text=_("Nothing has changed since this chat last looked.")),))
    return Reply(blocks=tuple(blocks), actions=_go_on() if more_to_come else ())


def _whole(notices: Sequence[Notice], most: int) -> int:
    """Return how many notices are shown, `most` at most: all of an entry of the trail, or none of it."""
    told = min(most, len(notices))
    while 0 < told < len(notices) and notices[told - 1].audit_id == notices[told].audit_id:
        told -= 1
    return told


async def _of_one_entry(context: Context, entry: int) -> Reply:
    """Show what one entry of the trail changed that is more than a page, as an import: the rest in short."""
    request, record = context.request, context.record
    since = await record.notices.since(context.story.id, entry - 1, record.ledger.now(), limit=MOST_OF_ENTRY)
    changes = await _changes(context, [notice for notice in since if notice.audit_id == entry])
    blocks, _in_full = await digest(record, changes, _told_of(context))
    record.listeners.look(request.chat, request.topic, entry)
    if not blocks:
        return await catchup(context)
    more_to_come = any(notice.audit_id != entry for notice in since)
    whole = Action(label=_("Corrections"), command="/corrections")
    return Reply(blocks=tuple(within(blocks)), actions=(whole, *(_go_on() if more_to_come else ())))


def _go_on() -> tuple[Action, ...]:
    return (Action(label=_("Go on"), command="/catchup"),)


async def _changed(context: Context, notices: Sequence[Notice]) -> list[Block]:
    """Return what has become of facts by some notices, under a heading."""
    told_of = _told_of(context)
    told = [
        block
        for change in await _changes(context, notices)
        for block in await told_of(context.record, change, {})
    ]
    return [Heading(text=_("Changed since this chat last looked"), level=1), *told]


async def _changes(context: Context, notices: Sequence[Notice]) -> list[NetChange]:
    """Return what has become of facts by some notices, as the asker may see it."""
    changes = await net_changes(context.record, notices)
    return changes if context.role >= Role.MODERATOR else await for_readers(context.record, changes)


def _told_of(context: Context) -> ToldOf:
    return change_blocks if context.role >= Role.MODERATOR else blocks_for_readers


async def _told_up_to(context: Context) -> int:
    """Return the last entry of the trail up to which the chat may be told."""
    record = context.record
    held = await record.notices.first_held(record.ledger.now())
    return held - 1 if held is not None else await record.audit.last()
