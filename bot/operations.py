"""Operations on the record: export, search, migrate, back up; import is beside it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from bot.errors import UserError
from bot.wiring import open_record, open_stocked
from storage.domain.folding import digits

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.domain.models import Fact
    from storage.record import Record

TRAIL_PAGE = 500


async def export_file(
    settings: Settings, target: Path | None, *, story: str | None, form: Literal["toml", "jsonl"], force: bool
) -> str:
    """Write a story's fact sheet to a file, else to standard output; return a summary line."""
    from storage.sheets.exporting import export_sheet

    if target is not None:
        _check_target(settings, target, force=force)
    async with open_stocked(settings, announce_first_story) as record:
        with _replacing(target) as out:
            count = await export_sheet(record, out, story=story, form=form)
    return f"{counted(count)} written to {target or 'standard output'}"


async def search(
    settings: Settings, queries: Iterator[str], out: TextIO, *, story: str | None, limit: int, as_lines: bool
) -> None:
    """Print the facts that match each query best; for a reader, as whole sentences with sources."""
    async with open_stocked(settings, announce_first_story) as record:
        story_id = await _story_id(record, story)
        for query in queries:
            found = await record.search.find(query, story_id=story_id, limit=limit)
            if as_lines:
                hits = [
                    {
                        "fact": f"F{hit.fact_id}",
                        "ref": hit.ref,
                        "score": round(hit.score, 4),
                        "statement": hit.statement,
                    }
                    for hit in found
                ]
                print(json.dumps({"query": query, "hits": hits}, ensure_ascii=False), file=out, flush=True)
            else:
                facts = {fact.id: fact for fact in await record.facts.load(hit.fact_id for hit in found)}
                rows = [f"{hit.score:6.2f}  {printable(fact_text(facts[hit.fact_id]))}" for hit in found]
                print("\n".join(rows) or "nothing on the record matches", file=out, flush=True)


async def show_outbox(settings: Settings, *, retry: bool, drop: bool) -> list[str]:
    """Retry or drop deliveries if asked; return lines on the outbox's depth and its failures."""
    from storage.domain.leases import later
    from storage.notifying.clock_back import SMALL

    async with open_record(settings, create=False) as record:
        lines = []
        if retry:
            lines.append(f"to be tried again: {await record.outbox.retry(record.ledger.now())}")
        if drop:
            lines.append(f"given up: {await record.outbox.drop(record.ledger.now())}")
        depth = await record.outbox.depth()
        states = ", ".join(f"{state} {count}" for state, count in sorted(depth.states.items()))
        lines.append(f"deliveries of open notices: {states or 'none'}")
        lines.append(f"oldest due since: {depth.oldest or 'nothing waits'}")
        lines.append(f"messages to be corrected: {depth.amendments}")
        lines.append(f"sent in the last hour: {await record.outbox.sent_since(_hour_ago(record))}")
        last = await record.audit.last_moment()
        if last > later(record.ledger.now(), SMALL):
            lines.append(f"the last change is dated {last}, which lies in the future: see onrecord doctor")
        failures = await record.outbox.failures(10)
    return lines + [f"  {item.chat}: {item.state}, {item.times}, {item.error}" for item in failures]


def _hour_ago(record: Record) -> str:
    from storage.domain.clock import moment_text

    return moment_text(record.ledger.clock() - timedelta(hours=1))


async def explain(settings: Settings, fact: str, chat: str, topic: int) -> list[str]:
    """Return the history of a fact's notices in a chat, as lines; raises UserError for an unknown fact."""
    from bot.notices.explaining import notice_history
    from storage.domain.names import clean

    chat = clean(chat)
    fact = digits(fact)
    if not re.fullmatch(r"[Ff][1-9]\d{0,14}", fact):
        raise UserError(f"{fact!r} is not a fact's id: write it like F7")
    async with open_record(settings, create=False) as record:
        found = await record.facts.find(int(fact[1:]))
        if found is None:
            raise UserError(f"{fact.upper()} is not on record")
        if await record.listeners.find(chat, topic) is None:
            # A Discord channel's address has a "#" before the id, which people often leave out.
            chat = re.sub(r"^discord:(?=\d)", "discord:#", chat)
        retention = timedelta(days=settings.notices.retention)
        notices = await record.notices.of_fact(found.id)
        rows = await notice_history(record, notices, chat, topic, retention=retention)
    return [f"{row.label}: {row.text}" for row in rows] or [f"{fact.upper()}: no notices are kept"]


