"""Serve readers on their platforms until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from bot.errors import SettingsError
from storage.domain.errors import BusyRecord, UnwritableRecord

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.metrics import Metrics
    from storage.record import Record

# Seconds between two looks whether the record's file is still the one that was opened.
LOOK_EVERY = 1.0
# And between two looks for copies of sources that have been kept long enough.
EXPIRE_EVERY = 3_600.0

logger = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Run the front ends that have a token, and the web, until SIGTERM or SIGINT; then finish what is begun.

    A second SIGINT aborts. Raises SettingsError if there is nothing to serve, or a part cannot start; then
    the others are stopped, too.
    """
    from bot.attendance import Attendance
    from bot.webhooks.running import run as send_to_webhooks
    from bot.wiring import open_bot

    frontends, web = _frontends(settings), _web(settings)
    if settings.web.listen or settings.metrics.listen or settings.telegram.mode == "webhook":
        from bot.http.bounded import open_many_files

        open_many_files()
    stop = _stop_on_signals()
    async with open_bot(
        settings, lambda title: logger.info("put the first story on record: %s", title)
    ) as bot:
        # Objects made by the start live as long as the process: no collection needs to look at them.
        gc.freeze()
        gc.enable()
        # An answer makes some thousand short-lived objects: the default collects at every third answer.
        gc.set_threshold(20_000, 20, 20)
        metrics = bot.dispatcher.metrics
        if settings.metrics.listen is not None:
            await _serve_metrics(metrics, settings.metrics.listen, bot.record)
        attendance = Attendance(settings, bot.record)
        try:
            await attendance.begin(stop)
            async with web(bot.record, settings):
                running = [run(settings, bot.dispatcher, bot.record, stop) for run in frontends]
                beside = [
                    send_to_webhooks(settings, metrics, bot.record, stop),
                    _watch(bot.record, stop),
                    _expire(bot.record, settings, stop),
                    attendance.go_on(stop),
                ]
                await _side_by_side([*running, *beside], stop)
        finally:
            await metrics.stop()


def _frontends(settings: Settings) -> list[Callable[..., Coroutine[Any, Any, None]]]:
    """Return the `run` of each front end that has a token; the others are not imported."""
    found: list[Callable[..., Coroutine[Any, Any, None]]] = []
    if settings.telegram.token is not None:
        _keep_httpx_small()
        from bot.frontends.telegram.app import run as telegram

        found.append(telegram)
    if settings.discord.token is not None:
        found.append(_discord())
    if not found and settings.web.listen is None:
        raise SettingsError(
            "There is no token, so there is nowhere to serve. Set telegram.token or discord.token in"
            " config.toml, or ONRECORD_TELEGRAM__TOKEN or ONRECORD_DISCORD__TOKEN; without one, talk to the"
            " bot here with: onrecord chat"
        )
    return found


def _discord() -> Callable[..., Coroutine[Any, Any, None]]:
    try:
        from bot.frontends.discord.app import run
    except ModuleNotFoundError as error:
        if error.name != "discord":
            raise
        raise SettingsError(
            "discord.token is set, but Discord's library is not installed: pip install 'onrecord[discord]',"
            " or in a checkout: make run EXTRAS=discord"
        ) from None
    return run


def _web(settings: Settings) -> Callable[..., AbstractAsyncContextManager[None]]:
    """Return what serves the web while the bot runs: nothing unless it is to listen."""
    if settings.web.listen is None:
        return lambda _record, _settings: contextlib.nullcontext()
    try:
        from bot.web.server import serving
    except ModuleNotFoundError as error:
        if error.name not in ("jinja2", "markupsafe"):
            raise
        raise SettingsError(
            "web.listen is set, but what makes its pages is not installed: pip install 'onrecord[web]',"
            " or in a checkout: make run EXTRAS=web"
        ) from None
    return serving


async def _side_by_side(running: list[Coroutine[Any, Any, None]], stop: asyncio.Event) -> None:
    """Run front ends until all have stopped; once one ends with an error the others are told to stop."""
    tasks = [asyncio.create_task(each) for each in running]
    for task in tasks:
        task.add_done_callback(lambda _: stop.set())
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _watch(record: Record, stop: asyncio.Event) -> None:
    """Return when `stop` is set; raise ReplacedRecord or UnreadableRecord once the record is another's.

    Then the process ends, and whoever supervises it starts it on what stands there now, or is told what is
    wrong with it. A file that something was copied over has changed below what this process has open.
    """
    while not stop.is_set():
        with contextlib.suppress(BusyRecord, UnwritableRecord):
            await record.database.look()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)


async def _expire(record: Record, settings: Settings, stop: asyncio.Event) -> None:
    """Delete copies of sources whose time is over, until `stop` is set."""
    while not stop.is_set():
        with contextlib.suppress(BusyRecord, UnwritableRecord):
            await record.snapshots.expire(settings.intake.retention)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EXPIRE_EVERY)


async def _serve_metrics(metrics: Metrics, listen: str, record: Record) -> None:
    try:
        await metrics.start(listen, record)
    except OSError as error:
        taken = f"metrics.listen {listen} is taken or not of this machine: choose another"
        raise SettingsError(taken) from error


def _keep_httpx_small() -> None:
    # python-telegram-bot imports httpx, and httpx its command-line client with click, pygments and rich if
    # they are installed. None makes that import fail, which httpx expects: 50 ms and 5 MB less.
    if "httpx" not in sys.modules:
        sys.modules["httpx._main"] = None  # type: ignore[assignment]  # reason: documented meaning of None


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop(name: str) -> None:
        logger.info("%s: stopping; what was taken is still answered", name)
        stop.set()
        # A second Ctrl-C ends the process at once.
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, begin_to_stop, number.name)
    return stop
