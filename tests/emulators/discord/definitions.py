"""What the platform demands of commands when they are synced; simcord takes any.

Source: https://docs.discord.com/developers/interactions/application-commands
"""

import unicodedata
from typing import Any

from simcord.backend import errors
from simcord.enums import AppCommandType, OptionType

Json = dict[str, Any]

# Of each kind in one scope; menus have had 5 for long, and a bot should not need more.
MOST = {AppCommandType.CHAT_INPUT: 100, AppCommandType.USER: 5, AppCommandType.MESSAGE: 5}
MAX_NAME, MAX_TEXT, MAX_IN_ALL = 32, 100, 8000
MAX_OPTIONS = MAX_CHOICES = 25
MAX_LENGTH = 6000
NESTED = (OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP)
COMPLETED = (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER)


def check_commands(commands: Any) -> None:
    """Raise the 400 by which a sync of all commands of a scope would be refused."""
    seen: set[tuple[str, int]] = set()
    for number, command in enumerate(commands):
        where = f"commands[{number}]"
        kind = AppCommandType(command.get("type", AppCommandType.CHAT_INPUT))
        key = (command.get("name", ""), int(kind))
        if key in seen:
            raise invalid(where, f"{key[0]!r} is not unique")
        seen.add(key)
        check_command(command, kind, where)
    for kind, most in MOST.items():
        if sum(found == kind for _name, found in seen) > most:
            raise invalid("commands", f"more than {most} of kind {kind.name}")


def check_command(command: Json, kind: AppCommandType, where: str) -> None:
    """Raise the 400 by which one command would be refused."""
    if kind == AppCommandType.CHAT_INPUT:
        _check_name(command.get("name"), f"{where}.name")
        _check_text(command.get("description"), f"{where}.description")
        _check_options(command.get("options") or [], where)
    else:
        _check_text(command.get("name"), f"{where}.name", MAX_NAME)
        if command.get("description") or command.get("options"):
            raise invalid(where, "menus have neither description nor options")
    for language, name in (command.get("name_localizations") or {}).items():
        if kind == AppCommandType.CHAT_INPUT:
            _check_name(name, f"{where}.name_localizations.{language}")
    for language, text in (command.get("description_localizations") or {}).items():
        _check_text(text, f"{where}.description_localizations.{language}")
    if (held := command.get("default_member_permissions")) is not None and not str(held).isdecimal():
        raise invalid(f"{where}.default_member_permissions", "must be bits, as a decimal text")
    if (size := _size(command)) > MAX_IN_ALL:
        raise invalid(where, f"{size} characters in all; {MAX_IN_ALL} are the most")


def _check_options(options: list[Json], where: str) -> None:
    if len(options) > MAX_OPTIONS:
        raise invalid(f"{where}.options", f"more than {MAX_OPTIONS}")
    names: set[str] = set()
    optional = False
    nested = {option.get("type") in NESTED for option in options}
    if len(nested) > 1:
        raise invalid(f"{where}.options", "subcommands cannot stand beside other options")
    for number, option in enumerate(options):
        here = f"{where}.options[{number}]"
        _check_name(option.get("name"), f"{here}.name")
        _check_text(option.get("description"), f"{here}.description")
        if option["name"] in names:
            raise invalid(here, f"name {option['name']!r} is not unique")
        names.add(option["name"])
        if option.get("required") and optional:
            raise invalid(here, "required options must come first")
        optional = optional or not option.get("required")
        _check_values(option, here)


def _check_values(option: Json, where: str) -> None:
    kind = OptionType(option["type"])
    if kind in NESTED:
        _check_options(option.get("options") or [], where)
        return
    choices = option.get("choices") or []
    if (choices or option.get("autocomplete")) and kind not in COMPLETED:
        raise invalid(where, f"{kind.name} has neither choices nor autocompletion")
    if choices and option.get("autocomplete"):
        raise invalid(where, "choices and autocompletion exclude each other")
    check_choices(choices, where)
    for name, least in (("min_length", 0), ("max_length", 1)):
        if (length := option.get(name)) is not None and not least <= length <= MAX_LENGTH:
            raise invalid(f"{where}.{name}", f"must be between {least} and {MAX_LENGTH}")
    low, high = option.get("min_value"), option.get("max_value")
    if low is not None and high is not None and low > high:
        raise invalid(where, "min_value exceeds max_value")


def check_choices(choices: list[Json], where: str) -> None:
    """Raise the 400 by which choices would be refused, of a definition or of an autocompletion."""
    if len(choices) > MAX_CHOICES:
        raise invalid(f"{where}.choices", f"more than {MAX_CHOICES}")
    for number, choice in enumerate(choices):
        _check_text(choice.get("name"), f"{where}.choices[{number}].name")
        value = choice.get("value")
        if isinstance(value, str):
            _check_text(value, f"{where}.choices[{number}].value")
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(f"{where}.choices[{number}].value", "must be a text or a number")


def _check_name(name: Any, where: str) -> None:
    """Check a name against `^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$`, in lower case."""
    _check_text(name, where, MAX_NAME)
    for sign in name:
        if not _is_allowed(sign):
            raise invalid(where, f"{sign!r} is not allowed")
    if name != name.lower():
        raise invalid(where, "must be in lower case")


def _is_allowed(sign: str) -> bool:
    if sign in "-_'" or unicodedata.category(sign)[0] in "LN":
        return True
    return unicodedata.name(sign, "").startswith(("DEVANAGARI ", "THAI "))


def _check_text(text: Any, where: str, most: int = MAX_TEXT) -> None:
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        raise invalid(where, f"must be between 1 and {most} in length")


def _size(command: Json) -> int:
    own = len(command.get("name", "")) + len(command.get("description") or "")
    choices = sum(len(c["name"]) + len(str(c["value"])) for c in command.get("choices") or ())
    return own + choices + sum(_size(option) for option in command.get("options") or ())


def invalid(where: str, what: str) -> errors.BackendError:
    """Return the 400 with code 50035 that the platform gives for a body, with what is wrong in it."""
    return errors.invalid_form_body(f"{where}: {what}")
