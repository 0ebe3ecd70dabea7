"""Check this machine: settings, record, audit trail, disk."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import holds_secret
from bot.doctor.findings import LARGEST_SKEW, Finding, Verdict
from storage.domain.clock import read_moment
from storage.domain.errors import RecordError
from storage.engines.files import others_may_read, sidecars
from storage.engines.migrations import copies_before

if TYPE_CHECKING:
    from bot.config import Settings

# Below this many free bytes a backup or an import may no longer fit.
LEAST_FREE = 200 * 1024 * 1024


def owners(settings: Settings) -> Finding:
    """Tell how many owners there are."""
    if settings.owners:
        return Finding(Verdict.OK, "settings", f"read and understood; owners: {len(settings.owners)}")
    return Finding(
        Verdict.OK, "settings", 'read and understood; no owners yet (owners = ["telegram:<your id>"])'
    )


async def record(settings: Settings) -> Finding:
    """Check that the record is there and sound."""
    from bot.wiring import open_record

    path, place = settings.storage.path, settings.storage.place
    if settings.storage.address is None and not path.exists():
        if path.parent.is_dir():
            return Finding(Verdict.OK, "record", f"{path} does not exist yet; the first start makes it")
        return Finding(
            Verdict.FAIL, "record", f"the folder {path.parent} does not exist: make it, or set storage.path"
        )
    try:
        async with open_record(settings, create=False) as opened:
            problems = await opened.database.check()
            version = await opened.database.version()
            stories = [story.name for story in await opened.stories.all()]
    except RecordError as error:
        return Finding(Verdict.FAIL, "record", str(error))
    if problems:
        advice = "stop the bot and restore the last sound backup (onrecord restore FILE)"
        return Finding(Verdict.FAIL, "record", f"{place} is damaged ({'; '.join(problems[:3])}): {advice}")
    default = settings.story.default
    if default is not None and default not in stories:
        known = ", ".join(stories[:8])
        advice = f"story.default is {default!r}, and no story on record is named so: set it to one of {known}"
        return Finding(Verdict.WARN, "record", advice)
    return Finding(Verdict.OK, "record", f"{place} is sound; schema {version}, stories: {len(stories)}")


async def trail(settings: Settings) -> Finding:
    """Verify the audit trail's chain, and that it does not end in the future.

    The last hash is printed, to be kept elsewhere and compared.
    """
    from bot.wiring import open_record

    try:
        async with open_record(settings, create=False) as opened:
            found = await opened.audit.verify()
            last, now = await opened.audit.last_moment(), opened.ledger.clock()
    except RecordError:
        return Finding(Verdict.SKIPPED, "audit", "cannot be looked at before the record is sound")
    if found.problem is not None:
        advice = "stop the bot, keep a copy of the file and compare it with a backup"
        return Finding(Verdict.FAIL, "audit", f"the chain is broken: {found.problem}. {advice}")
    holds = f"entries: {found.entries}, the chain holds; it ends in {found.head[:16]}"
    if found.earlier is not None:
        # Whoever wrote down the last hash of an earlier version compares it with this one.
        entry, head = found.earlier
        holds = f"{holds}; until entry {entry}, which chained the trail anew, it ended in {head[:16]}"
    if last and (ahead := (read_moment(last) - now).total_seconds()) > LARGEST_SKEW:
        advice = (
            "set this machine's clock if it is behind, for example with: timedatectl set-ntp true. If it is"
            " right, it was ahead when the change was made: notices and corrections go out all the same, but"
            " until then every change is dated later than it is made"
        )
        return Finding(
            Verdict.FAIL, "audit", f"{holds}; the last is dated {ahead:,.0f} s ahead, {last}: {advice}"
        )
    return Finding(Verdict.OK, "audit", holds)


async def copies(settings: Settings) -> Finding:
    """Name the copies of the record that still hold what was taken down since they were made.

    Those that an upgrade has kept are told by `kept_copies`.
    """
    from bot.wiring import open_record
    from storage.takedown.copies import holding

    try:
        async with open_record(settings, create=False) as opened:
            old = await holding(opened.database)
    except RecordError:
        return Finding(Verdict.SKIPPED, "backups", "cannot be looked at before the record is sound")
    upgraded = {copy.resolve() for copy in copies_before(settings.storage.path)}
    old = [copy for copy in old if copy.path not in upgraded]
    if not old:
        which = "no other copy" if upgraded else "no copy"
        return Finding(Verdict.OK, "backups", f"{which} that is known holds what was taken down")
    named = ", ".join(f"{copy.path} ({copy.made_at[:16].replace('T', ' ')} UTC)" for copy in old)
    advice = "delete them when you can; until then let nobody else read them"
    return Finding(
        Verdict.WARN, "backups", f"made before a takedown, they hold what was taken down: {named}: {advice}"
    )


async def meaning(settings: Settings) -> Finding:
    """Tell whether questions find facts by what they mean, and how many facts can be found so."""
    from bot.wiring import open_record

    if not settings.search.vectors:
        advice = "with search.vectors = true they are found by what they mean, too"
        return Finding(Verdict.OK, "meaning", f"facts are found by their words alone: {advice}")
    try:
        async with open_record(settings, create=False) as opened:
            await opened.vectors.ready()
            state = await opened.vectors.state()
    except RecordError:
        return Finding(Verdict.SKIPPED, "meaning", "cannot be looked at before the record is sound")
    if state.model is None:
        return Finding(Verdict.WARN, "meaning", f"facts are found by their words alone: {state.reason}")
    done = f"{state.made:,} of {state.made + state.waiting:,} facts have vectors ({state.model})"
    advice = "; a running bot makes the others" if state.waiting else ""
    return Finding(Verdict.OK, "meaning", f"{done}{advice}")


def record_rights(settings: Settings) -> Finding:
    """Check that nobody else on this machine may read the record."""
    path = settings.storage.path
    wide = [item for item in (path, *sidecars(path)) if others_may_read(item)]
    if not wide:
        return Finding(Verdict.OK, "rights", "no other user of this machine may read the record")
    command = shlex.join(["chmod", "600", *map(str, wide)])
    return Finding(Verdict.WARN, "rights", f"other users of this machine may read the record: {command}")


def kept_copies(settings: Settings) -> Finding | None:
    """Tell of copies that an upgrade has kept of the record as it was; None if there are none."""
    kept = copies_before(settings.storage.path)
    if not kept:
        return None
    command = shlex.join(["rm", *map(str, kept)])
    text = (
        "an upgrade kept the record as it was, with every word of it, whatever is taken down later. Once it"
        f" is not needed: {command}"
    )
    return Finding(Verdict.WARN, "copies", text)


def settings_rights(config: Path | None) -> Finding:
    """Check that nobody else on this machine may read a settings file that holds a token."""
    if config is None or not others_may_read(config) or not holds_secret(config):
        text = "no settings file with a token may be read by other users of this machine"
        return Finding(Verdict.OK, "rights", text)
    command = shlex.join(["chmod", "600", str(config)])
    text = f"{config} holds a token, and other users of this machine may read it: {command}"
    return Finding(Verdict.WARN, "rights", text)


def disk(settings: Settings) -> Finding:
    """Check that there is room for the record and its copies."""
    path = settings.storage.path
    try:
        free = shutil.disk_usage(path.absolute().parent).free
        needed = max(LEAST_FREE, path.stat().st_size if path.exists() else 0)
    except OSError as error:
        return Finding(
            Verdict.FAIL, "disk", f"the disk of {path} cannot be looked at ({error.strerror}): check the path"
        )
    shown = f"{free / 1e6:,.0f} MB free"
    if free < needed:
        return Finding(
            Verdict.FAIL,
            "disk",
            f"only {shown}, {needed / 1e6:,.0f} MB are wanted: make room or move the record",
        )
    return Finding(Verdict.OK, "disk", shown)
