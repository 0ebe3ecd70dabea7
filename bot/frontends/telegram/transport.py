"""HTTP to the Bot API: python-telegram-bot's `BaseRequest` over aiohttp.

The stock httpx transport scans all its connections for each request, which is slow when many are open. Calls
are sent as forms, as the stock transport sends them: JSON bodies were a few percent faster, but not every Bot
API server takes them. No error raised here holds the address of a request: the bot's token is part of it.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.request import getproxies

from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

if TYPE_CHECKING:
    import aiohttp

# More than are in use at once; `build` raises the number where `limits.concurrent_updates` needs more.
CONNECTIONS = 256
# Seconds after which idle connections are closed, before Telegram closes them: a request that is sent into a
# connection which the other end has just closed is lost without an error.
KEEP_ALIVE_SECONDS = 15


class Unsent(NetworkError):
    """The request had no effect (no connection, or a 5xx answer): repeating it is safe."""

    __slots__ = ()


class Disconnected(NetworkError):
    """The connection broke after the request was written: it may or may not have had its effect."""

    __slots__ = ()


class File(NamedTuple):
    """A file to upload."""

    name: str
    content: bytes
    media: str


class Form:
    """What the transport reads of the library's `RequestData`: the values of a call, and our own files."""

    __slots__ = ("files", "parameters")

    contains_files = False

    def __init__(self, parameters: Mapping[str, object], files: Mapping[str, File] | None = None) -> None:
        self.parameters = parameters
        self.files = files or {}


class AiohttpRequest(BaseRequest):
    """Send requests through one aiohttp session; all times are in seconds.

    One instance may serve both as a bot's `request` and as its `get_updates_request`: starting and
    stopping it twice is harmless.
    """

    __slots__ = ("_connect", "_connections", "_pool", "_read", "_session", "_timeouts", "_write")

    def __init__(
        self,
        *,
        connections: int = CONNECTIONS,
        read_timeout: float | None = 15.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
    ) -> None:
        # Without it the library warns of its own deprecated `int` at every 429.
        os.environ.setdefault("PTB_TIMEDELTA", "1")
        self._connections = connections
        self._read, self._write = read_timeout, write_timeout
        self._connect, self._pool = connect_timeout, pool_timeout
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[tuple[float | None, ...], aiohttp.ClientTimeout] = {}

    @property
    def read_timeout(self) -> float | None:
        """Return the default time to wait for an answer."""
        return self._read

    async def initialize(self) -> None:
        """Open the session. aiohttp is loaded only now: checking settings or building needs none of it."""
        if self._session is not None:
            return
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
            # Looking for a proxy costs time on every request, so only where there is one.
            trust_env=bool(getproxies()),
        )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body of one request; parameters go as a form, with files as a multipart one.

        Raises:
            Unsent: no connection, or the server failed (5xx).
            Disconnected: the connection broke before the answer was complete.
            TimedOut: no answer in time; the request may have had its effect.
            NetworkError: anything else that went wrong on the way.
            TelegramError: the request would upload a file by the library's own way, which is not supported.
        """
        if self._session is None:
            raise NetworkError("The transport is not running: call initialize() first")
        body: bytes | aiohttp.FormData | None = None
        if request_data is not None:
            if request_data.contains_files:
                raise TelegramError("Uploads are not supported by this transport")
            # As a form, like the stock transport: any Bot API server takes that.
            files: Mapping[str, File] = getattr(request_data, "files", {})
            body = _multipart(request_data, files) if files else _form(request_data)
        timeout = self._timeout(
            _given(read_timeout, self._read),
            _given(write_timeout, self._write),
            _given(connect_timeout, self._connect),
            _given(pool_timeout, self._pool),
        )
        return await _exchange(self._session, method, url, body, timeout)

    def _timeout(
        self, read: float | None, write: float | None, connect: float | None, pool: float | None
    ) -> aiohttp.ClientTimeout:
        key = (read, write, connect, pool)
        known = self._timeouts.get(key)
        if known is None:
            import aiohttp

            acquire = None if connect is None or pool is None else connect + pool
            # aiohttp has no time limit for writing alone, and one for each read: the total bounds both.
            total = None if read is None or write is None or acquire is None else read + write + acquire
            known = aiohttp.ClientTimeout(total=total, connect=acquire, sock_connect=connect, sock_read=read)
            if len(self._timeouts) < 16:
                self._timeouts[key] = known
        return known

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Return the answer as JSON; unlike the library's own, never log what could not be read.

        Raises:
            TelegramError: the answer is not a JSON object.
        """
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


def _form(data: RequestData) -> bytes:
    # yarl encodes in C, in a seventh of the standard library's time. Imported as late as aiohttp.
    from yarl import URL

    query = {name: _written(value) for name, value in data.parameters.items()}
    return URL.build(query=query).raw_query_string.encode()


def _multipart(data: RequestData, files: Mapping[str, File]) -> aiohttp.FormData:
    import aiohttp

    # Made anew at each try: what has been sent cannot be sent again.
    form = aiohttp.FormData()
    for name, value in data.parameters.items():
        form.add_field(name, _written(value))
    for name, file in files.items():
        form.add_field(name, file.content, filename=file.name, content_type=file.media)
    return form


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else json.dumps(value)


def _given(timeout: object, default: float | None) -> float | None:
    return default if timeout is BaseRequest.DEFAULT_NONE else cast("float | None", timeout)


async def _exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    body: bytes | aiohttp.FormData | None,
    limits: aiohttp.ClientTimeout,
) -> tuple[int, bytes]:
    # A multipart form tells its own type, with its boundary.
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if isinstance(body, bytes) else None
    try:
        async with session.request(
            method, url, data=body, headers=headers, timeout=limits, allow_redirects=False
        ) as response:
            status, answer = response.status, await response.read()
    except Exception as error:  # noqa: BLE001  # reason: any text may hold the address
        failure = _translated(error)
    else:
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return status, answer
        raise Unsent(f"The Bot API failed with status {status}")
    # Raised outside of `except`, so that aiohttp's error, which may hold the address, is not its context.
    raise failure from failure.__cause__


def _translated(error: Exception) -> NetworkError:
    """Return the library's error for one of aiohttp's, caused by one that tells its class and no address."""
    import aiohttp

    name = type(error).__name__
    failure: NetworkError
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        failure = Unsent(f"No connection to the Bot API ({name})")
    elif isinstance(error, asyncio.TimeoutError):
        failure = TimedOut("The Bot API did not answer in time")
    elif isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError | OSError):
        failure = Disconnected(f"The Bot API broke off ({name})")
    else:
        failure = NetworkError(f"The request to the Bot API failed ({name})")
    number = getattr(error, "errno", None)
    detail = os.strerror(number) if isinstance(number, int) and number > 0 else "no details are kept"
    failure.__cause__ = ConnectionError(f"{name}: {detail}")
    return failure
