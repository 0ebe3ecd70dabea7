"""Run the emulator as a process of its own, for benchmarks: one line of JSON tells where it is."""

import argparse
import asyncio
import json
import signal
from collections import Counter

from .limits import Limits
from .server import USUAL_TOKEN, DiscordEmulator


def main() -> None:
    """Listen until SIGINT or SIGTERM, then tell in one more line of JSON what was counted."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.discord", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=USUAL_TOKEN)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds there and back")
    parser.add_argument("--limits", action="store_true", help="answer 429 over the platform's limits")
    parser.add_argument("--per-second", type=int, default=50, help="calls a second in all")
    parser.add_argument("--channels", type=int, default=0, help="text channels of the one server")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(asked: argparse.Namespace) -> None:
    limits = Limits(per_second=asked.per_second) if asked.limits else None
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with DiscordEmulator(
        asked.token, host=asked.host, port=asked.port, latency=asked.latency, limits=limits
    ) as api:
        guild = api.guild("Newsroom")
        channels = [guild.channel(f"channel-{number}").id for number in range(asked.channels)]
        where = {"api_base_url": api.api_base_url, "gateway_url": api.gateway_url, "channels": channels}
        print(json.dumps(where), flush=True)
        await stop.wait()
        statuses = Counter(call.status for call in api.calls)
        counted = {"max_in_a_second": api.max_in_a_second, "statuses": statuses, "violations": api.violations}
        print(json.dumps(counted), flush=True)


if __name__ == "__main__":
    main()
