"""Notices: what is to be told of a change, and when it is let go; `deliveries` writes to whom."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from storage.domain.clock import moment_text, read_moment
from storage.domain.models import Notice
from storage.engines.database import Database, Row, Transaction
from storage.engines.values import Values
from storage.notifying import listeners
from storage.notifying.deliveries import OWN, Audience, amend, fan_out, tell_only

# More than a fact has.
ALL = 2**31
_COLUMNS = "id, audit_id, kind, made_at, due_at, story_id, fact_id, revision, material, reply, released_at"
# In these very words, for that is how SQLite knows that the index of open notices serves.
OPEN = "state IN ('new', 'fanned out')"
_NEW = f"{OPEN} AND state = 'new'"
# Whether one of several notices does not wait for others.
_URGENT = "max(CASE WHEN urgent = 1 OR kind = 'retracted' THEN 1 ELSE 0 END)"


class Waiting(NamedTuple):
    """The changes that are due and not let go yet: when the first and the last were, and if one is urgent."""

    first: str
    last: str
    urgent: bool


class Released(NamedTuple):
    """Changes that were let go together: when, and if one of them is urgent."""

    at: str
    urgent: bool


class Notices:
    """Find notices and fan them out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_id(self, ids: Collection[int]) -> list[Notice]:
        """Return notices in the order in which they were made."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM notice WHERE id IN (SELECT value FROM ints(?)) ORDER BY id",
            (Values(ids),),
        )
        return [_notice(row) for row in rows]

    async def of_fact(self, fact_id: int, *, after: int = 0, limit: int = ALL) -> list[Notice]:
        """Return the notices of a fact behind one, oldest first; without a limit all."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM notice WHERE fact_id = ? AND id > ? ORDER BY id LIMIT ?",
            (fact_id, after, limit),
        )
        return [_notice(row) for row in rows]

    async def since(self, story_id: int, audit_id: int, now: str, limit: int) -> list[Notice]:
        """Return the notices of a story's changes after an entry of the audit trail, oldest first.

        What is still held is left out.
        """
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM notice WHERE story_id = ? AND audit_id > ? AND due_at <= ?"
            " AND state <> 'dropped' ORDER BY id LIMIT ?",
            (story_id, audit_id, now, limit),
        )
        return [_notice(row) for row in rows]

    async def delivered(self, notice_id: int, listener_id: int) -> tuple[str, str | None, str | None] | None:
        """Return the state, moment and error of a notice's delivery to a listener, None if there is none."""
        rows = await self._database.read(
            "SELECT state, changed_at, error FROM delivery WHERE notice_id = ? AND listener_id = ?",
            (notice_id, listener_id),
        )
        return tuple(rows[0]) if rows else None

    async def amended(self, notice_id: int, chat: str) -> tuple[int, int]:
        """Return how many of a chat's messages were put right because of a notice, and how many will be."""
        rows = await self._database.read(
            "SELECT state FROM amendment WHERE chat = ? AND notice_id = ? AND state <> 'given up'",
            (chat, notice_id),
        )
        done = sum(row[0] == "sent" for row in rows)
        return done, len(rows) - done

    async def state(self, notice_id: int) -> str:
        """Return whether a notice is new, fanned out, done or dropped."""
        return str((await self._database.read("SELECT state FROM notice WHERE id = ?", (notice_id,)))[0][0])

    async def waiting(self, now: str) -> Waiting | None:
        """Return which changes are due and not let go; None if there are none.

        Also those that a clock, put back since, says were made later than now: they are made now.
        """
        rows = await self._database.read(
            f"SELECT min(due_at), max(due_at), max(made_at), {_URGENT} FROM notice"
            f" WHERE {_NEW} AND ((released_at IS NULL AND due_at <= :now) OR made_at > :now)",
            {"now": now},
        )
        first, last, made, urgent = rows[0]
        if first is None:
            return None
        if made > now:
            await self._redate(now)
            return await self.waiting(now)
        return Waiting(first, last, bool(urgent))

    async def released(self, since: str, now: str, limit: int) -> list[Released]:
        """Return the last changes that were let go since a moment, to be told, the latest first."""
        rows = await self._database.read(
            f"SELECT released_at, {_URGENT} FROM notice WHERE released_at > ? AND released_at <= ?"
            " AND state <> 'dropped' GROUP BY released_at ORDER BY released_at DESC LIMIT ?",
            (since, now, limit),
        )
        return [Released(row[0], bool(row[1])) for row in rows]

    async def release(self, now: str) -> None:
        """Let all changes go that are due: they are told together."""
        async with self._database.transaction() as tx:
            await tx.run(
                "UPDATE notice SET released_at = :now"
                f" WHERE {_NEW} AND released_at IS NULL AND due_at <= :now",
                {"now": now},
            )

    async def next_new(self, now: str) -> Notice | None:
        """Return the notice that is due and to be fanned out next, None if none is: first what is let go."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM notice WHERE {_NEW} AND due_at <= ?"
            " ORDER BY CASE WHEN released_at IS NULL THEN 1 ELSE 0 END, due_at, id LIMIT 1",
            (now,),
        )
        return _notice(rows[0]) if rows else None

    async def chats_of_author(self, audit_id: int | None) -> frozenset[str]:
        """Return the private chats of whoever made the change of an entry of the trail."""
        rows = await self._database.read(OWN, {"entry": audit_id})
        return frozenset(row[0] for row in rows)

    async def _redate(self, now: str) -> None:
        """Let notices be made now, and held from now on, that a clock put back since says will be made."""
        async with self._database.transaction() as tx:
            ahead = await tx.fetch(
                f"SELECT id, made_at, due_at FROM notice WHERE {_NEW} AND made_at > ?", (now,)
            )
            due = {
                row["id"]: read_moment(now) + (read_moment(row["due_at"]) - read_moment(row["made_at"]))
                for row in ahead
            }
            await tx.run_many(
                "UPDATE notice SET made_at = ?, due_at = ? WHERE id = ?",
                [(now, moment_text(moment), notice) for notice, moment in due.items()],
            )

    async def first_held(self, now: str) -> int | None:
        """Return the first entry of the audit trail whose notice is still held."""
        rows = await self._database.read(
            f"SELECT min(audit_id) FROM notice WHERE {OPEN} AND state = 'new' AND due_at > ?", (now,)
        )
        return rows[0][0] if rows else None

    async def words_asked(self, story_id: int) -> list[str]:
        """Return all words that subscriptions of a story, and filters of any chat, ask for."""
        rows = await self._database.read(
            "SELECT words FROM subscription WHERE story_id = ? AND words IS NOT NULL"
            " UNION SELECT words FROM listener WHERE words IS NOT NULL ORDER BY words",
            (story_id,),
        )
        return [row[0] for row in rows]

    async def fan_out(
        self, notice: Notice, *, entities: Collection[int], words: Collection[str], now: str
    ) -> bool:
        """Write the next deliveries of a notice, in one transaction; tell whether that was the last of it.

        `entities` are those that its fact names, `words` those asked for that it holds.
        """
        audience = Audience(entities, words)
        # A step that a power cut undoes is run again; what is being sent is marked by a durable transaction.
        async with self._database.transaction(durable=False) as tx:
            return await tx.work(lambda rows: fan_out(rows, notice, audience, now))

    async def drop(
        self, notice: Notice, now: str, *, instead: Notice | None = None, only: Audience | None = None
    ) -> None:
        """Tell of a notice to nobody, or to some `only`; with `instead`, that one tells how the fact is left.

        Messages that cited the fact are put right all the same.
        """
        async with self._database.transaction() as tx:
            await tx.work(lambda rows: amend(rows, notice, now))
            await tx.run("UPDATE notice SET state = 'dropped' WHERE id = ? AND state = 'new'", (notice.id,))
            await tx.run(
                "UPDATE delivery SET state = 'given up', error = 'taken back', changed_at = ?"
                " WHERE notice_id = ? AND state IN ('due', 'held', 'failed')",
                (now, notice.id),
            )
            if instead is not None:
                await tx.run("UPDATE notice SET revision = ? WHERE id = ?", (notice.revision, instead.id))
            if only is not None:
                await tx.work(lambda rows: tell_only(rows, notice, only, now))

    async def is_unheard(self, notice: Notice) -> bool:
        """Tell whether nobody has been told that the fact of a notice came on record: that was dropped."""
        rows = await self._database.read(
            "SELECT DISTINCT CASE WHEN state = 'dropped' THEN kind ELSE 'told' END FROM notice"
            " WHERE fact_id = ? AND id < ?",
            (notice.fact_id, notice.id),
        )
        before = {row[0] for row in rows}
        return "published" in before and "told" not in before

    async def publish(self, notice: Notice) -> None:
        """Let a notice tell of its fact as one that is new on record: nobody has been told of it before."""
        async with self._database.transaction() as tx:
            await tx.run("UPDATE notice SET kind = 'published', material = 1 WHERE id = ?", (notice.id,))

    async def held_before(self, notice: Notice) -> Notice | None:
        """Return the first earlier notice of the same fact that is held: nobody has been told of it yet."""
        rows = await self._database.read(
            f"SELECT {_COLUMNS} FROM notice WHERE fact_id = ? AND state = 'new' AND fanned_to = 0"
            " AND id < ? ORDER BY id LIMIT 1",
            (notice.fact_id, notice.id),
        )
        return _notice(rows[0]) if rows else None


async def post(
    tx: Transaction, chat: str, reply: str, at: str, language: str | None = None, *, topic: int = 0
) -> None:
    """Put a ready-made reply (JSON) to one chat or topic into the outbox."""
    listener_id = await listeners.ensure(tx, chat, topic, language)
    rows = await tx.fetch(
        "INSERT INTO notice (kind, made_at, due_at, reply, state) VALUES ('reply', ?, ?, ?, 'fanned out')"
        " RETURNING id",
        (at, at, reply),
    )
    # A chat that takes no messages is not asked for the sake of each.
    await tx.run(
        "INSERT INTO delivery (notice_id, listener_id, state) SELECT :notice, id,"
        " CASE WHEN paused IS NOT NULL AND open_at > :now THEN 'held' ELSE 'due' END"
        " FROM listener WHERE id = :listener",
        {"notice": rows[0][0], "listener": listener_id, "now": at},
    )


def _notice(row: Row) -> Notice:
    return Notice(**dict(row))
