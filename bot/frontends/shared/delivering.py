"""The deliverer of a platform, built from the settings.

One parcel at a time is under way to each chat; later ones wait in the outbox. So a chat reads changes in the
order in which they were made, even when the first had to be tried again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.notices.delivering import Deliverer
from bot.notices.schedule import Spans
from bot.retrying import Sleep

if TYPE_CHECKING:
    from bot.metrics import Metrics
    from bot.notices.delivery_status import Transmitter
    from bot.notices.receipt_buffer import ReceiptBuffer
    from bot.pictures.sending.studio import Studio
    from bot.settings.sections import NoticeSettings
    from storage.record import Record

# Messages under way at once: paced, there are two or three, but some responses take long.
AT_ONCE = 64


def deliverer(
    settings: NoticeSettings,
    record: Record,
    transmitter: Transmitter,
    memory: ReceiptBuffer,
    metrics: Metrics,
    studio: Studio,
    *,
    sleep: Sleep = asyncio.sleep,
) -> Deliverer:
    """Return a platform's deliverer; before each look into the outbox it writes receipts.

    `studio` draws anew the pictures that were sent.
    """
    spans = Spans(gather=timedelta(seconds=settings.gather), retention=timedelta(days=settings.retention))
    made = Deliverer(
        record, transmitter, memory.flush, at_once=AT_ONCE, spans=spans, metrics=metrics, sleep=sleep
    )
    made.draw_in(studio)
    return made
