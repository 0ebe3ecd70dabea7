"""What the platform refuses and simcord does not; the rest is simcord's own."""

import re
from typing import TYPE_CHECKING, Any

from simcord.backend import errors, permissions

if TYPE_CHECKING:
    from .world import World

_SENDING = re.compile(r"^/channels/(\d+)/messages(?:/\d+)?$")
_CHANNEL = re.compile(r"^/channels/(\d+)(?:/|$)")


def check_call(world: "World", method: str, path: str, body: Any) -> None:
    """Raise the BackendError by which the platform would refuse a call."""
    if found := _CHANNEL.match(path):
        _check_reach(world, int(found[1]))
    if method == "POST" and (found := _SENDING.match(path)):
        _check_may_send(world, int(found[1]), body)


def _check_reach(world: "World", channel_id: int) -> None:
    if channel_id in world.lost:
        raise errors.missing_access()


def _check_may_send(world: "World", channel_id: int, body: Any) -> None:
    channel = world.backend.get_channel(channel_id)
    if world.closed_dms.intersection(channel.recipient_ids):
        raise errors.cannot_dm_bot()
    if channel.guild_id is None:
        return
    held = world.backend.compute_permissions(channel.guild_id, world.bot.id, channel_id)
    if body.get("embeds") and not held & permissions.flag("embed_links"):
        raise errors.missing_permissions()
    if body.get("attachments") and not held & permissions.flag("attach_files"):
        raise errors.missing_permissions()
