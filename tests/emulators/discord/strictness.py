"""What the platform refuses and simcord does not; lengths of embeds, rows and the like are simcord's own."""

import re
from typing import TYPE_CHECKING, Any

from simcord.backend import errors, permissions
from simcord.components import walk_components
from simcord.enums import CallbackType, InteractionType

from .definitions import check_choices, check_commands, invalid
from .embeds import check_embed, is_said

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

_PUBLISHING = re.compile(r"^/channels/(\d+)/messages/\d+/crosspost$")
_SENDING = re.compile(r"^/channels/(\d+)/messages(?:/(\d+))?$")
_CHANNEL = re.compile(r"^/channels/(\d+)(?:/|$)")
_FORUM = re.compile(r"^/channels/\d+/threads$")
_CALLBACK = re.compile(r"^/interactions/\d+/([^/]+)/callback$")
_WEBHOOK = re.compile(r"^/webhooks/\d+/([^/]+)(?:/messages/.+)?$")
_COMMANDS = re.compile(r"^/applications/\d+/(?:guilds/\d+/)?commands$")

TEXT_INPUT, BUTTON = 4, 2
CROSSPOSTED = 1 << 1
# The style of buttons that show what they sell.
PREMIUM = 6
MAX_INPUT = 4000
# https://docs.discord.com/developers/resources/message#attachment-object
MAX_ATTACHMENTS, MAX_DESCRIPTION = 10, 1024
# Which callbacks may answer which interaction; an update needs a message that was pressed on.
ANSWERS = {
    InteractionType.APPLICATION_COMMAND: {4, 5, 9},
    InteractionType.MESSAGE_COMPONENT: {4, 5, 6, 7, 9},
    InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE: {8},
    InteractionType.MODAL_SUBMIT: {4, 5, 6, 7},
}


def check_call(world: "World", method: str, path: str, body: Any) -> None:
    """Raise the BackendError by which the platform would refuse a call."""
    if (found := _CHANNEL.match(path)) and int(found[1]) in world.lost:
        raise errors.missing_access()
    if found := _SENDING.match(path):
        _check_sending(world, method, int(found[1]), int(found[2] or 0), body)
    elif found := _PUBLISHING.match(path):
        world.publishing.spend(int(found[1]))
    elif found := _CALLBACK.match(path):
        _check_answer(world, found[1], body)
    elif found := _WEBHOOK.match(path):
        _check_token(world, found[1])
        if method in ("POST", "PATCH"):
            check_message(body)
    elif _FORUM.match(path) and method == "POST" and "message" in body:
        check_message(body["message"])
    elif _COMMANDS.match(path) and method == "PUT":
        check_commands(body)


def check_message(body: Json) -> None:
    """Raise the 400 by which a message would be refused."""
    for number, embed in enumerate(body.get("embeds") or ()):
        check_embed(embed, f"embeds[{number}]")
    attached = body.get("attachments") or ()
    if len(attached) > MAX_ATTACHMENTS:
        raise invalid("attachments", f"Must be {MAX_ATTACHMENTS} or fewer in length.")
    for number, each in enumerate(attached):
        if len(each.get("description") or "") > MAX_DESCRIPTION:
            where = f"attachments[{number}].description"
            raise invalid(where, f"Must be {MAX_DESCRIPTION} or fewer in length.")
    for part in walk_components(body.get("components") or ()):
        if part.get("type") == BUTTON and part.get("style") != PREMIUM and not _labelled(part):
            raise invalid("components", f"a button without label: {part}")


def _check_sending(world: "World", method: str, channel_id: int, message_id: int, body: Any) -> None:
    if method == "POST":
        _check_may_send(world, channel_id, body)
    if method in ("POST", "PATCH"):
        check_message(body)
    message = world.backend.messages.get(channel_id, {}).get(message_id)
    if method == "PATCH" and message is not None and message.flags & CROSSPOSTED:
        world.rewriting.spend(message_id)


def _labelled(button: Json) -> bool:
    return is_said(button, "label") or bool(button.get("emoji"))


def _check_answer(world: "World", token: str, body: Json) -> None:
    interaction = world.interactions.get(token)
    if interaction is None:
        return
    kind, data = body.get("type"), body.get("data") or {}
    if kind not in ANSWERS[InteractionType(interaction.record.type)]:
        raise invalid("type", f"{kind} does not answer an interaction of type {interaction.record.type}")
    if kind in (CallbackType.CHANNEL_MESSAGE_WITH_SOURCE, CallbackType.UPDATE_MESSAGE):
        check_message(data)
    elif kind == CallbackType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT:
        check_choices(data.get("choices") or [], "data")
    elif kind == CallbackType.MODAL:
        _check_modal(data)


def _check_modal(modal: Json) -> None:
    for part in walk_components(modal.get("components") or ()):
        longest = min(part.get("max_length") or MAX_INPUT, MAX_INPUT)
        if part.get("type") == TEXT_INPUT and len(part.get("value") or "") > longest:
            raise invalid(f"components.{part.get('custom_id')}.value", "longer than max_length")


def _check_token(world: "World", token: str) -> None:
    """Refuse what comes before the answer that it belongs to, or a quarter of an hour after the question."""
    interaction = world.interactions.get(token)
    if interaction is None:
        return
    if world.backend.now_iso() >= (interaction.record.expires_at or ""):
        raise errors.BackendError(401, 50027, "Invalid Webhook Token")
    if not interaction.record.responded:
        world.violations.append(f"a followup to {interaction.record.id} before its answer")
        raise errors.unknown_webhook()


def _check_may_send(world: "World", channel_id: int, body: Json) -> None:
    channel = world.backend.get_channel(channel_id)
    if world.closed_dms.intersection(channel.recipient_ids):
        raise errors.cannot_dm_bot()
    if channel.guild_id is None:
        return
    held = world.backend.compute_permissions(channel.guild_id, world.bot.id, channel_id)
    if not held & permissions.flag("view_channel"):
        raise errors.missing_access()
    if body.get("message_reference") and not held & permissions.flag("read_message_history"):
        raise errors.BackendError(400, 160002, "Cannot reply without permission to read message history")
    for name, needed in (("embeds", "embed_links"), ("attachments", "attach_files")):
        if body.get(name) and not held & permissions.flag(needed):
            raise errors.missing_permissions()
    locked = channel.thread_metadata is not None and channel.thread_metadata.locked
    if locked and not held & permissions.flag("manage_threads"):
        raise errors.BackendError(400, 50083, "Thread is archived")
