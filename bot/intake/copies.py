"""Keeping copies of sources and writing them out: what `onrecord snapshot` does."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UserError
from bot.intake.article import Article
from bot.intake.fetching.fetcher import Fetched, Fetcher
from bot.intake.quotations import Quotations, dated, named, told
from bot.intake.reading.reader import read_article
from bot.intake.verbatim import Verdict
from bot.intake.warc import page_of
from storage.domain.models import Source
from storage.engines import files
from storage.record import Record
from storage.snapshots.snapshots import Bounds, Kept

if TYPE_CHECKING:
    from bot.settings.sections import IntakeSettings

_ID = re.compile(r"[Ss]([1-9][0-9]{0,14})")
# Facts that are read at once.
_PAGE = 200


async def keep_copy(record: Record, fetcher: Fetcher, source: Source, bounds: Bounds) -> Kept:
    """Fetch a source's page, read it and keep a copy.

    Raises UserError or RecordError, saying why; then nothing is kept.
    """
    if source.url is None:
        raise UserError(f"S{source.id} has no address: add one with /source S{source.id}")
    fetched, article = await fetch_article(fetcher, source.url)
    return await record.snapshots.keep(source.story_id, source.id, page_of(fetched, article), bounds)


async def fetch_article(fetcher: Fetcher, address: str) -> tuple[Fetched, Article]:
    """Fetch a page and read the article in it. Raises Unfetchable or Unreadable, saying why."""
    fetched = await fetcher.fetch(address)
    article = await read_article(fetched.body, media=fetched.media, url=fetched.url, charset=fetched.charset)
    return fetched, article


async def source_named(record: Record, text: str) -> Source:
    """Return the source that an id (`S1`) names. Raises UserError."""
    match = _ID.fullmatch(text.strip())
    if match is None:
        raise UserError(f"{text!r} is not a source's id: write it like S1")
    found = await record.sources.by_id([int(match[1])])
    if not found:
        raise UserError(f"S{match[1]} is not on record")
    return found[int(match[1])]


async def lines_on(record: Record, source: Source) -> list[str]:
    """Return lines on the copies of a source, and on the quotations from it; then the newest one's text."""
    copies = (await record.snapshots.of_sources([source.id])).get(source.id, [])
    if not copies:
        return [f"there is no copy of S{source.id}: make one with 'onrecord snapshot S{source.id} --fetch'"]
    lines = [f"{dated(each)}, {each.size:,} bytes of {each.media}, sha256 {each.digest}" for each in copies]
    lines += [f"  taken down in part: {dated(each)}" for each in copies if each.struck]
    others = await record.snapshots.like(source.id)
    lines += [f"the same address: {named(each)}" for each in others.elsewhere]
    lines += [f"nearly the same text: {named(each)}" for each in others.alike]
    lines += await _quotations(record, source)
    paragraphs = (await record.snapshots.paragraphs([copies[0].id]))[copies[0].id]
    return lines + [f"¶{number}  {each or '(taken down)'}" for number, each in enumerate(paragraphs, 1)]


def lines_on_kept(kept: Kept) -> list[str]:
    """Return lines on what became of a page that was fetched."""
    lines = [
        f"unchanged since the {dated(kept.snapshot)}" if kept.already else f"kept: {dated(kept.snapshot)}"
    ]
    if kept.before is not None:
        lines.append(f"its text has changed since the {dated(kept.before)}: both are kept")
    return lines


async def write_out(record: Record, source: Source, target: Path) -> str:
    """Write the copies of a source to a WARC file, the newest last; return a summary line."""
    copies = (await record.snapshots.of_sources([source.id])).get(source.id, [])
    pages = [page for each in reversed(copies) if (page := await record.snapshots.warc(each.id)) is not None]
    if not pages:
        raise UserError(f"There is no copy of S{source.id} whose page could be written")
    _write(target, pages)
    return f"{len(pages)} written to {target}"


def _write(target: Path, pages: Sequence[bytes]) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        with os.fdopen(files.begin(partial), "wb") as out:
            out.writelines(pages)
        files.put_in_place(partial, target)
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}. Nothing was changed") from error
    finally:
        partial.unlink(missing_ok=True)


async def _quotations(record: Record, source: Source) -> list[str]:
    """Return a line for each quotation or locator for which the copies have nothing."""
    quotations, after, sound, lines = Quotations(record), 0, 0, list[str]()
    while facts := await record.listings.citing(source.id, after=after, limit=_PAGE):
        for (fact_id, _position), found in (await quotations.check(facts)).items():
            if found.check.verdict is Verdict.VERBATIM and found.later is None:
                sound += 1
            else:
                lines.append(f"F{fact_id}: {told(found)}")
        after = facts[-1].id
    return [f"quotations that are verbatim in the copy: {sound}", *lines]


def bounds_of(settings: IntakeSettings) -> Bounds:
    """Return the bounds that the settings set."""
    return Bounds(settings.copies * 1_000_000, settings.retention)
