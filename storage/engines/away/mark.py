"""What marks a record that was moved away, on both engines: a number that no migration has, and a row.

An older program takes it for a newer one's record, and leaves it alone. What still has it open is refused
by a trigger on each table.
"""

from __future__ import annotations

from typing import NamedTuple

from storage.domain.errors import MovedRecord

# Added to the number of the last migration.
MOVED = 1_000_000
TABLE = "CREATE TABLE moved (place TEXT NOT NULL, at TEXT NOT NULL, done INTEGER NOT NULL)"
WRITE = "INSERT INTO moved (place, at, done) VALUES (?, ?, 0)"
DONE = "UPDATE moved SET done = 1"
READ = "SELECT place, at, done FROM moved"
# Which entry of the trail is the last one: whoever has it too has the same record, or what became of it.
HEAD = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"
HAS = "SELECT 1 FROM audit WHERE id = ? AND hash = ?"
# An entry of the trail and its hash; None for a trail without any.
Head = tuple[int, str] | None
_HEAD = "The record "
_MOVED = (
    "The record in {here} was moved to {place} on {day} UTC. It was left as it was: set {key} to where it is"
    " now. 'onrecord move --unlock' makes it a record again, without what has changed there since"
)
_BEGUN = (
    "The record in {here} was being moved to {place} when that was cut short. It was left as it was: run"
    " 'onrecord move --to {place}' again, which ends the move or begins it anew"
)


class Mark(NamedTuple):
    """Where a record was moved to, and when; not `done` while the move has yet to end."""

    place: str
    at: str
    done: bool


def told(here: str, mark: Mark) -> str:
    """Return what is told to whoever opens what is left of a record, or writes to it."""
    key = "storage.url" if "://" in mark.place else "storage.path"
    return (_MOVED if mark.done else _BEGUN).format(
        here=here, place=mark.place, day=mark.at[:16].replace("T", " "), key=key
    )


def refusal(here: str, mark: Mark) -> MovedRecord:
    """Return the error of opening what is left of a record that was moved away."""
    return MovedRecord(told(here, mark))


def locked(here: str, place: str) -> str:
    """Return what is told to a process that still has it open, and writes to it."""
    where = f"{_HEAD}in {here} was moved to {place}"
    return f"{where}: start again with settings that name that. Nothing was changed"


def tells(error: BaseException) -> bool:
    """Tell whether a trigger's error says that a record was moved away."""
    return str(error).startswith(_HEAD)
