"""Posting to an end: to addresses that were checked, in few seconds, without redirects, keeping no answer."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NamedTuple

import aiohttp

from bot.intake.fetching.errors import Unfetchable
from bot.intake.fetching.fetcher import LONGEST_WAIT
from bot.intake.fetching.pinned import session_with
from bot.intake.fetching.places import Gate, Place, sendable
from bot.texts import _

# Seconds until an end has answered, as Standard Webhooks asks for; then for the rest of its answer.
SECONDS = 15.0
REST_SECONDS = 1.0
# Bytes of an answer that are read, and thrown away, so that the connection can be used again.
MOST_READ = 16_384
_HEADERS = {"Content-Type": "application/json", "Accept": "*/*", "Accept-Encoding": "identity"}
# What an end says that has closed a connection between two requests, which it may.
_CLOSED = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


class Answer(NamedTuple):
    """What an end answered: its status, 0 for none; why that is no success; the seconds it asks to wait."""

    status: int
    error: str = ""
    wait: float = 0.0

    @property
    def taken(self) -> bool:
        """Tell whether the end has taken what was sent."""
        return not self.error

    @property
    def gone(self) -> bool:
        """Tell whether the end says that it is there no more."""
        return self.status == HTTPStatus.GONE


class Line:
    """A connection to one end, for several requests one after the other; opened with the first of them."""

    def __init__(
        self, gate: Gate, url: str, *, seconds: float = SECONDS, trust: ssl.SSLContext | None = None
    ) -> None:
        self._gate = gate
        self._url = url
        self._seconds = seconds
        self._trust = trust
        self._place: Place
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Answer:
        """Return what the end answers to a body; no error is raised. `now` is the present moment."""
        try:
            async with asyncio.timeout(self._seconds):
                used = self._session is not None
                try:
                    answer = await self._post(body, headers, now)
                except _CLOSED:
                    if not used:
                        raise
                    await self.close()
                    answer = await self._post(body, headers, now)
        except Unfetchable as error:
            answer = Answer(0, error.text)
        except TimeoutError:
            answer = Answer(0, _("no answer within {seconds} seconds", seconds=int(self._seconds)))
        except aiohttp.ClientConnectorCertificateError:
            answer = Answer(0, _("no valid certificate"))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            answer = Answer(0, _("it could not be reached ({reason})", reason=type(error).__name__))
        if not answer.taken:
            await self.close()
        return answer

    async def _post(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Answer:
        if self._session is None:
            self._place = await sendable(self._gate, self._url)
            self._session = session_with(self._place, _HEADERS, keep=True, trust=self._trust)
        post = self._session.post(self._place.url, data=body, headers=headers, allow_redirects=False)
        async with post as response:
            answer = _answer(response, now)
            if not await _read_rest(response):
                response.close()
            return answer

    async def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


async def _read_rest(response: aiohttp.ClientResponse) -> bool:
    """Throw away what an answer says; tell whether that was all of it."""
    count = 0
    try:
        async with asyncio.timeout(REST_SECONDS):
            async for piece in response.content.iter_any():
                count += len(piece)
                if count > MOST_READ:
                    return False
    except (TimeoutError, aiohttp.ClientError):
        return False
    return True


def _answer(response: aiohttp.ClientResponse, now: datetime) -> Answer:
    status = response.status
    if 200 <= status < 300:
        return Answer(status)
    error = _("it answered {status}", status=status)
    if 300 <= status < 400:
        error = _("it answered {status}, and redirects are not followed", status=status)
    return Answer(status, error, _wait(response.headers.get("Retry-After", ""), now))


def _wait(text: str, now: datetime) -> float:
    """Return the seconds that `Retry-After` asks for, given as such or as a moment; 0 for neither."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        seconds = (until - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT)
