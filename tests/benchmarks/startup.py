"""Start-up time and memory of `onrecord run` against a bare python-telegram-bot, and a bare discord.py.

Twice on Telegram alone: to the application being built (the record open, nothing connected), which is what
python-telegram-bot can do in two lines; and to the first request reaching the platform, which leaves nothing
for later. On Discord alone only the latter.
"""

from __future__ import annotations

import compileall
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
[log]
level = "warning"
[{platform}]
token = "{token}"
api_base_url = "{address}"
"""
TOKENS = {"telegram": "123456:TEST-TOKEN", "discord": "MTIzNDU2Nzg5MDEyMzQ1Njc4.GEmula.a-token-to-start-with"}
# What is compared, by what it is called.
PAIRS = {
    "built": ("onrecord run, built", "python-telegram-bot, built"),
    "first request": ("onrecord run, first request", "python-telegram-bot, first request"),
    "first request on Discord": ("onrecord run on Discord, first request", "discord.py, first request"),
}


class Start(NamedTuple):
    """What one start took: seconds, and MiB at most."""

    seconds: float
    memory: float


def measure(sizes: Sizes) -> list[Finding]:
    """Start all in turns."""
    heading("Start-up: onrecord run against a bare python-telegram-bot build, and a bare discord.py login")
    # As the libraries were when they were installed: PYTHONDONTWRITEBYTECODE would leave ours uncompiled.
    for package in ("bot", "storage", "tests/benchmarks"):
        compileall.compile_dir(ROOT / package, quiet=2)
    with scratch() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        telegram, discord = (_config(folder, platform, address) for platform in TOKENS)
        kinds = {
            "onrecord run, built": ["-m", f"{PEERS}.start_onrecord", telegram],
            "python-telegram-bot, built": ["-m", f"{PEERS}.start_stock", "built"],
            "onrecord run, first request": ["-m", "bot", "run", "--config", telegram],
            "python-telegram-bot, first request": ["-m", f"{PEERS}.start_stock", "connecting", address],
            "onrecord run on Discord, first request": ["-m", "bot", "run", "--config", discord],
            "discord.py, first request": ["-m", f"{PEERS}.start_discordpy", address],
        }
        starts: dict[str, list[Start]] = {kind: [] for kind in kinds}
        # One more of each: the first makes the record and the compiled modules.
        for turn in range(sizes.starts + 1):
            for kind, arguments in kinds.items():
                start = _connecting(arguments, server) if "request" in kind else _building(arguments)
                if turn:
                    starts[kind].append(start)
        strangers = _of_discord(kinds["onrecord run, built"])
    alone = Finding("start on Telegram alone: modules of Discord", str(strangers), "0", not strangers)
    return [*_report(starts), alone]


def _config(folder: Path, platform: str, address: str) -> str:
    path = folder / f"{platform}.toml"
    text = CONFIG.format(
        path=folder / "record.db", platform=platform, token=TOKENS[platform], address=address
    )
    path.write_text(text, encoding="utf-8")
    return str(path)


def _report(starts: dict[str, list[Start]]) -> list[Finding]:
    seconds = {kind: median(start.seconds for start in each) for kind, each in starts.items()}
    memory = {kind: median(start.memory for start in each) for kind, each in starts.items()}
    table(
        ("median of " + str(len(next(iter(starts.values())))), "seconds", "peak MiB"),
        [(kind, f"{seconds[kind]:.3f}", f"{memory[kind]:.1f}") for kind in starts],
    )
    findings = []
    for point, (ours, theirs) in PAIRS.items():
        most = 1.6 if point == "first request" else 1.3
        findings.append(at_most(f"start-up time, {point}", seconds[ours] / seconds[theirs], most))
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


def _of_discord(arguments: list[str]) -> int:
    """Return how many modules of Discord's library, or for it, a process imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    if "bot.frontends.telegram.app" not in imported:
        raise RuntimeError(f"{arguments} did not tell what it imported:\n{done.stderr[-2000:]}")
    return sum("discord" in name.split(".") for name in imported)


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
