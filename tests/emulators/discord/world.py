"""The people and servers around the bot: what the platform knows."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from simcord.backend import Backend, models

from .interactions import Interaction
from .limits import Hourly
from .messages import Message
from .people import User
from .places import Channel, Guild

Json = dict[str, Any]
Sleep = Callable[[float], Awaitable[None]]


class PlatformClock:
    """Tell the platform's date by an injected clock, so that ids, deadlines and limits agree."""

    def __init__(self, clock: Callable[[], float], began: float) -> None:
        """Begin at a Unix time."""
        self._clock = clock
        self._offset = began - clock()

    def now(self) -> datetime:
        """Return the date and time in UTC."""
        return datetime.fromtimestamp(self._clock() + self._offset, UTC)


class World:
    """Hold all that the platform knows. Build it as a DiscordEmulator."""

    def __init__(
        self,
        token: str,
        *,
        name: str = "OnRecord",
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Create a world with only the bot in it."""
        self.token = token
        self.clock = clock
        self.sleep = sleep
        # simcord's type is its own clock, of which it only asks `now`.
        platform_clock: Any = PlatformClock(clock, wall_clock())
        self.backend = Backend(clock=platform_clock)
        self.backend.bot_user.name = name
        self.bot = User(self.backend.bot_user.id, name, is_bot=True)
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.closed_dms: set[int] = set()
        self.lost: dict[int, tuple[models.Channel, dict[int, models.Message]]] = {}
        self.violations: list[str] = []
        self.pings: list[Message] = []
        # Publishing messages of a channel, and editing a message that is published.
        self.publishing, self.rewriting = Hourly(10, clock), Hourly(3, clock)

    # The scene

    def user(self, name: str, *, user_id: int | None = None, is_bot: bool = False) -> User:
        """Create a person, or another bot."""
        backend = self.backend
        number = backend.reserve_id(user_id) if user_id else backend.snowflake()
        backend.users[number] = models.User(id=number, name=name, bot=is_bot)
        return User(number, name, is_bot)

    def guild(
        self,
        name: str,
        *,
        members: Iterable[User] = (),
        owner: User | None = None,
        bot_permissions: int | None = None,
    ) -> Guild:
        """Create a server with the bot in it.

        The bot may do everything there but administrate, or just what `bot_permissions` (bits) say beside
        what everybody may.
        """
        model = self.backend.create_guild(name, owner_id=owner.id if owner else None)
        guild = Guild(self, model)
        guild.join(*members)
        if bot_permissions is not None:
            (role_id,) = model.members[self.bot.id].role_ids
            self.backend.edit_role(guild.id, role_id, {"permissions": bot_permissions})
        return guild

    def dm(self, user: User) -> Channel:
        """Return the user's direct conversation with the bot."""
        return self.place(self.backend.get_dm_channel(user.id))

    def close_dms(self, user: User) -> None:
        """Let a user take no direct messages: every send gets a 403 with code 50007."""
        self.closed_dms.add(user.id)

    def open_dms(self, user: User) -> None:
        """Let a user take direct messages again."""
        self.closed_dms.discard(user.id)

    # What the platform knows

    def now(self) -> float:
        """Return the platform's Unix time."""
        return self.backend.clock.now().timestamp()

    def place(self, model: models.Channel) -> Channel:
        """Return the one handle of a channel, whoever made it."""
        if model.id not in self.channels:
            self.channels[model.id] = Channel(self, model)
        return self.channels[model.id]
