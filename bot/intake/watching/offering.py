"""Offering what watches have brought: a message to a chat, a button for each article; what ends a watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from bot.replies import Action, Block, Heading, Item, Note, Reply, moments
from bot.texts import _, ngettext, shortened, speak, spoken
from bot.times.zones import shown
from storage.snapshots.feeds import Message, WatchedFeed
from storage.snapshots.watches import Offer, Watch

if TYPE_CHECKING:
    from storage.record import Record

# Articles that one message shows, those beyond are on the list of their watch; and watches of which it tells,
# the others are told of next.
FEW, MOST_WATCHES = 5, 4
LONGEST_NAME, LONGEST_TITLE = 80, 160


async def offer_all(record: Record, may: Callable[[str, int], Awaitable[bool]]) -> None:
    """Offer each chat what its watches have brought since; whoever moderates no more is offered nothing."""
    language, after = spoken(), 0
    try:
        while (found := await record.watches.untold(after)) is not None:
            after, brought = found
            for watch in tuple(brought):
                if not await may(watch.person, watch.story_id):
                    del brought[watch]
                    await record.watches.stop(watch.id)
            if brought:
                await _offer(record, dict(islice(brought.items(), MOST_WATCHES)))
    finally:
        speak(language)


async def _offer(record: Record, brought: Mapping[Watch, Sequence[Offer]]) -> None:
    watch = next(iter(brought))
    speak(watch.language)
    offers = [offer for of_one in brought.values() for offer in of_one]
    await record.watches.tell(offers, watch, message(brought).model_dump_json())


def message(brought: Mapping[Watch, Sequence[Offer]]) -> Reply:
    """Return the message that offers what watches have brought, the newest of each first."""
    count = sum(map(len, brought.values()))
    title = ngettext(
        "{count} new article that you watch for", "{count} new articles that you watch for", count
    )
    blocks: list[Block] = [Heading(text=title, level=1)]
    actions: list[Action] = []
    lists: list[Action] = []
    room = FEW
    for watch, offers in brought.items():
        newest = sorted(offers, key=lambda each: -each.id)
        # Each watch shows one at least, however much the others have brought.
        few = newest[: max(1, room)]
        room -= len(few)
        blocks.append(Heading(text=_("{feed}, for “{story}”", feed=name(watch), story=watch.story)))
        blocks += map(row, few)
        actions += map(take, few)
        if left := len(newest) - len(few):
            blocks.append(
                Note(
                    text=ngettext(
                        "And {count} more: /watch W{id}", "And {count} more: /watch W{id}", left, id=watch.id
                    )
                )
            )
        lists.append(Action(label=f"W{watch.id}", command=f"/watch W{watch.id}"))
    blocks.append(
        Note(text=_("Nothing of it is on record: an article is taken in, and its statements are drafts."))
    )
    return Reply(blocks=tuple(blocks), actions=(*actions, *lists))


def row(offer: Offer) -> Item:
    """Return an article as a row: its title, and where it is."""
    return Item(label=f"N{offer.id}", text=titled(offer.title, offer.address), url=offer.address)


def titled(title: str | None, address: str) -> str:
    """Return what an article is called, else its address."""
    return shortened(title or address, LONGEST_TITLE)


def take(offer: Offer) -> Action:
    """Return the button that takes an article in."""
    return Action(label=_("Take in N{id}", id=offer.id), command=f"/watch N{offer.id}")


def name(of: Watch | WatchedFeed) -> str:
    """Return what a feed is called, else its address."""
    return called(of.title, of.address)


def called(title: str | None, address: str) -> str:
    """Return what a feed is called, else its address."""
    return f"“{shortened(title, LONGEST_NAME)}”" if title else shortened(address, LONGEST_NAME)


def flooded(watch: Watch, most: int) -> Message:
    """Return what the chat of a watch is told that ends because its feed names too much."""
    speak(watch.language)
    text = _(
        "{feed} has named more than {count} new articles within a day, so W{id} watches it no more; the first"
        " of them are on its list. Watch the feed again with some words that you look for.",
        feed=name(watch), count=most, id=watch.id,
    )  # fmt: skip
    return _message(watch, text, (Action(label=f"W{watch.id}", command=f"/watch W{watch.id}"),))


def paused(watches: Sequence[Watch], feed: WatchedFeed, problem: str, since: str) -> list[Message]:
    """Return what the chats that watch a feed are told when it is polled no more, each once."""
    told: dict[tuple[str, int], Message] = {}
    for watch in watches:
        speak(watch.language)
        text = _(
            "{feed} could not be read since {when}, so it is watched no more. {problem}.",
            feed=name(feed), when=shown(since), problem=problem.rstrip("."),
        )  # fmt: skip
        offered = (
            Action(label=_("Watch it again"), command=f"/watch W{watch.id} again"),
            Action(label=_("Stop"), command=f"/watch W{watch.id} stop"),
        )
        told.setdefault((watch.chat, watch.topic), _message(watch, text, offered, since))
    return list(told.values())


def _message(watch: Watch, text: str, actions: tuple[Action, ...], *at: str) -> Message:
    reply = Reply(blocks=(Note(text=text, marks=moments(*at)),), actions=actions)
    return Message(watch.chat, watch.topic, watch.language, reply.model_dump_json())
