"""Reading the dates in drafts again once their source's date was mended: "on Tuesday" is another day then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.intake.finding.dating import dates
from bot.intake.finding.finding import gaps
from bot.intake.proposing import dated
from bot.intake.speech.layout import Span
from bot.intake.taking_in import day_of
from storage.domain.changes import Publish, loaded
from storage.domain.models import Source
from storage.record import Record
from storage.snapshots.articles import Intake, Waiting


async def read_dates_again(record: Record, source: Source) -> None:
    """Read the dates in waiting drafts of a source, where its date is another than they were read by."""
    for found in await record.articles.of_source(source.id):
        day = day_of(source.published)
        told = day.isoformat() if day else None
        if source.published is not None and told != found.told.get("published"):
            changes = await _changes(record, found, source)
            await record.articles.redate(found.id, told, changes)


async def _changes(record: Record, found: Intake, source: Source) -> dict[int, Publish]:
    """Return the changes of drafts that read otherwise now, by draft."""
    copy = await record.snapshots.paragraphs([found.snapshot_id] if found.snapshot_id is not None else [])
    paragraphs = next(iter(copy.values()), [])
    made: dict[int, Publish] = {}
    for waiting in await record.articles.waiting(found.id):
        before = loaded(waiting.draft.change)
        if isinstance(before, Publish) and (now := _redated(before, waiting, paragraphs, source)) != before:
            made[waiting.draft.id] = now
    return made


def _redated(change: Publish, waiting: Waiting, paragraphs: Sequence[str], source: Source) -> Publish:
    published = day_of(source.published)
    statement = change.fact.statement
    told = dated(dates(statement, Span(0, len(statement)), published))
    said = [each for text, gap in _beside(waiting.marks, paragraphs) for each in dates(text, gap, published)]
    first = change.fact.attributions[0].model_copy(update={"said": said[0].edtf if said else None})
    fact = change.fact.model_copy(
        update={
            "occurred": None,
            "date_note": None,
            **told,
            "attributions": (first, *change.fact.attributions[1:]),
        }
    )
    return change.model_copy(update={"fact": fact})


def _beside(marks: Mapping[str, Any], paragraphs: Sequence[str]) -> Iterator[tuple[str, Span]]:
    """Yield what stands beside the parts of a draft in the sentence with its cue."""
    for place in marks.get("places", ()):
        if place["paragraph"] <= len(paragraphs) and any(kind == "cue" for kind, *_at in place["parts"]):
            text = paragraphs[place["paragraph"] - 1]
            parts = [Span(start, end) for _kind, start, end in place["parts"]]
            yield from ((text, gap) for gap in gaps(Span(*place["shown"]), parts))
