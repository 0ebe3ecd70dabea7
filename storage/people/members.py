"""Moderators, their stories and when they were appointed. Owners are named by the settings, not here."""

from __future__ import annotations

from typing import Any

from storage.domain.changes import Appoint, Dismiss
from storage.domain.errors import AlreadyDone
from storage.domain.models import Action, Frozen
from storage.engines.database import Database, Read, Row, Statements
from storage.engines.kept import Kept
from storage.people.accounts import linked_to, person_behind
from storage.trail.audit import AuditEntryWriter

_IN_OFFICE = "SELECT * FROM member WHERE dismissed_at IS NULL"
# What somebody was called when they were appointed, and behind it what they were called last.
_NAMES = """
SELECT address, handle, name, 0 AS met, id FROM member
UNION ALL SELECT address, handle, name, 1, 0 FROM called WHERE :met = 1 ORDER BY met, id, address
"""
_MEET = """
INSERT INTO called (address, handle, name) VALUES (:address, :handle, :name)
ON CONFLICT (address) DO UPDATE SET handle = excluded.handle, name = excluded.name
"""
_MEET_ANOTHER = """
INSERT INTO called (address, handle, name) SELECT :address, :handle, :name
WHERE NOT EXISTS (SELECT 1 FROM member WHERE address = :address AND coalesce(handle, name) IS NOT NULL)
ON CONFLICT (address) DO NOTHING
"""
_BY_HANDLE = """
SELECT address, 0 AS met, id FROM member WHERE lower(handle) = :handle
UNION ALL SELECT address, 1, 0 FROM called WHERE lower(handle) = :handle
ORDER BY met, id DESC, address LIMIT 1
"""


class Member(Frozen):
    """A moderator: of one story, or of all (`story_id` None)."""

    address: str
    appointed_at: str
    story_id: int | None = None
    handle: str | None = None
    name: str | None = None


class Members:
    """Find and list moderators."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._in_office = Kept(database, _in_office)
        self._met: dict[str, tuple[str | None, str | None]] = {}

    async def moderates(self, address: str, story_id: int | None, *, surely: bool = False) -> bool:
        """Tell whether a person moderates a story; with `story_id` None, all of them.

        Every request asks this, so the answer comes from memory, which another process may be a moment
        ahead of; `surely` asks the file.
        """
        offices = await self._in_office.get(surely=surely)
        return (address, None) in offices or (story_id is not None and (address, story_id) in offices)

    async def holds_office(self, address: str) -> bool:
        """Tell whether a person moderates any story."""
        return any(address == held for held, _story in await self._in_office.get(surely=True))

    async def moderating(self, story_id: int) -> list[str]:
        """Return the people who moderate a story, in order of address."""
        offices = await self._in_office.get(surely=True)
        return sorted({address for address, story in offices if story in (None, story_id)})

    async def page(self, *, after: str = "", limit: int) -> list[Member]:
        """Return the moderators in office in order of address after `after`; one may have several stories."""
        rows = await self._database.read(
            f"{_IN_OFFICE} AND address IN (SELECT DISTINCT address FROM member"
            " WHERE dismissed_at IS NULL AND address > ? ORDER BY address LIMIT ?)"
            " ORDER BY address, story_id",
            (after, limit),
        )
        return [_member(row) for row in rows]

    async def find_by_handle(self, handle: str) -> str | None:
        """Return the address of the present or past moderator of an @name; the one appointed last."""
        rows = await self._database.read(_BY_HANDLE, {"handle": handle.removeprefix("@").casefold()})
        return str(rows[0][0]) if rows else None

    async def names(self, *, met: bool = True) -> dict[str, str]:
        """Return the names of all present and past moderators, by address.

        With `met`, those by which the bot met them last, and those of all others who keep the record.
        """
        rows = await self._database.read(_NAMES, {"met": int(met)})
        return {row["address"]: _called(row) for row in rows}

    async def meet(self, address: str, handle: str | None, name: str | None, *, known: bool = False) -> None:
        """Remember what somebody who keeps the record is called.

        Who is `known` by another account keeps the name that they have there. It is written once for each
        name that this process meets.
        """
        called = (handle, name)
        if called == (None, None) or self._met.get(address) == called or (known and address in self._met):
            return
        async with self._database.transaction() as tx:
            await tx.run(
                _MEET_ANOTHER if known else _MEET, {"address": address, "handle": handle, "name": name}
            )
        self._met[address] = called


def _in_office(read: Read) -> frozenset[tuple[str, int | None]]:
    return frozenset((row["address"], row["story_id"]) for row in read(_IN_OFFICE))


def appoint(tx: Statements, trace: AuditEntryWriter, change: Appoint) -> str:
    """Make a person a moderator; return their address. Raises AlreadyDone if they are one.

    An account that acts as somebody stands for them.
    """
    person = person_behind(tx, change.address)
    rows = tx.fetch(
        "INSERT INTO member (address, story_id, handle, name, appointed_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING RETURNING id",
        (person, change.story_id, change.handle, change.name, trace.at),
    )
    if not rows:
        raise AlreadyDone(f"{_named(change)} is a moderator there already")
    after: dict[str, Any] = {"handle": change.handle}
    if accounts := linked_to(tx, person):
        # Until now the trail may have known nothing of them.
        after["accounts"] = accounts
    trace.close(tx, Action.APPOINTED, person, story_id=change.story_id, after=after)
    return person


def dismiss(tx: Statements, trace: AuditEntryWriter, change: Dismiss) -> str:
    """Dismiss a moderator; return their address. Raises AlreadyDone if they are not a moderator."""
    person = person_behind(tx, change.address)
    rows = tx.fetch(
        "UPDATE member SET dismissed_at = ? WHERE address = ? AND coalesce(story_id, 0) = coalesce(?, 0)"
        " AND dismissed_at IS NULL RETURNING id",
        (trace.at, person, change.story_id),
    )
    if not rows:
        raise AlreadyDone(_nowhere(person, change))
    trace.close(tx, Action.DISMISSED, person, story_id=change.story_id)
    return person


def _nowhere(person: str, change: Dismiss) -> str:
    if change.story_id is None:
        return f"{person} is no moderator of all stories: to dismiss them of one, name it"
    return f"{person} is no moderator of that story"


def _named(change: Appoint) -> str:
    return f"@{change.handle}" if change.handle else change.name or change.address


def _called(row: Row) -> str:
    return f"@{row['handle']}" if row["handle"] else row["name"] or row["address"]


def _member(row: Row) -> Member:
    return Member(**{key: row[key] for key in ("address", "story_id", "handle", "name", "appointed_at")})
