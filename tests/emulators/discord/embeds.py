"""What the platform demands of an embed beside its lengths, which simcord knows.

Source: https://docs.discord.com/developers/resources/message#embed-object
"""

import re
from datetime import datetime
from typing import Any

from .definitions import invalid

Json = dict[str, Any]

MAX_COLOR = 0xFFFFFF
SHOWN = ("title", "description", "fields", "image", "thumbnail", "author", "footer")
LINK, MEDIUM = "https?", "https?|attachment"
# Where an embed may hold an address, and with which schemes.
ADDRESSES = (
    ("", "url", LINK),
    ("author", "url", LINK),
    ("author", "icon_url", MEDIUM),
    ("footer", "icon_url", MEDIUM),
    ("image", "url", MEDIUM),
    ("thumbnail", "url", MEDIUM),
)


def check_embed(embed: Json, where: str) -> None:
    """Raise the 400 by which an embed would be refused."""
    if not any(embed.get(name) for name in SHOWN):
        raise invalid(where, "an empty embed")
    for part, name, here in _required(embed, where):
        if not is_said(part, name):
            raise invalid(f"{here}.{name}", "This field is required")
    for section, name, schemes in ADDRESSES:
        address = ((embed.get(section) or {}) if section else embed).get(name)
        if address is not None and not re.match(rf"(?:{schemes})://.", str(address)):
            raise invalid(f"{where}.{section}.{name}", f"Not a well formed URL: {address!r}")
    if not 0 <= (embed.get("color") or 0) <= MAX_COLOR:
        raise invalid(f"{where}.color", f"must be between 0 and {MAX_COLOR}")
    if not _is_moment(embed.get("timestamp")):
        raise invalid(f"{where}.timestamp", f"not in ISO 8601: {embed['timestamp']!r}")


def is_said(part: Json, name: str) -> bool:
    """Tell whether a part has a text of this name in which there is anything."""
    text = part.get(name)
    return isinstance(text, str) and bool(text.strip())


def _required(embed: Json, where: str) -> list[tuple[Json, str, str]]:
    found = [
        (part, name, f"{where}.fields[{number}]")
        for number, part in enumerate(embed.get("fields") or ())
        for name in ("name", "value")
    ]
    for section, name in (("footer", "text"), ("author", "name")):
        if embed.get(section) is not None:
            found.append((embed[section], name, f"{where}.{section}"))
    return found


def _is_moment(moment: Any) -> bool:
    try:
        return moment is None or bool(datetime.fromisoformat(moment))
    except (TypeError, ValueError):
        return False
