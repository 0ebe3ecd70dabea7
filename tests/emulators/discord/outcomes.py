"""What becomes of a call that was carried out: feeds and interactions hear of it, and pings are noted."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .world import World

_BY_TOKEN = re.compile(r"^/(?:interactions/\d+/([^/]+)/callback|webhooks/\d+/([^/]+)(?:/messages/.+)?)$")
_MESSAGES = re.compile(r"^/channels/(\d+)/messages(?:/(\d+))?$")
_FORUM = re.compile(r"^/channels/\d+/threads$")


def note(world: "World", method: str, path: str, reply: Any) -> None:
    """Tell whoever waits for it of one call and its reply."""
    if found := _BY_TOKEN.match(path):
        interaction = world.interactions.get(found[1] or found[2])
        if interaction:
            interaction.hear(method, reply)
            _note_pings(world, interaction.channel.id, interaction.record.message_id)
            for message in interaction.followups[-1:]:
                _note_pings(world, message.channel.id, message.id)
    elif found := _MESSAGES.match(path):
        _note_message(world, method, int(found[1]), found[2], reply)
    elif _FORUM.match(path) and isinstance(reply, dict) and "message" in reply:
        _note_message(world, method, int(reply["id"]), None, reply["message"])


def _note_message(world: "World", method: str, channel_id: int, message_id: str | None, reply: Any) -> None:
    if method not in ("POST", "PATCH", "DELETE"):
        return
    channel = world.place(world.backend.get_channel(channel_id))
    if method == "DELETE":
        channel.deletions.add(int(message_id or 0))
        return
    message = channel.show(world.backend.get_message(channel_id, int(reply["id"])))
    (channel.sent if method == "POST" else channel.edits).add(message)
    _note_pings(world, channel_id, message.id)


def _note_pings(world: "World", channel_id: int, message_id: int | None) -> None:
    message = world.backend.messages.get(channel_id, {}).get(message_id or 0)
    if message is None or message.author_id != world.bot.id:
        return
    noted = any(ping.id == message.id for ping in world.pings)
    if not noted and (message.ping_user_ids or message.ping_role_ids or message.mention_everyone):
        shown = world.place(world.backend.get_channel(channel_id)).show(message)
        world.pings.append(shown)
        world.violations.append(f"{shown!r} pings people")
