"""Presses of buttons and inline questions: what awaits the bot's answer for a limited time."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.feeds import Feed

from .people import User

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """Show how the bot answered: the parameters it sent, the text among them."""

    parameters: Json

    @property
    def text(self) -> str:
        """Return the notification's text, empty when the bot only stopped the spinner."""
        text: str = self.parameters.get("text", "")
        return text

    @property
    def show_alert(self) -> bool:
        """Tell whether the text is shown as an alert."""
        return bool(self.parameters.get("show_alert", False))

    @property
    def results(self) -> list[Json]:
        """Return the results of an inline question."""
        results: list[Json] = self.parameters.get("results", [])
        return results


@dataclass
class Query:
    """Keep a press or an inline question until it is answered."""

    id: str
    kind: str
    user: User
    asked_at: float
    answered: bool = False
    answers: Feed[Answer] = field(default_factory=lambda: Feed("answer to a query"))

    async def answer(self, timeout: float = 10.0) -> Answer:
        """Wait for the bot's answer."""
        return await self.answers.next(timeout)
