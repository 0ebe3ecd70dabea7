"""The library's `Bot`, with lean versions of the three calls that are made most.

The library turns every answer into full objects. That takes two thirds of the time of sending a message,
for an answer of which only the message's id is of use; and one update that it cannot read makes it drop,
and ask for again, without end, the whole batch. These calls hand over what came, as it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from telegram import Bot
from telegram.error import TelegramError

from bot.errors import UserError
from bot.frontends.telegram.render import Keyboard
from bot.frontends.telegram.transport import Form
from bot.intake.reading.reader import LARGEST_FILE
from bot.texts import _

if TYPE_CHECKING:
    from telegram.request import RequestData

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
        answers_only: bool = False,
    ) -> int:
        """Send HTML to a chat or one of its topics; return the new message's id. Raises TelegramError.

        What `answers_only` is not sent where the message that it answers is gone.
        """
        reply = (
            {"message_id": answering, "allow_sending_without_reply": not answers_only}
            if answering is not None
            else None
        )
        sent = await self._call(
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
        await self._call(
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

    async def load(self, file_id: str, size: int) -> bytes:
        """Return a document that somebody sent, of `size` bytes as far as is told. Raises UserError."""
        if size > LARGEST_FILE:
            raise UserError(_("That file is larger than {count} MB.", count=LARGEST_FILE // 1_000_000))
        try:
            found = await self.get_file(file_id)
            return bytes(await found.download_as_bytearray())
        except TelegramError as error:
            raise UserError(_("Telegram does not hand that file over: send it again.")) from error

    async def _call(self, method: str, values: dict[str, object]) -> Any:
        """Make a call with plain values, None for one that is not given. Raises TelegramError.

        The library's own way to a call looks in each value for files, dates and defaults to be filled in.
        """
        form = Form({name: value for name, value in values.items() if value is not None})
        return await self.request.post(f"{self.base_url}/{method}", cast("RequestData", form))


def _markup(buttons: Keyboard | None) -> dict[str, Keyboard] | None:
    return None if buttons is None else {"inline_keyboard": buttons}
