"""The one place that builds the parts and joins them; nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher
    from bot.config import Settings
    from storage.record import Record


class Bot(NamedTuple):
    """What a front end is given: who answers, and the record behind the answers."""

    dispatcher: Dispatcher
    record: Record


@asynccontextmanager
async def open_record(settings: Settings, *, create: bool = True, threads: int = 1) -> AsyncIterator[Record]:
    """Open the record for the length of the block; raises storage.domain.errors.RecordError.

    `threads` is how many embed texts at once: more than one is for who has the machine to itself.
    """
    from storage.domain.leases import Leases
    from storage.record import Record
    from storage.search import embedding

    embedder = embedding.load if settings.search.vectors else None
    leases = Leases(settings.leases.role, settings.leases.delivery)
    record = await Record.open(
        settings.storage.path,
        leases,
        url=settings.storage.address,
        create=create,
        embedder=embedder,
        threads=threads,
    )
    try:
        yield record
    finally:
        await record.close()


@asynccontextmanager
async def open_stocked(settings: Settings, shipped: Callable[[str], None]) -> AsyncIterator[Record]:
    """Open the record as a start does: without any story it gets the first one, and `shipped` its title."""
    from storage.sheets.shipped import put_shipped

    async with open_record(settings) as record:
        title = await put_shipped(record)
        if title is not None:
            shipped(title)
        yield record


@asynccontextmanager
async def open_bot(settings: Settings, shipped: Callable[[str], None]) -> AsyncIterator[Bot]:
    """Open the record as `open_stocked` does and join to it the bot that answers from it."""
    from bot.commands import commands
    from bot.commands.dispatch import Dispatcher
    from bot.intake.watching.polling import Poller, polling
    from bot.questions.warming import warming
    from storage.search.filling import filling

    async with (
        open_stocked(settings, shipped) as record,
        filling(record.database, record.vectors, record.roles),
        warming(record.vectors),
    ):
        dispatcher = Dispatcher(record, commands, settings)
        poller = Poller(
            record,
            dispatcher.desk,
            dispatcher.roles.still_moderates,
            minutes=settings.intake.poll,
            retention=timedelta(days=settings.notices.retention),
            metrics=dispatcher.metrics,
        )
        try:
            async with polling(poller):
                yield Bot(dispatcher, record)
        finally:
            await dispatcher.desk.close()
