"""/watch: feeds whose new articles are offered to the moderators who watch them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands.core.completion import matching
from bot.commands.core.context import Context
from bot.commands.core.declarations import Argument, Family, Kind, Offer
from bot.commands.core.registry import commands
from bot.commands.following.settings import few_words
from bot.commands.reviewing.intake import begun
from bot.commands.reviewing.watching.beginning import begin, place_of
from bot.commands.reviewing.watching.listing import brought, listed, named, stop
from bot.errors import UserError
from bot.intake.desk import Material
from bot.replies import Action, Note, Reply
from bot.requests import Role
from bot.texts import N_, _
from storage.domain.folding import digits
from storage.snapshots.watches import Watch

_ADDRESS = re.compile(r"<?(https?://\S+?)>?(?:\s+(\S.*))?", re.IGNORECASE | re.DOTALL)
_WATCH = re.compile(r"W\s?([1-9]\d{0,14})(?:\s+(stop|here|again))?", re.IGNORECASE)
_OFFER = re.compile(r"N\s?([1-9]\d{0,14})", re.IGNORECASE)


async def _watches(context: Context, typed: str, _given: Sequence[str]) -> Sequence[Offer]:
    """Offer the watches of the chat by id."""
    present = await context.record.watches.of_chats(_chats(context))
    return matching(typed, [Offer(f"W{each.id}", f"W{each.id}  {named(each)}") for each in present])


@commands.command(
    "watch",
    Argument(
        N_("feed and words"),
        Kind.WORDS,
        option="feed",
        help=N_(
            "a feed's address, and words if only some of it matters; or a watch's id, for example W3 stop"
        ),
    ),
    family=Family.REVIEWING,
    role=Role.MODERATOR,
    help=N_("to be offered the new articles of a feed: all, or those with some words"),
    example="/watch https://example.org/feed.xml harbour",
    offers={"feed": _watches},
    paged=True,
)
async def watch(context: Context, text: str | None) -> Reply:
    """Watch a feed, list what is watched, or do something with one of these."""
    text = (text or "").strip()
    if not text:
        return listed(await context.record.watches.of_chats(_chats(context)))
    if match := _ADDRESS.fullmatch(text):
        return await begin(context, match[1], few_words(match[2]) if match[2] else None)
    if match := _OFFER.fullmatch(digits(text)):
        return await _take(context, int(match[1]))
    match = _WATCH.fullmatch(digits(text))
    if match is None:
        raise UserError(
            _("Name a feed by its address (https://…), with words after it if only some of it matters;"
              " /watch alone lists what is watched here.")
        )  # fmt: skip
    do = {"stop": _stop, "here": _move, "again": _again}.get((match[2] or "").lower(), brought)
    return await do(context, await _watch(context, int(match[1])))


def _chats(context: Context) -> list[tuple[str, int]]:
    """Return where the asker is offered articles, and where they ask."""
    request = context.request
    return list(dict.fromkeys((place_of(request), (request.chat, request.topic))))


async def _watch(context: Context, number: int) -> Watch:
    for each in await context.record.watches.of_chats(_chats(context)):
        if each.id == number:
            return each
    raise UserError(_("There is no watch W{id} here: /watch lists them.", id=number))


async def _stop(context: Context, found: Watch) -> Reply:
    await context.record.watches.stop(found.id)
    text = _("{feed} is watched no more here.", feed=named(found))
    again = Action(label=_("Watch it again"), command=f"/watch {found.address} {found.words or ''}".rstrip())
    return Reply(blocks=(Note(text=text),), actions=(again,))


async def _again(context: Context, found: Watch) -> Reply:
    _refuse_other_story(context, found, f"W{found.id}")
    return await begin(context, found.address, found.words)


async def _move(context: Context, found: Watch) -> Reply:
    """Offer what a watch brings in this chat from now on."""
    request = context.request
    if request.lacking:
        raise UserError(
            _(
                "I may not write here unasked, so nothing would come. Let an admin give me: {permissions}."
                " Then send this again.",
                permissions=", ".join(request.lacking),
            )
        )
    await context.record.watches.move(found.id, request.chat, request.topic, request.language)
    text = _("What W{id} brings is offered in this chat from now on.", id=found.id)
    return Reply(blocks=(Note(text=text),), actions=(stop(found.id),))


async def _take(context: Context, number: int) -> Reply:
    """Take in an article that was offered, into the story for which it is watched."""
    offer = await context.record.watches.offer(number)
    watches = await context.record.watches.of_chats(_chats(context)) if offer is not None else []
    found = next((each for each in watches if offer is not None and each.id == offer.watch_id), None)
    if offer is None or found is None:
        raise UserError(_("There is no article N{id} here: /watch lists what is watched.", id=number))
    _refuse_other_story(context, found, f"N{number}")
    return await begun(context, Material(address=offer.address))


def _refuse_other_story(context: Context, found: Watch, what: str) -> None:
    if found.story_id != context.story.id:
        raise UserError(
            _("{what} is for another story, “{title}”: change to it first.", what=what, title=found.story),
            commands=((found.story, f"/story {found.story_name}"),),
        )
