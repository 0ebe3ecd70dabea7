"""The changes of facts in the order in which they became known: what is told to whoever asks what is new.

A change becomes known with its entry of the trail. What a new fact that was held brought with it becomes
known when its notice was due, all at once: nobody who has read up to a moment has missed what came out later.

The trail may be ahead of the clock, by which notices are due (see `AuditEntryWriter`). What was held then has
the place of its entry, and what stands behind that place is told only once the held fact is let go.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.domain.models import Revision
from storage.engines.database import Database, Read, Row
from storage.engines.values import Values

# Of one request, so many changes are looked at for those of the stories asked for.
LOOKED_AT = 2_000
_HELD = "n.kind = 'published' AND n.due_at > n.made_at"
# Neither a fact that was held when it changed, nor what its entry did to others.
_AT_ONCE = f"""
NOT EXISTS (SELECT 1 FROM notice n WHERE n.fact_id = r.fact_id AND {_HELD} AND n.due_at >= a.at)
AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.audit_id = r.audit_id AND {_HELD})
"""
_BEHIND = """
(a.at > :at OR (a.at = :at AND (r.fact_id > :fact OR (r.fact_id = :fact AND r.number > :number))))
"""
_FOLLOWING = f"""
SELECT a.at AS known, r.fact_id, r.number, ({_AT_ONCE}) AS at_once
FROM audit a CROSS JOIN revision r WHERE r.audit_id = a.id AND a.at >= :at AND {_BEHIND}
ORDER BY a.at, r.fact_id, r.number LIMIT :looked_at
"""
# Where what a notice holds back stands in the stream: where it is due, or its entry if the trail was ahead.
_KNOWN = "CASE WHEN a.at > n.due_at THEN a.at ELSE n.due_at END AS known"
# What was held, and was due by now: all that a new fact's entry did, and what was done to it meanwhile.
_LET_GO = f"""
WITH held (known, audit_id, fact_id, due_at) AS (
    SELECT {_KNOWN}, n.audit_id, n.fact_id, n.due_at FROM notice n JOIN audit a ON a.id = n.audit_id
    WHERE {_HELD} AND n.state <> 'dropped' AND n.due_at <= :now {{bounds}} {{ahead}}
)
SELECT h.known, r.fact_id AS fact_id, r.number AS number
FROM held h JOIN revision r ON r.audit_id = h.audit_id
WHERE {{behind}}
UNION
SELECT h.known, r.fact_id, r.number FROM held h JOIN revision r ON r.fact_id = h.fact_id AND r.at <= h.due_at
WHERE {{behind}}
ORDER BY known {{order}}, fact_id {{order}}, number {{order}} LIMIT :looked_at
"""
# Entries that were ahead are few, and noted: of all others the moment at which they are due is the later one.
_AHEAD = f"""
UNION
SELECT {_KNOWN}, n.audit_id, n.fact_id, n.due_at
FROM audit_clock c CROSS JOIN audit a CROSS JOIN notice n
WHERE a.id = c.audit_id AND n.audit_id = a.id AND a.at >= :at
    AND {_HELD} AND n.state <> 'dropped' AND n.due_at <= :now
