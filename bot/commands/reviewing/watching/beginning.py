"""How a watch begins: its feed is looked at beside the answers, and nothing is kept of one that is none."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.commands.core.context import Context
from bot.commands.reviewing.intake import PATIENCE
from bot.commands.reviewing.watching.listing import stop
from bot.errors import UserError
from bot.intake.watching.matching import matches
from bot.intake.watching.offering import called, titled
from bot.replies import Action, Block, Heading, Item, Note, Reply
from bot.requests import Request
from bot.texts import _, ngettext, speak
from storage.domain.clock import moment_text
from storage.domain.errors import Refused
from storage.domain.models import Story
from storage.notifying.notices import post
from storage.snapshots.watches import Wanted

if TYPE_CHECKING:
    from bot.intake.feed import Entry, Feed
    from bot.intake.watching.looking import Looked

# The newest articles of a feed that are shown when it is watched.
NEWEST = 3


class Asked(NamedTuple):
    """A feed that is to be watched for a story: all of it, or what has some words (folded)."""

    story: Story
    address: str
    words: str | None


def place_of(request: Request) -> tuple[str, int]:
    """Return the chat and topic in which the asker is offered articles: in private, where that is apart."""
    return (request.alone, 0) if request.alone else (request.chat, request.topic)


async def begin(context: Context, address: str, words: str | None) -> Reply:
    """Begin to look at a feed; tell what it holds where that is quick, else later."""
    if words == "":
        raise UserError(_("These words are in every text: leave them out, or name others."))
    asked = Asked(context.story, address, words)
    wanted = asyncio.Event()
    done: list[Reply] = []
    working = context.desk.begin(_looked_at(context, asked, wanted, done))
    if context.request.role is not None:
        await asyncio.wait({working}, timeout=PATIENCE)
    if done:
        return done[0]
    wanted.set()
    return Reply(
        blocks=(Note(text=_("Looking at the feed. You will be told what it holds; go on meanwhile.")),)
    )


async def _looked_at(context: Context, asked: Asked, wanted: asyncio.Event, done: list[Reply]) -> None:
    """Look at a feed and watch it; tell whoever asked what came of it, where that is wanted by then."""
    from bot.intake.watching.looking import look

    record, request = context.record, context.request
    speak(request.language)
    try:
        looked = await look(context.desk.fetcher, asked.address)
        assert looked is not None  # the server was told of nothing that could be unchanged
        reply = await _watched(context, asked, looked)
    except (UserError, Refused) as error:
        text = _("The feed is not watched. {problem}.", problem=str(error).rstrip("."))
        offered = error.commands if isinstance(error, UserError) else ()
        actions = [Action(label=label, command=command) for label, command in offered]
        again = f"/watch {asked.address} {asked.words or ''}".rstrip()
        actions.append(Action(label=_("Try again"), command=again))
        reply = Reply(blocks=(Note(text=text),), actions=tuple(actions))
    done.append(reply)
    if wanted.is_set():
        chat, topic = place_of(request)
        async with record.database.transaction() as tx:
            now = record.ledger.now()
            await post(tx, chat, reply.model_dump_json(), now, request.language, topic=topic)


async def _watched(context: Context, asked: Asked, looked: Looked) -> Reply:
    """Put a watch on record, and tell what its feed holds now."""
    record, request, feed = context.record, context.request, looked.feed
    chat, topic = place_of(request)
    wanted = Wanted(asked.address, asked.story.id, asked.words, chat, topic, request.user, request.language)
    next_at = moment_text(record.ledger.clock() + timedelta(minutes=context.policy.poll))
    number, is_new = await record.watches.begin(wanted, looked.sent, next_at)
    said = {"id": number, "feed": called(feed.title, asked.address), "story": asked.story.title}
    told = [
        _("W{id} watches {feed} for “{story}”.", **said)
        if is_new
        else _("W{id} watches {feed} for “{story}” already.", **said)
    ]
    is_apart = (chat, topic) != (request.chat, request.topic)
    told += _counted(feed, asked.words, is_apart=is_apart)
    newest = [each for each in feed.entries if matches(each, asked.words)][:NEWEST]
    blocks: list[Block] = [Note(text=each) for each in told]
    blocks += [Heading(text=_("The newest of them"))] if newest else []
    blocks += [_row(at, each) for at, each in enumerate(newest, 1)]
    actions = [
        Action(label=_("Take in {number}", number=at), command=f"/intake {each.address}")
        for at, each in enumerate(newest, 1)
    ]
    if is_apart:
        actions.append(Action(label=_("Offer them in this chat"), command=f"/watch W{number} here"))
    return Reply(blocks=tuple(blocks), actions=(*actions, stop(number)))


def _counted(feed: Feed, words: str | None, *, is_apart: bool) -> list[str]:
    """Return what a feed holds, and what of it is offered."""
    count = len(feed.entries)
    told = [ngettext("It names {count} article now.", "It names {count} articles now.", count)]
    if feed.unnamed:
        told.append(
            ngettext(
                "{count} entry has no address of the web: such are not offered.",
                "{count} entries have no address of the web: such are not offered.",
                feed.unnamed,
            )
        )
    if words:
        told.append(_("Only those with “{words}” in their title or summary are offered.", words=words))
    told.append(
        _("What it names from now on is offered to you in private.")
        if is_apart
        else _("What it names from now on is offered here.")
    )
    return told


def _row(number: int, entry: Entry) -> Item:
    return Item(label=str(number), text=titled(entry.title, entry.address), url=entry.address)
