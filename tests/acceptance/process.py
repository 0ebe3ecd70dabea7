"""The real program as a process of its own: `onrecord run` to talk to, other commands to run to their end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.acceptance.far_ends import FarEnd
from tests.acceptance.forked import Program
from tests.conftest import PATIENCE, ROOT


def environment(**more: str) -> dict[str, str]:
    """Return an environment without settings of the machine's own, in which the program is found.

    No vectors are made beside what is tested, unless a test wants them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONRECORD_")}
    return kept | {"PYTHONPATH": str(ROOT), "ONRECORD_SEARCH__VECTORS": "false"} | more


def onrecord(
    *arguments: str,
    folder: Path,
    given: str | bytes = b"",
    environ: Mapping[str, str] | None = None,
    **how: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a folder, and return its status and what it wrote."""
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with Program(arguments, cwd=folder, env=environment(**(environ or {})), **streams, **how) as ran:
        data = given.encode("utf-8", "surrogateescape") if isinstance(given, str) else given
        try:
            out, errors = ran.communicate(data, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            ran.kill()
            raise
    return subprocess.CompletedProcess(ran.args, ran.returncode, out.decode(), errors.decode())


def complaint(ran: subprocess.CompletedProcess[str]) -> str:
    """Return what a refused command wrote: short, in the operator's terms, nothing on standard output."""
    assert ran.returncode == 1, ran
    assert ran.stdout == "" and "Traceback" not in ran.stderr and "unexpected error" not in ran.stderr
    assert ran.stderr.startswith("onrecord: ")
    return ran.stderr


def contents(record: Path) -> str:
    """Return all that a record's file holds, as SQL."""
    with closing(sqlite3.connect(record)) as connection:
        return "\n".join(connection.iterdump())


async def until(condition: Callable[..., object], what: str = "the condition", timeout: float = 20.0) -> None:
    """Wait until a condition of the emulator or a process holds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come about within {timeout:g} s")
        await asyncio.sleep(0.005)


class RunningBot:
    """`onrecord run` against emulators: start it, stop or kill it, start it again on the same record."""

    def __init__(
        self,
        ends: Sequence[FarEnd],
        folder: Path,
        *,
        owners: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        **sections: Mapping[str, object],
    ) -> None:
        """Write the settings; `sections` replace single keys, as in `limits={"page": 3}`."""
        self.ends = tuple(ends)
        self.folder = folder
        settings: dict[str, Mapping[str, object]] = {
            "storage": {"path": "record.db"},
            **{end.section: end.settings for end in ends},
            # Each change is told as it is made, but where a test is about that.
            "notices": {"gather": 0},
            # Nobody is told unasked that something waits for them, but where a test is about that.
            "review": {"tell": 0},
            # Everything is logged, for nothing secret may be in it.
            "log": {"level": "debug"},
        }
        for name, values in sections.items():
            settings[name] = {**settings.get(name, {}), **values}
        self.config = folder / "config.toml"
        self.config.write_text(_toml(owners, settings), encoding="utf-8")
        self._environ = dict(environ or {})
        self._log = folder / "stderr.txt"
        self._process: Program | None = None

    @property
    def log(self) -> str:
        """Return all that the process, and those before it, wrote to standard error."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        assert self._process
        return int(self._process.pid)

    @property
    def running(self) -> bool:
        """Tell whether there is a process."""
        return self._process is not None

    async def start(self) -> None:
        """Start the process and wait until it hears of what people do on each platform."""
        await self.launch()
        assert self._process
        reached = asyncio.gather(*(end.reached(PATIENCE) for end in self.ends))
        ended = asyncio.create_task(_ended(self._process))
        await asyncio.wait((reached, ended), return_when=asyncio.FIRST_COMPLETED)
        if not reached.done():
            reached.cancel()
            self._process = None
            raise AssertionError(f"the bot ended before it had come everywhere:\n{self.log}")
        ended.cancel()
        await reached

    async def launch(self) -> None:
        """Start the process without waiting for anything."""
        with self._log.open("ab") as log:
            self._process = Program(
                ["run", "--config", "config.toml"],
                cwd=self.folder,
                env=environment(**self._environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal."""
        assert self._process
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for the end of the process and return its exit status."""
        assert self._process
        status = await asyncio.wait_for(_ended(self._process), PATIENCE)
        self._process = None
        return status

    async def stop(self) -> int:
        """End the process as systemd does and return its exit status."""
        self.signal()
        return await self.ended()

    async def kill(self) -> None:
        """End the process as a power cut does."""
        self.signal(signal.SIGKILL)
        await self.ended()

    def check_log(self) -> None:
        """Fail if a secret was logged, or an error that nobody foresaw."""
        log = self.log
        assert [secret for end in self.ends for secret in end.secrets if secret in log] == []
        assert "Traceback" not in log, log
        assert "failed:" not in log, log


async def _ended(process: Program) -> int:
    while process.poll() is None:
        await asyncio.sleep(0.005)
    return int(process.returncode)


def _toml(owners: Sequence[str], sections: Mapping[str, Mapping[str, object]]) -> str:
    lines = [f"owners = {json.dumps(list(owners))}"]
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"
