"""The library's `Bot`, with lean versions of the three calls that are made most.

The library turns every answer into full objects. That takes two thirds of the time of sending a message,
for an answer of which only the message's id is of use; and one update that it cannot read makes it drop,
and ask for again, without end, the whole batch. These calls hand over what came, as it came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.errors import UserError
from bot.frontends.telegram.render import Keyboard
from bot.frontends.telegram.transport import File, Form
from bot.intake.reading.reader import LARGEST_FILE
from bot.replies import Drawing
from bot.texts import _

if TYPE_CHECKING:
    from telegram.request import RequestData

_ATTACHED = "picture"
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
        sent = await self._call(
            "sendMessage",
            {
                "chat_id": chat,
                "message_thread_id": topic,
                "text": html,
                "parse_mode": "HTML",
                "link_preview_options": NO_PREVIEW,
                "reply_parameters": _answering(answering, answers_only=answers_only),
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

    async def show(
        self,
        picture: Drawing,
        caption: str,
        chat: int,
        *,
        topic: int | None = None,
        answering: int | None = None,
        buttons: Keyboard | None = None,
    ) -> int:
        """Send a picture with HTML under it; return the new message's id. Raises TelegramError.

        One that could not be read as a photo, which Telegram makes smaller, goes as a file.
        """
        values: dict[str, object] = {
            "chat_id": chat,
            "message_thread_id": topic,
            "caption": caption or None,
            "parse_mode": "HTML",
            "reply_parameters": _answering(answering),
            "reply_markup": _markup(buttons),
        }
        try:
            sent = await self._upload(kind_of(picture), values, picture)
        except BadRequest as error:
            if picture.tall or not is_no_photo(error):
                raise
            sent = await self._upload("document", values, picture)
        return int(sent["message_id"])

    async def show_instead(
        self, picture: Drawing, caption: str, chat: int, message: int, *, buttons: Keyboard | None = None
    ) -> None:
        """Put a picture in the place of that of one of the bot's own messages. Raises TelegramError."""
        media = {
            "type": kind_of(picture),
            "media": f"attach://{_ATTACHED}",
            "caption": caption,
            "parse_mode": "HTML",
        }
        values: dict[str, object] = {
            "chat_id": chat,
            "message_id": message,
            "media": media,
            "reply_markup": _markup(buttons),
        }
        await self._call("editMessageMedia", values, {_ATTACHED: file_of(picture)})

    async def _upload(self, kind: str, values: dict[str, object], picture: Drawing) -> Any:
        return await self._call(f"send{kind.title()}", values, {kind: file_of(picture)})

    async def load(self, file_id: str, size: int) -> bytes:
        """Return a document that somebody sent, of `size` bytes as far as is told. Raises UserError."""
        if size > LARGEST_FILE:
            raise UserError(_("That file is larger than {count} MB.", count=LARGEST_FILE // 1_000_000))
        try:
            found = await self.get_file(file_id)
            return bytes(await found.download_as_bytearray())
        except TelegramError as error:
            raise UserError(_("Telegram does not hand that file over: send it again.")) from error

    async def _call(
        self, method: str, values: dict[str, object], files: Mapping[str, File] | None = None
    ) -> Any:
        """Make a call with plain values, None for one that is not given. Raises TelegramError.

        The library's own way to a call looks in each value for files, dates and defaults to be filled in.
        """
        form = Form({name: value for name, value in values.items() if value is not None}, files)
        return await self.request.post(f"{self.base_url}/{method}", cast("RequestData", form))


def kind_of(picture: Drawing) -> str:
    """Return what Telegram is sent a picture as."""
    return "document" if picture.tall else "photo"


def file_of(picture: Drawing) -> File:
    """Return the file that is uploaded for a picture."""
    return File(picture.name, picture.data, "image/png")


def is_no_photo(error: BadRequest) -> bool:
    """Tell whether Telegram does not take as a photo what it may take as a file."""
    text = str(error).upper()
    return any(
        phrase in text for phrase in ("PHOTO_INVALID", "IMAGE_PROCESS_FAILED", "PHOTO_SAVE_FILE_INVALID")
    )


def _answering(message: int | None, *, answers_only: bool = False) -> dict[str, object] | None:
    return (
        None if message is None else {"message_id": message, "allow_sending_without_reply": not answers_only}
    )


def _markup(buttons: Keyboard | None) -> dict[str, Keyboard] | None:
    return None if buttons is None else {"inline_keyboard": buttons}
