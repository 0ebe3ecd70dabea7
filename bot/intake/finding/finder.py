"""`Finder`: finds attributions in texts, in a worker process that is bounded in time and memory."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Self

from bot.errors import UserError
from bot.intake.finding.drafts import Found
from bot.intake.workers import environment
from bot.texts import _

# Seconds until a worker is ended that has not answered: machines may be busy. It bounds its own work.
LONGEST = 120.0
# An answer of so many bytes is refused: the drafts of a text take a few times its size.
LARGEST_ANSWER = 64_000_000


class Finder:
    """One worker, started when first asked, asked one text at a time, and started anew once it has failed.

    async with Finder() as finder:
        found = await finder.find(text, paragraphs)
    """

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def find(
        self, text: str, paragraphs: Sequence[tuple[int, int]], published: date | None = None
    ) -> Found:
        """Return what is said in a text. Raises UserError if it takes too much time or memory."""
        asked = {
            "text": text,
            "paragraphs": [list(each) for each in paragraphs],
            "published": published.isoformat() if published else None,
        }
        async with self._turn:
            try:
                async with asyncio.timeout(self._longest):
                    answer = await self._asked(json.dumps(asked).encode() + b"\n")
            except (TimeoutError, OSError, ValueError) as error:
                await self._end()
                raise _too_heavy() from error
            except asyncio.CancelledError:
                await self._end()
                raise
        return Found.model_validate(answer)

    async def close(self) -> None:
        """End the worker."""
        async with self._turn:
            await self._end()

    async def _asked(self, line: bytes) -> object:
        worker = self._worker
        if worker is None or worker.returncode is not None:
            worker = self._worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.intake.finding.worker",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, env=environment(), limit=LARGEST_ANSWER,
            )  # fmt: skip
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(line)
        await worker.stdin.drain()
        said = await worker.stdout.readline()
        if not said:
            raise OSError("the worker has ended")
        answer = json.loads(said)
        if "refused" in answer:
            raise OSError("the worker had too little memory")
        return answer["found"]

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            if worker.returncode is None:
                worker.kill()
            await worker.wait()


def _too_heavy() -> UserError:
    return UserError(_("The text could not be read within the time and memory that one may take"))
