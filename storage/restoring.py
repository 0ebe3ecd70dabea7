"""Restore a backup: checked whole before anything is touched, then put in the record's place in one step."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from storage.domain.clock import Clock, utc_now
from storage.domain.errors import Refused, UnreadableRecord, UnwritableRecord
from storage.engines import files, migrations, replacing
from storage.engines.errors import translated
from storage.record import Record
from storage.takedown import copies
from storage.takedown.copies import TakenBefore


class Restored(NamedTuple):
    """What stands in the record's place now, and under which name what stood there before is kept, if any.

    `returned` names what had been taken down of the record that was replaced, and is on record again.
    """

    facts: int
    entries: int
    kept: Path | None
    returned: tuple[TakenBefore, ...] = ()

    @property
    def told(self) -> str:
        """Return lines that tell how to take down again what has returned; "" if nothing has."""
        head = "\nwhat was taken down after that backup is on record again; before the bot starts:"
        lines = [
            f"\n  onrecord takedown {each.subject} --story {each.story} --ground {each.ground}"
            for each in self.returned
        ]
        return "".join([head, *lines]) if lines else ""


async def restore(backup: Path, path: Path, *, clock: Clock = utc_now) -> Restored:
    """Put a backup, or a record that was kept, in the place of the record at `path`.

    It may also be there already, copied by hand. Raises RecordError, and then nothing has changed: there is
    no such file, it is damaged, foreign or too new, its trail does not hold, or the record is in use.
    """
    path = path.resolve()
    refuse_unfit(backup, path)
    partial = path.with_name(f"{path.name}.restoring")
    try:
        replacing.copy(backup, partial)
        facts, entries = await checked(backup, partial)
        replacing.mark(partial)
        returned = copies.not_taken_down(partial, path)
        with replacing.held(path):
            kept = path.with_name(f"{path.name}.replaced-{clock():%Y%m%dT%H%M%SZ}") if path.exists() else None
            replacing.put_in_place(partial, path, kept)
    except OSError as error:
        raise UnwritableRecord(
            f"{backup} cannot be restored to {path}: {error.strerror}. Nothing was changed"
        ) from error
    finally:
        replacing.remove(partial)
        # The backup itself holds what it held.
        for before in migrations.copies_before(partial):
            replacing.remove(before)
    return Restored(facts, entries, kept, returned)


def refuse_unfit(backup: Path, path: Path) -> None:
    """Raise Refused for a backup that is no file of its own."""
    if not backup.exists():
        raise Refused(f"There is no backup {backup}: name a file that 'onrecord backup' made")
    if not backup.is_file():
        what = "a folder" if backup.is_dir() else "a pipe or a device"
        raise Refused(f"{backup} is {what}: name a file that 'onrecord backup' made")
    if backup.stat().st_size == 0:
        raise Refused(f"{backup} is empty: name another backup")
    # A backup copied by hand beside what a killed process left has to be put right; nothing else gains by it.
    if path.exists() and backup.samefile(path) and not (migrations.is_backup(path) and _has_remains(path)):
        raise Refused(f"{backup} is the record itself: name a backup")


def _has_remains(path: Path) -> bool:
    return any(item.exists() for item in files.sidecars(path))


async def checked(backup: Path, partial: Path) -> tuple[int, int]:
    """Bring a copy of a backup up to date and check it; return how many facts and entries it holds.

    Raises UnreadableRecord.
    """
    try:
        with translated(partial):
            record = await Record.open(partial, create=False)
            try:
                problems = await record.database.check()
                trail = await record.audit.verify()
                facts = sum(
                    [await record.stories.count_facts(story.id) for story in await record.stories.all()]
                )
            finally:
                await record.close()
    except UnreadableRecord as error:
        # What is wrong is true of the backup, too; the advice is not.
        wrong = str(error).replace(str(partial), str(backup)).partition(". It was left")[0]
        raise UnreadableRecord(f"{wrong}: name another backup. Nothing was changed") from error
    if problems or trail.problem:
        wrong = "; ".join(problems[:3]) or f"its audit trail is broken: {trail.problem}"
        raise UnreadableRecord(f"{backup} is damaged ({wrong}): name another backup. Nothing was changed")
    return facts, trail.entries
