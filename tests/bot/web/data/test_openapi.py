"""The API is what its description says: it is asked whatever that allows, and what it does not."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.web.data.routes import ROUTES, description
from storage.record import Record
from tests.bot.desk import Moments
from tests.bot.web.data.site import ORIGIN, serve
from tests.conftest import examples

PATHS = [route.described.path for route in ROUTES]
DAYS = st.dates().map(lambda day: day.isoformat())
DATES = st.one_of(DAYS, st.integers(0, 9999).map("{:04}".format), DAYS.map(lambda day: f"{day}/.."))


def test_the_description_is_valid_and_names_each_address_once():
    made = description(ORIGIN)
    assert [str(error) for error in OpenAPIV31SpecValidator(made).iter_errors()] == []
    assert set(made["paths"]) == set(PATHS)
    names = [each["get"]["operationId"] for each in made["paths"].values()]
    assert len(names) == len(set(names)) and all(each["get"]["summary"] for each in made["paths"].values())
    told = [each for path in made["paths"].values() for each in path["get"]["parameters"]]
    assert all(each["description"] and "null" not in str(each["schema"]) for each in told)


@pytest.fixture(scope="module")
def address(filled: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a record in a thread of its own: who asks is not asynchronous."""
    path = tmp_path_factory.mktemp("described") / "world.db"
    shutil.copyfile(filled[0], path)
    at: list[str] = []
    ready, done = threading.Event(), threading.Event()

    async def run() -> None:
        record = await Record.open(path, clock=Moments())
        async with serve(record) as address:
            at.append(address)
            ready.set()
            await asyncio.to_thread(done.wait)
        await record.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(30)
    yield at[0]
    done.set()
    thread.join()


def test_statements_and_changes_are_answered_as_described(address):
    for path in ("/api/v1/facts", "/api/v1/changes"):
        answers_as_described(path, address, 10)


@pytest.mark.slow
@pytest.mark.at_length
@pytest.mark.parametrize("path", PATHS)
def test_whatever_is_asked_is_answered_as_described(path, address):
    answers_as_described(path, address, examples(240))


def answers_as_described(path: str, address: str, count: int) -> None:
    """Ask whatever the description of a path allows, and what it does not, so often each."""
    import schemathesis
    from schemathesis import GenerationMode

    schemathesis.openapi.format("edtf", DATES)
    schema = schemathesis.openapi.from_dict(description(ORIGIN))
    operation = schema[path]["GET"]
    modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if "{" in path or operation.query else [])]
    for mode in modes:

        @settings(max_examples=count, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            case.call_and_validate(base_url=address)

        ask()
