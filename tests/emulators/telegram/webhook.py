"""Delivery of updates to the bot's own address, in place of polling.

https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from .errors import bad_request, conflict
from .updates import Pending, Sleep, UpdateQueue

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MAX_BACKOFF = 60.0
DELIVERY_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass
class Webhook:
    """Describe where updates go, and how the last failure read."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    certificate: bool = False
    last_error_date: int = 0
    last_error_message: str = ""


class WebhookPump:
    """Post pending updates: many at once, but those of one chat in order, each until it is accepted."""

    def __init__(self, world: "World", queue: UpdateQueue, webhook: Webhook, sleep: Sleep) -> None:
        """Prepare the pump; `start` sets it going."""
        self._world = world
        self._queue = queue
        self._webhook = webhook
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._flying: set[Pending] = set()
        self._sources: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start delivering."""
        self._queue.on_arrival = self._wake.set
        self._task = asyncio.create_task(self._run())

    def stop(self) -> asyncio.Task[None] | None:
        """Stop delivering; return the task that is ending, for whoever wants to see its end."""
        self._queue.on_arrival = None
        if self._task:
            self._task.cancel()
        return self._task

    async def _run(self) -> None:
        async with (
            aiohttp.ClientSession(timeout=DELIVERY_TIMEOUT) as session,
            asyncio.TaskGroup() as deliveries,
        ):
            while True:
                self._wake.clear()
                for pending in list(self._ready()):
                    deliveries.create_task(self._deliver(session, pending))
                await self._wake.wait()

    def _ready(self) -> Iterator[Pending]:
        for pending in self._queue.pending:
            if len(self._flying) >= self._webhook.max_connections:
                return
            if pending in self._flying or (pending.source and pending.source in self._sources):
                continue
            self._flying.add(pending)
            self._sources.add(pending.source)
            yield pending

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> None:
        attempt = 0
        while not await self._post(session, pending):
            await self._sleep(min(self._world.webhook_backoff * 2**attempt, MAX_BACKOFF))
            attempt += 1
        if pending in self._queue.pending:
            self._queue.pending.remove(pending)
        self._flying.discard(pending)
        self._sources.discard(pending.source)
        self._wake.set()

    async def _post(self, session: aiohttp.ClientSession, pending: Pending) -> bool:
        headers = {"Content-Type": "application/json"}
        if self._webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._webhook.secret
        try:
            async with session.post(self._webhook.url, data=pending.body, headers=headers) as answer:
                if answer.ok:
                    return True
                failure = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = str(error) or type(error).__name__
        self._webhook.last_error_date = self._world.now()
        self._webhook.last_error_message = failure
        return False


def set_webhook(world: "World", parameters: Json) -> bool:
    """Send updates to an address from now on; an empty one returns to polling.

    Plain HTTP is taken only for this very machine, where the real platform would want HTTPS.
    """
    url = parameters.get("url", "")
    if not url:
        return delete_webhook(world, parameters)
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise bad_request("bad webhook: HTTPS URL must be provided for webhook")
    secret = parameters.get("secret_token", "")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    most = parameters.get("max_connections", 40)
    if not 1 <= most <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    _stop(world, parameters)
    world.updates.allow(parameters.get("allowed_updates"))
    world.updates.interrupt(conflict("terminated by setWebhook request"))
    world.updates.webhook_active = True
    world.webhook = Webhook(url, secret, most, "certificate" in parameters)
    world.pump = WebhookPump(world, world.updates, world.webhook, world.sleep)
    world.pump.start()
    return True


def delete_webhook(world: "World", parameters: Json) -> bool:
    """Return to polling."""
    _stop(world, parameters)
    world.updates.webhook_active = False
    world.webhook = Webhook()
    return True


def webhook_info(world: "World", parameters: Json) -> Json:
    """Return a WebhookInfo."""
    webhook = world.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": webhook.certificate,
        "pending_update_count": len(world.updates.pending),
    }
    if webhook.url:
        info["max_connections"] = webhook.max_connections
    if webhook.last_error_date:
        info["last_error_date"] = webhook.last_error_date
        info["last_error_message"] = webhook.last_error_message
    if world.updates.allowed:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


def _stop(world: "World", parameters: Json) -> None:
    if world.pump:
        world.ending(world.pump.stop())
        world.pump = None
    if parameters.get("drop_pending_updates"):
        world.updates.pending.clear()


WEBHOOK_METHODS = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
}
