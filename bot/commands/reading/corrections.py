"""/corrections: what was corrected, superseded, retracted or restored, newest first, each with its source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.diff import differences, revised
from bot.answers.lines import fact_line
from bot.answers.sentences import tombstone, withdrawn
from bot.commands.core.context import Context
from bot.commands.core.declarations import Family
from bot.commands.core.registry import commands
from bot.errors import UserError
from bot.replies import Block, Heading, Item, Line, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.models import Fact, Revision, RevisionKind

# Changes that are read at once: of each the fact before and after it is read too.
MOST_AT_ONCE = 30
_CURSOR = re.compile(r"([0-9TZ:.\-]{10,40})_([1-9][0-9]{0,14})_([1-9][0-9]{0,8})")


@commands.command(
    "corrections",
    family=Family.LOOKING_CLOSELY,
    role=Role.READER,
    help=N_("what was corrected, superseded or retracted, newest first"),
    example="/corrections",
    paged=True,
)
async def corrections(context: Context) -> Reply:
    """Show the changes of a story's facts after they came on record."""
    story, before = context.story.id, _before(context.after)
    page = await context.page(
        lambda limit: context.record.listings.changes(story, before=before, limit=limit),
        cursor=_cursor,
        size=MOST_AT_ONCE,
    )
    if not page.shown:
        nothing = _("Nothing on record in this story has been corrected or retracted.")
        return Reply(blocks=(Note(text=_("Nothing was changed before that.") if before else nothing),))
    now = {fact.id: fact for fact in await context.record.facts.load(item.fact_id for item in page.shown)}
    blocks: list[Block] = [Heading(text=_("Corrected on the record"), level=1)]
    for item in page.shown:
        blocks += await _told(context, item, now[item.fact_id])
    return Reply(blocks=tuple(blocks), actions=page.more)


async def _told(context: Context, item: Revision, now: Fact) -> list[Block]:
    """Return what a revision did: of a fact that was withdrawn since, readers see only that and why."""
    if now.taken_down is not None:
        return [Note(text=tombstone(now))]
    withheld = now.retracted is not None and context.role < Role.MODERATOR
    if withheld and item.kind is not RevisionKind.RETRACTED:
        return [Note(text=withdrawn(now))]
    was = await context.record.facts.at_revision(item.fact_id, item.number - 1)
    then = await context.record.facts.at_revision(item.fact_id, item.number)
    superseded_by = then.superseded_by if then is not None else None
    instead = await context.record.facts.load([superseded_by] if superseded_by is not None else [])
    return what_changed(item, was, then, instead)


def what_changed(item: Revision, was: Fact | None, then: Fact | None, instead: Sequence[Fact]) -> list[Block]:
    """Return what a revision did: how the fact read before and after it, and what supersedes it."""
    row = Item(label=f"F{item.fact_id}", text=revised(item))
    if item.kind is RevisionKind.RETRACTED or was is None or then is None:
        return [row]
    if item.kind is RevisionKind.SUPERSEDED and then.superseded_by is not None:
        lines = [fact_line(fact) for fact in instead]
        return [row, *_labelled(_("Was"), [fact_line(then)]), *_labelled(_("Now"), lines)]
    if item.kind is RevisionKind.RESTORED:
        return [row, *_labelled(_("Now"), [fact_line(then)])]
    before, after = differences(was, then)
    return [row, *_labelled(_("Was"), before), *_labelled(_("Now"), after)]


def _labelled(label: str, blocks: list[Block] | list[Line]) -> list[Line]:
    """Return lines as those of one side; a line that has a label of its own keeps it behind that."""
    lines = [block for block in blocks if isinstance(block, Line)]
    return [
        line.model_copy(
            update={
                "nested": True,
                "mark": None,
                "label": _("{side}, {part}", side=label, part=line.label) if line.label else label,
            }
        )
        for line in lines
    ]


def _cursor(item: Revision) -> str:
    return f"{item.at}_{item.fact_id}_{item.number}"


def _before(cursor: str | None) -> tuple[str, int, int] | None:
    """Return the moment, fact and number that a cursor tells. Raises UserError for a forged one."""
    if cursor is None:
        return None
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise UserError(_("That page does not exist: send the command again without “>”."))
    return match[1], int(match[2]), int(match[3])