"""
_SINCE = _LET_GO.format(
    bounds="AND n.due_at >= :at",
    ahead=_AHEAD,
    behind="(h.known > :at OR (h.known = :at AND (r.fact_id > :fact"
    " OR (r.fact_id = :fact AND r.number > :number))))",
    order="",
)
_LAST_LET_GO = _LET_GO.format(bounds="AND n.story_id = :story", ahead="", behind="1 = 1", order="DESC")
# The first place at which something stands that is held still.
_HELD_STILL = f"""
SELECT min(CASE WHEN a.at > n.due_at THEN a.at ELSE n.due_at END)
FROM notice n JOIN audit a ON a.id = n.audit_id WHERE {_HELD} AND n.state = 'new' AND n.due_at > :now
"""
_OF_STORY = f"""
SELECT a.at AS known, r.fact_id, r.number FROM audit a CROSS JOIN revision r
WHERE r.audit_id = a.id AND a.story_id = :story AND {_AT_ONCE}
ORDER BY a.id DESC, r.fact_id DESC, r.number DESC LIMIT :limit
"""
# A sheet of several stories is imported under one entry, which names one of them.
_IMPORTED = """
SELECT a.at AS known, r.fact_id, r.number FROM audit a CROSS JOIN revision r
WHERE r.audit_id = a.id AND a.action = 'imported' AND a.story_id <> :story
ORDER BY a.id DESC, r.fact_id DESC, r.number DESC LIMIT :looked_at
"""
_REVISIONS = """
SELECT f.story_id, r.fact_id, r.number, r.at, r.kind, r.actor, r.reason, r.material, r.state
FROM revision r JOIN fact f ON f.id = r.fact_id
WHERE (r.fact_id, r.number) IN (SELECT one, two FROM int_pairs(:wanted))
AND f.story_id IN (SELECT value FROM ints(:stories)) ORDER BY r.fact_id, r.number
"""


class Place(NamedTuple):
    """A place in the stream: the moment at which a change became known, its fact and revision."""

    known: str
    fact: int = 0
    number: int = 0


BEGINNING = Place("0000-01-01T00:00:00.000000Z")
_ENDLESS = Place("9999-12-31T23:59:59.999999Z")


class Known(NamedTuple):
    """A change, the place where it stands, and its story."""

    place: Place
    story: int
    revision: Revision


class Following(NamedTuple):
    """Changes behind a place, oldest first; `up_to` is the last place looked at, `more` if others follow."""

    changes: list[Known]
    up_to: Place
    more: bool


class Stream:
    """Read the changes of facts as they became known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def following(
        self, stories: Collection[int], since: Place = BEGINNING, *, now: str, limit: int
    ) -> Following:
        """Return the changes of some stories that became known behind a place, until now (UTC text)."""
        bound = {**_bound(since), "now": now, "looked_at": LOOKED_AT}

        def work(read: Read) -> Following:
            rows = read(_FOLLOWING, bound)
            let_go = read(_SINCE, bound)
            # Beyond the last place up to which both were read, the other might still have something.
            ends = [_place(found[-1]) for found in (rows, let_go) if len(found) == LOOKED_AT]
            held = read(_HELD_STILL, bound)[0][0]
            # Nobody gets beyond what they would miss.
            barred = Place(held) if held is not None else _ENDLESS
            end = min(ends, default=None)
            if end is not None and end >= barred:
                end = None
            up_to = end or barred
            places = sorted({*(_place(row) for row in rows if row["at_once"]), *map(_place, let_go)})
            within = [each for each in places if each <= up_to]
            chosen = _of(read, within, stories)
            if len(chosen) > limit:
                return Following(chosen[:limit], chosen[limit - 1].place, True)
            seen = (place for row in rows if (place := _place(row)) <= up_to)
            last = max([since, *within, *seen])
            return Following(chosen, end or last, end is not None)

        return await self._database.reading(work)

    async def newest(self, story_id: int, *, now: str, limit: int) -> list[Known]:
        """Return the changes of a story that became known last, the last first."""
        bound = {"story": story_id, "now": now, "limit": limit, "looked_at": LOOKED_AT}

        def work(read: Read) -> list[Known]:
            rows = [row for sql in (_OF_STORY, _IMPORTED, _LAST_LET_GO) for row in read(sql, bound)]
            places = sorted(set(map(_place, rows)), reverse=True)
            found = {each.place: each for each in _of(read, places, [story_id])}
            return [found[place] for place in places if place in found][:limit]

        return await self._database.reading(work)


def _of(read: Read, places: list[Place], stories: Collection[int]) -> list[Known]:
    """Return the changes at some places, those of some stories, in the places' order."""
    bound = {
        "wanted": Values((place.fact, place.number) for place in places),
        "stories": Values(sorted(stories)),
    }
    found = {}
    for row in read(_REVISIONS, bound):
        fields = dict(row)
        found[row["fact_id"], row["number"]] = fields.pop("story_id"), Revision(**fields)
    return [Known(place, *found[place[1:]]) for place in places if place[1:] in found]


def _place(row: Row) -> Place:
    return Place(row["known"], row["fact_id"], row["number"])


def _bound(place: Place) -> dict[str, object]:
    return {"at": place.known, "fact": place.fact, "number": place.number}
