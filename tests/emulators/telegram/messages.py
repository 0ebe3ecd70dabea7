"""Messages as a test sees them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .chats import Chat

Json = dict[str, Any]


@dataclass(frozen=True)
class Button:
    """Describe one button of an inline keyboard."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Message:
    """Show one message at one moment: an edit makes a new object with the same id.

    `raw` is the message as the Bot API shows it; `html` is the text as the bot sent it, markup and all.
    """

    chat: "Chat"
    id: int
    raw: Json = field(repr=False)
    html: str = ""

    def __repr__(self) -> str:
        """Show enough to understand a failed test."""
        return f"<message {self.id} in {self.chat.title!r}: {self.text!r}>"

    @property
    def text(self) -> str:
        """Return the plain text, or the caption, without markup."""
        text: str = self.raw.get("text") or self.raw.get("caption") or ""
        return text

    @property
    def entities(self) -> list[Json]:
        """Return the entities of the text."""
        entities: list[Json] = self.raw.get("entities") or self.raw.get("caption_entities") or []
        return entities

    @property
    def picture(self) -> bytes | None:
        """Return the photo or the file that it shows."""
        photo, document = self.raw.get("photo"), self.raw.get("document")
        file = photo[-1] if photo else document
        return None if file is None else self.chat.world.files[file["file_id"]]

    @property
    def date(self) -> int:
        """Return the Unix time at which it was sent."""
        date: int = self.raw["date"]
        return date

    @property
    def thread_id(self) -> int | None:
        """Return the `message_thread_id`, None in General and outside forums."""
        return self.raw.get("message_thread_id")

    @property
    def reply_to(self) -> int | None:
        """Return the id of the message it answers; a topic's opening message does not count."""
        replied = self.raw.get("reply_to_message")
        if replied is None or "forum_topic_created" in replied:
            return None
        message_id: int = replied["message_id"]
        return message_id

    @property
    def keyboard(self) -> list[list[Button]]:
        """Return the inline keyboard, row by row."""
        rows = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return [[Button(b["text"], b.get("callback_data"), b.get("url")) for b in row] for row in rows]

    @property
    def buttons(self) -> list[Button]:
        """Return all inline buttons in reading order."""
        return [button for row in self.keyboard for button in row]

    def button(self, wanted: str) -> Button:
        """Return the button with this label or callback data; raise AssertionError if there is no such."""
        for button in self.buttons:
            if wanted in (button.label, button.data):
                return button
        raise AssertionError(f"no button {wanted!r} in {self!r}; it has {[b.label for b in self.buttons]}")

    def quoted(self) -> Json:
        """Return the message as it stands inside another's `reply_to_message`."""
        return {name: value for name, value in self.raw.items() if name != "reply_to_message"}
