"""The library's `Bot`, with lean versions of the three calls that are made most.

The library turns every answer into full objects. That takes two thirds of the time of sending a message,
for an answer of which only the message's id is of use; and one update that it cannot read makes it drop,
and ask for again, without end, the whole batch. These calls hand over what came, as it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import Bot

from bot.frontends.telegram.render import Keyboard

NO_PREVIEW = '{"is_disabled": true}'


class Client(Bot):
    """A `telegram.Bot` with raw calls for taking updates, sending and editing."""

    __slots__ = ()

    async def take(self, offset: int, *, seconds: int, limit: int, kinds: Sequence[str]) -> list[Any]:
        """Return the updates from `offset` on as they came, waiting up to `seconds` for the first.

        Asking from an offset tells Telegram that all before it have been taken. Raises TelegramError.
        """
        taken = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": seconds, "limit": limit, "allowed_updates": kinds},
            read_timeout=(self.request.read_timeout or 0) + seconds,
        )
        return taken if isinstance(taken, list) else []

    async def say(
        self,
        html: str,
        chat: int,
        *,
        topic: int | None = None,
        answering: int | None = None,
        buttons: Keyboard | None = None,
        silent: bool = False,
    ) -> int:
        """Send HTML to a chat or one of its topics; return the new message's id. Raises TelegramError."""
        reply = (
            {"message_id": answering, "allow_sending_without_reply": True} if answering is not None else None
        )
        sent = await self._post(
            "sendMessage",
            {
                "chat_id": chat,
                "message_thread_id": topic,
                "text": html,
                "parse_mode": "HTML",
                "link_preview_options": NO_PREVIEW,
                "reply_parameters": reply,
                "reply_markup": _markup(buttons),
                "disable_notification": silent or None,
            },
        )
        return int(sent["message_id"])

    async def rewrite(self, html: str, chat: int, message: int, *, buttons: Keyboard | None = None) -> None:
        """Put HTML in the place of one of the bot's own messages. Raises TelegramError."""
        await self._post(
            "editMessageText",
            {
                "chat_id": chat,
                "message_id": message,
                "text": html,
                "parse_mode": "HTML",
                "link_preview_options": NO_PREVIEW,
                "reply_markup": _markup(buttons),
            },
        )


def _markup(buttons: Keyboard | None) -> dict[str, Keyboard] | None:
    return None if buttons is None else {"inline_keyboard": buttons}
