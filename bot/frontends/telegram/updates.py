"""The parts of Telegram's updates that the bot uses, as strict models; all else in an update is left unread.

python-telegram-bot's `Update.de_json` builds whatever an update may hold: that took a third of the time of
answering one. These models take a thirtieth of that, and refuse what is not as the Bot API describes it.
https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import re

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

# A forwarded message has the first of these; before version 7.0 of the Bot API it had some of the others.
FORWARDS = (
    "forward_origin", "forward_date", "forward_from", "forward_from_chat", "forward_sender_name",
)  # fmt: skip
# A message has one of these where it has no text: https://core.telegram.org/bots/api#message
ATTACHMENTS = (
    "animation", "audio", "contact", "dice", "document", "game", "invoice", "live_photo",
    "location", "paid_media", "passport_data", "photo", "poll", "sticker", "story", "successful_payment",
    "venue", "video", "video_note", "voice",
)  # fmt: skip


# Telegram names a language by an IETF tag, often only by its first part.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class _Part(BaseModel):
    # Validators are built when the first update comes, which leaves the start shorter.
    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)


class User(_Part):
    """A person or a bot."""

    id: int
    is_bot: bool
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None

    @property
    def full_name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


class Chat(_Part):
    """A private chat, a group or a channel."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None


class Entity(_Part):
    """A marked part of a text; offset and length count UTF-16 units."""

    type: str
    offset: int
    length: int
    user: User | None = None


class Button(_Part):
    """A button under a message."""

    callback_data: str | None = None


class Keyboard(_Part):
    """The rows of buttons under a message."""

    inline_keyboard: list[list[Button]]


class Quotation(_Part):
    """The part of a message that its reply quotes."""

    text: str


class File(_Part):
    """A document that was sent: `file_size` in bytes, where it is told."""

    file_id: str
    file_name: str = ""
    file_size: int = 0


class Message(_Part):
    """A message, or one that is not accessible any more: then its date is 0."""

    message_id: int
    date: int
    chat: Chat
    from_user: User | None = Field(None, alias="from")
    sender_chat: Chat | None = None
    via_bot: User | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    is_automatic_forward: bool = False
    forward_origin: object = Field(None, validation_alias=AliasChoices(*FORWARDS))
    forum_topic_created: object = None
    forum_topic_reopened: object = None
    general_forum_topic_unhidden: object = None
    migrate_to_chat_id: int | None = None
    text: str | None = None
    entities: list[Entity] = []
    caption: str | None = None
    caption_entities: list[Entity] = []
    attachment: object = Field(None, validation_alias=AliasChoices(*ATTACHMENTS))
    document: File | None = None
    reply_to_message: Message | None = None
    external_reply: object = None
    reply_to_story: object = None
    quote: Quotation | None = None
    reply_markup: Keyboard | None = None

    @property
    def carried(self) -> File | None:
        """Return the document that it holds, else that of the message that it replies to."""
        earlier = self.reply_to_message
        return self.document or (earlier.document if earlier is not None else None)

    @property
    def is_accessible(self) -> bool:
        """Tell whether the message can still be read and edited."""
        return self.date != 0

    @property
    def is_reply(self) -> bool:
        """Tell whether it replies to a message, not counting the one that opened its topic."""
        earlier = self.reply_to_message
        opening = earlier is not None and earlier.forum_topic_created is not None
        elsewhere = self.external_reply is not None or self.reply_to_story is not None
        return elsewhere or (earlier is not None and not opening)

    @property
    def is_by_bot(self) -> bool:
        """Tell whether a bot wrote it: admins who hide behind their group's account are people."""
        return self.sender_chat is None and self.from_user is not None and self.from_user.is_bot

    @property
    def said_to(self) -> Message | None:
        """Return somebody else's message that it replies to.

        Under a channel's post in its group every message replies to that.
        """
        earlier = self.reply_to_message
        if earlier is None or not self.is_reply or earlier.is_automatic_forward:
            return None
        theirs = (earlier.from_user, earlier.sender_chat) != (self.from_user, self.sender_chat)
        return earlier if theirs else None

    @property
    def is_forwarded(self) -> bool:
        """Tell whether its text is not its sender's own: forwarded, or sent through another bot."""
        return self.forward_origin is not None or self.via_bot is not None


class CallbackQuery(_Part):
    """A press on a button; `message` is the one above it, where the chat has it."""

    id: str
    from_user: User = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class Membership(_Part):
    """What a member of a chat is allowed; which rights are told depends on the status and the chat."""

    status: str
    is_member: bool = False
    can_send_messages: bool = False
    can_post_messages: bool = False


class MembershipChange(_Part):
    """A change of the bot's own membership in a chat."""

    chat: Chat
    new_chat_member: Membership

    @property
    def is_out(self) -> bool:
        """Tell whether the bot was blocked or removed, or has left."""
        member = self.new_chat_member
        return member.status in ("left", "kicked") or (member.status == "restricted" and not member.is_member)

    @property
    def may_write(self) -> bool:
        """Tell whether the bot may send messages: https://core.telegram.org/bots/api#chatmember."""
        member = self.new_chat_member
        match member.status:
            case "restricted":
                return member.is_member and member.can_send_messages
            case "administrator":
                return self.chat.type != "channel" or member.can_post_messages
            case "member":
                return self.chat.type != "channel"
        return member.status == "creator"


class Update(_Part):
    """One update; at most one of its parts is there."""

    update_id: int
    message: Message | None = None
    channel_post: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MembershipChange | None = None


def language_of(user: User | None, default: str) -> str:
    """Return the language of a user's app, in the form that catalogs are named by."""
    code = user.language_code if user is not None else None
    if not code or not LANGUAGE.fullmatch(code):
        return default
    return code.replace("-", "_")
