"""Methods that write: send, edit and delete messages, answer queries.

A call is checked whole before anything changes: a refused one leaves no trace.
"""

from typing import TYPE_CHECKING, Any

from .chats import GENERAL, IN_CHAT, Chat, Topic
from .errors import ApiError, bad_request, forbidden, migrated
from .keyboards import check_markup
from .markup import Parsed, check_utf8, format_text, parse_html, utf16_length
from .messages import Message
from .queries import Answer, Query

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

MAX_TEXT = 4096
MAX_CALLBACK_TEXT = 200
MAX_INLINE_RESULTS = 50
DELETABLE_SECONDS = 48 * 3600
ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
EDITABLE = ("text", "photo", "document")
REPLACED = ("entities", "reply_markup", "link_preview_options")
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def send_message(world: "World", parameters: Json) -> Json:
    """Send a text; return the Message."""
    parsed = parsed_text(world, parameters, "message is too long")
    chat = writable_chat(world, parameters.get("chat_id"))
    markup = check_markup(parameters.get("reply_markup"), private=chat.type == "private")
    topic = topic_of(world, chat, parameters.get("message_thread_id"))
    replied = replied_to(chat, parameters)
    spend(world, "sendMessage", chat)
    if topic is None and replied and replied.raw.get("is_topic_message"):
        topic = next((t for t in chat.topics.values() if t.id == replied.thread_id), None)
    head: Json = {"sender_chat": chat.json()} if chat.type == "channel" else {"from": world.bot.json()}
    content = _content(parsed, markup, parameters)
    raw = chat.compose(head, content, topic=topic, reply_to=replied)
    message = chat.keep(raw, parameters["text"])
    chat.sent.add(message)
    return raw


def edit_message_text(world: "World", parameters: Json) -> Json:
    """Replace a text and its keyboard; return the Message."""
    parsed = parsed_text(world, parameters, "MESSAGE_TOO_LONG")
    chat, message = own_message(world, parameters)
    if "text" not in message.raw:
        raise bad_request("there is no text in the message to edit")
    markup = check_markup(parameters.get("reply_markup"), private=chat.type == "private", inline_only=True)
    raw = {
        n: v for n, v in message.raw.items() if n not in ("entities", "reply_markup", "link_preview_options")
    }
    raw |= _content(parsed, markup, parameters)
    return change(world, "editMessageText", message, raw, parameters["text"])


def edit_message_reply_markup(world: "World", parameters: Json) -> Json:
    """Replace or remove the keyboard alone; return the Message."""
    chat, message = own_message(world, parameters)
    markup = check_markup(parameters.get("reply_markup"), private=chat.type == "private", inline_only=True)
    raw = {name: value for name, value in message.raw.items() if name != "reply_markup"}
    if markup:
        raw["reply_markup"] = markup
    return change(world, "editMessageReplyMarkup", message, raw, message.html)


def delete_message(world: "World", parameters: Json) -> bool:
    """Delete a message that the bot may delete."""
    chat = writable_chat(world, parameters.get("chat_id"))
    message = chat.messages.get(_message_id(parameters))
    if message is None:
        raise bad_request("message to delete not found")
    rights = chat.type == "private" or chat.status(world.bot.id) == "administrator"
    if not rights and not _is_own(world, message):
        raise bad_request("message can't be deleted")
    if world.now() - message.date > DELETABLE_SECONDS and chat.status(world.bot.id) != "administrator":
        raise bad_request("message can't be deleted for everyone")
    chat.delete(message)
    chat.deletions.add(message)
    return True


def send_chat_action(world: "World", parameters: Json) -> bool:
    """Show that the bot is at work."""
    chat = writable_chat(world, parameters.get("chat_id"))
    thread = parameters.get("message_thread_id")
    if thread != GENERAL or not chat.is_forum:
        # Unlike messages, actions name General by its number 1.
        topic_of(world, chat, thread)
    if str(parameters.get("action", "")).lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def answer_callback_query(world: "World", parameters: Json) -> bool:
    """Stop the spinner of a pressed button, with a text or without."""
    query = _query(world, "callback", parameters.get("callback_query_id"))
    text = parameters.get("text", "")
    check_utf8(text)
    if len(text) > MAX_CALLBACK_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    if query.answered:
        world.violations.append(f"answerCallbackQuery: query {query.id} was already answered")
    query.answered = True
    query.answers.add(Answer(parameters))
    return True


