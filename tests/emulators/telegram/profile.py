"""Methods on the bot itself and on the chats it is in: commands, descriptions, members."""

import re
from typing import TYPE_CHECKING, Any

from .chats import IN_CHAT, Chat
from .errors import ApiError, bad_request, forbidden
from .sending import known_chat

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"([a-z]{2})?")
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120
MAX_NAME = 64
PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


def get_me(world: "World", parameters: Json) -> Json:
    """Return the bot as a User with its own fields."""
    return {
        **world.bot.json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def log_out(world: "World", parameters: Json) -> bool:
    """Refuse every call from now on."""
    world.logged_out = True
    return True


def close(world: "World", parameters: Json) -> bool:
    """Do nothing, as a cloud server does that goes on running."""
    return True


def set_my_commands(world: "World", parameters: Json) -> bool:
    """Replace the command menu for a scope and a language."""
    key = _commands_key(world, parameters)
    commands = parameters.get("commands") or []
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not COMMAND_NAME.fullmatch(command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "").strip()) <= MAX_COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    names = [command["command"] for command in commands]
    if len(names) != len(set(names)):
        world.violations.append("setMyCommands: the same command twice")
    world.profile.commands[key] = commands
    return True


def get_my_commands(world: "World", parameters: Json) -> list[Json]:
    """Return the menu set for exactly this scope and language."""
    return world.profile.commands.get(_commands_key(world, parameters), [])


def delete_my_commands(world: "World", parameters: Json) -> bool:
    """Remove the menu of a scope and a language."""
    world.profile.commands.pop(_commands_key(world, parameters), None)
    return True


def set_my_description(world: "World", parameters: Json) -> bool:
    """Set what an empty chat with the bot shows."""
    return _set_words(parameters, "description", MAX_DESCRIPTION, world.profile.descriptions)


def get_my_description(world: "World", parameters: Json) -> Json:
    """Return the description for a language."""
    return {"description": world.profile.descriptions.get(_language(parameters), "")}


def set_my_short_description(world: "World", parameters: Json) -> bool:
    """Set what the bot's profile page shows."""
    words = world.profile.short_descriptions
    return _set_words(parameters, "short_description", MAX_SHORT_DESCRIPTION, words)


def get_my_short_description(world: "World", parameters: Json) -> Json:
    """Return the short description for a language."""
    return {"short_description": world.profile.short_descriptions.get(_language(parameters), "")}


def set_my_name(world: "World", parameters: Json) -> bool:
    """Set the bot's name for a language."""
    return _set_words(parameters, "name", MAX_NAME, world.profile.names)


def get_my_name(world: "World", parameters: Json) -> Json:
    """Return the bot's name for a language."""
    return {"name": world.profile.names.get(_language(parameters), world.bot.first_name)}


def get_file(world: "World", parameters: Json) -> Json:
    """Tell where a file that a person sent can be had from."""
    file_id = str(parameters.get("file_id", ""))
    if file_id not in world.files:
        raise bad_request("invalid file_id")
    return {
        "file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(world.files[file_id]),
        "file_path": f"documents/{file_id}",
    }  # fmt: skip


def get_chat(world: "World", parameters: Json) -> Json:
    """Return a ChatFullInfo."""
    chat = _visible_chat(world, parameters)
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    return {**chat.json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_chat_member(world: "World", parameters: Json) -> Json:
    """Return a ChatMember; a user who never came is one who left."""
    chat = _visible_chat(world, parameters)
    user = world.users.get(parameters.get("user_id", 0))
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return chat.member_json(user)


def get_chat_administrators(world: "World", parameters: Json) -> list[Json]:
    """Return the owner and the administrators; of bots only this one."""
    chat = _visible_chat(world, parameters)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [
        chat.member_json(user)
        for user, status in chat.members.values()
        if status in ("creator", "administrator") and (not user.is_bot or user == world.bot)
    ]


def _visible_chat(world: "World", parameters: Json) -> Chat:
    chat = known_chat(world, parameters.get("chat_id"))
    status = chat.status(world.bot.id)
    if chat.type != "private" and status not in IN_CHAT:
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if not chat.username:
            raise forbidden(f"bot is not a member of the {chat.type} chat")
    return chat


def _commands_key(world: "World", parameters: Json) -> tuple[str, str]:
    scope = parameters.get("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind in PLAIN_SCOPES:
        name = kind
    elif kind in CHAT_SCOPES:
        chat = known_chat(world, scope.get("chat_id"))
        if chat.type == "channel" or (chat.type == "private" and kind != "chat"):
            raise bad_request(f"can't change commands in the {chat.type} chat")
        name = f"{kind}:{chat.id}"
        if kind == "chat_member":
            if scope.get("user_id") not in world.users:
                raise bad_request("user not found")
            name += f":{scope['user_id']}"
    else:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    return name, _language(parameters)


def _language(parameters: Json) -> str:
    language: str = parameters.get("language_code") or ""
    if not LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _set_words(parameters: Json, name: str, most: int, words: dict[str, str]) -> bool:
    text = parameters.get(name, "")
    if len(text) > most:
        raise ApiError(400, f"Bad Request: {name.replace('_', ' ')} is too long")
    words[_language(parameters)] = text
    return True


PROFILE_METHODS = {
    "getMe": get_me,
    "logOut": log_out,
    "close": close,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "getFile": get_file,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
}
