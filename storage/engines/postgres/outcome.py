"""Commit, and find out how that went where the connection was lost meanwhile; nothing is ever done twice.

A transaction has a number, and the server knows of each number whether it was committed. So a change that was
kept is no error, one that was not is told as such, and only where the server stays away is it not known.
"""

from __future__ import annotations

import asyncio

import psycopg

from storage.domain.errors import RecordError, UnreachableRecord, UnsureRecord
from storage.engines.database import VERSION, Version
from storage.engines.postgres.connection import Link, Plain

# Asked for before the commit: afterwards it is too late.
_ABOUT = VERSION.replace(
    " FROM lookup_version", ", CAST(pg_current_xact_id_if_assigned() AS TEXT) FROM lookup_version"
)
# How often the server is asked how it went, with seconds in between.
ATTEMPTS, PAUSE = 20, 0.5
_UNSURE = (
    "The connection to {place} was lost while a change was being kept: look whether it was before you make"
    " it again"
)


class _Lost(Exception):
    """The connection was lost; the number of the transaction, and the version that it would have made."""

    def __init__(self, transaction: str, version: Version) -> None:
        self.transaction, self.version = transaction, version
        super().__init__(transaction)


async def commit(link: Link) -> Version:
    """Commit, and return the version of the record that is so made.

    Raises UnreachableRecord where nothing was kept, and UnsureRecord where that is not known.
    """
    try:
        return await link.run(_commit)
    except _Lost as lost:
        return await asyncio.shield(_look_up(link, lost))


def _commit(plain: Plain) -> Version:
    *version, transaction = plain.execute(_ABOUT).fetchall()[0]
    made = Version(*version)
    try:
        plain.execute("COMMIT")
    except psycopg.OperationalError as error:
        if transaction is None or not plain.closed:
            raise
        raise _Lost(transaction, made) from error
    return made


async def _look_up(link: Link, lost: _Lost) -> Version:
    for _attempt in range(ATTEMPTS):
        status = None
        try:
            status = await link.run(lambda plain: _status(plain, lost.transaction), begins=True)
        except RecordError:
            # It may be starting again.
            status = None
        if status == "committed":
            return lost.version
        if status == "aborted":
            raise UnreachableRecord(link.place.lost())
        await asyncio.sleep(PAUSE)
    raise UnsureRecord(_UNSURE.format(place=link.place.shown))


def _status(plain: Plain, transaction: str) -> str | None:
    found = plain.execute("SELECT pg_xact_status(CAST(%s AS xid8))", (transaction,)).fetchall()
    return None if found[0][0] is None else str(found[0][0])
