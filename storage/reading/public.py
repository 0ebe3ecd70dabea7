"""What owners have made public: which stories, what of them is held still, which names and sources show.

A new fact that is held is not public before its notice is due; neither is what only such a fact, or a
retracted one, brought along. Nothing that is read here is kept in memory: `PublicState` tells how long it is
true.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from storage.domain.models import Entity, Source, Story, TakenDown
from storage.engines.database import Database, Read, Version
from storage.engines.values import Values
from storage.reading import entities, sources
from storage.reading.stories import story_of

# Every fact that is shown: in force or superseded.
_SHOWN = "f.retracted IS NULL AND f.id NOT IN (SELECT value FROM ints(:held))"
# What only a fact that is held supersedes is in force still.
_IN_FORCE = "(f.superseded_by IS NULL OR f.superseded_by IN (SELECT value FROM ints(:held)))"
_KEPT = f"""
SELECT f.id FROM fact f WHERE f.superseded_by IN (SELECT value FROM ints(:held)) AND f.story_id = :story
AND {_SHOWN} ORDER BY f.id
"""
_STORIES = "SELECT * FROM story WHERE public = 1 OR withdrawn_at IS NOT NULL ORDER BY id"
_ENTRIES = """
SELECT story_id, max(id) AS entry, max(at) AS at FROM audit
WHERE story_id IS NOT NULL AND id > ? GROUP BY story_id ORDER BY story_id
"""
_ACROSS = """
SELECT coalesce(max(id), 0), coalesce(max(at), '') FROM audit
WHERE action IN ('taken down', 'imported') AND id > ?
"""
# In these very words, for that is how SQLite knows that the index of open notices serves.
_HELD = """
SELECT fact_id, story_id, due_at FROM notice WHERE state IN ('new', 'fanned out') AND state = 'new'
AND kind = 'published' AND due_at > made_at AND due_at > ? ORDER BY id
"""
# When the last fact was let go that had been held. Among the newest notices only: they are due within a day.
_LET_GO = """
SELECT story_id, max(due_at) FROM notice WHERE id > (SELECT coalesce(max(id), 0) - 1000 FROM notice)
AND kind = 'published' AND due_at > made_at AND due_at <= ? GROUP BY story_id ORDER BY story_id
"""
_COPIES = "SELECT coalesce(max(id), 0), count(*) FROM snapshot"
_NAMES = f"""
SELECT e.id FROM entity e WHERE e.story_id = :story AND e.merged_into IS NULL AND e.id > :after {{kinds}}
AND (
    EXISTS (SELECT 1 FROM mention m JOIN fact f ON f.id = m.fact_id AND {_SHOWN} WHERE m.entity_id = e.id)
    OR (e.role IS NOT NULL AND NOT EXISTS (SELECT 1 FROM mention m WHERE m.entity_id = e.id))
) ORDER BY e.id LIMIT :limit
"""
_KINDS = {None: "", True: "AND e.kind = 'place'", False: "AND coalesce(e.kind, '') <> 'place'"}
_NAMING = f"""
SELECT value, (SELECT count(*) FROM (
    SELECT DISTINCT m.fact_id FROM mention m JOIN fact f ON f.id = m.fact_id AND {_SHOWN}
    AND {_IN_FORCE} WHERE m.entity_id = value LIMIT :most
) naming) FROM ints(:ids) ORDER BY value
"""
_CITING = f"""
SELECT a.source_id, count(DISTINCT CASE WHEN {_IN_FORCE} THEN a.fact_id END)
FROM attribution a JOIN fact f ON f.id = a.fact_id AND {_SHOWN}
WHERE a.source_id IN (SELECT value FROM ints(:ids)) GROUP BY a.source_id ORDER BY a.source_id
"""
# Sources that give somebody a role, or say how two facts stand to each other.
_BESIDE = f"""
SELECT e.role_source_id FROM entity e WHERE e.story_id = :story AND e.role_source_id IS NOT NULL AND (
    EXISTS (SELECT 1 FROM mention m JOIN fact f ON f.id = m.fact_id AND {_SHOWN} WHERE m.entity_id = e.id)
    OR NOT EXISTS (SELECT 1 FROM mention m WHERE m.entity_id = e.id)
)
UNION
SELECT r.source_id FROM relation r JOIN fact f ON f.id = r.fact_id AND {_SHOWN}
JOIN fact o ON o.id = r.other_id AND o.retracted IS NULL
    AND o.id NOT IN (SELECT value FROM ints(:held))
