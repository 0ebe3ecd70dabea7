"""Start the program: `onrecord` and `python -m bot`.

Start-up time counts: aiohttp, the stemmer and rapidfuzz load when they are first needed, pydantic
builds validators when they are first used, and the garbage collector is off while modules load.
"""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line.

    What imports allocate stays, so looking for garbage among it is waste: without, a start is an eighth
    shorter. `bot.frontends.terminal.reporting` and `bot.serving` switch the collector on again once they have
    what they need.
    """
    gc.disable()
    from bot.cli.app import app

    app(prog_name="onrecord")


if __name__ == "__main__":
    main()
