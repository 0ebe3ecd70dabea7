"""Discord's commands, built from the registry: slash commands with options, and one in a message's menu.

discord.py reads a callback's parameters, so each command gets a callback with a signature built from its
arguments. At each start the bot asks Discord for its commands, and sends its own only if they differ: a local
digest would miss changes made by another version meanwhile.
https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.core.declarations import Argument, Command, Kind, Offer
from bot.frontends.discord import showing
from bot.frontends.discord.refusals import summary
from bot.requests import Role
from bot.texts import N_, _, shortened, speak

if TYPE_CHECKING:
    from bot.commands.core.declarations import Catalogue
    from bot.frontends.discord.conversation import Conversation

DESCRIPTION_LIMIT = 100
TEXT_LIMIT = 100  # of a choice's name, and of its value
# The commands in a message's menu: what is on record about its text, and to delete an answer of the bot.
ON_RECORD, DELETE = N_("On the record?"), N_("Delete this answer")

# For any other kind Discord would say under the field, at each letter, that nothing matches.
_COMPLETED = frozenset({Kind.NAME, Kind.PLACE, Kind.SOURCE, Kind.FACT, Kind.STORY, Kind.COMMAND, Kind.DRAFT})
# Kinds for which anything may be typed, beside what is offered.
_FREE = frozenset({Kind.TEXT, Kind.DATE})
# Who sees a command unless a server's admins decide otherwise. Roles are still checked when it runs.
_SEEN_BY = {
    Role.MODERATOR: discord.Permissions(manage_messages=True),
    Role.OWNER: discord.Permissions(manage_guild=True),
}
_ADMINS = discord.Permissions(manage_channels=True)

Client = discord.Client
Interaction = discord.Interaction[Client]

logger = logging.getLogger(__name__)


class Menu(app_commands.CommandTree[Client]):
    """All commands of the bot on Discord; `sync_changes` registers them if they differ."""

    def __init__(
        self,
        client: Client,
        catalogue: Catalogue,
        conversation: Conversation,
        *,
        language: str = "en",
    ) -> None:
        super().__init__(
            client,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=False
            ),
        )
        speak(language)
        for command in catalogue:
            if command.is_listed:
                self.add_command(_slash(command, conversation))
        self.add_command(_in_menu(_(ON_RECORD), conversation.look_up))
        self.add_command(_in_menu(_(DELETE), conversation.delete))

    async def sync_changes(self) -> bool:
        """Register the commands with Discord if they differ from its own; return whether they did.

        Raises discord.HTTPException.
        """
        wanted = {_key(data): _essence(data) for data in map(self._told, self.get_commands(type=None))}
        # The raw response: `fetch_commands` misreads where a command may be used.
        fetched = await self.client.http.get_global_commands(self.client.application_id or 0)
        present = {_key(data): _essence(data) for data in fetched}
        if wanted == present:
            return False
        await self.sync()
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Answer a removed command that Discord still shows, or one with outdated options."""
        logger.info("a command could not be run: %s", type(error).__name__)
        if interaction.response.is_done():
            return
        speak(interaction.locale.value.replace("-", "_"))
        text = _("This command has changed: start Discord anew (Ctrl-R), then choose it again.")
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                await interaction.response.autocomplete([])
            else:
                await interaction.response.send_message(text, ephemeral=True)
        except discord.DiscordException as failure:
            logger.info("nothing can be shown: %s", summary(failure))

    async def _call(self, interaction: Interaction) -> None:
        """Run a command; one that cannot be read is answered as one that has changed."""
        # The library runs this in a task that nobody waits for, and foresees no error of its own reading.
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # noqa: BLE001  # reason: see above
            await self.on_error(interaction, app_commands.AppCommandError(type(error).__name__))

    def _told(self, command: Any) -> dict[str, Any]:
        told: dict[str, Any] = command.to_dict(self)
        return told


