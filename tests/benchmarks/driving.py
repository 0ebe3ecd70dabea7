"""Run the emulator and a bot as processes of their own, and measure how fast the bot answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.benchmarks.places import ROOT

TOKEN = "123456:TEST-TOKEN"
PATIENCE = 120.0  # seconds until a bot that answers too little is an error
LONGEST = 600.0  # seconds of waiting for the emulator
WARMING_SECONDS = 0.4
Process = subprocess.Popen[bytes]


class Sent(NamedTuple):
    """A message that was sent or refused: when, by the emulator's clock, to which chat, with which status."""

    time: float
    chat: int
    status: int


class Platform:
    """The emulator's control endpoints, from outside."""

    def __init__(self, address: str) -> None:
        self.address = address

    def rate(self, texts: Sequence[str], *, chats: int, seconds: float) -> float:
        """Return how many updates a second the bot answers; each text goes to all chats in turn."""
        # Answering some first warms the bot up and tells how many more take about `seconds`.
        count = 20
        while (pace := self._answered(texts, count, chats)) * WARMING_SECONDS > count:
            count *= 4
        return self._answered(texts, max(20, int(pace * seconds)), chats)

    def chats(self, count: int) -> list[int]:
        """Create so many private chats with people in them and return their ids."""
        ids: list[int] = self._call("chats", {"count": count})["chats"]
        return ids

    def ask(self, text: str) -> float:
        """Let the person of the first chat write to the bot; return when, by the emulator's clock."""
        return float(self._call("updates", {"count": 1, "chats": 1, "text": text})["time"])

    def until_sent(self, count: int, seconds: float) -> bool:
        """Wait until so many messages have been sent; tell whether they were in time."""
        return bool(self._call(f"wait?sent={count}&timeout={seconds}")["sent"] >= count)

    def sent_so_far(self) -> int:
        """Return how many messages have been sent."""
        return int(self._call("stats?")["sent"])

    def sent(self) -> list[Sent]:
        """Return each message that a bot has tried to send, in order."""
        return [Sent(*call) for call in self._call("stats?calls=sendMessage")["calls"]]

    def _answered(self, texts: Sequence[str], count: int, chats: int) -> float:
        """Let `count` messages be answered and return the answers a second."""
        self._call("reset")
        left, round_ = count, 0
        while left > 0:
            part = min(left, chats)
            text = texts[round_ % len(texts)]
            self._call("updates", {"count": part, "chats": chats, "text": text})
            left, round_ = left - part, round_ + 1
        stats = self._call(f"wait?sent={count}&timeout={PATIENCE}")
        if stats["sent"] != count or set(stats["statuses"]) != {"200"}:
            raise RuntimeError(f"{count} messages were to be answered: {stats}")
        return float((count - 1) / (stats["last"] - stats["first"]))

    def _call(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if "?" in what else json.dumps(body or {}).encode()
        try:
            with urlopen(Request(f"{self.address}/_control/{what}", data), timeout=LONGEST) as answer:
                got: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            # What was waited for did not come about in time: its body tells how far it came.
            if error.code != 504:
                raise
            got = json.load(error)
        return got


@contextmanager
def platform(delay: float, *, limits: bool = False) -> Iterator[Platform]:
    """Run the emulator, which answers each call after `delay` seconds, for the length of the block.

    With `limits` it refuses what is over the platform's.
    """
    command = ["-m", "tests.emulators.telegram", "--lenient", "--delay", str(delay), "--token", TOKEN]
    command += ["--limits"] if limits else []
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Platform(process.stdout.readline().decode().strip())


@contextmanager
def bot(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Iterator[Process]:
    """Run a bot for the length of the block."""
    with _process(arguments, environment=environment) as process:
        yield process


@contextmanager
def _process(
    arguments: Sequence[str], *, stdout: int | None = None, environment: dict[str, str] | None = None
) -> Iterator[Process]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    try:
        yield process
    except Exception as error:
        process.kill()
        said = process.communicate()[1].decode(errors="replace")
        raise RuntimeError(f"{' '.join(arguments[:2])} said: {said[-2000:] or 'nothing'}") from error
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