def answer_inline_query(world: "World", parameters: Json) -> bool:
    """Show the results of an inline question."""
    query = _query(world, "inline", parameters.get("inline_query_id"))
    results = parameters.get("results") or []
    if len(results) > MAX_INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [result.get("id", "") for result in results]
    if len(ids) != len(set(ids)):
        raise bad_request("RESULT_ID_DUPLICATE")
    if any(not 1 <= len(str(name).encode()) <= 64 for name in ids):
        raise bad_request("RESULT_ID_INVALID")
    for result in results:
        check_markup(result.get("reply_markup"), inline_only=True)
        content = result.get("input_message_content", {})
        if "message_text" in content:
            parsed_text(world, {**content, "text": content["message_text"]}, "MESSAGE_TOO_LONG")
    query.answers.add(Answer(parameters))
    return True


def known_chat(world: "World", chat_id: Any) -> Chat:
    """Return the chat with this id or @username that the bot has met."""
    if chat_id in (None, ""):
        raise bad_request("chat_id is empty")
    if isinstance(chat_id, str) and chat_id.startswith("@"):
        wanted = chat_id[1:].lower()
        found = (c for c in world.chats.values() if c.type != "private" and c.username)
        chat = next((c for c in found if (c.username or "").lower() == wanted), None)
    else:
        chat = world.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad_request("chat not found")
    return chat


