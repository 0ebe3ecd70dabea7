"""The process that finds attributions, text after text: what is hostile in one harms nothing else.

It reads one JSON object a line on standard input and answers with one on standard output. The system bounds
its memory and its work on each text. It keeps the parser loaded, which takes two seconds and 150 MB.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from datetime import date
from typing import Any

from bot.intake.workers import bind_this_process

# Of the processor's time, for one text; the longest takes some ten.
SECONDS = 30.0
# The parser takes some 150 MB.
MEMORY = 2_000_000_000


def main() -> None:
    """Answer each line of standard input until it ends."""
    bind_this_process(MEMORY)
    from bot.intake.speech import parsing

    if parsing.available():
        parsing.load()
    for line in sys.stdin.buffer:
        _end_after(SECONDS)
        answer = _answered(json.loads(line))
        _end_after(0)
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _answered(asked: dict[str, Any]) -> dict[str, Any]:
    from bot.intake.finding.finding import find

    published = date.fromisoformat(asked["published"]) if asked["published"] else None
    try:
        found = find(asked["text"], asked["paragraphs"], published)
    except MemoryError:
        return {"refused": "memory"}
    return {"found": found.model_dump(mode="json")}


def _end_after(seconds: float) -> None:
    """Ask the system to end this process after so much work, or no longer to."""
    with contextlib.suppress(AttributeError):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main()
