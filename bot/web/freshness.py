"""Know which state of the record is public now, at no cost while nothing has changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from storage.domain.clock import moment_text, read_moment
from storage.reading.public import PublicState
from storage.record import Record

# Seconds between two looks whether another process has changed the record; own changes count at once.
LOOK_EVERY = 0.2
# What no entry of the trail tells, such as a new copy of a source, is looked for so often.
ANEW = timedelta(minutes=1)


NEVER = datetime.min.replace(tzinfo=UTC)


class Freshness:
    """Keep what is public until the trail has a further entry, or a fact is let go that was held."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._state: PublicState | None = None
        self._since = self._until = NEVER
        self._versions: dict[int | None, str] = {}
        self._versions_of: PublicState | None = None
        self._refreshing = asyncio.Lock()
        self._looked = 0.0

    async def state(self) -> PublicState:
        """Return what is public now."""
        clock = asyncio.get_running_loop().time()
        if clock - self._looked >= LOOK_EVERY:
            self._looked = clock
            await self._record.database.look()
        return await self.known()

    async def known(self) -> PublicState:
        """Return what is public as of the version of the record that was read last."""
        if (known := self._fresh()) is None:
            async with self._refreshing:
                if (known := self._fresh()) is None:
                    now = self._record.ledger.clock()
                    until = moment_text(now + ANEW)
                    known = await self._record.public.state(moment_text(now), until, self._state)
                    self._state, self._since, self._until = known, now, read_moment(known.until)
        return known

    def version_at_once(self, story_id: int | None) -> str | None:
        """Return what `version` does where that is known without any reading, else None."""
        if asyncio.get_running_loop().time() - self._looked >= LOOK_EVERY:
            return None
        state = self._fresh()
        return self._versions.get(story_id) if state is not None and state is self._versions_of else None

    async def version(self, story_id: int | None, state: PublicState | None = None) -> str | None:
        """Return what tells apart the states of a public story, or (None) of all; None for any other story.

        It says the same in each process.
        """
        state = await self.state() if state is None else state
        if state is not self._versions_of:
            self._versions, self._versions_of = _versions(state), state
        return self._versions.get(story_id)

    @staticmethod
    def changed(story_id: int | None, state: PublicState) -> str:
        """Return the moment (UTC text) of the last change to a story, or to any."""
        if story_id is not None:
            return state.stories[story_id].changed
        return max((each.changed for each in state.stories.values()), default="")

    def _fresh(self) -> PublicState | None:
        known = self._state
        if known is None or known.changes != self._record.database.version_read.changes:
            return None
        # Moments, not their texts: each request comes here.
        return known if self._since <= self._record.ledger.clock() < self._until else None


def _versions(state: PublicState) -> dict[int | None, str]:
    """Return the versions of all public stories, and of all together."""
    copies = "-".join(map(str, state.copies))
    each: dict[int | None, str] = {
        story_id: f"{story_id}-{told.entry}-{len(told.held)}-{copies}"
        for story_id, told in state.stories.items()
        if told.story.public
    }
    whole = blake2b("|".join([*each.values(), copies]).encode(), digest_size=9).hexdigest()
    return {None: whole, **each}
