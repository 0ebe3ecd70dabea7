"""Roles: who may use which command, checked only here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.commands.core.declarations import Catalogue, Command
from bot.errors import UserError
from bot.parsing.matching import match, suggestions
from bot.requests import Request, Role
from bot.texts import _
from storage.domain.models import Story
from storage.domain.names import MOST_LETTERS

if TYPE_CHECKING:
    from storage.record import Record

# The names offered for an unknown command.
MOST_NAMED = 3


class Roles:
    """Look up and check roles; `owners` are the addresses in the settings."""

    def __init__(self, record: Record, catalogue: Catalogue, owners: Collection[str]) -> None:
        self._record = record
        self._catalogue = catalogue
        self._owners = frozenset(owners)

    async def of(self, request: Request, story: Story | None, *, surely: bool = False) -> Role:
        """Return the asker's role in a story; without one, in all stories.

        The front end may set it; else the settings name owners, and the record moderators. Groups and
        channels that write as themselves are readers. `surely` bypasses the cache.
        """
        if request.role is not None:
            return request.role
        if not request.is_person:
            return Role.READER
        if self._is_owner(request):
            return Role.OWNER
        story_id = story.id if story is not None else None
        appointed = await self._record.members.moderates(request.user, story_id, surely=surely)
        return Role.MODERATOR if appointed else Role.READER

    async def moderates(self, request: Request) -> bool:
        """Tell whether an account's person moderates the story that the request's chat has in use."""
        person = await self._record.accounts.person_of(request.user)
        story = await self._record.stories.in_use(request.chat)
        role = await self.of(replace(request, user=person, account=request.user), story, surely=True)
        return role >= Role.MODERATOR

    async def permitted(self, name: str, request: Request, story: Story | None) -> tuple[Command, Role]:
        """Return the command of that name and the asker's role. Roles are checked only here.

        A command that the role may not use looks unknown, but the reason is shown to moderators, to those who
        press a button with it, and to everybody on a platform that offers every command to all.
        """
        found = self._catalogue.find(name)
        scope = None if found is not None and found.everywhere else story
        role = await self.of(request, scope, surely=found is not None and found.role > Role.READER)
        if found is not None and found.role <= role:
            if found.by_admins:
                await refuse_strangers(request, found)
            return found, role
        if found is not None and not request.is_person:
            raise UserError(
                _(
                    "You write here as a group or a channel, and only people can have a role."
                    " Write as yourself to use /{name}.",
                    name=found.name,
                )
            )
        if found is not None and await self.keep_the_record(request):
            raise UserError(_refused_role(found))
        if found is not None and (request.discreet or request.pressed):
            raise UserError(_refused(found))
        near = suggestions(name, (command.name for command in self._catalogue.listed(role)), 1)
        unknown = _("There is no command /{name}: /help all lists all of them.", name=name)
        if near:
            unknown = _(
                "There is no command /{name}. Did you mean /{near}? /help all lists all.",
                name=name,
                near=near[0],
            )
        offered = [(f"/{item}", f"/{item}") for item in near]
        if found is None and story is not None and (named := await self._named(name, story)):
            unknown = _("There is no command /{name}. /who tells of those named so.", name=name)
            offered = [(f"/who {each}", f"/who {each}") for each in named] + offered
        raise UserError(unknown, commands=tuple(offered))

    async def _named(self, name: str, story: Story) -> list[str]:
        """Return the names on record that an unknown command is: `/lubinets`."""
        words = name.replace("_", " ")
        found = await self._record.entities.find_named(story.id, words)
        if not found and len(words) <= MOST_LETTERS:
            alike = match(words, await self._record.names.resembling(story.id, words))
            if alike.plain:
                found = list((await self._record.entities.by_id(alike.entity_ids)).values())
        return [entity.name for entity in found][:MOST_NAMED]

    async def keep_the_record(self, request: Request) -> bool:
        """Tell whether the asker is an owner, or a moderator of any story."""
        if request.role is not None:
            return request.role >= Role.MODERATOR
        if not request.is_person:
            return False
        return self._is_owner(request) or await self._record.members.holds_office(request.user)

    async def still_moderates(self, person: str, story_id: int) -> bool:
        """Tell whether somebody who does not ask just now may moderate a story.

        Whoever sits at the terminal may: that front end vouches for them.
        """
        if person.startswith("terminal:"):
            return True
        person = await self._record.accounts.person_of(person)
        accounts = {each.address for each in await self._record.accounts.accounts_of(person)}
        if not self._owners.isdisjoint({person, *accounts}):
            return True
        return await self._record.members.moderates(person, story_id, surely=True)

    def _is_owner(self, request: Request) -> bool:
        """Tell whether the settings name the asker as an owner, by person or by account."""
        return not self._owners.isdisjoint((request.user, request.sender))


async def refuse_strangers(request: Request, command: Command) -> None:
    """Raise UserError if the asker is in a group and is not one of its admins."""
    if request.shared and request.administers is not None and not await request.administers():
        raise UserError(_("Only those who may manage this chat may use /{name} here.", name=command.name))


def _refused(command: Command) -> str:
    """Return the refusal for a reader who was offered a command that they may not use."""
    if command.role is Role.OWNER:
        return _("/{name} is for owners.", name=command.name)
    return _("/{name} is for moderators.", name=command.name)


def _refused_role(command: Command) -> str:
    if command.role is Role.OWNER:
        return _("/{name} is for owners.", name=command.name)
    if command.everywhere:
        return _("/{name} is for moderators of all stories.", name=command.name)
    return _("/{name} is for moderators of this story: /story changes to another.", name=command.name)