async def print_trail(
    settings: Settings, out: TextIO, *, about: str | None, since: str | None, as_lines: bool
) -> None:
    """Print the entries of the audit trail, oldest first; raises UserError for an invalid filter."""
    from bot.answers.audit_rows import entry_item

    async with open_record(settings, create=False) as record:
        asked = await _trail_asked(record, about, since)
        names = await record.members.names()
        stories = {story.id: story.name for story in await record.stories.all()}
        after = 0
        while entries := await record.audit.listed(**asked, after=after, limit=TRAIL_PAGE):
            for entry in entries:
                if as_lines:
                    line = json.dumps(entry.model_dump(mode="json"), ensure_ascii=False)
                else:
                    item = entry_item(entry, names, stories.get(entry.story_id or 0))
                    line = printable(f"{item.label}  {item.text}")
                print(line, file=out)
            after = entries[-1].id
        if not after and not as_lines:
            print("no entry of the trail matches", file=out)
        out.flush()


async def _trail_asked(record: Record, about: str | None, since: str | None) -> dict[str, Any]:
    """Return the filter of the audit trail."""
    from bot.dates.reading import read
    from storage.domain import dates
    from storage.domain.names import clean

    asked: dict[str, Any] = {}
    if since is not None:
        reading = read(since, date.fromisoformat(record.ledger.now()[:10]))
        if reading is None or (earliest := dates.bounds(reading.edtf or "")[0]) is None:
            raise UserError(f"{since!r} is not a day: write it like 2026-11-24")
        asked["since"] = earliest
    if about is None:
        return asked
    about = digits(clean(about))
    if re.fullmatch(r"[FfSsDdEe][1-9]\d{0,14}", about):
        return asked | ({"fact_id": int(about[1:])} if about[0] in "Ff" else {"subject": about.upper()})
    if about.startswith("@"):
        address = await record.members.find_by_handle(about)
        if address is None:
            raise UserError(f"{about} has never been a moderator")
        return asked | {"actor": address}
    return asked | {"actor": about}


def fact_text(fact: Fact) -> str:
    """Return a fact in one line: id, attribution, source and state."""
    from bot.answers.sentences import sentence

    first = fact.attributions[0]
    place = f", {first.locator}" if first.locator else ""
    return f"F{fact.id}  {sentence(fact)} [S{first.source.id}{place}] ({fact.standing})"


async def migrate(settings: Settings) -> str:
    """Bring the record's schema up to date, creating it if there is none; return a summary line."""
    from storage.engines.migrations import KEPT, copies_before

    path = settings.storage.path
    before = _schema_version(path)
    async with open_record(settings) as record:
        after = await record.database.version()
    if settings.storage.address is not None:
        return f"{settings.storage.place}: schema {after}"
    if before == after:
        return f"{path}: schema {after}, nothing to do"
    if not before:
        return f"{path}: made, schema {after}"
    kept = "".join(f"\n{copy} is the record as it was: {KEPT}" for copy in copies_before(path))
    return f"{path}: schema {before} before, {after} now{kept}"


async def back_up(settings: Settings, target: Path, *, force: bool) -> str:
    """Copy the record while others read and write it; return a summary line: target and size.

    The copy appears complete or not at all. Raises UserError if the target exists and `force` is not given.
    """
    _check_target(settings, target, force=force)
    from storage.takedown import copies

    async with open_record(settings, create=False) as record:
        await copies.back_up(record.database, target, record.ledger.now())
        old = await copies.told(record.database)
    done = f"{settings.storage.place} backed up to {target} ({target.stat().st_size / 1e6:.1f} MB)"
    return "\n".join((done, *old))


