"""People on the platform, the bot among them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """Describe a person or a bot."""

    id: int
    name: str
    is_bot: bool = False

    @property
    def mention(self) -> str:
        """Return what mentions them in a text."""
        return f"<@{self.id}>"
