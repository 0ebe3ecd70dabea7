"""Why a page could not be fetched, in words for the person who asked for it."""

from __future__ import annotations

from bot.errors import UserError


class Unfetchable(UserError):
    """A page cannot be had, or may not be asked for; `status` is what its server answered, if it did.

    `wait` is for how many seconds it does not want to be asked again.
    """

    def __init__(self, text: str, *, status: int | None = None, wait: float = 0.0) -> None:
        super().__init__(text)
        self.status = status
        self.wait = wait
