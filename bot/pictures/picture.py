"""What a picture is to those who show it: its drawing, the same in words, and the facts that it states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import UserError
from bot.texts import _

# Units (pixels of a phone) that every picture is wide: text has its size on the screen of a phone.
WIDTH = 360


class Kind(StrEnum):
    """What a picture shows of a story."""

    TIMELINE = "timeline"
    WHO = "who"


@dataclass(frozen=True)
class Picture:
    """A drawing of some facts; `cited` are those that it states, each with the revision at which it does.

    `alt` holds every line that it shows. Width and height are in units. `left` are the facts for which it had
    no room, in the order in which they would follow.
    """

    svg: str
    alt: str
    width: int
    height: int
    cited: Mapping[int, int] = field(default_factory=dict)
    left: tuple[int, ...] = ()


class PicturesUnavailable(UserError):
    """What draws is not installed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Pictures cannot be drawn here: whoever runs this bot can add them with"
                " pip install 'onrecord[web]'."
            )
        )