def _slash(command: Command, conversation: Conversation) -> app_commands.Command[Any, ..., Any]:
    """Return the slash command for a registered command."""

    async def callback(interaction: discord.Interaction[Any], /, **given: Any) -> None:
        await conversation.run(interaction, command, given)

    # discord.py reads the options from a callback's signature.
    callback.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # reason: functions may have this attribute
        [
            inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_ONLY, annotation=Interaction),
            *(_parameter(argument) for argument in _needed_first(command.arguments)),
        ]
    )
    slash: app_commands.Command[Any, ..., None] = app_commands.Command(
        name=command.name, description=_brief(_(command.help)) or command.name, callback=callback
    )
    described = {argument.key: _brief(_(argument.help or argument.name)) for argument in command.arguments}
    if described:
        app_commands.describe(**described)(slash)
    for position, argument in enumerate(command.arguments):
        if argument.kind in _COMPLETED or argument.key in command.completed:
            slash.autocomplete(argument.key)(_completer(command, position, conversation))
    slash.default_permissions = _seen_by(command)
    if command.role is Role.READER and not command.is_first:
        slash.allowed_contexts = app_commands.AppCommandContext(
            guild=True, dm_channel=False, private_channel=False
        )
    return slash


def _seen_by(command: Command) -> discord.Permissions | None:
    """Return who sees a command beside the input field of a server; None for everybody.

    Readers see those that they need first. Any other they reach by a button, or type after a mention of the
    bot.
    """
    if command.role > Role.READER:
        return _SEEN_BY[command.role]
    if command.by_admins:
        return _ADMINS
    return None if command.is_first else _SEEN_BY[Role.MODERATOR]


def _needed_first(arguments: Iterable[Argument]) -> list[Argument]:
    """Return arguments in Discord's order: required ones first."""
    return sorted(arguments, key=lambda argument: not _is_needed(argument))


def _is_needed(argument: Argument) -> bool:
    # On other platforms a reply to a person's message names the person; a slash command replies to nothing.
    return argument.required or argument.kind is Kind.PERSON


def _parameter(argument: Argument) -> inspect.Parameter:
    types: dict[Kind, Any] = {Kind.COUNT: app_commands.Range[int, 1], Kind.PERSON: discord.User}
    needed = _is_needed(argument)
    annotation = types.get(argument.kind, str)
    return inspect.Parameter(
        argument.key,
        inspect.Parameter.KEYWORD_ONLY,
        annotation=annotation if needed else annotation | None,
        default=inspect.Parameter.empty if needed else None,
    )


def _completer(
    command: Command, position: int, conversation: Conversation
) -> Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]:
    async def complete(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        offered = await conversation.offer(interaction, command, position, typed)
        free = command.arguments[position].kind in _FREE
        if not offered and free and 0 < len(typed) <= TEXT_LIMIT:
            # Anything may be typed there; else Discord would say that nothing matches.
            offered = [Offer(typed, typed)]
        choices = [app_commands.Choice(name=offer.label, value=offer.value) for offer in offered]
        # The library would show them too, but tries it once.
        await showing.complete(interaction, choices)
        return choices

    return complete


def _in_menu(
    name: str, answer: Callable[[Interaction, discord.Message], Coroutine[Any, Any, None]]
) -> app_commands.ContextMenu:
    async def callback(interaction: Interaction, message: discord.Message) -> None:
        await answer(interaction, message)

    # Resolved here: the library would look the names up in this module, where local functions are missing.
    callback.__annotations__ = {"interaction": Interaction, "message": discord.Message}
    return app_commands.ContextMenu(name=name, callback=callback)


def _brief(text: str) -> str:
    return shortened(" ".join(text.split()), DESCRIPTION_LIMIT)


# The keys of a command that may differ from Discord's older version.
_OF_COMMAND = ("type", "name", "description", "default_member_permissions", "contexts", "integration_types")
_OF_OPTION = ("type", "name", "description", "required", "autocomplete", "min_value", "max_value")


def _key(data: Mapping[str, Any]) -> tuple[int, str]:
    return int(data["type"]), data["name"]


def _essence(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a command's own content, without the keys that Discord adds or omits."""
    said = {name: _plain(data.get(name)) for name in _OF_COMMAND}
    # A command in a message's menu has no description.
    said["description"] = said["description"] or None
    said["options"] = [
        {name: _plain(option.get(name)) or None for name in _OF_OPTION} for option in data.get("options", ())
    ]
    return said


def _plain(value: Any) -> Any:
    """Return a value as JSON: numbers of permissions may come as text, and orders may differ."""
    if isinstance(value, list | tuple):
        return sorted(getattr(item, "value", item) for item in value)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return getattr(value, "value", value)
