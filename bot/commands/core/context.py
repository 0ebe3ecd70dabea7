"""Context: what a handler gets, and the look-ups that nearly every command needs."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from bot.answers.addresses import Addresses
from bot.commands.core.declarations import Catalogue, Command
from bot.commands.core.drawings import Drawings
from bot.commands.core.handles import KnownHandles
from bot.commands.core.paging import WINDOW
from bot.errors import UserError
from bot.notices.schedule import UNGATHERED
from bot.replies import Action, Reply
from bot.requests import Request, Role
from bot.texts import _
from bot.times.zones import local_day
from storage.domain.errors import RecordError
from storage.domain.folding import digits
from storage.domain.models import Draft, Fact, Story
from storage.record import Record
from storage.trail.audit import Actor

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.intake.desk import Desk
    from storage.changing.ledger import Also, ChangeResult
    from storage.domain.changes import Change

Permit = Callable[[str, Story | None], Awaitable[Command]]
Run = Callable[..., Awaitable[Reply]]
T = TypeVar("T")
_DRAFT_ID = re.compile(r"[Dd]\s*([1-9]\d{0,14})")
_FACT_ID = re.compile(r"[Ff]?\s*([1-9]\d{0,14})")
_SOURCE_ID = re.compile(r"[Ss]?\s*([1-9]\d{0,14})")


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's choices.

    `page` is how many statements a search finds at most. With `four_eyes` a moderator's own fact needs
    another's approval; what waits for moderators is gathered for `tell` minutes and told to them, or
    to `owners` (0: to nobody). Notices of a new fact wait `hold` minutes; what each chat was told is kept
    for the `retention`. New chats begin with the story named `default_story`, where it is set; pages of the
    web have `pages` as their addresses, where that is set. Watched feeds are polled every `poll` minutes.
    Changes may be sent to `webhook_hosts`, though they are private.
    """

    page: int
    four_eyes: bool = False
    hold: int = 0
    retention: timedelta = UNGATHERED.retention
    default_story: str = ""
    pages: Addresses | None = None
    poll: int = 15
    tell: int = 0
    owners: tuple[str, ...] = ()
    webhook_hosts: Sequence[str] = ()

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """Return the policy in the settings."""
        notices = settings.notices
        return cls(
            settings.limits.page,
            settings.review.four_eyes,
            notices.hold,
            timedelta(days=notices.retention),
            settings.story.default or "",
            Addresses(settings.web.url) if settings.web.url else None,
            settings.intake.poll,
            settings.review.tell,
            tuple(settings.owners),
            settings.webhooks.hosts,
        )

    def impose(self, record: Record) -> None:
        """Let a record follow it."""
        record.stories.default = self.default_story
        record.drafts.gathered = timedelta(minutes=self.tell) if self.tell else None
        record.drafts.owners = self.owners


