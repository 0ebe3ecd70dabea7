"""In-memory cache of the @handles seen since start, to find the address behind an @name.

Platforms do not tell a bot who an @name is. The record does not need readers' names, so they are kept in
memory only: after a restart people must write once before `/appoint @name` finds them. A moderator's name is
kept with the appointment.
"""

from __future__ import annotations

from collections import OrderedDict

from bot.requests import Identity, Request

# The person silent for longest is forgotten first.
MOST = 10_000


class KnownHandles:
    """Remember people who wrote, by platform and @name: on another platform it may be another person's."""

    def __init__(self) -> None:
        self._met: OrderedDict[tuple[str, str], Identity] = OrderedDict()

    def meet(self, request: Request) -> None:
        """Remember the asker, and the people whom the message replies to or names."""
        for identity in (request.asker, request.replied_to, *request.mentioned):
            if identity is not None and identity.handle and identity.is_person:
                name = (platform_of(identity.address), identity.handle.casefold())
                self._met[name] = identity
                self._met.move_to_end(name)
        while len(self._met) > MOST:
            self._met.popitem(last=False)

    def find(self, handle: str, chat: str) -> Identity | None:
        """Return the person with an @name on a chat's platform, or None if no such person has written yet."""
        return self._met.get((platform_of(chat), handle.removeprefix("@").casefold()))

    def forget(self, address: str) -> None:
        """Forget a person."""
        for name in [name for name, identity in self._met.items() if identity.address == address]:
            del self._met[name]


def platform_of(address: str) -> str:
    """Return the platform of an address: `telegram` of `telegram:7`."""
    return address.partition(":")[0]
