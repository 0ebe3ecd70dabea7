"""Run the emulator and a bot as processes of their own, and measure how fast the bot answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

from tests.benchmarks.places import ROOT

TOKEN = "123456:TEST-TOKEN"
PATIENCE = 120.0  # seconds until a bot that answers too little is an error
WARMING_SECONDS = 0.4


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
        with urlopen(Request(f"{self.address}/_control/{what}", data), timeout=PATIENCE + 10) as answer:
            got: dict[str, Any] = json.load(answer)
        return got


@contextmanager
def platform(delay: float) -> Iterator[Platform]:
    """Run the emulator, which answers each call after `delay` seconds, for the length of the block."""
    command = ["-m", "tests.emulators.telegram", "--lenient", "--delay", str(delay), "--token", TOKEN]
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Platform(process.stdout.readline().decode().strip())


@contextmanager
def bot(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    """Run a bot for the length of the block."""
    with _process(arguments, environment=environment):
        yield


@contextmanager
def _process(
    arguments: Sequence[str], *, stdout: int | None = None, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
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
