"""The webhook: a small HTTP server that takes updates from Telegram and nobody else.

https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import hmac
import json
import logging
from urllib.parse import urlsplit

from aiohttp import web

from bot.errors import SettingsError
from bot.frontends.telegram.inbox import Inbox
from bot.texts import _

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # reason: the name of a header
BODY_LIMIT = 1024**2  # bytes

logger = logging.getLogger(__name__)


class Webhook:
    """Take updates over HTTP at `listen` (host, port), on the path of the public address `url`."""

    def __init__(self, inbox: Inbox, *, url: str, secret: str, listen: tuple[str, int]) -> None:
        self._inbox = inbox
        self._secret = secret.encode()
        self._host, self._port = listen
        self._open = True
        server = web.Application(client_max_size=BODY_LIMIT)
        server.router.add_post(urlsplit(url).path or "/", self._take)
        # No access log: it would hold a line for each message.
        self._runner = web.AppRunner(server, access_log=None, handle_signals=False)

    async def start(self) -> None:
        """Begin to listen. Raises SettingsError if the address cannot be listened on."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
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
        addresses = self._runner.addresses
        return int(addresses[0][1]) if addresses else self._port

    def refuse(self) -> None:
        """Refuse all further updates: Telegram keeps them and sends them again after the next start."""
        self._open = False

    async def stop(self) -> None:
        """Close the server once the requests that it has are answered."""
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret):
            return web.Response(status=403)
        if not self._open or self._inbox.full:
            return web.Response(status=503, headers={"Retry-After": "1"})
        try:
            update = json.loads(await request.read())
        except (ConnectionError, ValueError, RecursionError):
            # Also for a connection that broke half way: nobody reads the response, and no update was taken.
            return web.Response(status=400)
        # Also for an update that cannot be read: on any other status Telegram would send it again for ever.
        self._inbox.take(update)
        return web.Response()
