"""Start-up time and memory of `onrecord run` against a bare python-telegram-bot.

Twice: to the application being built (the record open, nothing connected), which is what python-telegram-bot
can do in two lines; and to the first request reaching the Bot API, which leaves nothing for later.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.places import ROOT, scratch
from tests.benchmarks.report import Finding, at_most, heading, table
from tests.benchmarks.sizes import Sizes

PEERS = "tests.benchmarks.peers"
CONFIG = """
[storage]
path = '{path}'
[telegram]
token = "123456:TEST-TOKEN"
api_base_url = "{address}"
[log]
level = "warning"
"""


class Start(NamedTuple):
    """What one start took: seconds, and MiB at most."""

    seconds: float
    memory: float


def measure(sizes: Sizes) -> list[Finding]:
    """Start both in turns."""
    heading("Start-up: onrecord run against a bare python-telegram-bot build")
    with scratch() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        config = folder / "config.toml"
        config.write_text(CONFIG.format(path=folder / "record.db", address=address), encoding="utf-8")
        kinds = {
            "onrecord run, built": ["-m", f"{PEERS}.start_onrecord", str(config)],
            "python-telegram-bot, built": ["-m", f"{PEERS}.start_stock", "built"],
            "onrecord run, first request": ["-m", "bot", "run", "--config", str(config)],
            "python-telegram-bot, first request": ["-m", f"{PEERS}.start_stock", "connecting", address],
        }
        starts: dict[str, list[Start]] = {kind: [] for kind in kinds}
        # One more of each: the first makes the record and the compiled modules.
        for turn in range(sizes.starts + 1):
            for kind, arguments in kinds.items():
                start = _connecting(arguments, server) if "request" in kind else _building(arguments)
                if turn:
                    starts[kind].append(start)
    return _report(starts)


def _report(starts: dict[str, list[Start]]) -> list[Finding]:
    seconds = {kind: median(start.seconds for start in each) for kind, each in starts.items()}
    memory = {kind: median(start.memory for start in each) for kind, each in starts.items()}
    table(
        ("median of " + str(len(next(iter(starts.values())))), "seconds", "peak MiB"),
        [(kind, f"{seconds[kind]:.3f}", f"{memory[kind]:.1f}") for kind in starts],
    )
    findings = []
    for point in ("built", "first request"):
        ours, theirs = f"onrecord run, {point}", f"python-telegram-bot, {point}"
        findings.append(at_most(f"start-up time, {point}", seconds[ours] / seconds[theirs], 1.3))
        findings.append(at_most(f"start-up memory, {point}", memory[ours] / memory[theirs], 1.3))
    return findings


def _building(arguments: list[str]) -> Start:
    """Time a process that ends once its application is built and prints its peak memory."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{arguments} failed:\n{done.stderr}")
    return Start(seconds, int(done.stdout) / 1024)


def _connecting(arguments: list[str], server: socket.socket) -> Start:
    """Time a process until its first request arrives here, then end it."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        connection, _ = server.accept()
        with connection:
            connection.recv(1)
            return Start(time.perf_counter() - began, _peak(process.pid) / 1024)
    finally:
        process.kill()
        process.wait()


def _peak(pid: int) -> int:
    """Return the peak memory of another process in KiB, 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
