"""Run the emulator as a process of its own, for benchmarks; its address is the only line it prints."""

import argparse
import asyncio
import signal

from .limits import Limits
from .server import TelegramEmulator


def main() -> None:
    """Listen until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="123456:TEST-TOKEN")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--lenient", action="store_true", help="check no call against the schema: faster")
    parser.add_argument("--limits", action="store_true", help="answer 429 over the platform's limits")
    parser.add_argument("--per-second", type=int, default=30, help="messages a second in all")
    parser.add_argument("--penalty", type=float, default=3.0, help="seconds of block after a burst")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(asked: argparse.Namespace) -> None:
    limits = Limits(per_second=asked.per_second, burst_penalty=asked.penalty) if asked.limits else None
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with TelegramEmulator(
        asked.token,
        host=asked.host,
        port=asked.port,
        delay=asked.delay,
        limits=limits,
        validate=not asked.lenient,
    ) as api:
        print(api.base_url, flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
