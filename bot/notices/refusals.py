"""Refusals: chats that take no messages are tried again, and whoever subscribed is told if it lasts."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.answers.bounds import some_of
from bot.notices.schedule import text_of
from bot.replies import Mark, Note, Reply, moments
from bot.requests import is_private_chat
from bot.texts import _, ngettext, speak, spoken
from bot.times.zones import keep_time, shown, zone_name
from storage.domain.clock import read_moment
from storage.domain.models import Listener
from storage.notifying.notices import post
from storage.record import Record

# Seconds until a chat is tried again for the first time: a group may be closed for the night, but who has
# blocked or removed the bot mostly means it.
SOON, RARELY = 300.0, 86_400.0
# A refusal that lasts longer is told to whoever subscribed.
LASTING = timedelta(days=1)
# Chats looked at in one go, and people told of one.
_BATCH, MOST_TOLD = 50, 10


def next_try(listener: Listener | None, now: datetime, first: float = 0.0) -> str:
    """Return when a chat that takes no messages is tried again: when a quarter of the time so far has passed.

    That is `first` seconds (else SOON) at least, and a day at most; a week where `first` is a day. After its
    first refusal a chat is tried again SOON: its return may have overtaken the refusal.
    """
    since = listener.paused_at if listener is not None else None
    if since is None:
        return text_of(now + timedelta(seconds=SOON))
    lasted = (now - read_moment(since)).total_seconds()
    first = first or SOON
    pause = min(max(first, lasted / 4), max(RARELY, 7 * first))
    return text_of(now + timedelta(seconds=pause))


def refusal_text(listener: Listener) -> str:
    """Say since when and why a chat takes no messages, and what that means for its notices."""
    return _(
        "This chat has taken no messages from the bot since {when} ({reason}). The bot tries again from time"
        " to time; what changes meanwhile waits, and comes in one message.",
        when=shown(listener.paused_at or ""),
        reason=listener.paused,
    )


async def tell_of_refusals(record: Record, retention: timedelta) -> None:
    """Tell those who subscribed a chat that it has taken no messages for a day: once, in private."""
    language, zone = spoken(), zone_name()
    before = text_of(record.ledger.clock() - LASTING)
    try:
        while lasting := await record.listeners.long_paused(before, _BATCH):
            for listener in lasting:
                await _tell(record, listener, retention)
    finally:
        speak(language)
        keep_time(zone)


async def _tell(record: Record, listener: Listener, retention: timedelta) -> None:
    speak(listener.language)
    keep_time(listener.zone)
    platform, _colon, number = listener.chat.partition(":")
    reply = Reply(
        blocks=(
            Note(
                text=_(
                    "You subscribed a chat on {platform} (its id is {id}) to {what}. It has taken no messages"
                    " from me since {when}: {reason}.",
                    platform=platform.capitalize(),
                    id=number.lstrip("#"),
                    what=await _what(record, listener),
                    when=shown(listener.paused_at or ""),
                    reason=listener.paused,
                ),
                marks=(
                    Mark(words=number.lstrip("#"), address=listener.chat),
                    *moments(listener.paused_at),
                ),
            ),
            Note(
                text=ngettext(
                    "I go on trying, and what changes waits for {count} day. Let me write there again, or"
                    " send /unsubscribe there.",
                    "I go on trying, and what changes waits for {count} days. Let me write there again, or"
                    " send /unsubscribe there.",
                    retention.days,
                )
            ),
        )
    ).model_dump_json()
    async with record.database.transaction() as tx:
        for person in await record.listeners.refusal_told(tx, listener.chat, MOST_TOLD):
            if is_private_chat(person):
                await post(tx, person, reply, record.ledger.now(), listener.language)


async def _what(record: Record, listener: Listener) -> str:
    """Return what a chat is subscribed to: its title is not kept, but who subscribed it knows it by that."""
    subscribed = await record.listeners.subscriptions(listener.chat, listener.topic)
    names = dict.fromkeys(f"“{each.entity or each.words or each.story}”" for each in subscribed)
    return some_of(list(names), most=300) or _("changes")
