"""Run a bot on Discord's emulator and act as those who use it.

The emulator runs in this process, which does nothing else meanwhile; the bot is a process of its own.
"""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path

from tests.benchmarks.places import ROOT
from tests.emulators.discord import Channel, DiscordEmulator, Interaction, Limits, User

PEERS = "tests.benchmarks.peers"
# Channels of one server; Discord takes 500 at most.
IN_A_SERVER = 50
STARTING = 30.0  # seconds until a bot must be at the gateway
PATIENCE = 10.0  # seconds for an answer
STOPPING = 10.0
LONGEST_WAVER = 5.0
# What readers type elsewhere; the servers here show it, so that it is measured as a slash command too.
SHOWN = frozenset({"fact", "where"})
CONFIG = """
[storage]
path = '{path}'
[discord]
token = "{token}"
api_base_url = "{api}"
gateway_url = "{gateway}"
[limits]
messages_per_minute = 100000
burst = 100000
[log]
level = "warning"
"""

Ask = Callable[[], Awaitable[Interaction]]


class Newsroom:
    """A platform with servers full of channels, and somebody who asks in a channel that hears of nothing."""

    def __init__(self, api: DiscordEmulator, count: int) -> None:
        self.api = api
        api.shown_to_all = SHOWN
        self.asker: User = api.user("Alice")
        self.asking: Channel = api.guild("Readers", members=[self.asker]).channel("questions")
        servers = [api.guild(f"Newsroom {first}") for first in range(0, count, IN_A_SERVER)]
        self.channels = [servers[at // IN_A_SERVER].channel(f"news-{at}").id for at in range(count)]

    def config(self, path: Path, record: Path) -> Path:
        """Write a configuration of OnRecord with this platform, and return where."""
        api = self.api
        text = CONFIG.format(path=record, token=api.token, api=api.api_base_url, gateway=api.gateway_url)
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def where(self) -> tuple[str, str, str]:
        """Return what other bots are given: the API's address, the gateway's, and the token."""
        return self.api.api_base_url, self.api.gateway_url, self.api.token

    async def slash(self, name: str, **options: str) -> Interaction:
        """Give a slash command."""
        return await self.api.slash(self.asker, self.asking, name, **options)

    async def type(self, name: str, option: str, typed: str) -> Interaction:
        """Type into an option that completes."""
        return await self.api.autocomplete(self.asker, self.asking, name, option, typed)


@asynccontextmanager
async def newsroom(
    count: int, *, latency: float = 0.0, limits: bool = False, wavering: bool = False
) -> AsyncIterator[Newsroom]:
    """Run the emulator with so many channels; a call takes `latency` seconds there and back.

    On a `wavering` network each way takes up to five times as long, at random.
    """
    chance = random.Random("wavering")

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds * chance.uniform(1, LONGEST_WAVER) if wavering else seconds)

    async with DiscordEmulator(latency=latency, limits=Limits() if limits else None, sleep=sleep) as api:
        yield Newsroom(api, count)


@asynccontextmanager
async def bot(room: Newsroom, arguments: Sequence[str]) -> AsyncIterator[None]:
    """Run a bot for the length of the block, which begins once it is at the gateway."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=DEVNULL, stderr=PIPE
    )
    # Read from the beginning: a bot that complains a lot must not wait for somebody to listen.
    saying = asyncio.create_task(process.communicate())
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_end, process, saying)
        try:
            await room.api.next_session(STARTING)
            yield
        except Exception as error:
            await _end(process, saying)
            said = saying.result()[1].decode(errors="replace")
            raise RuntimeError(f"{' '.join(arguments[:2])} said: {said[-2000:] or 'nothing'}") from error


async def _end(process: Process, saying: asyncio.Task[tuple[bytes, bytes]]) -> None:
    if process.returncode is None:
        process.terminate()
    _done, late = await asyncio.wait([saying], timeout=STOPPING)
    if late:
        process.kill()
        await saying


async def ask_around(
    asks: Mapping[str, Ask], every: float, until: Callable[[int], bool]
) -> dict[str, list[float]]:
    """Ask each in turn at a steady rhythm, whoever still waits, until told after so many.

    Return by kind how many seconds went by from each question's leaving to its first answer's arrival.
    """
    asked: list[tuple[str, Interaction]] = []
    for kind in cycle(asks):
        if until(len(asked)):
            break
        asked.append((kind, await asks[kind]()))
        await asyncio.sleep(every)
    waits: dict[str, list[float]] = {kind: [] for kind in asks}
    for kind, interaction in asked:
        waits[kind].append(await waited(interaction))
    return waits


async def waited(interaction: Interaction) -> float:
    """Return the seconds until the first answer arrived, once it has."""
    await interaction.answer(PATIENCE)
    assert interaction.answered_after is not None
    return interaction.answered_after
