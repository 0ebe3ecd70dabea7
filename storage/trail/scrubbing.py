"""Scrubbing: after a takedown nothing of its words is left in the bytes of the record's files.

SQLite overwrites what is deleted (`secure_delete`), but pages that were free before it was told to, what it
moved within a page, segments of the full-text index and the WAL may still hold words. So the index is
merged into one segment, the file is written anew from what the record holds, and the WAL is emptied. That
holds other writers up for about a second for each 50 MB; a takedown is rare. The record remembers how far
it was scrubbed, so that what a kill or a long reader has prevented is made up for.

On PostgreSQL the tables are written anew. What the server's own log, its archive and its standbys hold is
gone when they have been written over: that is the operator's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from storage.domain.errors import BusyRecord, RecordError
from storage.engines.database import LONGEST_WAIT, Database, Dialect, Statements

# The last takedown, where it came after what was done.
_DUE = (
    "SELECT max(audit_id) FROM tombstone HAVING max(audit_id) >"
    " coalesce((SELECT audit_id FROM progress WHERE name = ?), 0)"
)
_DONE = (
    "INSERT INTO progress VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET audit_id = excluded.audit_id"
    " WHERE progress.audit_id < excluded.audit_id"
)
# What is done, in this order; each is not done twice.
_REWRITTEN, _SCRUBBED = "rewritten", "scrubbed"
# Seconds to wait for those who read an older state: others cannot write meanwhile.
LONGEST_READER = 0.2

logger = logging.getLogger(__name__)


async def is_due(database: Database) -> bool:
    """Tell whether something was taken down since the record's files were scrubbed."""
    return bool(await database.read(_DUE, (_SCRUBBED,)))


async def scrub(database: Database) -> bool:
    """Remove what is left of what was taken down; return False where it has to be tried again later.

    Then somebody reads an older state of the record, or writes to it for long, or its disk is full.
    """
    try:
        for name, work in _STEPS[database.dialect]:
            for row in await database.read(_DUE, (name,)):
                await database.outside(work)
                async with database.transaction() as tx:
                    await tx.run(_DONE, (name, row[0]))
    except RecordError as error:
        logger.warning("what was taken down is not scrubbed from the record's files yet: %s", error)
        return False
    return True


def _rewrite(tx: Statements) -> None:
    # A segment of the index keeps a word that is gone until it is merged with the one that says so.
    tx.run("INSERT INTO fact_text (fact_text) VALUES ('optimize')")
    # In memory it would need as much as the file has.
    tx.run("PRAGMA temp_store = FILE")
    try:
        tx.run("VACUUM")
    finally:
        tx.run("PRAGMA temp_store = MEMORY")


def _empty_wal(tx: Statements) -> None:
    tx.run(f"PRAGMA busy_timeout = {LONGEST_READER * 1000:.0f}")
    try:
        busy, _pages, _written = tx.fetch("PRAGMA wal_checkpoint(TRUNCATE)")[0]
    finally:
        tx.run(f"PRAGMA busy_timeout = {LONGEST_WAIT * 1000:.0f}")
    if busy:
        raise BusyRecord("somebody reads what the record was before")


def _write_anew(tx: Statements) -> None:
    tables = tx.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    longest = tx.fetch("SELECT current_setting('lock_timeout')")[0][0]
    # Who waits to write a table anew keeps all others from it meanwhile.
    tx.run(f"SET lock_timeout = {LONGEST_READER * 1000:.0f}")
    try:
        tx.run(f"VACUUM (FULL, ANALYZE) {', '.join(row[0] for row in tables)}")
    finally:
        tx.run(f"SET lock_timeout = '{longest}'")


_STEPS: Mapping[Dialect, Sequence[tuple[str, Callable[[Statements], None]]]] = {
    "sqlite": ((_REWRITTEN, _rewrite), (_SCRUBBED, _empty_wal)),
    "postgres": ((_SCRUBBED, _write_anew),),
}
