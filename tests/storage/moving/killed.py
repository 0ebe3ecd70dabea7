"""Move a record in a process of its own that kills itself at a step: `python -m ... STEP FILE URL FILE`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from storage.moving.moving import move
from storage.moving.place import Where

STEPS = ("while copying", "while comparing", "before the commit", "after the commit")
# What is about to be called at a step, by whether a record is moved back to a file.
_ABOUT = {
    (STEPS[1], False): "storage.moving.to_server:compare",
    (STEPS[1], True): "storage.moving.to_file:compare",
    (STEPS[2], False): "storage.engines.postgres.outcome:commit",
    (STEPS[2], True): "storage.moving.to_file:_put_in_place",
    (STEPS[3], False): "storage.engines.away.in_file:end",
    (STEPS[3], True): "storage.engines.away.on_server:end",
}


def die(*_: Any) -> Any:
    """End at once, as by kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(step: str, path: str, url: str, target: str) -> None:
    """Move from a file to a URL, or from there to a target, and die on the way."""
    old, new = Where(Path(path)), Where(Path(path), url)
    if target:
        old, new = new, Where(Path(target))
    if about := _ABOUT.get((step, bool(target))):
        module, _, name = about.partition(":")
        setattr(import_module(module), name, die)

    def told(done: int, total: int) -> None:
        if step == STEPS[0] and done > total // 2:
            die()

    asyncio.run(move(old, new, told))


if __name__ == "__main__":
    main(*sys.argv[1:])
