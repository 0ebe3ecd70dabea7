"""What people do: they write, give commands, press buttons and fill in modals."""

from typing import Any

from simcord.backend.command_access import command_access
from simcord.backend.models import Interaction as Record
from simcord.components import walk_components
from simcord.enums import AppCommandType, InteractionType
from simcord.interactions import base_payload, command_leaves, nest_options, walk_to_subcommand

from .interactions import Input, Interaction
from .messages import BUTTON, MENU, Message
from .options import fill, focus
from .people import User
from .places import Channel
from .world import World

Json = dict[str, Any]

ROW, TEXT, LABEL = 1, 10, 18
MAX_CONTENT = 2000


class Acts(World):
    """Let people act; each act is checked as their client would, and then goes out by the gateway.

    `shown_to_all` are commands that the admins of each server show to everybody, whatever the bot asks for.
    """

    shown_to_all: frozenset[str] = frozenset()

    async def say(
        self, user: User, channel: Channel, text: str, *, reply_to: Message | None = None
    ) -> Message:
        """Write a message; the bot gets its text only in a DM, or if it is mentioned or answered."""
        if not 1 <= len(text) <= MAX_CONTENT:
            raise AssertionError("people can send 1 to 2000 characters")
        self._check_sees(user, channel)
        reference = {"message_id": str(reply_to.id), "channel_id": str(channel.id)} if reply_to else None
        return channel.show(self.backend.create_message(channel.id, user.id, text, reference=reference))

    async def slash(self, user: User, channel: Channel, name: str, /, **options: Any) -> Interaction:
        """Give a slash command ("name" or "name subcommand") with its options filled in.

        Raises AssertionError if the bot synced no such command, if it is hidden from this user or here, or if
        an option is not what its definition says: a client would not send it.
        """
        command, leaf, nesting = self._slash_command(user, channel, name)
        filled, resolved = fill(self, channel, leaf, options)
        data = self._command_data(command, AppCommandType.CHAT_INPUT)
        data["options"] = nest_options(command, nesting, filled)
        if resolved:
            data["resolved"] = resolved
        return self._send(InteractionType.APPLICATION_COMMAND, user, channel, data)

    async def autocomplete(
        self, user: User, channel: Channel, name: str, option: str, typed: str, /, **filled: Any
    ) -> Interaction:
        """Type into an option that completes, with other options filled in before."""
        command, leaf, nesting = self._slash_command(user, channel, name)
        others, _ = fill(self, channel, leaf, filled, partial=True)
        data = self._command_data(command, AppCommandType.CHAT_INPUT)
        data["options"] = nest_options(command, nesting, [*others, focus(leaf, option, typed)])
        return self._send(InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE, user, channel, data)

    async def context_menu(self, user: User, message: Message, name: str, /) -> Interaction:
        """Choose a command from a message's menu; the bot gets that message's text."""
        command = self._command(user, message.channel, name, AppCommandType.MESSAGE)
        raw = message.channel.show(self.backend.get_message(message.channel.id, message.id)).raw
        data = self._command_data(command, AppCommandType.MESSAGE)
        data |= {"target_id": str(message.id), "resolved": {"messages": {str(message.id): raw}}}
        return self._send(InteractionType.APPLICATION_COMMAND, user, message.channel, data)

    async def press(self, user: User, message: Message, button: str) -> Interaction:
        """Press a button of a message as it stands now, found by its label or custom id."""
        current = self._as_it_stands(user, message)
        found = current.button(button)
        if found.disabled or found.custom_id is None:
            raise AssertionError(f"button {button!r} cannot be pressed")
        return await self.press_raw(user, found.custom_id, current)

    async def choose(self, user: User, message: Message, value: str) -> Interaction:
        """Choose an option of a menu under a message as it stands now, by its value."""
        current = self._as_it_stands(user, message)
        for part in walk_components(current.raw["components"]):
            if part["type"] == MENU and value in [option["value"] for option in part["options"]]:
                data = {"custom_id": part["custom_id"], "component_type": MENU, "id": 0, "values": [value]}
                return self._send(InteractionType.MESSAGE_COMPONENT, user, message.channel, data, current.raw)
        raise AssertionError(f"no option {value!r} in {current!r}; it has {current.options}")

    def _as_it_stands(self, user: User, message: Message) -> Message:
        model = self.backend.messages.get(message.channel.id, {}).get(message.id)
        if model is None:
            raise AssertionError(f"{message!r} is deleted; press_raw can still press it")
        if not model.visible_to(user.id):
            raise AssertionError(f"{user.name} does not see {message!r}")
        return message.channel.show(model)

    async def press_raw(self, user: User, custom_id: str, message: Message) -> Interaction:
        """Press with any custom id, as a changed client can, or on a message long gone."""
        channel = message.channel
        model = self.backend.messages.get(channel.id, {}).get(message.id)
        raw = channel.show(model).raw if model else message.raw
        data = {"custom_id": custom_id, "component_type": BUTTON, "id": 0}
        return self._send(InteractionType.MESSAGE_COMPONENT, user, channel, data, raw)

    async def submit(self, user: User, shown: Interaction, values: dict[str, str]) -> Interaction:
        """Send a modal that was the answer to an interaction; `values` by labels or custom ids.

        An input that is not named keeps what the bot put into it. Raises AssertionError for what the modal
        does not take.
        """
        if user != shown.user:
            raise AssertionError(f"the modal was shown to {shown.user.name}")
        modal = await shown.modal()
        given = {modal.input(name).custom_id: text for name, text in values.items()}
        texts = {part.custom_id: _typed(part, given.get(part.custom_id, part.value)) for part in modal.inputs}
        data: Json = {
            "custom_id": modal.custom_id,
            "components": [_filled(part, texts) for part in modal.raw["components"]],
        }
        source = shown.record.source_message_id
        model = self.backend.messages.get(shown.channel.id, {}).get(source or 0)
        raw = shown.channel.show(model).raw if model else None
        return self._send(InteractionType.MODAL_SUBMIT, user, shown.channel, data, raw)

    def commands(self, user: User, channel: Channel) -> list[str]:
        """Return the slash commands that somebody is offered in a channel, with their subcommands."""
        found = self.backend.visible_commands(user_id=user.id, channel_id=channel.id)
        return [" ".join(path) for command in found for path, _leaf in command_leaves(command)]

    # How it is sent

    def _slash_command(self, user: User, channel: Channel, name: str) -> tuple[Json, Json, list[str]]:
        root, *path = name.split()
        command = self._command(user, channel, root, AppCommandType.CHAT_INPUT)
        leaf, nesting = walk_to_subcommand(command, path)
        return command, leaf, nesting

    def _command(self, user: User, channel: Channel, name: str, kind: AppCommandType) -> Json:
        self._check_sees(user, channel)
        command = self.backend.find_command(name, channel.guild_id, kind)
        if command is None:
            synced = sorted(known for scope in self.backend.commands.values() for known, _kind in scope)
            raise AssertionError(f"the bot has no command {name!r}; it has {synced}")
        if name in self.shown_to_all and channel.guild_id is not None:
            everybody = {"id": str(channel.guild_id), "type": 1, "permission": True}
            self.backend.set_command_permissions(channel.guild_id, int(command["id"]), [everybody])
        access = command_access(self.backend, command, user_id=user.id, channel_id=channel.id)
        if not access.allowed:
            raise AssertionError(f"{user.name} is not offered {name!r} in {channel!r}: {access.reason}")
        return command

    @staticmethod
    def _command_data(command: Json, kind: AppCommandType) -> Json:
        data: Json = {"id": command["id"], "name": command["name"], "type": int(kind)}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _send(
        self, kind: InteractionType, user: User, channel: Channel, data: Json, message: Json | None = None
    ) -> Interaction:
        self._check_sees(user, channel)
        record: Record
        record, payload = base_payload(
            self.backend,
            type=int(kind),
            channel_id=channel.id,
            guild_id=channel.guild_id,
            user_id=user.id,
            data=data,
        )
        if message is not None:
            record.source_message_id = int(message["id"])
            payload["message"] = message
        interaction = Interaction(self, record, user, channel)
        self.interactions[record.token] = interaction
        self.backend.emit("INTERACTION_CREATE", payload)
        return interaction

    def _check_sees(self, user: User, channel: Channel) -> None:
        if not channel.can_see(user):
            raise AssertionError(f"{user.name} does not see {channel!r}")


def _typed(part: Input, text: str) -> str:
    if part.required and not text:
        raise AssertionError(f"input {part.label!r} must be filled in")
    if text and not part.min_length <= len(text) <= part.max_length:
        raise AssertionError(f"input {part.label!r} takes {part.min_length} to {part.max_length} characters")
    return text


def _filled(part: Json, texts: dict[str, str]) -> Json:
    head: Json = {"type": part["type"], "id": part["id"]}
    if part["type"] == LABEL:
        return head | {"component": _filled(part["component"], texts)}
    if part["type"] == ROW:
        return head | {"components": [_filled(inner, texts) for inner in part["components"]]}
    if part["type"] == TEXT:
        return head
    return head | {"custom_id": part["custom_id"], "value": texts[part["custom_id"]]}
