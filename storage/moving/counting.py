"""Tell how far copying has come, from whichever thread it runs in; and let it be cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CutShort(Exception):
    """Whoever waited for it waits no longer."""


class Counting:
    """Counts rows that were copied of those that there are."""

    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0
        self._stopped = False

    def __call__(self, rows: int) -> None:
        """Count rows; raises CutShort in the thread that copies, once that is wanted."""
        if self._stopped:
            raise CutShort
        self._done += rows
        self._progress(self._done, self._total)

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """Stop what copies in another thread where the block ends by an exception: by Ctrl-C for one."""
        try:
            yield
        except BaseException:
            self._stopped = True
            raise
