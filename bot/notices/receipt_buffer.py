"""Buffer of receipts: which message cited which fact, so that corrections find it.

An answer does not wait for the disk: receipts are gathered and written once a second, all together. A crash
can lose those of the last second, never a delivery.
"""

from __future__ import annotations

import re

from bot.replies import Item, Reply
from storage.domain.errors import RecordError
from storage.notifying.receipts import SentMessage
from storage.record import Record

_FACT = re.compile(r"\bF[1-9]\d*+\b")
_QUESTION = re.compile(r"Q[1-9]\d*+")
# Between two flushes; receipts beyond that are dropped, to bound the memory.
MOST_GATHERED = 20_000


class ReceiptBuffer:
    """Gather receipts, and write them when asked to."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._gathered: list[tuple[str, int, tuple[int, ...], Reply, str, str]] = []

    def note(self, chat: str, topic: int, messages: tuple[int, ...], reply: Reply, language: str) -> None:
        """Gather the receipt of a reply that states or names facts, also proposed: they may be taken down."""
        kept = reply.without_quotes()
        if messages and len(self._gathered) < MOST_GATHERED and (kept.citations() or _names_any(kept)):
            self._gathered.append((chat, topic, messages, kept, language, self._record.ledger.now()))

    async def flush(self) -> None:
        """Write the receipts that were gathered."""
        gathered, self._gathered = self._gathered, []
        said = [
            SentMessage(chat, topic, messages, reply.cited_revisions, language, at, reply.model_dump_json())
            for chat, topic, messages, reply, language, at in gathered
        ]
        if not said:
            return
        try:
            await self._record.receipts.keep(said)
        except RecordError:
            self._gathered = gathered + self._gathered
            raise


def _names_any(reply: Reply) -> bool:
    """Tell whether a reply names a fact, as where it says why one was retracted, or a question."""
    texts = "\n".join(block.text for block in reply.blocks)
    return _FACT.search(texts) is not None or any(
        _QUESTION.fullmatch(block.label) for block in reply.blocks if isinstance(block, Item) and block.label
    )
