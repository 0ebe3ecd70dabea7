"""Draw pictures of stories beside the loop: few at once, each for a bounded time, kept while they hold.

A picture follows from the facts in it, its story and the language. So it is known before anything is drawn
whether one that is kept still holds.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from bot.errors import UserError
from bot.pictures.picture import Kind, Picture
from bot.pictures.sending.captions import AS_TEXT
from bot.replies import Drawing
from bot.texts import _, spoken
from bot.times.zones import zone_name
from storage.domain import dates
from storage.domain.models import Fact, Story
from storage.record import Record

# Pictures that are drawn at once, and the seconds that one may take with its wait.
AT_ONCE, LONGEST = 2, 10.0
# Facts that are read for one picture, of each list that it is made of.
MOST_FACTS = 400
# Pictures that are kept, and their bytes in all.
MOST_KEPT, MOST_BYTES = 64, 32_000_000
# What both platforms take: https://core.telegram.org/bots/api#sendphoto, and Discord's for every server.
LARGEST = 10_000_000


class _Shown(NamedTuple):
    """What a picture follows from; `more` is how many facts were not even read."""

    story: Story
    facts: Sequence[Fact]
    more: int


class _Kept(NamedTuple):
    shown: _Shown
    drawing: Drawing


class Studio:
    """Draw the pictures of a record's stories."""

    def __init__(self, record: Record, *, seconds: float = LONGEST) -> None:
        self._record = record
        self._seconds = seconds
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()

    async def facts(self, story: Story, kind: Kind) -> list[Fact]:
        """Return the facts in force that a picture may show: of a timeline those that `/when` lists."""
        listings = self._record.listings
        if kind is not Kind.TIMELINE:
            return await listings.all(story.id, limit=MOST_FACTS)
        dated = await listings.dated(story.id, earliest=dates.FIRST, latest=dates.LAST, limit=MOST_FACTS)
        return [*dated, *await listings.undated(story.id, limit=MOST_FACTS)]

    async def draw(
        self, story: Story, kind: Kind, *, dark: bool = False, anew: Callable[[], None] = lambda: None
    ) -> Drawing | None:
        """Return a picture (PNG) of a story as it is now, None where nothing is on record for it.

        `anew` is called before one is drawn that is not kept, and may raise. Raises UserError where that
        takes too long, is too large, or what draws is not installed.
        """
        facts = await self.facts(story, kind)
        if not facts:
            return None
        more = 0
        if len(facts) >= MOST_FACTS:
            more = max(0, await self._record.stories.count_facts(story.id) - len(facts))
        shown = _Shown(story, facts, more)
        key = (story.id, kind, dark, spoken(), zone_name())
        if (known := self._known(key, shown)) is not None:
            return known
        anew()
        try:
            async with asyncio.timeout(self._seconds):
                await self._turns.acquire()
                # Others may have waited for the same.
                if (known := self._known(key, shown)) is not None:
                    self._turns.release()
                    return known
                drawing = asyncio.create_task(_drawn(kind, shown, dark=dark))
                # Where nobody waits for it any more it keeps its turn to its end, and is there for the next.
                drawing.add_done_callback(partial(self._end, key, shown))
                return await asyncio.shield(drawing)
        except TimeoutError:
            raise UserError(_("Drawing took too long: try again in a moment.")) from None

    def _end(self, key: tuple[object, ...], shown: _Shown, drawing: asyncio.Task[Drawing]) -> None:
        if not drawing.cancelled() and drawing.exception() is None:
            self._keep(key, _Kept(shown, drawing.result()))
        self._turns.release()

    def _known(self, key: tuple[object, ...], shown: _Shown) -> Drawing | None:
        kept = self._kept.get(key)
        if kept is None or kept.shown != shown:
            return None
        self._kept.move_to_end(key)
        return kept.drawing

    def _keep(self, key: tuple[object, ...], kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT or (len(self._kept) > 1 and self._size() > MOST_BYTES):
            self._kept.popitem(last=False)

    def _size(self) -> int:
        return sum(len(each.drawing.data) for each in self._kept.values())


async def _drawn(kind: Kind, shown: _Shown, *, dark: bool) -> Drawing:
    # Not at import: fonts and libraries are loaded only where something is drawn.
    from bot.pictures.sending import apart

    picture, tall = await asyncio.to_thread(_laid_out, kind, shown, dark=dark)
    data = await apart.png_of(picture)
    if len(data) > LARGEST:
        raise UserError(_("That picture is too large to be sent."))
    return Drawing(
        kind=kind.value,
        story=shown.story.id,
        cited=dict(picture.cited),
        dark=dark,
        data=data,
        text=picture.alt,
        tall=tall,
    )


def _laid_out(kind: Kind, shown: _Shown, *, dark: bool) -> tuple[Picture, bool]:
    """Return a picture, and whether it is too tall for a photo; it blocks for as long as that takes."""
    from bot.pictures.drawing import draw
    from bot.pictures.raster import legible_as_photo

    rest = _("All of it as text: {command}", command=AS_TEXT[kind])
    picture = draw(kind, shown.story, shown.facts, dark=dark, more=shown.more, rest=rest)
    return picture, not legible_as_photo(picture)
