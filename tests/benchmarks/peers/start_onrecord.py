"""Start `onrecord run` and end where its application is built: prints its peak memory in KiB."""

import sys
from typing import Any

import bot.serving
from bot.__main__ import main

ready = bot.serving._keep_httpx_small


async def built(settings: Any, dispatcher: Any, record: Any, _stop: Any) -> None:
    """Do what `run` of the Telegram front end does before it connects."""
    from bot.frontends.telegram.app import build
    from tests.benchmarks.peers.memory import peak

    application = build(settings, dispatcher, record)
    print(peak(), flush=True)
    del application


def stop_when_built() -> None:
    """Import what `onrecord run` imports at this point, and put `built` in the place of going on."""
    ready()
    import bot.frontends.telegram.app as front_end

    front_end.run = built  # type: ignore[assignment]  # reason: stands in for it


if __name__ == "__main__":
    bot.serving._keep_httpx_small = stop_when_built
    sys.argv = ["onrecord", "run", "--config", sys.argv[1]]
    main()