WHERE f.story_id = :story AND r.source_id IS NOT NULL AND r.ended_at IS NULL
ORDER BY 1
"""
# Whether one is known through which another reaches us that is shown.
_RELAYS = f"""
WITH RECURSIVE through (id) AS (
    SELECT id FROM source WHERE via_id = :source
    UNION
    SELECT s.id FROM source s JOIN through t ON s.via_id = t.id
)
SELECT 1 FROM through t WHERE t.id IN (SELECT value FROM ints(:beside)) OR EXISTS (
    SELECT 1 FROM attribution a JOIN fact f ON f.id = a.fact_id AND {_SHOWN} WHERE a.source_id = t.id
) LIMIT 1
"""
# Facts that have a page: one that was retracted or taken down says so there.
_ADDRESSED = """
SELECT count(*) FROM fact f JOIN story s ON s.id = f.story_id AND s.public = 1
WHERE f.id IN (SELECT value FROM ints(:ids)) AND NOT EXISTS (
    SELECT 1 FROM notice n WHERE n.fact_id = f.id AND n.kind = 'published' AND n.due_at > n.made_at
        AND n.due_at > :now
)
"""
# A new fact that was taken back while it was held, and never put on record again.
_UNSEEN = """
SELECT 1 FROM notice n JOIN notice w ON w.fact_id = n.fact_id AND w.kind IN ('retracted', 'taken down')
    AND w.made_at <= n.due_at
WHERE n.fact_id = :fact AND n.kind = 'published' AND n.due_at > n.made_at AND NOT EXISTS (
    SELECT 1 FROM notice r
    WHERE r.fact_id = :fact AND r.id <> n.id AND r.kind IN ('published', 'restored')
) LIMIT 1
"""
_PAGE = "SELECT id FROM source WHERE story_id = ? AND id > ? ORDER BY id LIMIT ?"
# Sources that are looked through at once for those that are shown.
_AT_ONCE = 100


class StoryState(NamedTuple):
    """A story that is public, or was: its last entry of the trail, when that was, which facts are held."""

    story: Story
    entry: int
    changed: str
    held: frozenset[int]


class PublicState(NamedTuple):
    """What is public as of an entry of the trail, from a moment until another if no entry is added.

    `copies` tells copies of sources apart: their last id, and how many there are.
    """

    changes: int
    stories: Mapping[int, StoryState]
    copies: tuple[int, int]
    since: str
    until: str

    def named(self, name: str) -> StoryState | None:
        """Return a story by its name."""
        return next((each for each in self.stories.values() if each.story.name == name), None)


class Public:
    """Find what is public."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, now: str, until: str, before: PublicState | None = None) -> PublicState:
        """Return what is public at a moment, at most until another; `before` is what was known of it."""
        return await self._database.reading_version(
            lambda read, version: _state(read, version, now, until, before)
        )

    async def all_addressed(self, facts: Collection[int], now: str) -> bool:
        """Tell whether each of some facts has a page of its own."""
        rows = await self._database.read(_ADDRESSED, {"ids": _ints(facts), "now": now})
        return bool(rows[0][0] == len(facts))

    async def is_unseen(self, fact_id: int) -> bool:
        """Tell whether a fact that is gone was held until it went, so that nobody has seen it."""
        return bool(await self._database.read(_UNSEEN, {"fact": fact_id}))

    async def tombstone(self, subject: str) -> TakenDown | None:
        """Return when and why a source (`S3`) or name (`E5`) was taken down, None if it was not."""
        rows = await self._database.read(
            "SELECT at, ground FROM tombstone WHERE subject = ? ORDER BY id LIMIT 1", (subject,)
        )
        return TakenDown(at=rows[0][0], ground=rows[0][1]) if rows else None

    async def names(
        self, state: StoryState, *, places: bool | None = None, after: int = 0, limit: int
    ) -> list[tuple[Entity, int]]:
        """Return the names that facts which are shown name, and how many do, counting to entities.COUNTED."""

        def work(read: Read) -> list[tuple[Entity, int]]:
            bound = {"story": state.story.id, "held": _ints(state.held), "after": after, "limit": limit}
            ids = [row[0] for row in read(_NAMES.format(kinds=_KINDS[places]), bound)]
            known = entities.by_id(read, ids)
            counts = read(_NAMING, {"held": bound["held"], "most": entities.COUNTED, "ids": _ints(ids)})
            return [(known[row[0]], row[1]) for row in counts]

        return await self._database.reading(work)

    async def name(self, entity_id: int) -> tuple[int, int] | None:
        """Return the id and story of whom a name's id means, which may have been merged into another."""
        rows = await self._database.read(
            "SELECT coalesce(merged_into, id), story_id FROM entity WHERE id = ?", (entity_id,)
        )
        return tuple(rows[0]) if rows else None

    async def kept(self, story_id: int, held: Collection[int]) -> list[int]:
        """Return the facts of a story that only held ones supersede: for the world they are in force."""
        rows = await self._database.read(_KEPT, {"held": _ints(held), "story": story_id}) if held else []
        return [row[0] for row in rows]

    async def sources(self, state: StoryState, *, after: int = 0, limit: int) -> list[tuple[Source, int]]:
        """Return the sources that are shown, in order of id, and how many facts in force cite each itself."""

        def work(read: Read) -> list[tuple[Source, int]]:
            shown: dict[int, int] = {}
            last = after
            while len(shown) < limit:
                ids = [row[0] for row in read(_PAGE, (state.story.id, last, _AT_ONCE))]
                shown |= _shown_sources(read, state, ids)
                if len(ids) < _AT_ONCE:
                    break
                last = ids[-1]
            chosen = sorted(shown)[:limit]
            known = sources.by_id(read, chosen)
            return [(known[each], shown[each]) for each in chosen]

        return await self._database.reading(work)

    async def shows_source(self, state: StoryState, source_id: int) -> bool:
        """Tell whether something that is shown rests on a source."""
        return await self._database.reading(
            lambda read: source_id in _shown_sources(read, state, [source_id])
        )


