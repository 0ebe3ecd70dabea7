"""One look at a feed: may it be polled, has it changed, and what does it name now."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from yarl import URL

from bot.intake.feed import Feed
from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.fetcher import FEEDS, PAGES, Fetched, Fetcher
from bot.intake.fetching.robots import may_poll
from bot.intake.reading.reader import read_feed
from bot.texts import _
from storage.snapshots.feeds import Sent

# Servers that know no type of a feed send it as they can; what it is shows when it is read.
_MEDIA = FEEDS | PAGES | {"application/octet-stream"}
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
# Longer marks of a version are not sent back.
LONGEST_MARK = 500


class Looked(NamedTuple):
    """What a look at a feed has found, and what its server is to be told at the next one."""

    feed: Feed
    etag: str | None
    modified: str | None

    @property
    def sent(self) -> Sent:
        """Return what is kept of it."""
        keys = dict.fromkeys(key for entry in self.feed.entries for key in entry.keys)
        return Sent(self.feed.title, self.etag, self.modified, tuple(keys))


async def look(
    fetcher: Fetcher,
    address: str,
    *,
    etag: str | None = None,
    modified: str | None = None,
    allowed: bool = False,
) -> Looked | None:
    """Return what a feed holds; None if it has not changed. Raises Unfetchable or Unreadable, saying why.

    `etag` and `modified` are what its server told with what it sent last; `allowed` tells that its site lets
    programs poll it, as was asked not long ago.
    """
    if not allowed:
        await _refuse_forbidden(fetcher, address)
    given = {"Accept": _ACCEPT, "If-None-Match": etag, "If-Modified-Since": modified}
    headers = {name: value for name, value in given.items() if value}
    fetched = await fetcher.fetch(address, media=_MEDIA, headers=headers)
    if not allowed and URL(fetched.url).origin() != URL(address).origin():
        await _refuse_forbidden(fetcher, fetched.url)
    if fetched.status == HTTPStatus.NOT_MODIFIED:
        if etag is None and modified is None:
            raise Unfetchable(_("The server says that the feed has not changed, and was not asked that"))
        return None
    feed = await read_feed(fetched.body, url=fetched.url, charset=fetched.charset)
    return Looked(feed, _mark(fetched, "etag"), _mark(fetched, "last-modified"))


async def _refuse_forbidden(fetcher: Fetcher, address: str) -> None:
    if not await may_poll(fetcher, address):
        host = URL(address).host
        raise Unfetchable(
            _(
                "{host} does not let programs poll that feed, or does not say that it does (robots.txt)",
                host=host,
            )
        )


def _mark(fetched: Fetched, name: str) -> str | None:
    found = next((value for key, value in fetched.headers if key.lower() == name), "")
    return found if 0 < len(found) <= LONGEST_MARK and found.isprintable() and found.isascii() else None
