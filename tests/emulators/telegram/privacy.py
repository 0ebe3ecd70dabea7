"""What the platform shows a bot of the messages in its chats.

https://core.telegram.org/bots/features#privacy-mode
"""

from typing import Any

from .chats import IN_CHAT, Chat
from .people import User

Json = dict[str, Any]

SERVICE = frozenset(
    [
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_closed",
        "forum_topic_reopened",
        "forum_topic_edited",
    ]
)


def bot_sees(bot: User, chat: Chat, raw: Json, *, privacy: bool) -> bool:
    """Tell whether a message reaches the bot; other bots' messages never do."""
    if chat.type == "private":
        return not chat.blocked
    status = chat.status(bot.id)
    if status not in IN_CHAT:
        return False
    sender = raw.get("from", {})
    if sender.get("is_bot") and "sender_chat" not in raw:
        return False
    if chat.type == "channel" or status == "administrator" or not privacy:
        return True
    replied = raw.get("reply_to_message", {}).get("from", {}).get("id")
    return replied == bot.id or not SERVICE.isdisjoint(raw) or _addressed(bot, raw)


def _addressed(bot: User, raw: Json) -> bool:
    """Tell whether a text holds a command for this bot, or mentions it."""
    encoded = raw.get("text", "").encode("utf-16-le")
    name = f"@{bot.username}".lower()
    for entity in raw.get("entities", ()):
        start = 2 * entity["offset"]
        word = encoded[start : start + 2 * entity["length"]].decode("utf-16-le").lower()
        if entity["type"] == "mention" and word == name:
            return True
        if entity["type"] == "bot_command" and ("@" not in word or word.endswith(name)):
            return True
    return False
