"""Lists: what a chat watches and how that goes, and what a watch has brought."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.core.context import Context
from bot.intake.watching import offering
from bot.replies import Action, Block, Heading, Item, Note, Reply, moments
from bot.texts import _
from bot.times.zones import shown
from storage.snapshots.watches import Watch


def listed(present: Sequence[Watch]) -> Reply:
    """List what is watched."""
    if not present:
        text = _(
            "No feed is watched here. Send /watch with the address of one (RSS, Atom, JSON Feed), and words"
            " after it if only some of it matters; its new articles are then offered to you."
        )
        return Reply(blocks=(Note(text=text),))
    rows = [Item(label=f"W{each.id}", text="; ".join((named(each), *_state(each)))) for each in present]
    lists = [Action(label=f"W{each.id}", command=f"/watch W{each.id}") for each in present]
    return Reply(blocks=(Heading(text=_("Watched feeds"), level=1), *rows), actions=tuple(lists))


async def brought(context: Context, found: Watch) -> Reply:
    """Show how a watch goes, and the articles that it has brought, the newest first."""
    before = context.number_after()
    page = await context.page(
        lambda limit: context.record.watches.offers(found.id, before=before, limit=limit), f"W{found.id}"
    )
    blocks: list[Block] = [
        Heading(text=f"W{found.id}: {offering.name(found)}", level=1),
        Note(text="; ".join(_state(found)), marks=moments(found.failing_since)),
    ]
    if found.words:
        blocks.append(Note(text=_("Only articles with “{words}” are offered.", words=found.words)))
    if found.failing_since and found.problem:
        blocks.append(Note(text=f"{found.problem.rstrip('.')}."))
    if not page.shown:
        blocks.append(Note(text=_("It has brought nothing new yet.")))
    blocks += map(offering.row, page.shown)
    actions = [offering.take(each) for each in page.shown]
    if found.stopped_at or found.failing_since:
        actions.append(Action(label=_("Watch it again"), command=f"/watch W{found.id} again"))
    return Reply(blocks=tuple(blocks), actions=(*actions, stop(found.id), *page.more))


def named(found: Watch) -> str:
    """Return what a watch is of, in a few words."""
    feed = offering.name(found)
    return _("{feed} with “{words}”", feed=feed, words=found.words) if found.words else feed


def stop(number: int) -> Action:
    """Return the button that ends a watch."""
    return Action(label=_("Stop W{id}", id=number), command=f"/watch W{number} stop")


def _state(found: Watch) -> list[str]:
    """Return for which story a watch is, and how it goes where that is not well."""
    told = [_("for “{story}”", story=found.story)]
    if found.stopped_at:
        told.append(_("ended, for the feed named too much"))
    elif found.paused_at:
        told.append(
            _("paused, for the feed could not be read since {when}", when=shown(found.failing_since or ""))
        )
    elif found.failing_since:
        told.append(_("the feed cannot be read since {when}", when=shown(found.failing_since)))
    return told
