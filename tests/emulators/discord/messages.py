"""Messages as a test sees them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simcord.backend.models import EPHEMERAL_FLAG
from simcord.components import walk_components

if TYPE_CHECKING:
    from .places import Channel

Json = dict[str, Any]

BUTTON, MENU = 2, 3
CROSSPOSTED = 1 << 1


@dataclass(frozen=True)
class Button:
    """Describe one button."""

    label: str
    custom_id: str | None = None
    url: str | None = None
    disabled: bool = False


@dataclass(frozen=True)
class Option:
    """Describe one option of a menu."""

    label: str
    value: str
    description: str = ""


@dataclass(frozen=True, repr=False, eq=False)
class Message:
    """Show one message at one moment: an edit makes a new object with the same id.

    `raw` is the message as the API shows it.
    """

    channel: "Channel"
    id: int
    raw: Json = field(repr=False)

    def __repr__(self) -> str:
        """Show enough to understand a failed test."""
        return f"<message {self.id} in {self.channel.name!r}: {self.text!r}>"

    @property
    def text(self) -> str:
        """Return all that it says, its parts on lines of their own: content, then each embed in full."""
        parts = [self.content]
        for embed in self.embeds:
            parts += _texts(embed)
        return "\n".join(part for part in parts if part)

    @property
    def content(self) -> str:
        """Return the text outside embeds."""
        content: str = self.raw["content"]
        return content

    @property
    def embeds(self) -> list[Json]:
        """Return the embeds as they were sent."""
        embeds: list[Json] = self.raw["embeds"]
        return embeds

    @property
    def attachments(self) -> list[Json]:
        """Return its files as the API shows them; what one holds is asked for at its address."""
        attachments: list[Json] = self.raw["attachments"]
        return attachments

    @property
    def author_id(self) -> int:
        """Return who wrote it."""
        return int(self.raw["author"]["id"])

    @property
    def edited(self) -> bool:
        """Tell whether it was edited; the answer that completes a deferred one counts as an edit."""
        return self.raw["edited_timestamp"] is not None

    @property
    def ephemeral(self) -> bool:
        """Tell whether only one person sees it."""
        return bool(self.raw["flags"] & EPHEMERAL_FLAG)

    @property
    def reply_to(self) -> int | None:
        """Return the id of the message it answers."""
        reference = self.raw.get("message_reference")
        return int(reference["message_id"]) if reference else None

    @property
    def rows(self) -> list[list[Button]]:
        """Return the buttons, row by row."""
        return [
            [_button(part) for part in row.get("components", ()) if part["type"] == BUTTON]
            for row in self.raw["components"]
        ]

    @property
    def buttons(self) -> list[Button]:
        """Return all buttons in reading order."""
        return [_button(part) for part in walk_components(self.raw["components"]) if part["type"] == BUTTON]

    @property
    def options(self) -> list[Option]:
        """Return the options of the menus under it."""
        menus = (part for part in walk_components(self.raw["components"]) if part["type"] == MENU)
        return [
            Option(each["label"], each["value"], each.get("description") or "")
            for menu in menus
            for each in menu["options"]
        ]

    @property
    def published(self) -> bool:
        """Tell whether it went out to the servers that follow the channel."""
        return bool(self.raw["flags"] & CROSSPOSTED)

    def button(self, wanted: str) -> Button:
        """Return the button with this label or custom id; raise AssertionError if there is no such."""
        for button in self.buttons:
            if wanted in (button.label, button.custom_id):
                return button
        raise AssertionError(f"no button {wanted!r} in {self!r}; it has {[b.label for b in self.buttons]}")


def _button(part: Json) -> Button:
    label = part.get("label") or (part.get("emoji") or {}).get("name") or ""
    return Button(label, part.get("custom_id"), part.get("url"), part.get("disabled", False))


def _texts(embed: Json) -> Iterator[str]:
    yield (embed.get("author") or {}).get("name") or ""
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    for part in embed.get("fields") or ():
        yield part["name"]
        yield part["value"]
    yield (embed.get("footer") or {}).get("text") or ""
