"""What /asof shows of a day on which the record held nothing yet: what had been published by then."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.answers.date_text import day, in_words
from bot.answers.lines import listing
from bot.commands.core.context import Context
from bot.errors import UserError
from bot.replies import Block, Heading, Note, Reply
from bot.texts import _


async def published_by(context: Context, asked: str, last_day: str, notes: Sequence[Note]) -> Reply:
    """Show the facts in sources dated until a day (ISO); then those whose date may be that day or later.

    `asked` is the day as typed, `notes` what is said of it.
    """
    story, (perhaps, number) = context.story.id, _place(context.after)
    held = _(
        "The record held nothing then: this story was opened on {day}. What follows is in sources dated until"
        " then, and stands as it is on record now.",
        day=day(context.story.opened_at),
    )
    heading = Heading(text=_("Published by {day}", day=in_words(last_day)), level=1)
    blocks: list[Block] = [heading, *notes, *([] if context.after else [Note(text=held)])]
    by = partial(context.record.published.by, story, last_day)
    if not perhaps:
        page = await context.page(lambda limit: by(after=number, limit=limit), asked)
        blocks += listing(page.shown)
        if page.more:
            return Reply(blocks=tuple(blocks), actions=page.more)
    behind = number if perhaps else 0
    further = await context.page(
        lambda limit: by(perhaps=True, after=behind, limit=limit), asked, cursor=lambda fact: f"p{fact.id}"
    )
    if further.shown:
        blocks.append(Heading(text=_("Perhaps published by then: the date of the source is not exact")))
        blocks += listing(further.shown)
    elif context.after is None and all(isinstance(block, Heading | Note) for block in blocks):
        opened = _("This story was opened on {day}.", day=day(context.story.opened_at))
        text = _("Nothing was on record then, and no source is dated until then. {opened}", opened=opened)
        blocks[-1] = Note(text=text)
    return Reply(blocks=tuple(blocks), actions=further.more)


def _place(after: str | None) -> tuple[bool, int]:
    """Return whether a cursor is one of the second list, and its id. Raises UserError for a forged one."""
    number = (after or "0").removeprefix("p")
    if not number.isdecimal() or len(number) > 15:
        raise UserError(_("That page does not exist: send the command again without “>”."))
    return (after or "").startswith("p"), int(number)
