"""The server of the web face: the application within the bounds that the other servers have."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.config import Settings
from bot.errors import SettingsError
from bot.http.bounded import BoundedRunner
from bot.web.app import at_once, make_app
from bot.web.caching import STRICT
from bot.web.data.problems import UNKEPT
from storage.record import Record

# Seconds that who is still reading an answer holds up the end.
LONGEST_END = 3.0

# What goes with the refusal of what is no request at all.
UNREADABLE = {**STRICT, **UNKEPT}

logger = logging.getLogger(__name__)


@asynccontextmanager
async def serving(record: Record, settings: Settings) -> AsyncIterator[None]:
    """Serve the public stories for the length of the block, where the settings say so.

    Raises SettingsError if the address cannot be listened on.
    """
    assert settings.web.listen is not None
    host, _, port = settings.web.listen.rpartition(":")
    app = make_app(record, settings)
    runner = BoundedRunner(app, at_once=at_once(app), plain=UNREADABLE, shutdown_timeout=LONGEST_END)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        except OSError as error:
            taken = f"web.listen {settings.web.listen} is taken or not of this machine: choose another"
            raise SettingsError(taken) from error
        logger.info("the web at %s", settings.web.base)
        yield
    finally:
        await runner.cleanup()