class Page(NamedTuple, Generic[T]):
    """The rows of a list that are shown at once, and the action for those behind them, if there are any."""

    shown: Sequence[T]
    more: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """One request on its way through a command.

    `after` is the cursor of a paged list, as the page before gave it. `permit` returns another
    command if the asker may use it in a story, and raises UserError if not: dispatch alone checks roles.
    `run` runs the handler of the command in a context, with the values of its arguments. `desk` reads
    articles, `drawings` draws pictures.
    """

    request: Request
    record: Record
    catalogue: Catalogue
    command: Command
    role: Role
    chosen: Story | None
    policy: Policy
    permit: Permit
    run: Run
    handles: KnownHandles
    desk: Desk
    drawings: Drawings
    after: str | None = None

    @property
    def by(self) -> Actor:
        """The asker, as the audit trail names them."""
        return Actor(self.request.user, self.request.chat)

    async def change(self, change: Change, *, also: Also | None = None) -> ChangeResult:
        """Make a change in the asker's name, `also` in its transaction."""
        return await self.record.ledger.make(change, by=self.by, also=also)

    async def undo(self, within_minutes: int, what: int | str | None) -> ChangeResult:
        """Take back a change of the asker's to the story; see the ledger."""
        return await self.record.ledger.undo(
            by=self.by, story_id=self.story.id, within_minutes=within_minutes, what=what
        )

    async def names(self) -> dict[str, str]:
        """Return the names of those who keep the record, by address.

        Where readers read along they are those by which moderators were appointed.
        """
        alone = not self.request.shared or self.request.discreet
        return await self.record.members.names(met=alone)

    async def meet(self) -> None:
        """Remember what the asker is called, who keeps the record; it is of use later, and not needed now."""
        request, members = self.request, self.record.members
        with suppress(RecordError):
            await members.meet(request.sender, request.handle, request.name)
            if request.account:
                await members.meet(request.user, request.handle, request.name, known=True)

    async def called(self, person: str) -> str:
        """Return a person's name and address; only the address if they never moderated."""
        name = (await self.names()).get(person, person)
        return person if name == person else f"{name} ({person})"

    @property
    def day(self) -> date:
        """What day it is in the chat's own zone."""
        return date.fromisoformat(local_day(self.record.ledger.now()))

    @property
    def story(self) -> Story:
        """The story that the chat has in use. Raises UserError where none is on record."""
        if self.chosen is None:
            raise UserError(
                _("No story is on record yet: an operator can import one with 'onrecord import FILE'.")
            )
        return self.chosen

    async def page(
        self,
        fetch: Callable[[int], Awaitable[Sequence[T]]],
        argument: str = "",
        *,
        cursor: Callable[[T], object] = attrgetter("id"),
        size: int | None = None,
    ) -> Page[T]:
        """Return a window of a list, as `cut` does; `fetch` returns at most so many rows behind `after`."""
        rows = await fetch((size or WINDOW) + 1)
        return self.cut(rows, argument, cursor=cursor, size=size)

    def cut(
        self,
        rows: Sequence[T],
        argument: str = "",
        *,
        cursor: Callable[[T], object] = attrgetter("id"),
        size: int | None = None,
    ) -> Page[T]:
        """Return the rows of a window, and the action for the next one; `paging` cuts it into pages.

        `cursor` returns the position after a row, `argument` is the command's argument, `size` the number of
        rows if it is not the usual one.
        """
        assert self.command.paged, self.command.name  # or its next page could not be asked for
        shown = rows[: size or WINDOW]
        if len(rows) == len(shown):
            return Page(shown, ())
        words = " ".join(filter(None, (f"/{self.command.name}", argument, f">{cursor(shown[-1])}")))
        return Page(shown, (Action(label=_("Next"), command=words, turn="next"),))

    def number_after(self) -> int:
        """Return the cursor of a list in order of ids, 0 at its start. Raises UserError for a forged one."""
        if self.after is None:
            return 0
        if not self.after.isdecimal() or len(self.after) > 15:
            raise UserError(_("That page does not exist: send the command again without “>”."))
        return int(self.after)

    async def fact(self, text: str) -> Fact:
        """Return the fact that `F7` names in this story. Raises UserError for any other."""
        match = _FACT_ID.fullmatch(digits(text.strip()))
        if not match:
            raise UserError(
                _("Name a statement by its id, for example /{command} F7.", command=self.command.name)
            )
        found = await self.record.facts.find(int(match[1]))
        if found is None:
            raise UserError(_("F{id} is not on record: /latest shows the newest statements.", id=match[1]))
        if found.story_id != self.story.id:
            await self._belongs_elsewhere(f"F{found.id}", found.story_id)
        return found

    async def source_id(self, text: str) -> int:
        """Return the id of the source that `S1` names in this story. Raises UserError for any other."""
        match = _SOURCE_ID.fullmatch(digits(text.strip()))
        if not match:
            raise UserError(_("Name a source by its id, for example /sources S1; /sources lists them."))
        found = (await self.record.sources.by_id([int(match[1])])).get(int(match[1]))
        if found is None:
            raise UserError(_("S{id} is not on record: /sources lists the sources.", id=match[1]))
        if found.story_id != self.story.id:
            await self._belongs_elsewhere(f"S{found.id}", found.story_id)
        return found.id

    async def draft(self, text: str) -> Draft:
        """Return the draft that `D3` names in this story. Raises UserError for any other."""
        match = _DRAFT_ID.fullmatch(digits(text.strip()))
        if not match:
            raise UserError(
                _("Name a draft by its id, for example /{command} D3.", command=self.command.name)
            )
        found = await self.record.drafts.find(int(match[1]))
        if found is None:
            raise UserError(_("There is no draft D{id}: /review shows those that wait.", id=match[1]))
        if found.story_id != self.story.id:
            await self._belongs_elsewhere(f"D{found.id}", found.story_id)
        return found

    async def _belongs_elsewhere(self, what: str, story_id: int) -> None:
        """Refuse an id of another story, and name that story."""
        for story in await self.record.stories.all():
            if story.id == story_id:
                raise UserError(
                    _("{what} belongs to another story, “{title}”.", what=what, title=story.title),
                    commands=((story.title, f"/story {story.name}"),),
                )
