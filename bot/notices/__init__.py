"""Telling people what they did not just ask: from changes of the record to replies in the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.record import Record


async def find_what_to_tell(record: Record) -> None:
    """Look at what has changed since the last look, and put what somebody waits for into the outbox."""
    from bot.notices.question_alerts import tell_askers
    from bot.notices.review_notices import tell_moderators, tell_proposers

    await tell_askers(record)
    await tell_proposers(record)
    await tell_moderators(record)
