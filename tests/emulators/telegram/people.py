"""Users, their standing in a chat, and the accounts that the platform itself speaks through."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    """Describe a person or a bot."""

    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False
    language_code: str | None = None
    last_name: str | None = None

    def json(self) -> Json:
        """Return the user as the Bot API shows it inside a message."""
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                shown[name] = value
        return shown


# Fixed ids of the platform: https://core.telegram.org/bots/api#message (field `from`).
ANONYMOUS_ADMIN = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
CHANNEL_SPEAKER = User(136817688, "Channel", "Channel_Bot", is_bot=True)

ADMIN_RIGHTS = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
]
RESTRICTIONS = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
]


# Of channels alone: https://core.telegram.org/bots/api#chatmemberadministrator
CHANNEL_RIGHTS = ["can_post_messages", "can_edit_messages"]


def member_json(user: User, status: str, rights: Json | None = None) -> Json:
    """Return a ChatMember of the given status: creator, administrator, member, restricted, left, kicked.

    `rights` are those that differ from what an administrator, or a restricted member, has by itself.
    """
    shown: Json = {"user": user.json(), "status": status}
    if status == "creator":
        shown["is_anonymous"] = False
    elif status == "administrator":
        shown |= {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(ADMIN_RIGHTS, True)}
    elif status == "restricted":
        shown |= {"is_member": True, "until_date": 0, **dict.fromkeys(RESTRICTIONS, False)}
    elif status == "kicked":
        shown["until_date"] = 0
    return shown | (rights or {})
