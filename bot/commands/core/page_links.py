"""The facts in replies lead to their pages on the web, where there is one for each."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable

from bot.commands.core.context import Policy
from bot.replies import Modal, Reply
from storage.domain.errors import RecordError
from storage.engines.memo import Memo
from storage.record import Record

# What is made of a reply is found by the very reply: it has to be the same one each time.
_LINKED: Memo[Reply] = Memo(200)


async def linked(
    record: Record, policy: Policy, answering: Awaitable[Reply | Modal | None]
) -> Reply | Modal | None:
    """Return an answer; if all facts in it have a page of their own, it tells where those are."""
    reply, pages = await answering, policy.pages
    if pages is None or not isinstance(reply, Reply) or not reply.facts:
        return reply
    with contextlib.suppress(RecordError):
        if await record.public.all_addressed(reply.facts, record.ledger.now()):
            return _LINKED.of(reply, pages.origin, lambda: reply.model_copy(update={"pages": pages.origin}))
    return reply
