"""What is sent of a change: an event in JSON, made of the record when it is sent.

A change is told with the fact as it is now. Of a fact that is gone only the change that withdrew it is told,
and nothing of what it said. What may be seen, and how it reads, is decided where the API asks, too.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, NamedTuple

from bot.answers.addresses import Addresses
from bot.web.data import models
from bot.web.data.making import Maker, cursor
from bot.web.data.reading import gone_of
from bot.web.public import Found, Gone, PublicRecord
from storage.domain.entries import digest
from storage.domain.models import Ground, Notice, NoticeKind, RevisionKind, Story
from storage.record import Record
from storage.trail.stream import Place
from storage.webhooks.models import Webhook

VERSION = 1
# Bodies that are kept: of each story those that its ends are at.
MOST_KEPT = 256
_WITHDRAWN = {NoticeKind.RETRACTED, NoticeKind.TAKEN_DOWN}
_OTHERS = {"S": "source", "E": "name"}


class Event(NamedTuple):
    """An event: its id, the same however often it is sent, and its body."""

    id: str
    body: bytes


class Events:
    """Make events; `to` knows the addresses of pages."""

    def __init__(self, record: Record, to: Addresses) -> None:
        self._record = record
        self._public = PublicRecord(record)
        self._make = Maker(to)
        # All ends of a story are sent the same of a notice: as of an entry of the trail, the last made last.
        self._made: OrderedDict[tuple[int, int], tuple[int, bytes | None]] = OrderedDict()

    async def of(self, webhook: Webhook, notice: Notice) -> Event | None:
        """Return what a webhook is sent of a notice; None where nothing is to be told any more.

        It is of the last entry of the trail that was read, or of a later one.
        """
        key, entry = (webhook.story_id, notice.id), self._record.database.version_read.changes
        made_at, body = self._made.get(key, (-1, None))
        if made_at != entry or notice.reply is not None:
            body = await self._body(webhook, notice)
            self._made[key] = entry, body
            self._made.move_to_end(key)
            if len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)
        # A notice's id alone may be used again, once the last one was forgotten.
        event_id = digest("msg", [webhook.id, webhook.made_at, notice.id, notice.made_at])
        return None if body is None else Event(event_id, body)

    async def _body(self, webhook: Webhook, notice: Notice) -> bytes | None:
        story = await self._public.story_by_id(webhook.story_id)
        if not isinstance(story, Found):
            return None
        if notice.reply is not None:
            data = {"webhook": webhook.id, "story": story.value.name}
            return _event("webhook.test", notice.made_at, data)
        if notice.fact_id is None:
            return await self._taken_down(notice, story.value)
        found = await self._public.fact(notice.fact_id)
        if isinstance(found, Found):
            fact = self._make.fact(found.value, story.value.name)
            return await self._told(notice, story.value, fact=fact) if _stands(notice, fact) else None
        # What was held until it went is known to nobody.
        unheard = await self._record.notices.is_unheard(notice)
        if isinstance(found, Gone) and notice.kind is _withdrawing(found) and not unheard:
            return await self._told(notice, story.value, gone=gone_of(found))
        return None

    async def _told(
        self,
        notice: Notice,
        story: Story,
        *,
        fact: models.Fact | None = None,
        gone: models.Gone | None = None,
    ) -> bytes | None:
        number = notice.revision or 0
        revisions = await self._record.facts.revisions(notice.fact_id or 0, after=number - 1, limit=1)
        if not revisions:
            return None
        # As in the stream of changes, where what was held stands behind its entry.
        was_held = notice.due_at > notice.made_at
        known = max(notice.due_at, revisions[0].at) if was_held else revisions[0].at
        change = models.Change(
            id=f"F{notice.fact_id}.{number}",
            cursor=cursor(Place(known, notice.fact_id or 0, number)),
            story=story.name,
            at=known,
            kind=RevisionKind(notice.kind.value),
            reason=gone.reason if gone else revisions[0].reason,
            fact=fact,
            gone=gone,
        )
        what = f"fact.{notice.kind.value.replace(' ', '_')}"
        return _event(what, known, change.model_dump(mode="json"))

    async def _taken_down(self, notice: Notice, story: Story) -> bytes | None:
        """Return that a source or a name was taken down; what it was is not told."""
        down = await self._record.webhooks.taken_down(notice.audit_id)
        if down is None or down.subject[0] not in _OTHERS:
            return None
        gone = models.Gone(id=down.subject, text="", at=down.at, ground=Ground(down.ground), reason=None)
        data = {
            "story": story.name,
            "at": down.at,
            "kind": "taken down",
            "gone": gone.model_dump(mode="json"),
        }
        return _event(f"{_OTHERS[down.subject[0]]}.taken_down", down.at, data)


def _stands(notice: Notice, fact: models.Fact) -> bool:
    """Tell whether what a notice tells of a fact is so still."""
    if notice.kind is NoticeKind.SUPERSEDED:
        return fact.superseded_by is not None
    return notice.kind not in _WITHDRAWN


def _withdrawing(gone: Gone) -> NoticeKind | None:
    """Return which change made a fact gone; none for that of its story."""
    if gone.ground is not None:
        return NoticeKind.TAKEN_DOWN
    return NoticeKind.RETRACTED if gone.reason is not None else None


def _event(kind: str, at: str, data: dict[str, Any]) -> bytes:
    body = {"type": kind, "version": VERSION, "timestamp": at, "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
