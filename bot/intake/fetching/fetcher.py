"""Fetching one page: few redirects, few bytes, few seconds, and never from where it is not public.

Each hop has a session of its own, which opens sockets to the addresses that were checked and to no others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import aiohttp

from bot.intake.fetching.bodies import too_large, unpacked
from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.pinned import session_with
from bot.intake.fetching.places import Gate
from bot.texts import _
from storage.domain.clock import Clock, utc_now

HTML = frozenset({"text/html", "application/xhtml+xml"})
PAGES = HTML | {"text/plain", "application/pdf"}
FEEDS = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
        "application/feed+json", "application/json",
    }
)  # fmt: skip
# Seconds for which a server can have itself be left alone.
LONGEST_WAIT = 86_400.0
# Pages that are fetched at the same time.
AT_ONCE = 4
_HEADERS = {
    "Accept": "text/html, application/xhtml+xml, application/pdf, text/plain, */*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHOLE = frozenset({200, 203})
# White space, and the mark that a text in UTF-8 may begin with: what holds no more is empty.
_BLANK = b" \t\r\n\f\v\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Limits:
    """What fetching a page may take: redirects, bytes (packed, and unpacked) and seconds in all."""

    redirects: int = 5
    size: int = 10_000_000
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was fetched: `sent` is its body as sent, `body` the same unpacked.

    `url` is where it was found at last. With `status` 304 there is no body: it is as it was before.
    """

    asked: str
    url: str
    at: datetime
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    sent: bytes
    body: bytes
    media: str
    charset: str | None


class Fetcher:
    """Fetch pages that strangers name."""

    def __init__(self, gate: Gate, limits: Limits | None = None, clock: Clock = utc_now) -> None:
        self._gate = gate
        self._limits = limits or Limits()
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def fetch(
        self,
        address: str,
        *,
        media: Collection[str] | None = PAGES,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Return a page of one of some media types (None: of any). Raises Unfetchable, saying why.

        `headers` are more headers to send, such as `If-None-Match`.
        """
        async with self._turns, self._bounded():
            return await self._follow(address, media, headers or {})

    async def refuse_unfit(self, address: str) -> None:
        """Raise Unfetchable for an address that is not fetched; nothing is asked of its server."""
        async with self._bounded():
            await self._gate.enter(address)

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """Bound the time that a fetch may take, and say in words for people what went wrong in it."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                yield
        except TimeoutError as error:
            text = _("The page did not come within {seconds} seconds", seconds=int(self._limits.seconds))
            raise Unfetchable(text) from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unfetchable(_("{host} has no valid certificate", host=error.host)) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unfetchable(_("The server could not be reached, or broke off: try again later")) from error

    async def _follow(
        self, address: str, media: Collection[str] | None, headers: Mapping[str, str]
    ) -> Fetched:
        place = await self._gate.enter(address)
        for _hop in range(self._limits.redirects + 1):
            async with (
                session_with(place, _HEADERS) as session,
                session.get(place.url, allow_redirects=False, headers=headers) as response,
            ):
                target = response.headers.get("Location")
                if response.status not in _REDIRECTS or target is None:
                    return await self._take(address, response, media)
            place = await self._gate.go_on(place, target)
        raise Unfetchable(
            _("The page sends on to others more than {count} times", count=self._limits.redirects)
        )

    async def _take(
        self, address: str, response: aiohttp.ClientResponse, media: Collection[str] | None
    ) -> Fetched:
        """Return what a server answered, if that is a whole page of a wanted type."""
        _refuse_status(response.status, response.headers.get("Retry-After", ""))
        told = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if told and media is not None and told not in media and response.status != HTTPStatus.NOT_MODIFIED:
            raise _wrong_type(told)
        at = self._clock()
        limit = self._limits.size
        if (response.content_length or 0) > limit:
            raise too_large(limit)
        sent = bytearray()
        async for piece in response.content.iter_any():
            sent += piece
            if len(sent) > limit:
                raise too_large(limit)
        encoding = ", ".join(response.headers.getall("Content-Encoding", ()))
        # In a thread: some megabytes take a while.
        body = await asyncio.to_thread(unpacked, bytes(sent), encoding, limit) if sent else b""
        if media is not None and response.status != HTTPStatus.NOT_MODIFIED and not body.strip(_BLANK):
            raise Unfetchable(_("The page is empty: its server sent nothing to read"))
        kind = told or _sniffed(body)
        if media is not None and kind not in media and response.status != HTTPStatus.NOT_MODIFIED:
            raise _wrong_type(kind)
        return Fetched(
            asked=address,
            url=str(response.url),
            at=at,
            status=response.status,
            reason=response.reason or "",
            headers=tuple((str(name), value) for name, value in response.headers.items()),
            sent=bytes(sent),
            body=body,
            media=kind,
            charset=response.charset,
        )


def _refuse_status(status: int, retry_after: str) -> None:
    if status in _WHOLE or status == HTTPStatus.NOT_MODIFIED:
        return
    known = {
        401: _("The page is only for people who have signed in (401)"),
        402: _("The page is only for people who pay (402)"),
        403: _("The server refuses to send the page (403): paste its text instead"),
        404: _("There is no page at that address (404)"),
        410: _("The page is gone (410)"),
        429: _("The server was asked too often (429): try again later"),
        451: _("The server may not send the page, for reasons of law (451)"),
    }
    text = known.get(status) or _("The server answered {status} instead of sending the page", status=status)
    # A date in its place is rare, and backing off serves as well.
    wait = min(float(retry_after), LONGEST_WAIT) if retry_after.isdecimal() and len(retry_after) < 9 else 0.0
    raise Unfetchable(text, status=status, wait=wait)


def _wrong_type(kind: str) -> Unfetchable:
    return Unfetchable(_("That is no page with a text, but {kind}", kind=kind[:60]))


def _sniffed(body: bytes) -> str:
    """Return the type of a body whose server told none."""
    head = body[:1024].lstrip().lower()
    if head.startswith(b"%pdf-"):
        return "application/pdf"
    return "text/html" if head.startswith((b"<!doctype html", b"<html")) else "application/octet-stream"
