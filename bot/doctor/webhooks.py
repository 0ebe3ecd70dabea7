"""Looking at webhooks: how they stand, and whether their secrets can be made."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.doctor.findings import Finding, Verdict
from storage.domain.errors import RecordError
from storage.engines.files import others_may_read
from storage.webhooks.keys import MissingKey
from storage.webhooks.models import State, Webhook

if TYPE_CHECKING:
    from bot.config import Settings


async def examine(settings: Settings) -> Finding | None:
    """Tell how webhooks stand, and what to do where nothing can be sent; None if there are none."""
    from bot.wiring import open_record

    try:
        async with open_record(settings, create=False) as record:
            standing = await record.webhooks.standing()
            states = await record.webhooks.states()
            key = record.webhooks.keys.path
            unsigned = []
            for each in standing:
                try:
                    record.webhooks.secrets(each)
                except MissingKey:
                    unsigned.append(str(each.id))
    except RecordError:
        return Finding(Verdict.SKIPPED, "webhooks", "cannot be looked at before the record is sound")
    if not standing:
        return None
    told = ", ".join(f"{count} {how}" for how, count in states.items())
    if unsigned:
        advice = f"put {key} back, or send /webhook secret and the number: {', '.join(unsigned)}"
        return Finding(
            Verdict.FAIL, "webhooks", f"{told}; the key that secrets are made of is missing: {advice}"
        )
    return _told(told, standing, key)


def _told(told: str, standing: Sequence[Webhook], key: Path) -> Finding:
    """Return how webhooks stand whose secrets can be made."""
    if others_may_read(key):
        command = shlex.join(["chmod", "600", str(key)])
        return Finding(
            Verdict.WARN, "webhooks", f"{told}; other users may read the key of their secrets: {command}"
        )
    failing = [each for each in standing if each.failure and each.state is State.ON]
    if trouble := [f"{each.id} ({each.failure})" for each in failing]:
        return Finding(Verdict.WARN, "webhooks", f"{told}; not taken by {', '.join(trouble)}: see /webhook")
    if paused := [f"{each.id} ({each.reason})" for each in standing if each.state is State.PAUSED]:
        waits = f"nothing is sent to {', '.join(paused)} until an owner sends /webhook on"
        return Finding(Verdict.WARN, "webhooks", f"{told}; {waits}")
    return Finding(Verdict.OK, "webhooks", told)
