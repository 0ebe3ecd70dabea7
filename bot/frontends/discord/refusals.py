"""What Discord's errors mean for a delivery, in words for operators and for readers who ask /why.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json. Discord's own texts are never
passed on: they may repeat the message.
"""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord

from bot.frontends.discord.request_rate import NotOurs, SendingStopped
from bot.notices.delivery_status import DeliveryStatus, Outcome
from bot.notices.refusals import RARELY, SOON
from bot.texts import N_, _

# Seconds until a rejected token is tried again.
TOKEN_PAUSE = 60.0
# Seconds to wait after opening direct channels too fast.
OPENING_PAUSE = 60.0

logger = logging.getLogger(__name__)

_ARCHIVED, _UNKNOWN_MESSAGE = 50083, 10008
_NO_HISTORY, _OPENING_TOO_FAST = 160002, 40003
# Errors of a channel or person.
_UNREACHABLE = {
    10003: N_("the channel was deleted"),
    10004: N_("the bot is not in the server any more"),
    10013: N_("the account does not exist any more"),
    50001: N_("the bot may not see the channel"),
    50007: N_("its direct messages are closed"),
    50008: N_("the channel takes no messages"),
    50013: N_("permission to send messages or embeds is missing"),
    50024: N_("the channel takes no messages"),
    50033: N_("the account does not exist any more"),
    _ARCHIVED: N_("the thread is archived"),
    160005: N_("the thread is locked"),
}
LACKING = frozenset({50001, 50013})
# Those that a while may change; the others are mostly meant.
_PASSING = frozenset({50001, 50013, _ARCHIVED, 160005})
# Errors of a message.
_REFUSED = {
    _UNKNOWN_MESSAGE: N_("the message was deleted"),
    30046: N_("the message was edited too often"),
    50005: N_("the message is somebody else's"),
    _NO_HISTORY: N_("permission to read earlier messages is missing"),
    200000: N_("a rule of the server blocks it"),
    200001: N_("a rule of the server blocks it"),
}


def outcome_of(error: Exception, *, editing: bool = False) -> Outcome:
    """Return the delivery outcome for an error of discord.py or of the network."""
    match error:
        case SendingStopped():
            return Outcome(DeliveryStatus.LATER, wait=error.wait)
        case NotOurs():
            return Outcome(DeliveryStatus.LATER)
        case discord.RateLimited():
            return Outcome(DeliveryStatus.FAILED, error="told to wait", wait=error.retry_after)
        case discord.HTTPException():
            return _by_code(error, editing=editing) or _by_status(error)
        case aiohttp.ClientError() | OSError() | asyncio.TimeoutError():
            return Outcome(DeliveryStatus.FAILED, error=f"no connection to Discord ({type(error).__name__})")
    logger.error("a message could not be sent to Discord", exc_info=error)
    return Outcome(DeliveryStatus.FAILED, error=type(error).__name__)


def cannot_answer(error: Exception) -> bool:
    """Tell whether a message cannot be sent as a reply, but could be sent by itself."""
    return isinstance(error, discord.HTTPException) and error.code == _NO_HISTORY


def _by_code(error: discord.HTTPException, *, editing: bool) -> Outcome | None:
    """Return the outcome for an error code, None for a code without one."""
    if (reason := _UNREACHABLE.get(error.code)) is not None:
        # Sending to an archived thread opens it again; its messages cannot be edited.
        if editing and error.code == _ARCHIVED:
            return Outcome(DeliveryStatus.REFUSED, error=_(reason))
        wait = SOON if error.code in _PASSING else RARELY
        return Outcome(DeliveryStatus.UNREACHABLE, error=_(reason), wait=wait)
    if (reason := _REFUSED.get(error.code)) is not None:
        return Outcome(DeliveryStatus.REFUSED, error=_(reason), gone=error.code == _UNKNOWN_MESSAGE)
    if error.code == _OPENING_TOO_FAST:
        return Outcome(DeliveryStatus.FAILED, error="told to wait", wait=OPENING_PAUSE)
    return None


def _by_status(error: discord.HTTPException) -> Outcome:
    """Return the outcome for an HTTP status."""
    match error.status:
        case 401:
            # The delivery itself is valid, and must not be lost.
            return Outcome(DeliveryStatus.LATER, error="Discord does not accept the token", wait=TOKEN_PAUSE)
        case 403 if error.code:
            reason = _("Discord does not permit it (code {code})", code=error.code)
            return Outcome(DeliveryStatus.UNREACHABLE, error=reason, wait=SOON)
        case 429:
            return Outcome(DeliveryStatus.FAILED, error="told to wait", wait=_retry_after(error))
        case 400 | 404 | 405 | 413:
            return Outcome(DeliveryStatus.REFUSED, error=_reason(error))
    # For example 5xx, or a 403 without a code, which comes from the network in front of Discord.
    return Outcome(DeliveryStatus.FAILED, error=_reason(error))


def told_to_wait(error: Exception) -> float:
    """Return the seconds that an error asks to wait because too much was asked; 0 for any other."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    return _retry_after(error) if isinstance(error, discord.HTTPException) and error.status == 429 else 0.0


def _retry_after(error: discord.HTTPException) -> float:
    """Return the seconds that a 429 asks to wait, 0 if it names none."""
    value = error.response.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.replace(".", "", 1).isdigit() else 0.0


def summary(error: discord.DiscordException) -> str:
    """Return an error for the log, without Discord's text, which may repeat what a user wrote."""
    if not isinstance(error, discord.HTTPException):
        return type(error).__name__
    lacking = ": a permission is missing there" if error.code in LACKING else ""
    return f"{type(error).__name__} {error.status} (code {error.code}){lacking}"


def _reason(error: discord.HTTPException) -> str:
    """Return the reason stored with a failed delivery, for an error without a specific outcome."""
    return f"{type(error).__name__}: {error.status}, code {error.code}"
