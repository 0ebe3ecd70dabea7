"""Options of slash commands, as a client makes sure of them and sends them."""

from typing import TYPE_CHECKING, Any

from simcord.backend import serializers
from simcord.backend.errors import OptionError
from simcord.enums import OptionType
from simcord.interactions import validate_option_value

from .people import User
from .places import Channel

if TYPE_CHECKING:
    from .world import World

Json = dict[str, Any]

MAX_STRING = 6000


def fill(
    world: "World", channel: Channel, leaf: Json, given: dict[str, Any], *, partial: bool = False
) -> tuple[list[Json], Json]:
    """Return the options as they are sent, and the people and channels they name.

    `partial`, while somebody types, lacking ones are no fault. Raises AssertionError for whatever the
    definition in `leaf` does not allow.
    """
    defined = {option["name"]: option for option in leaf.get("options") or ()}
    if unknown := given.keys() - defined.keys():
        raise AssertionError(f"{leaf['name']!r} has no options {sorted(unknown)}; it has {sorted(defined)}")
    lacking = [name for name, option in defined.items() if option.get("required") and name not in given]
    if lacking and not partial:
        raise AssertionError(f"{leaf['name']!r} requires {lacking}")
    resolved: Json = {}
    filled = [
        {
            "name": name,
            "type": defined[name]["type"],
            "value": _value(world, channel, leaf["name"], defined[name], value, resolved),
        }
        for name, value in given.items()
    ]
    return filled, resolved


def focus(leaf: Json, name: str, typed: str) -> Json:
    """Return the option that somebody types into."""
    for option in leaf.get("options") or ():
        if option["name"] == name:
            if not option.get("autocomplete"):
                raise AssertionError(f"option {name!r} of {leaf['name']!r} does not complete")
            return {"name": name, "type": option["type"], "value": typed, "focused": True}
    raise AssertionError(f"{leaf['name']!r} has no option {name!r}")


def _value(
    world: "World", channel: Channel, command: str, option: Json, value: Any, resolved: Json
) -> str | float | bool:
    kind = option["type"]
    if isinstance(value, User) and kind in (OptionType.USER, OptionType.MENTIONABLE):
        _resolve_user(world, channel, value, resolved)
        return str(value.id)
    if isinstance(value, Channel) and kind == OptionType.CHANNEL:
        if option.get("channel_types") and value.model.type not in option["channel_types"]:
            raise AssertionError(f"option {option['name']!r} takes no {value!r}")
        raw: Json = dict(serializers.channel_payload(world.backend, value.model))
        assert value.guild_id is not None
        raw["permissions"] = str(world.backend.compute_permissions(value.guild_id, world.bot.id, value.id))
        resolved.setdefault("channels", {})[str(value.id)] = raw
        return str(value.id)
    if kind not in (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER, OptionType.BOOLEAN):
        raise AssertionError(f"option {option['name']!r} of {command!r} takes no {value!r}")
    if isinstance(value, str) and len(value) > MAX_STRING:
        raise AssertionError(f"option {option['name']!r} takes at most {MAX_STRING} characters")
    try:
        valid: str | float | bool = validate_option_value(command, option, value)
    except OptionError as error:
        raise AssertionError(str(error)) from None
    return valid


def _resolve_user(world: "World", channel: Channel, user: User, resolved: Json) -> None:
    backend = world.backend
    number = str(user.id)
    resolved.setdefault("users", {})[number] = dict(serializers.user_payload(backend.get_user(user.id)))
    guild = backend.guilds.get(channel.guild_id or 0)
    if guild and user.id in guild.members:
        member = serializers.member_payload(backend, guild, guild.members[user.id], with_user=False)
        resolved.setdefault("members", {})[number] = dict(member)
