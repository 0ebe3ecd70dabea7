"""A pseudo-terminal with the program at its far end: type keys, and wait for what is shown."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.acceptance.forked import PROGRAM
from tests.acceptance.process import environment
from tests.conftest import PATIENCE

PROMPT, GOING_ON = ">", "…"
CTRL_C, CTRL_D, ENTER, TAB, UP = "\x03", "\x04", "\r", "\t", "\x1b[A"
# What a terminal obeys instead of showing it.
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\r\x08]")


class PseudoTerminal:
    """`onrecord chat` at a terminal of 100 columns; leaving the context kills it if it still runs."""

    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        """Start the program in a folder, which keeps the history too."""
        self._near, far = os.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        # This terminal tells nobody where its cursor stands, and says so.
        known = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "XDG_STATE_HOME": str(folder / "state")}
        self._process = subprocess.Popen(
            [*PROGRAM, "chat", *arguments], cwd=folder, env=environment(**known | environ),
            stdin=far, stdout=far, stderr=far, start_new_session=True,
        )  # fmt: skip
        os.close(far)
        self.written = ""
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._near)

    @property
    def new(self) -> str:
        """Return what was shown since the last keys, without what a terminal obeys."""
        return _CONTROL.sub("", self.written[self._seen :])

    def press(self, keys: str) -> None:
        """Press keys; what they lead to is `new`."""
        self._seen = len(self.written)
        os.write(self._near, keys.encode())

    def shows(self, *words: str) -> str:
        """Wait until all words were shown since the last keys, and return what was."""
        self._read_until(lambda: all(word in self.new for word in words), " and ".join(map(repr, words)))
        return self.new

    def prompts(self, prompt: str = PROMPT) -> str:
        """Wait until the program waits for keys, and return what was shown before."""
        self._read_until(lambda: f"\n{self.new.rstrip(' ')}".endswith(f"\n{prompt}"), f"a prompt {prompt!r}")
        return self.new.rstrip(" ").removesuffix(prompt)

    def recalls(self, line: str) -> None:
        """Press the key for what was typed before until that is shown; the program reads it meanwhile."""
        self.press(UP)
        end = time.monotonic() + PATIENCE
        while line not in self.new:
            assert time.monotonic() < end, f"{line} is not remembered: {self.new!r}"
            self._read(0.5)
            if line not in self.new:
                os.write(self._near, UP.encode())

    def says(self, line: str) -> str:
        """Type a line, and return what is answered by the time of the next prompt."""
        self.press(line)
        self.shows(line[-1:])
        self.press(ENTER)
        return self.prompts()

    def ended(self) -> int:
        """Wait until the program has ended, and return its status."""
        self._read_until(lambda: self._process.poll() is not None, "the end")
        return self._process.wait()

    def _read_until(self, condition: Callable[[], object], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what} did not come: {self.new!r}"
            self._read(0.05)

    def _read(self, seconds: float) -> None:
        """Read what is written within some time, if anything."""
        ready, _, _ = select.select([self._near], [], [], seconds)
        if ready:
            try:
                self.written += os.read(self._near, 65536).decode(errors="replace")
            except OSError:  # the far end is closed
                self._process.wait(PATIENCE)
