"""The Telegram front end: build it, run it, and stop it when every update that was taken is answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.errors import SettingsError
from bot.frontends.shared.delivering import deliverer
from bot.frontends.shared.role_lease import RoleLease
from bot.frontends.shared.shutdown import DRAIN_SECONDS, run_until
from bot.frontends.telegram.client import Client
from bot.frontends.telegram.conversation import Conversation
from bot.frontends.telegram.inbox import Inbox
from bot.frontends.telegram.menu import menus, set_menus
from bot.frontends.telegram.polling import Poller
from bot.frontends.telegram.sending import Courier, persist, summary
from bot.frontends.telegram.transmitting import Transmitter, telegram_pacer
from bot.frontends.telegram.transport import CONNECTIONS, AiohttpRequest
from bot.notices.delivering import Deliverer
from bot.notices.receipt_buffer import ReceiptBuffer
from bot.retrying import Backoff, Sleep, retry
from bot.texts import _

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.commands.dispatch import Dispatcher
    from bot.config import Settings
    from storage.record import Record

# Edited messages are taken, and pass without an answer.
KINDS = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")
MENU_SECONDS = 5.0  # how long the first update waits for the menus
REACHING = Backoff(first=1.0, longest=30.0)
MENUS = 200  # moderators whose private chat gets a menu of its own

logger = logging.getLogger(__name__)


class App(NamedTuple):
    """The parts of the front end."""

    client: Client
    inbox: Inbox
    deliverer: Deliverer
    sending: RoleLease
    polling: RoleLease


def build(settings: Settings, dispatcher: Dispatcher, record: Record, *, sleep: Sleep = asyncio.sleep) -> App:
    """Return the front end, ready to be run. Nothing is connected yet.

    Raises:
        SettingsError: no token is set, or it is not one.
    """
    most = settings.limits.concurrent_updates
    # Room for as many again: page turns answer their query beside the edit, and one connection polls.
    transport = AiohttpRequest(connections=max(CONNECTIONS, 2 * most + 8))
    root = str(settings.telegram.api_base_url).rstrip("/")
    try:
        client = Client(
            _secret(settings.telegram.token),
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=transport,
            get_updates_request=transport,
        )
    except InvalidToken:
        raise SettingsError(_("telegram.token is not set: get one from @BotFather.")) from None
    pacer = telegram_pacer(time.monotonic, sleep=sleep)
    memory = ReceiptBuffer(record)
    polling = RoleLease(record, "poller", dispatcher.metrics)
    courier = Courier(client, sleep=sleep, replying=pacer.reply, may_send=polling.may_work)
    conversation = Conversation(client, dispatcher, record, courier, memory, language=settings.language)
    inbox = Inbox(conversation, at_once=most)

    sending = RoleLease(record, "telegram sender", dispatcher.metrics)
    transmitter = Transmitter(client, pacer, conversation.buttons, sleep=sleep, may_send=sending.may_work)
    studio = dispatcher.drawings.studio
    sender = deliverer(settings.notices, record, transmitter, memory, dispatcher.metrics, studio, sleep=sleep)
    return App(client, inbox, sender, sending, polling)


async def run(
    settings: Settings,
    dispatcher: Dispatcher,
    record: Record,
    stop: asyncio.Event,
    *,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Answer on Telegram until `stop` is set; return when every update taken by then is answered.

    Raises:
        SettingsError: Telegram does not accept the token or the webhook, or `telegram.listen` is taken.
    """
    client, inbox, sender, sending, polling = build(settings, dispatcher, record, sleep=sleep)
    try:
        if not await run_until(stop, _connect(client, sleep), TelegramError):
            return
        logger.info("connected to Telegram as @%s", client.username)
        members = {member.address for member in await record.members.page(limit=MENUS)}
        wanted = menus(dispatcher.registry, settings.owners, members, language=settings.language)
        setting = asyncio.create_task(set_menus(client, wanted, sleep=sleep))
        await asyncio.wait({setting}, timeout=MENU_SECONDS)
        delivering = asyncio.create_task(sending.hold(sender.run, waiting=sender.look))
        try:
            if settings.telegram.mode == "webhook":
                await _listen(settings, client, inbox, stop, sleep)
            else:
                metrics = dispatcher.metrics
                poller = Poller(client, inbox, kinds=KINDS, sleep=sleep, alive=lambda: metrics.beat("poller"))
                work = polling.hold(lambda: _poll(client, inbox, poller, polling, sleep))
                await run_until(stop, work, TelegramError)
        finally:
            for task in (setting, delivering):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
    finally:
        await client.shutdown()
    logger.info("stopped: all that was taken has been answered")


async def _poll(client: Client, inbox: Inbox, poller: Poller, role: RoleLease, sleep: Sleep) -> None:
    """Take updates until cancelled, then answer and confirm what was taken."""
    try:
        await _until_reachable(client.delete_webhook, sleep)
        logger.info("taking updates by long polling")
        await poller.run()
    finally:
        await inbox.drain(DRAIN_SECONDS)
        # Who polls now would be turned away meanwhile.
        if role.may_work():
            await poller.confirm()


async def _listen(
    settings: Settings, client: Client, inbox: Inbox, stop: asyncio.Event, sleep: Sleep
) -> None:
    # Only a bot with a webhook needs a web server.
    from bot.frontends.telegram.webhook import Webhook

    url, secret = str(settings.telegram.webhook_url or ""), _secret(settings.telegram.webhook_secret)
    if not url or not secret:
        raise SettingsError(_("telegram.webhook_url and telegram.webhook_secret are needed in webhook mode."))
    webhook = Webhook(inbox, url=url, secret=secret, listen=settings.telegram.address)
    await webhook.start()
    most = min(100, settings.limits.concurrent_updates)
    try:
        registered = _until_reachable(
            lambda: client.set_webhook(url, secret_token=secret, allowed_updates=KINDS, max_connections=most),
            sleep,
        )
        if await run_until(stop, registered, TelegramError):
            logger.info("taking updates by webhook on port %d", webhook.port)
            await stop.wait()
    except BadRequest as error:
        raise SettingsError(
            _("Telegram does not accept telegram.webhook_url or its secret: {reason}", reason=str(error))
        ) from None
    finally:
        webhook.refuse()
        await inbox.drain(DRAIN_SECONDS)
        await webhook.stop()


async def _connect(client: Client, sleep: Sleep) -> None:
    try:
        await _until_reachable(client.initialize, sleep)
    except InvalidToken:
        # The library's message spells out the token.
        raise SettingsError(
            _("Telegram does not accept telegram.token: copy it again from @BotFather.")
        ) from None


async def _until_reachable(call: Callable[[], Awaitable[object]], sleep: Sleep) -> None:
    """Make a call that the start needs, repeated while the network or Telegram is out of order."""

    def decide(error: Exception, pause: float) -> float | None:
        if isinstance(error, InvalidToken | BadRequest) or not isinstance(error, TelegramError):
            return None
        logger.warning("Telegram cannot be reached: %s; trying again in %g s", summary(error), pause)
        return pause

    await retry(lambda: persist(call, sleep=sleep, same_twice=True), REACHING, decide, sleep=sleep)


def _secret(value: SecretStr | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return value.get_secret_value()
