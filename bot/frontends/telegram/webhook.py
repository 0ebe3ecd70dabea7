"""The webhook: a small HTTP server that takes updates from Telegram and nobody else.

An update is answered once it is closed: what a kill interrupts Telegram sends again.
https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import SettingsError
from bot.frontends.telegram.inbox import Inbox
from bot.http.bounded import BoundedServer, body_of
from bot.texts import _

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # reason: the name of a header

logger = logging.getLogger(__name__)


class Webhook:
    """Take updates over HTTP at `listen` (host, port), on the path of the public address `url`."""

    def __init__(self, inbox: Inbox, *, url: str, secret: str, listen: tuple[str, int]) -> None:
        self._inbox = inbox
        self._secret = secret.encode()
        self._path = urlsplit(url).path or "/"
        self._host, self._port = listen
        self._open = True
        # Keeps connections: Telegram sends many updates over each.
        self._server = BoundedServer(self._take, keep=self._is_telegram)

    async def start(self) -> None:
        """Begin to listen. Raises SettingsError if the address cannot be listened on."""
        try:
            await self._server.start(self._host, self._port)
        except OSError as error:
            raise SettingsError(
                _(
                    "telegram.listen: {address} cannot be listened on ({reason}). Choose a free port.",
                    address=f"{self._host}:{self._port}",
                    reason=error.strerror or type(error).__name__,
                )
            ) from error

    @property
    def port(self) -> int:
        """Return the port of the server, also where the settings leave the choice to the system (0)."""
        return self._server.port or self._port

    def refuse(self) -> None:
        """Refuse all further updates: Telegram keeps them and sends them again after the next start."""
        self._open = False

    async def stop(self) -> None:
        """Close the server once the requests that it has are answered."""
        await self._server.stop()

    def _is_telegram(self, request: web.BaseRequest) -> bool:
        given = request.headers.get(SECRET_HEADER, "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._secret)

    def _refusal(self, request: web.BaseRequest) -> web.Response | None:
        if request.path != self._path:
            return web.Response(status=404)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        if not self._is_telegram(request):
            return web.Response(status=403)
        if not self._open or self._inbox.full:
            return web.Response(status=503, headers={"Retry-After": "1"})
        return None

    async def _take(self, request: web.BaseRequest) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        try:
            update = json.loads(await body_of(request))
        except (ConnectionError, ValueError, RecursionError):
            # Also for a connection that broke half way: nobody reads the response, and no update was taken.
            return web.Response(status=400)
        # None also for an update that cannot be read: on any other status Telegram would send it for ever.
        end = self._inbox.take(update)
        # Shielded: where it was sent twice, two requests wait for its end.
        if end is not None and not await asyncio.shield(end):
            return web.Response(status=503)
        return web.Response()
