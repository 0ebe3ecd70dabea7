"""Taking an article in: read, put on record as a source with a copy, and its drafts before the moderators.

All that may fail for long, fetching, reading and finding, comes before anything is written. Then there are
three writes: the source, the copy, the drafts. Whoever is interrupted between them begins again and finds
what is there already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from bot.errors import UserError
from bot.intake.desk import Desk, Material, ReadArticle
from bot.intake.finding.drafts import Found
from bot.intake.finding.finding import ENGLISH
from bot.intake.proposing import Known, Names, collapsed, names_in, proposals
from bot.parsing.articles import bare
from bot.parsing.matching import match_titled
from bot.texts import _, shortened
from storage.domain.changes import PutSource
from storage.domain.entries import ON_RECORD, SourceEntry
from storage.domain.errors import RecordError, Refused
from storage.domain.models import Source
from storage.record import Record
from storage.snapshots.articles import FoundDraft
from storage.snapshots.snapshots import Kept
from storage.trail.audit import Actor

LONGEST_TITLE = 120
logger = logging.getLogger(__name__)


class Task(NamedTuple):
    """An article that is to be taken in: its row, its story, by whom, and in which language they are told."""

    intake_id: int
    story_id: int
    by: Actor
    language: str
    material: Material


async def take_in(record: Record, desk: Desk, task: Task) -> None:
    """Take an article in; what goes wrong is noted with it, in words for people."""
    try:
        await _take_in(record, desk, task)
    except UserError as error:
        await record.articles.fail(task.intake_id, error.text)
    except Refused as error:
        await record.articles.fail(task.intake_id, f"{error}.")
    except RecordError as error:
        logger.warning("article A%d was not taken in: %s", task.intake_id, error)
    except Exception:
        logger.exception("article A%d was not taken in", task.intake_id)
        await record.articles.fail(task.intake_id, _("Something went wrong while it was read: try again."))


async def _take_in(record: Record, desk: Desk, task: Task) -> None:
    read = await desk.read(task.material)
    source = await _source_on_record(record, task, read)
    published = day_of(
        source.published if source is not None and source.published else read.article.published
    )
    found = await desk.find(read.article, published)
    await record.snapshots.refuse_without_room(read.page, desk.bounds)
    if source is None:
        source = await _new_source(record, task, read)
    earlier = await record.articles.of_source(source.id)
    kept = await record.snapshots.keep(task.story_id, source.id, read.page, desk.bounds)
    known = await _paragraphs_before(record, kept) if any(each.snapshot_id for each in earlier) else set()
    names = await _names(record, task.story_id, found)
    drafts = await asyncio.to_thread(
        lambda: list(proposals(read.article, found, names, task.story_id, source.ref))
    )
    new = [each for each in drafts if not _is_of(each, read.article.paragraphs, known)]
    told = {
        "language": found.language,
        "finder": found.finder,
        "unread": len(read.article.text) > found.read_to and found.language == ENGLISH,
        "published": published.isoformat() if published else None,
        "found": len(drafts),
        "new": len(new),
        "before": kept.before.id if kept.before is not None else None,
        "again": kept.already,
        "uncovered": _uncovered(read, found),
    }
    await record.articles.fill(task.intake_id, source.id, kept.snapshot.id, told, new, task.language)


async def _source_on_record(record: Record, task: Task, read: ReadArticle) -> Source | None:
    """Return the source that an article is on record as already: by its address, else by just its text."""
    ids: list[int] = []
    for address in dict.fromkeys(filter(None, (task.material.address, read.address))):
        ids = ids or await record.sources.at_address(task.story_id, address)
    if not ids and read.address is None:
        same = await record.snapshots.with_text(task.story_id, read.page.paragraphs)
        ids = [same.source_id] if same is not None and same.source_id is not None else []
    return (await record.sources.by_id(ids[:1]))[ids[0]] if ids else None


async def _new_source(record: Record, task: Task, read: ReadArticle) -> Source:
    article = read.article
    title = article.title or shortened(read.page.paragraphs[0], LONGEST_TITLE)
    published = day_of(article.published)
    entry = SourceEntry.model_validate(
        {
            "url": read.address if read.address and read.address.startswith("http") else None,
            "title": title,
            "publisher": article.publisher,
            "author": article.author,
            "published": published.isoformat() if published else None,
        },
        context=ON_RECORD,
    )
    made = await record.ledger.make(PutSource(story_id=task.story_id, source=entry), by=task.by)
    number = int(made.subject[1:])
    return (await record.sources.by_id([number]))[number]


async def _paragraphs_before(record: Record, kept: Kept) -> set[str]:
    """Return the paragraphs that the last copy had: what was found in them was put before people then."""
    before = kept.snapshot if kept.already else kept.before
    if before is None:
        return set()
    return set((await record.snapshots.paragraphs([before.id]))[before.id])


def _is_of(draft: FoundDraft, paragraphs: Sequence[str], known: set[str]) -> bool:
    """Tell whether a draft stands in paragraphs that were there before, word for word."""
    places = [place["paragraph"] for place in draft.marks["places"]]
    return bool(places) and all(paragraphs[number - 1] in known for number in places)


async def _names(record: Record, story_id: int, found: Found) -> Names:
    """Return what is on record of the names in an article."""
    exact: dict[str, Known] = {}
    near: dict[str, list[Known]] = {}
    speakers = {bare(draft.speaker.name)[1] for draft in found.drafts}
    for name in sorted(names_in(found)):
        ids = await record.entities.named(story_id, name)
        if len(ids) == 1:
            exact[name] = (await _known(record, ids))[0]
        elif name in speakers:
            alike = ids or match_titled(name, await record.names.resembling(story_id, name)).entity_ids
            near[name] = await _known(record, alike[:2])
    return Names(exact, near)


async def _known(record: Record, ids: Iterable[int]) -> list[Known]:
    wanted = list(ids)
    found = await record.entities.by_id(wanted)
    return [Known(found[each].ref, found[each].name) for each in wanted]


def _uncovered(read: ReadArticle, found: Found) -> list[list[int]]:
    """Return where quoted passages stand that no draft covers: paragraph, begin and end in it."""
    spans, text, rows = read.article.spans, read.article.text, list[list[int]]()
    for each in found.uncovered:
        begin, end = spans[each.paragraph - 1]
        start, stop = max(each.at.start, begin), min(each.at.end, end)
        if start < stop:
            rows.append([each.paragraph, collapsed(text, begin, start), collapsed(text, begin, stop)])
    return rows


def day_of(edtf: str | None) -> date | None:
    """Return the day that a date tells, None where it is open."""
    try:
        return date.fromisoformat((edtf or "")[:10])
    except ValueError:
        return None
