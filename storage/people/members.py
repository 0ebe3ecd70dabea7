"""Moderators, their stories and when they were appointed. Owners are named by the settings, not here."""

from __future__ import annotations

import sqlite3
from typing import Any

from storage.domain.changes import Appoint, Dismiss
from storage.domain.errors import AlreadyDone
from storage.domain.models import Action, Frozen
from storage.engines.kept import Kept
from storage.engines.sqlite import Database, Read, Statements
from storage.people.accounts import linked_to, person_behind
from storage.trail.audit import AuditEntryWriter

_IN_OFFICE = "SELECT * FROM member WHERE dismissed_at IS NULL"


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
        rows = await self._database.read(
            "SELECT address FROM member WHERE lower(handle) = ? ORDER BY id DESC LIMIT 1",
            (handle.removeprefix("@").casefold(),),
        )
        return str(rows[0][0]) if rows else None

    async def names(self) -> dict[str, str]:
        """Return the names of all present and past moderators, by address."""
        rows = await self._database.read("SELECT address, handle, name FROM member ORDER BY id")
        return {row["address"]: _called(row) for row in rows}


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
        "UPDATE member SET dismissed_at = ? WHERE address = ? AND story_id IS ? AND dismissed_at IS NULL"
        " RETURNING id",
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


def _called(row: sqlite3.Row) -> str:
    return f"@{row['handle']}" if row["handle"] else row["name"] or row["address"]


def _member(row: sqlite3.Row) -> Member:
    return Member(**{key: row[key] for key in ("address", "story_id", "handle", "name", "appointed_at")})
