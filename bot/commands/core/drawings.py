"""Pictures that people ask for: drawn by the studio, each person some a minute."""

from __future__ import annotations

from collections.abc import Callable

from bot.commands.core.message_limit import Limiter, Verdict
from bot.errors import UserError
from bot.pictures.picture import Kind
from bot.pictures.sending.studio import Studio
from bot.replies import Drawing
from bot.requests import Request
from bot.texts import _
from storage.domain.models import Story
from storage.record import Record

# Pictures that one person may have drawn anew; those that are kept cost nothing.
A_MINUTE, AT_ONCE = 6, 4


class Drawings:
    """Draw pictures of stories for who asks; `clock` returns seconds and times how often each may."""

    def __init__(self, record: Record, clock: Callable[[], float]) -> None:
        self.studio = Studio(record)
        self._limiter = Limiter(A_MINUTE, AT_ONCE, clock)

    async def draw(self, request: Request, story: Story, kind: Kind, *, dark: bool) -> Drawing | None:
        """Return a picture, None where nothing is on record for it. Raises UserError, saying why not."""

        def anew() -> None:
            # Who sits at the machine (a role of the front end's own) may have all that it can draw.
            if request.role is None and self._limiter.judge(request.user) is not Verdict.ANSWER:
                raise UserError(_("You have asked for many pictures: wait a minute for the next one."))

        return await self.studio.draw(story, kind, dark=dark, anew=anew)
