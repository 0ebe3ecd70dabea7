"""Check the PostgreSQL that holds the record: what it is, how far away, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.doctor.findings import LARGEST_SKEW, Finding, Verdict
from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.engines.postgres.health import Health

# Seconds of a round trip after which readers notice it; a page is asked for by about so many statements.
FAR, STATEMENTS = 0.005, 12
# A process holds two connections, and takes a third for a backup.
LEAST_FREE = 3
MOST_SHOWN = 3


async def examine(settings: Settings) -> list[Finding]:
    """Return findings on the server; none where the record is a file."""
    from bot.wiring import open_record

    if settings.storage.address is None:
        return []
    try:
        async with open_record(settings, create=False) as opened:
            from storage.engines.postgres.database import PostgresDatabase

            database = opened.database
            if not isinstance(database, PostgresDatabase):
                return []
            return list(findings(await database.health(datetime.now(UTC))))
    except RecordError:
        return [Finding(Verdict.SKIPPED, "server", "cannot be looked at before the record is sound")]


def findings(health: Health) -> Iterator[Finding]:
    """Yield what a server's state means to who runs a bot."""
    yield _server(health)
    yield _distance(health)
    yield _connections(health)
    yield _transactions(health)
    yield _indexes(health)
    yield _rights(health)
    yield _clock(health)


def _server(health: Health) -> Finding:
    name = f"PostgreSQL {health.version}"
    if health.read_only:
        advice = "it takes no changes, for it is read-only or a copy: name the one that is written to"
        return Finding(Verdict.FAIL, "server", f"{name}: {advice}")
    if health.ordered_otherwise:
        columns = _some(health.ordered_otherwise)
        advice = 'lists miss rows so: ALTER TABLE ... ALTER COLUMN ... TYPE text COLLATE "C" for each'
        return Finding(Verdict.FAIL, "server", f"{name} orders {columns} otherwise than here: {advice}")
    if not health.durable:
        advice = "a power cut there may destroy the record: switch fsync on"
        return Finding(Verdict.WARN, "server", f"{name} does not wait for its disk: {advice}")
    return Finding(
        Verdict.OK, "server", f"{name}, {health.encoding}, texts in the order of their code points"
    )


def _distance(health: Health) -> Finding:
    trip = health.trip * 1000
    page = f"{trip:.1f} ms for a round trip, so some {trip * STATEMENTS:.0f} ms a page"
    if health.trip > FAR:
        return Finding(Verdict.WARN, "distance", f"{page}: run the bot nearer to the server")
    return Finding(Verdict.OK, "distance", page)


def _connections(health: Health) -> Finding:
    crowd = health.crowd
    used = f"{crowd.used} of {crowd.most} connections of {crowd.whose} are in use"
    if crowd.most - crowd.used < LEAST_FREE:
        advice = "a process needs two, and one more for a backup: raise the limit, or let others end"
        return Finding(Verdict.WARN, "connects", f"{used}: {advice}")
    return Finding(Verdict.OK, "connects", used)


def _transactions(health: Health) -> Finding:
    if not health.long:
        return Finding(Verdict.OK, "open", "no transaction has been open for more than five minutes")
    named = _some([f"{each.name or 'process'} {each.process or ''}".strip() for each in health.long])
    text = f"open for {health.long[0].seconds / 60:,.0f} minutes: {named}"
    return Finding(Verdict.WARN, "open", f"{text}. Tables grow meanwhile: end what is forgotten")


def _indexes(health: Health) -> Finding:
    if not health.missing:
        return Finding(Verdict.OK, "indexes", "all are there")
    return Finding(Verdict.WARN, "indexes", f"missing, so that pages are slow: {'; '.join(health.missing)}")


def _rights(health: Health) -> Finding:
    if health.without_rights:
        tables = _some(health.without_rights)
        return Finding(
            Verdict.FAIL, "role", f"may not read or write {tables}: let it own the schema's tables"
        )
    if not health.upgradable:
        advice = "a newer version cannot bring the record up to date: let it own the schema's tables"
        return Finding(Verdict.WARN, "role", f"may read and write, but not change tables: {advice}")
    return Finding(Verdict.OK, "role", "may do all that is needed")


def _clock(health: Health) -> Finding:
    seconds = health.ahead.total_seconds()
    if abs(seconds) > LARGEST_SKEW:
        word = "behind" if seconds > 0 else "ahead of"
        advice = "set the one that is wrong, for example with: timedatectl set-ntp true"
        return Finding(Verdict.FAIL, "clock", f"{abs(seconds):,.0f} s {word} the server's: {advice}")
    return Finding(Verdict.OK, "clock", f"within {max(1, abs(seconds)):.0f} s of the server's")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return ", ".join(names[:MOST_SHOWN]) + more