def writable_chat(world: "World", chat_id: Any) -> Chat:
    """Return the chat, if the bot may write there."""
    chat = reachable_chat(world, chat_id)
    status = chat.status(world.bot.id)
    if chat.type == "channel" and not chat.may(world.bot.id, "can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    shut = status == "restricted" and not chat.may(world.bot.id, "can_send_messages")
    if shut or (chat.closed_to_members and status not in ("administrator", "creator")):
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def reachable_chat(world: "World", chat_id: Any) -> Chat:
    """Return the chat, if the bot is in it: what it has said there it may edit, whatever it may send."""
    if isinstance(chat_id, int) and chat_id in world.users and chat_id not in world.chats:
        _refuse_stranger(world, chat_id)
    chat = known_chat(world, chat_id)
    if chat.migrated_to:
        raise migrated(chat.migrated_to)
    if chat.type == "private":
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        return chat
    status = chat.status(world.bot.id)
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status not in IN_CHAT:
        raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def _refuse_stranger(world: "World", user_id: int) -> None:
    if world.users[user_id].is_bot:
        raise forbidden("bots can't send messages to bots")
    if any(user_id in chat.members for chat in world.chats.values()):
        raise forbidden("bot can't initiate conversation with a user")


def parsed_text(world: "World", parameters: Json, too_long: str) -> Parsed:
    """Return a text as it is shown; raise the 400 by which it would be refused."""
    source = parameters.get("text", "")
    if not source:
        raise bad_request("message text is empty")
    check_utf8(source)
    mode = str(parameters.get("parse_mode", "")).lower()
    if mode == "html":
        parsed = parse_html(source, lambda user_id: _user_json(world, user_id))
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        parsed = Parsed(source, _given_entities(parameters.get("entities"), source))
    parsed = format_text(parsed)
    world.violations += [f"link dropped, for it is no valid URL: {link}" for link in parsed.dropped_links]
    if not parsed.text:
        raise bad_request("text must be non-empty")
    if utf16_length(parsed.text) > MAX_TEXT:
        raise bad_request(too_long)
    return parsed


def _given_entities(entities: list[Json] | None, text: str) -> list[Json]:
    if not entities:
        return []
    length = utf16_length(text)
    for entity in entities:
        start, size = entity["offset"], entity["length"]
        if start < 0 or size <= 0 or start + size > length:
            raise bad_request("ENTITY_BOUNDS_INVALID")
    return [dict(entity) for entity in entities]


def _content(parsed: Parsed, markup: Json | None, parameters: Json) -> Json:
    content: Json = {"text": parsed.text}
    if parsed.entities:
        content["entities"] = parsed.entities
    if preview := parameters.get("link_preview_options"):
        content["link_preview_options"] = preview
    if markup:
        content["reply_markup"] = markup
    return content


def topic_of(world: "World", chat: Chat, thread_id: int | None) -> Topic | None:
    """Return the topic to write into. General cannot be named: its number 1 is refused, as for real."""
    if not thread_id:
        return None
    topic = next((t for t in chat.topics.values() if t.id == thread_id and t.id != GENERAL), None)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and chat.status(world.bot.id) != "administrator":
        raise bad_request("TOPIC_CLOSED")
    return topic


def replied_to(chat: Chat, parameters: Json) -> Message | None:
    """Return the message that a call answers."""
    reply = parameters.get("reply_parameters")
    if reply is None and parameters.get("reply_to_message_id"):
        reply = {
            "message_id": parameters["reply_to_message_id"],
            "allow_sending_without_reply": parameters.get("allow_sending_without_reply", False),
        }
    if not reply:
        return None
    source = chat
    if reply.get("chat_id") not in (None, chat.id):
        source = known_chat(chat.world, reply["chat_id"])
    replied = source.messages.get(reply.get("message_id", 0))
    if replied is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    if replied and (quote := reply.get("quote")) and quote not in replied.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    # A message of another chat is shown as an external reply, which no test has needed so far.
    return replied if source is chat else None


def own_message(world: "World", parameters: Json) -> tuple[Chat, Message]:
    """Return a message of the bot's own that can be edited, and its chat."""
    if "inline_message_id" in parameters and "chat_id" not in parameters:
        raise bad_request("MESSAGE_ID_INVALID")
    chat = reachable_chat(world, parameters.get("chat_id"))
    message = chat.messages.get(_message_id(parameters))
    if message is None:
        raise bad_request("message to edit not found")
    if not _is_own(world, message) or not any(kind in message.raw for kind in EDITABLE):
        raise bad_request("message can't be edited")
    return chat, message


def _message_id(parameters: Json) -> int:
    message_id = parameters.get("message_id")
    if not isinstance(message_id, int):
        raise bad_request("message identifier is not specified")
    return message_id


def _is_own(world: "World", message: Message) -> bool:
    if message.chat.type == "channel":
        may = message.chat.may
        return may(world.bot.id, "can_edit_messages") or may(world.bot.id, "can_post_messages")
    sender: Json = message.raw.get("from", {})
    return sender.get("id") == world.bot.id


def change(world: "World", method: str, message: Message, raw: Json, source: str) -> Json:
    """Store an edited message, and return it as the Bot API shows it."""
    if raw == message.raw or {**raw, "edit_date": 0} == {**message.raw, "edit_date": 0}:
        raise bad_request(NOT_MODIFIED)
    spend(world, method, message.chat)
    raw["edit_date"] = world.now()
    message.chat.edits.add(message.chat.keep(raw, source))
    return raw


def _query(world: "World", kind: str, query_id: Any) -> Query:
    query = world.queries.get(str(query_id))
    if query is None or query.kind != kind or world.clock() - query.asked_at > world.query_lifetime:
        raise ApiError(400, f"Bad Request: {QUERY_TOO_OLD}")
    return query


def _user_json(world: "World", user_id: int) -> Json | None:
    user = world.users.get(user_id)
    return user.json() if user else None


def spend(world: "World", method: str, chat: Chat) -> None:
    """Count a call against the limits."""
    if world.limiter:
        world.limiter.spend(method, chat.id, group=chat.is_group)


SENDING_METHODS = {
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
}
