"""Sending to webhooks beside the front ends: nothing is loaded, and no role held, before there is one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from storage.domain.errors import RecordError

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.metrics import Metrics
    from storage.record import Record

# Seconds between two looks whether there is a webhook.
LOOK_EVERY = 2.0

logger = logging.getLogger(__name__)


async def run(settings: Settings, metrics: Metrics, record: Record, stop: asyncio.Event) -> None:
    """Send to webhooks, once there are any, until `stop` is set; of several processes one does."""
    while not await _any(record):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
        if stop.is_set():
            return
    from bot.frontends.shared.role_lease import RoleLease
    from bot.frontends.shared.shutdown import run_until
    from bot.webhooks.sending import WebhookSender
    from bot.webhooks.terms import Terms

    lease = RoleLease(record, "webhook sender", metrics)
    sender = WebhookSender(record, Terms.of(settings), metrics=metrics)
    sender.may_send = lease.may_work
    await run_until(stop, lease.hold(sender.run), RecordError)


async def _any(record: Record) -> bool:
    """Tell whether there is a webhook, as far as the record can be read."""
    try:
        return bool(await record.webhooks.states())
    except RecordError as error:
        logger.warning("webhooks cannot be looked for: %s", error)
        return False
