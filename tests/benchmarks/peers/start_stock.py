"""Build a bare python-telegram-bot application: `start_stock.py built`, or `connecting ADDRESS`.

Built, it prints its peak memory in KiB; connecting, it goes on to its first request.
"""

import asyncio
import sys

from telegram.ext import ApplicationBuilder


def main(*asked: str) -> None:
    """Start as far as asked."""
    builder = ApplicationBuilder().token("123456:TEST-TOKEN")
    if asked[0] == "connecting":
        asyncio.run(builder.base_url(f"{asked[1]}/bot").build().initialize())
        return
    application = builder.build()
    from tests.benchmarks.peers.memory import peak

    print(peak())
    del application


if __name__ == "__main__":
    main(*sys.argv[1:])
