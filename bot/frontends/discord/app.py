"""The Discord front end: build it, run it, and stop it once all accepted requests are answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import traceback
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord.http import Route

from bot.errors import SettingsError
from bot.frontends.discord.buttons import Buttons
from bot.frontends.discord.client import Client, point_to
from bot.frontends.discord.conversation import Conversation
from bot.frontends.discord.refusals import summary
from bot.frontends.discord.request_rate import RequestRate
from bot.frontends.discord.servers.publishing import Publisher
from bot.frontends.discord.transmitting import Transmitter
from bot.frontends.shared.delivering import deliverer
from bot.frontends.shared.role_lease import RoleLease
from bot.frontends.shared.shutdown import DRAIN_SECONDS, run_until
from bot.notices.delivering import Deliverer
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.retrying import Backoff, Sleep, retry
from bot.texts import _

if TYPE_CHECKING:
    from bot.commands.dispatch import Dispatcher
    from bot.config import Settings
    from bot.metrics import Metrics
    from storage.record import Record

BEAT = 10.0  # seconds between two heartbeats
REACHING = Backoff(first=1.0, longest=30.0)
# Close codes of the gateway: https://discord.com/developers/docs/topics/opcodes-and-status-codes
AUTHENTICATION_FAILED, DISALLOWED_INTENTS = 4004, 4014

logger = logging.getLogger(__name__)


class App(NamedTuple):
    """The parts of the front end."""

    client: Client
    conversation: Conversation
    deliverer: Deliverer


def build(
    settings: Settings,
    dispatcher: Dispatcher,
    record: Record,
    *,
    sleep: Sleep = asyncio.sleep,
    may_send: Callable[[], bool] = lambda: True,
) -> App:
    """Return the front end, ready to be run. Nothing is connected yet."""
    point_to(settings.discord)
    request_rate = RequestRate(
        time.monotonic, Route.BASE, metrics=dispatcher.metrics, sleep=sleep, may_send=may_send
    )
    memory = ReceiptBuffer(record)
    buttons = Buttons(record)
    conversation = Conversation(
        dispatcher,
        record,
        buttons,
        memory,
        at_once=settings.limits.concurrent_updates,
        language=settings.language,
        may_answer=may_send,
    )
    client = Client(
        record, dispatcher.registry, conversation, request_rate.trace(), language=settings.language
    )

    publisher = Publisher(client, record.quotas)
    transmitter = Transmitter(client, buttons.under, publisher.publish, sleep=sleep)
    studio = dispatcher.drawings.studio
    sender = deliverer(settings.notices, record, transmitter, memory, dispatcher.metrics, studio, sleep=sleep)
    return App(client, conversation, sender)


async def run(
    settings: Settings,
    dispatcher: Dispatcher,
    record: Record,
    stop: asyncio.Event,
    *,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Answer on Discord until `stop` is set; return once all requests accepted by then are answered.

    Raises:
        SettingsError: Discord does not accept the token.
    """
    lease = RoleLease(record, "gateway", dispatcher.metrics, parts=("gateway", "discord sender"))

    def make() -> App:
        return build(settings, dispatcher, record, sleep=sleep, may_send=lease.may_work)

    async def work() -> None:
        await _answer(await _logged_in(make, settings, sleep), dispatcher.metrics, sleep)

    await run_until(stop, lease.hold(work), discord.DiscordException)
    logger.info("stopped: all that was taken has been answered")


async def _answer(app: App, metrics: Metrics, sleep: Sleep) -> None:
    """Answer and send until cancelled, then answer what was accepted."""
    try:
        beside = [
            asyncio.create_task(app.deliverer.run()),
            asyncio.create_task(_beat(app.client, partial(metrics.beat, "gateway"), sleep)),
        ]
        try:
            await _stay(app.client, sleep)
        finally:
            app.client.rest()
            for task in beside:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await app.conversation.drain(DRAIN_SECONDS)
    finally:
        await app.client.close()


async def _logged_in(make: Callable[[], App], settings: Settings, sleep: Sleep) -> App:
    """Return a front end that is logged in and has told Discord of its commands.

    Repeated while the network or Discord fails, each time with a new client: the library cannot log a client
    in twice.
    """
    token = settings.discord.token.get_secret_value() if settings.discord.token else ""

    async def begin() -> App:
        app = make()
        async with AsyncExitStack() as closing:
            closing.push_async_callback(_close, app.client)
            await _log_in(app, token)
            closing.pop_all()
        return app

    def decide(error: Exception, pause: float) -> float | None:
        if isinstance(error, SettingsError):
            return None
        what = summary(error) if isinstance(error, discord.DiscordException) else type(error).__name__
        logger.warning("Discord cannot be reached: %s; trying again in %g s", what, pause)
        return pause

    return await retry(begin, REACHING, decide, sleep=sleep)


async def _close(client: Client) -> None:
    """Close a client; whoever is cancelled meanwhile waits for the end of that."""
    closing = asyncio.create_task(client.close())
    try:
        await asyncio.shield(closing)
    finally:
        await closing


async def _log_in(app: App, token: str) -> None:
    try:
        await app.client.login(token)
    except discord.LoginFailure:
        raise _refused_token() from None


async def _stay(client: Client, sleep: Sleep) -> None:
    """Stay connected to the gateway. The library reconnects by itself, but some errors end it: then anew."""

    def decide(error: Exception, pause: float) -> float | None:
        if isinstance(error, SettingsError):
            return None
        trace = "".join(traceback.format_tb(error.__traceback__))
        logger.error(
            "the gateway's connection broke: %s; again in %g s\n%s", type(error).__name__, pause, trace
        )
        return pause

    async def connect() -> None:
        if client.ws is not None:
            await client.ws.close(code=4000)
        try:
            await client.connect()
        except discord.ConnectionClosed as error:
            refused = error.code == AUTHENTICATION_FAILED
            raise (_refused_token() if refused else _not_taken(error.code)) from None
        except discord.PrivilegedIntentsRequired:
            raise _not_taken(DISALLOWED_INTENTS) from None

    await retry(connect, REACHING, decide, sleep=sleep)


async def _beat(client: Client, alive: Callable[[], None], sleep: Sleep) -> None:
    """Record heartbeats while the gateway is connected."""
    while True:
        # Before the first connection this is None, despite the library's types.
        if getattr(client.ws, "open", False):
            alive()
        await sleep(BEAT)


def _not_taken(code: int) -> SettingsError:
    return SettingsError(
        _("Discord's gateway does not take the bot (code {code}): see its application's page.", code=code)
    )


def _refused_token() -> SettingsError:
    return SettingsError(
        _(
            "Discord does not accept discord.token: reset it on the Bot page of the application,"
            " and copy it again."
        )
    )
