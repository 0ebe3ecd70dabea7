"""The story that comes with the program: put on record where there is none yet."""

from __future__ import annotations

from importlib import resources

from storage.record import Record
from storage.sheets.importing import import_sheet

FIRST_STORY = "belarus.toml"


async def put_shipped(record: Record) -> str | None:
    """Put the shipped story on record if there is none yet; return its title if it did."""
    if await record.stories.all():
        return None
    with resources.as_file(resources.files("storage") / "stories" / FIRST_STORY) as path:
        imported = await import_sheet(record, path, actor="onrecord")
    return imported.story.title
