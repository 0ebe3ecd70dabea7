"""The web face over a record of which some is public, asked over a real socket."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from storage.record import Record
from tests.bot.desk import Moments
from tests.bot.web.data.site import Site, serve
from tests.bot.web.data.world import World, fill


@pytest.fixture(scope="session")
def filled(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """Make a record of which some is public, and tell its facts by what became of them."""
    path = tmp_path_factory.mktemp("filled") / "world.db"
    shutil.copyfile(stocked, path)

    async def make() -> dict[str, int]:
        world = World(await Record.open(path, clock=(moments := Moments())), moments)
        await fill(world)
        await world.record.close()
        return world.facts

    return path, asyncio.run(make())


@pytest_asyncio.fixture
async def world(filled: tuple[Path, dict[str, int]], tmp_path: Path) -> AsyncIterator[World]:
    path, moments = tmp_path / "world.db", Moments()
    shutil.copyfile(filled[0], path)
    moments.pass_by(minutes=1)
    made = World(await Record.open(path, clock=moments), moments)
    made.facts = dict(filled[1])
    yield made
    await made.record.close()


@pytest_asyncio.fixture
async def site(world: World) -> AsyncIterator[Site]:
    async with serve(world.record) as at, ClientSession() as session:
        yield Site(session, at)
