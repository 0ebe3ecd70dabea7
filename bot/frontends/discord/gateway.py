"""The library's connection to the gateway, made to go on where it cannot read a payload.

discord.py lets an error of its own parsing end the connection for good. One event with a missing field, or of
a shape that it does not know yet, is no reason for that.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import aiohttp
import discord
from discord import client as library
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure

# What the library itself acts upon: it connects again, or ends.
_MEANT = (ReconnectWebSocket, WebSocketClosure, discord.ConnectionClosed, OSError, aiohttp.ClientError)
_NAME = re.compile(r"[A-Z_]{1,60}")

logger = logging.getLogger(__name__)


class Gateway(DiscordWebSocket):
    """A gateway connection that logs what cannot be read, without its content, and passes it over."""

    async def received_message(self, msg: Any, /) -> None:
        """Handle one payload. Raises ConnectionError if the connection is of no use without it."""
        if isinstance(msg, bytes):
            # Here, and not by the library: a compressed payload cannot be decompressed twice.
            msg = self._decompressor.decompress(msg)
            if msg is None:
                return
        try:
            await super().received_message(msg)
        except _MEANT:
            raise
        except Exception as error:  # noqa: BLE001  # reason: whatever it is, the next payload may be fine
            logger.warning(
                "a payload of Discord's gateway cannot be read: %s (%s)", _kind(msg), type(error).__name__
            )
            if not self._is_of_use(msg):
                self.session_id = self.sequence = None
                await self.close(code=4000)
                # Of a class after which the library connects again, when it has paused.
                raise ConnectionError("the gateway cannot be understood") from None

    def _is_of_use(self, msg: str) -> bool:
        """Tell whether the connection can go on: it has a heartbeat, and a session if one was opened."""
        if self._keep_alive is None:
            return False
        return _kind(msg) != "READY" or (self.session_id is not None and self._connection.user is not None)


def install() -> None:
    """Make the library's clients use this connection: it has no option for that."""
    library.DiscordWebSocket = Gateway  # type: ignore[misc]  # reason: see above


def _kind(msg: str) -> str:
    """Return the name of a payload's event, else of its opcode; never any other text from it."""
    try:
        payload = json.loads(msg)
    except (ValueError, RecursionError):
        return "no JSON"
    if not isinstance(payload, dict):
        return "no object"
    event, opcode = payload.get("t"), payload.get("op")
    if isinstance(event, str) and _NAME.fullmatch(event):
        return event
    return f"opcode {opcode}" if type(opcode) is int else "of no kind"
