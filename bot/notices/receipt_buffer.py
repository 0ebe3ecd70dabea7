"""Buffer of receipts: which message cited which fact, so that corrections find it.

An answer does not wait for the disk: receipts are gathered and written once a second, all together. A crash
can lose those of the last second, never a delivery.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.replies import Item, Reply
from storage.domain.errors import RecordError
from storage.engines.memo import Memo
from storage.notifying.receipts import SentMessage
from storage.record import Record

_FACT = re.compile(r"\bF[1-9]\d*+\b")
_QUESTION = re.compile(r"Q[1-9]\d*+")
# Between two flushes; receipts beyond that are dropped, to bound the memory.
MOST_GATHERED = 20_000


class _Kept(NamedTuple):
    """What receipts keep of a reply: the facts that it cites by revision, and itself as JSON."""

    facts: dict[int, int]
    text: str


_KEPT: Memo[_Kept | None] = Memo(200)


class ReceiptBuffer:
    """Gather receipts, and write them when asked to."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._gathered: list[SentMessage] = []

    def note(
        self,
        chat: str,
        topic: int,
        messages: tuple[int, ...],
        reply: Reply,
        language: str,
        stated: tuple[frozenset[int], ...] = (),
    ) -> None:
        """Gather the receipt of a reply that states or names facts, also proposed: they may be taken down.

        `stated` are the facts that each of several messages states.
        """
        if not messages or reply.unkept or len(self._gathered) >= MOST_GATHERED:
            return
        # A picture is too large to be remembered with all that it was in.
        kept = _kept(reply) if reply.picture else _KEPT.of(reply, None, lambda: _kept(reply))
        if kept is not None:
            now = self._record.ledger.now()
            said = SentMessage(
                chat, topic, messages, kept.facts, language, now, kept.text, stated, reply.past
            )
            self._gathered.append(said)

    async def flush(self) -> None:
        """Write the receipts that were gathered."""
        gathered, self._gathered = self._gathered, []
        if not gathered:
            return
        try:
            await self._record.receipts.keep(gathered)
        except RecordError:
            self._gathered = gathered + self._gathered
            raise

    async def forget(self, chat: str, message: int) -> None:
        """Forget a message that was deleted: it is corrected no more."""
        self._gathered = [said for said in self._gathered if said.chat != chat or said.messages != (message,)]
        await self._record.receipts.forget([(chat, message)])


def _kept(reply: Reply) -> _Kept | None:
    """Return what is kept of a reply; None if nothing of it may ever have to be corrected."""
    own = reply.without_quotes()
    # A page that states nothing may take the place of one that does.
    if not own.cited_revisions and not own.citations() and not _names_any(own) and own.page is None:
        return None
    return _Kept(own.cited_revisions, own.model_dump_json())


def _names_any(reply: Reply) -> bool:
    """Tell whether a reply names a fact, as where it says why one was retracted, or a question."""
    texts = "\n".join(block.text for block in reply.blocks)
    return _FACT.search(texts) is not None or any(
        _QUESTION.fullmatch(block.label) for block in reply.blocks if isinstance(block, Item) and block.label
    )
