"""What the settings say of webhooks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.answers.addresses import Addresses
from bot.notices.schedule import Spans

if TYPE_CHECKING:
    from bot.config import Settings


class Terms(NamedTuple):
    """What the settings say: which hosts may be private, who is told, in which language, where pages are."""

    hosts: Collection[str]
    owners: Sequence[str]
    language: str
    pages: Addresses
    spans: Spans

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """Return the terms in the settings."""
        notices = settings.notices
        spans = Spans(timedelta(seconds=notices.gather), timedelta(days=notices.retention))
        pages = Addresses(settings.web.url or "")
        return cls(settings.webhooks.hosts, settings.owners, settings.language, pages, spans)