async def show_copies(
    settings: Settings, source: str, target: Path | None, *, fetch: bool, force: bool
) -> list[str]:
    """Keep a copy of a source if asked to; write its copies to a file, else return them as lines."""
    from bot.intake import copies
    from bot.intake.fetching.fetcher import Fetcher
    from bot.intake.fetching.places import Gate

    if target is not None:
        _check_target(settings, target, force=force)
    async with open_record(settings, create=False) as record:
        found = await copies.source_named(record, source)
        lines = []
        if fetch:
            fetcher = Fetcher(Gate(settings.intake.hosts))
            kept = await copies.keep_copy(record, fetcher, found, copies.bounds_of(settings.intake))
            lines = copies.lines_on_kept(kept)
        if target is not None:
            return [*lines, await copies.write_out(record, found, target)]
        return [printable(line) for line in (*lines, *await copies.lines_on(record, found))]


async def take_down(
    settings: Settings, what: str, *, ground: str, story: str | None, agreed: Callable[[list[str]], bool]
) -> list[str]:
    """Take something down if `agreed` to, which is given lines about what will go; return what was done."""
    from bot.commands.editing.operator_takedown import take_down as carry_out
    from storage.takedown.copies import told

    async with open_record(settings, create=False) as record:
        if not await carry_out(record, what, ground=ground, story=story, agreed=agreed):
            return ["Nothing was changed"]
        return [f"{what} is taken down; a running bot puts right what it said", *await told(record.database)]


async def restore(settings: Settings, backup: Path) -> str:
    """Put a backup in the place of the record, which is kept; return a summary. Raises RecordError."""
    from storage.restoring import restore as put_in_place

    done = await put_in_place(backup, settings.storage.path)
    kept = f"; what stood there is kept as {done.kept.name}" if done.kept else ""
    trail = f"{counted(done.facts)} in force, entries of its trail: {done.entries}"
    return f"{settings.storage.path} restored from {backup} ({trail}){kept}{done.told}"


def counted(facts: int) -> str:
    """Return a number of facts in words."""
    return "1 fact" if facts == 1 else f"{facts} facts"


def announce_first_story(title: str) -> None:
    """Say on standard error that the first story has been put on record."""
    print(f"Put the first story on record: {printable(title)}", file=sys.stderr, flush=True)


async def _story_id(record: Record, name: str | None) -> int | None:
    if name is None:
        return None
    story = await record.stories.find(name)
    if story is None:
        names = ", ".join(each.name for each in await record.stories.all())
        raise UserError(f"There is no story {name!r} on record; there are: {names}")
    return story.id


def _check_target(settings: Settings, target: Path, *, force: bool) -> None:
    """Refuse to write where no new file can stand, or what stands there is not to be replaced."""
    from storage.engines.files import is_something_else, sidecars

    path = settings.storage.path
    if target.is_dir() and not target.is_symlink():
        raise UserError(f"{target} is a folder: name a file")
    if not target.parent.is_dir():
        raise UserError(f"There is no folder {target.parent}: make it first")
    if is_something_else(target):
        raise UserError(f"{target} is a link, a pipe or a device: name a file of its own")
    own = {item.resolve() for item in (path, *sidecars(path))}
    if target.resolve() in own or (target.exists() and path.exists() and target.samefile(path)):
        raise UserError(f"{target} is the record itself: name another file")
    if beside := [item.name for item in sidecars(target) if item.exists()]:
        raise UserError(
            f"{target} is a record in use, or one that was killed ({beside[0]}): name another file"
        )
    if target.exists() and not force:
        raise UserError(f"{target} exists: name another file, or add --force to replace it")


@contextlib.contextmanager
def _replacing(target: Path | None) -> Iterator[TextIO]:
    """Yield a stream whose text replaces the file when the block ends; an error leaves the file as it was."""
    from storage.engines import files

    if target is None:
        yield sys.stdout
        return
    partial = target.with_name(f"{target.name}.partial")
    try:
        with os.fdopen(files.begin(partial), "w", encoding="utf-8", newline="\n") as out:
            yield out
        files.put_in_place(partial, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}. Nothing was changed") from error
    finally:
        partial.unlink(missing_ok=True)


def _schema_version(path: Path) -> int:
    """Return the schema number in a file's header, 0 without one (sqlite.org/fileformat.html, byte 60)."""
    try:
        with path.open("rb") as file:
            return int.from_bytes(file.read(64)[60:64], "big")
    except OSError:
        return 0


def printable(text: str) -> str:
    """Return a text as one line for a terminal."""
    from bot.frontends.terminal.render import clean

    return clean(text).replace("\n", " ")