def _state(read: Read, version: Version, now: str, until: str, before: PublicState | None) -> PublicState:
    last = before.changes if before is not None else 0
    known = before.stories if before is not None else {}
    entries = {row["story_id"]: (row["entry"], row["at"]) for row in read(_ENTRIES, (last,))}
    # A takedown in one story may take words from others, and a sheet may hold several stories.
    across = tuple(read(_ACROSS, (last,))[0])
    held: dict[int, set[int]] = {}
    for row in read(_HELD, (now,)):
        held.setdefault(row["story_id"], set()).add(row["fact_id"])
        until = min(until, row["due_at"])
    let_go = {row[0]: row[1] for row in read(_LET_GO, (now,))}
    stories = {}
    for row in read(_STORIES):
        story = story_of(row)
        was = known.get(story.id)
        own = (was.entry, was.changed) if was is not None else (0, story.opened_at)
        entry, at = max(own, entries.get(story.id, own), across)
        changed = max(at, let_go.get(story.id, ""))
        stories[story.id] = StoryState(story, entry, changed, frozenset(held.get(story.id, ())))
    copies = tuple(read(_COPIES)[0])
    return PublicState(version.changes, stories, (copies[0], copies[1]), now, until)


def _shown_sources(read: Read, state: StoryState, ids: Collection[int]) -> dict[int, int]:
    """Return those sources on which something that is shown rests, each with how many facts cite it."""
    held = _ints(state.held)
    counts = {row[0]: row[1] for row in read(_CITING, {"ids": _ints(ids), "held": held})}
    others = [each for each in ids if each not in counts]
    if others:
        beside = [row[0] for row in read(_BESIDE, {"story": state.story.id, "held": held})]
        bound = {"beside": Values(beside), "held": held}
        relaying = (each for each in others if each in beside or read(_RELAYS, {**bound, "source": each}))
        counts |= dict.fromkeys(relaying, 0)
    return counts


def _ints(ids: Collection[int]) -> Values[int]:
    return Values(sorted(ids))
