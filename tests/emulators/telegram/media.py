"""Methods that send and edit pictures and files.

Sources: https://core.telegram.org/bots/api#sendphoto, #senddocument and #editmessagemedia; what refusals say
is as the Bot API server words it.
"""

import struct
from typing import TYPE_CHECKING, Any

from .chats import Chat
from .errors import bad_request
from .keyboards import check_markup
from .markup import Parsed, utf16_length
from .parameters import Upload
from .sending import change, own_message, parsed_text, replied_to, spend, topic_of, writable_chat

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

MAX_CAPTION = 1024
MAX_PHOTO, MAX_DOCUMENT = 10 * 1024 * 1024, 50 * 1024 * 1024
MAX_SIDES, MAX_RATIO = 10_000, 20
PNG = b"\x89PNG\r\n\x1a\n"
ATTACHED = "attach://"
KINDS = ("photo", "document")
SHOWN = (*KINDS, "caption", "caption_entities", "reply_markup")


def send_photo(world: "World", parameters: Json) -> Json:
    """Send a photo with a caption; return the Message."""
    return _send(world, "sendPhoto", "photo", parameters)


def send_document(world: "World", parameters: Json) -> Json:
    """Send a file with a caption; return the Message."""
    return _send(world, "sendDocument", "document", parameters)


def edit_message_media(world: "World", parameters: Json) -> Json:
    """Replace the photo or file of a message with its caption and keyboard; return the Message."""
    media = parameters.get("media")
    if not isinstance(media, dict) or media.get("type") not in KINDS:
        raise bad_request("can't parse InputMedia: media not found")
    chat, message = own_message(world, parameters)
    if not any(kind in message.raw for kind in KINDS):
        raise bad_request("there is no media in the message to edit")
    named = str(media.get("media", ""))
    upload = parameters.get(named.removeprefix(ATTACHED)) if named.startswith(ATTACHED) else None
    shown = _shown(world, media["type"], upload)
    caption = _caption(world, media, "MEDIA_CAPTION_TOO_LONG")
    markup = check_markup(parameters.get("reply_markup"), private=chat.type == "private", inline_only=True)
    raw = {name: value for name, value in message.raw.items() if name not in SHOWN}
    raw |= _content(shown, caption, markup)
    return change(world, "editMessageMedia", message, raw, media.get("caption", ""))


def edit_message_caption(world: "World", parameters: Json) -> Json:
    """Replace the caption of a photo or file; return the Message."""
    chat, message = own_message(world, parameters)
    if not any(kind in message.raw for kind in KINDS):
        raise bad_request("there is no caption in the message to edit")
    caption = _caption(world, parameters, "MEDIA_CAPTION_TOO_LONG")
    markup = check_markup(parameters.get("reply_markup"), private=chat.type == "private", inline_only=True)
    raw = {name: value for name, value in message.raw.items() if name not in SHOWN or name in KINDS}
    raw |= _content({}, caption, markup)
    return change(world, "editMessageCaption", message, raw, parameters.get("caption", ""))


def _send(world: "World", method: str, kind: str, parameters: Json) -> Json:
    caption = _caption(world, parameters, "message caption is too long")
    chat = writable_chat(world, parameters.get("chat_id"))
    _refuse_unpermitted(world, chat, kind)
    markup = check_markup(parameters.get("reply_markup"), private=chat.type == "private")
    topic = topic_of(world, chat, parameters.get("message_thread_id"))
    replied = replied_to(chat, parameters)
    shown = _shown(world, kind, parameters.get(kind))
    spend(world, method, chat)
    if topic is None and replied and replied.raw.get("is_topic_message"):
        topic = next((t for t in chat.topics.values() if t.id == replied.thread_id), None)
    head: Json = {"sender_chat": chat.json()} if chat.type == "channel" else {"from": world.bot.json()}
    raw = chat.compose(head, _content(shown, caption, markup), topic=topic, reply_to=replied)
    chat.sent.add(chat.keep(raw, parameters.get("caption", "")))
    return raw


def _refuse_unpermitted(world: "World", chat: Chat, kind: str) -> None:
    if chat.status(world.bot.id) == "restricted" and not chat.may(world.bot.id, f"can_send_{kind}s"):
        raise bad_request(f"not enough rights to send {kind}s to the chat")


def _shown(world: "World", kind: str, upload: Any) -> Json:
    """Return what a message holds of an upload; raise the 400 by which that would be refused."""
    if not isinstance(upload, Upload):
        raise bad_request(f"there is no {kind} in the request")
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > (MAX_PHOTO if kind == "photo" else MAX_DOCUMENT):
        raise bad_request(f"file is too big for a {kind}")
    file_id = f"file{len(world.files) + 1}"
    world.files[file_id] = upload.content
    file: Json = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(upload.content)}
    if kind == "document":
        return {"document": {**file, "file_name": upload.name, "mime_type": upload.media}}
    width, height = _size(upload.content)
    if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return {"photo": [{**file, "width": width, "height": height}]}


def _size(content: bytes) -> tuple[int, int]:
    if not content.startswith(PNG) or len(content) < 24:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", content[16:24])
    if not (width and height):
        raise bad_request("IMAGE_PROCESS_FAILED")
    return width, height


def _caption(world: "World", parameters: Json, too_long: str) -> Parsed:
    source = parameters.get("caption") or ""
    if not source:
        return Parsed("", [])
    parsed = parsed_text(world, {"text": source, "parse_mode": parameters.get("parse_mode", "")}, too_long)
    if utf16_length(parsed.text) > MAX_CAPTION:
        raise bad_request(too_long)
    return parsed


def _content(shown: Json, caption: Parsed, markup: Json | None) -> Json:
    content = dict(shown)
    if caption.text:
        content["caption"] = caption.text
    if caption.entities:
        content["caption_entities"] = caption.entities
    if markup:
        content["reply_markup"] = markup
    return content


MEDIA_METHODS = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "editMessageMedia": edit_message_media,
    "editMessageCaption": edit_message_caption,
}
