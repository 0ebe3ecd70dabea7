"""What `onrecord import` does: fact sheets, and what others publish in forms of their own, put on record."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import UserError
from bot.wiring import open_record

if TYPE_CHECKING:
    from bot.config import Settings
    from storage.record import Record
    from storage.sheets.claim_reviews import Reviews
    from storage.sheets.formats import Sheet

ACTOR = "operator"
MOST_SHOWN = 20


async def import_file(settings: Settings, path: Path, story: str | None, *, rehearse: bool = False) -> str:
    """Import a fact sheet and return a summary; raises InvalidSheet, RecordError.

    With `rehearse` the record stays as it is.
    """
    from storage.sheets import formats

    if not path.is_file():
        wrong = f"{path} is no plain file" if path.exists() else f"There is no fact sheet {path}"
        raise UserError(f"{wrong}: name a .toml or .jsonl file")
    # Nobody else waits for this process: the vectors are made with all that the machine has.
    async with open_record(settings, threads=os.cpu_count() or 1) as record:
        try:
            return "\n".join(await _import(record, formats.sheet_at(path), story, rehearse=rehearse))
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}. Nothing was imported") from error


async def import_claim_reviews(
    settings: Settings, where: str, story: str | None, *, rehearse: bool = False
) -> str:
    """Import the ClaimReviews of a file or an address, and return a summary: also of what was left out."""
    from bot.intake.claim_reviews import published_at
    from storage.sheets.takedowns import refs_of

    try:
        found = await published_at(where, settings.intake.hosts)
    except OSError as error:
        raise UserError(f"{where} cannot be read: {error.strerror}. Nothing was imported") from error
    reviews = found.reviews
    if not reviews.facts:
        raise UserError(
            "\n".join([f"{found.name} holds no ClaimReview that can be imported", *_left(reviews)])
        )
    async with open_record(settings, threads=os.cpu_count() or 1) as record:
        sheet = reviews.sheet(found.name, found.size)
        known = await record.stories.find(story or sheet.story)
        if known is not None:
            down = await refs_of(record.database, known.id)
            reviews = reviews.without(down, "was taken down here: it does not come back")
            sheet = reviews.sheet(found.name, found.size)
        told = await _import(record, sheet, story, rehearse=rehearse)
    return "\n".join([*told, *_left(reviews)])


async def _import(record: Record, sheet: Sheet, story: str | None, *, rehearse: bool) -> list[str]:
    """Import a sheet, and return lines on what was done, or would be."""
    from bot.frontends.terminal.progress import make_vectors, showing_progress
    from bot.operations import counted, printable
    from storage.sheets.again import kept_lines
    from storage.sheets.importing import import_entries

    with showing_progress("Importing", "lines read") as progress:
        done = await import_entries(
            record, sheet, story=story, actor=ACTOR, progress=progress, rehearse=rehearse
        )
    if not rehearse:
        await make_vectors(record)
    told = (
        f"{done.story.title}: {counted(done.added)} added, {done.updated} updated, {done.unchanged} unchanged"
    )
    head = [f"Nothing was changed. An import would do this: {told}" if rehearse else told]
    return head + [printable(line) for line in kept_lines(done.kept)]


def _left(reviews: Reviews) -> list[str]:
    """Return lines on what was left out, and why."""
    from bot.operations import printable

    if not (problems := reviews.problems):
        return []
    shown = [f"  {printable(problem)}" for problem in problems[:MOST_SHOWN]]
    more = [f"  ... and {len(problems) - MOST_SHOWN} more"] if len(problems) > MOST_SHOWN else []
    return [f"Left out, with {len(problems)} fault(s):", *shown, *more]
