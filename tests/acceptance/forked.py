"""Start the program quickly: as a fork of a process that has imported it already.

Nearly all that a start costs are imports, and the tests start the program some hundred times. A fork is a
process of its own in all else: folder, settings, streams and signals are its own, a kill kills it. A start
from nothing is tried by tests that use PROGRAM, and by those that set what Python itself reads at its start.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "bot")
IMPORTED = (
    "bot.cli.app",
    "bot.commands",
    "bot.commands.dispatch",
    "bot.doctor",
    "bot.frontends.discord.app",
    "bot.frontends.telegram.app",
    "bot.frontends.terminal.app",
    "bot.frontends.terminal.questions",
    "bot.operations",
    "bot.questions.warming",
    "bot.serving",
    "bot.wiring",
    "storage.search.filling",
    "storage.sheets.exporting",
    "storage.sheets.shipped",
)
# What Python, or what loads it, reads before the program has a say.
_READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "MALLOC", "TZ")
# prctl: who is left without a parent becomes a child of this process, which so learns how it ended.
_PR_SET_CHILD_SUBREAPER = 36


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


_OURS = _at_start(os.environ | {"PYTHONPATH": str(ROOT)})


class Program(subprocess.Popen[Any]):
    """`onrecord`, forked where that makes no difference; takes what `subprocess.Popen` takes."""

    def __init__(self, arguments: Sequence[str], *, env: Mapping[str, str], **how: Any) -> None:
        """Start it."""
        self._forked = (
            sys.platform == "linux"
            and "preexec_fn" not in how
            and not how.get("start_new_session")
            and _at_start(env) == _OURS
        )
        super().__init__([*PROGRAM, *arguments], env=env, **how)

    def _execute_child(self, args: Any, *rest: Any) -> None:
        # The order of the parameters is the same in Python 3.11 to 3.14.
        if not self._forked:
            super()._execute_child(args, *rest)  # type: ignore[misc]  # reason: the stubs lack it
            return
        cwd, env, *_more = rest[4:]
        pipes = rest[9:15]
        given, _, _, out, _, errors = pipes
        streams = [own if own != -1 else number for number, own in enumerate((given, out, errors))]
        asked = {"arguments": args[len(PROGRAM) :], "folder": str(cwd or "."), "environment": dict(env)}
        self.pid = _origin().fork(asked, streams)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]  # reason: the stubs lack it


class _Origin:
    """The process that has imported the program; it ends when this one does."""

    def __init__(self) -> None:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._asking, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(far.fileno())],
                cwd=ROOT,
                env={**os.environ, **_OURS},
                pass_fds=[far.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._asking.settimeout(60)

    def fork(self, asked: Mapping[str, Any], streams: Sequence[int]) -> int:
        """Return the pid of a new process with these streams, which is a child of this one."""
        socket.send_fds(self._asking, [json.dumps(asked).encode()], streams)
        answer = self._asking.recv(64)
        assert answer, "the process that forks the program has ended"
        return int(answer)

    def end(self) -> None:
        """End it; it writes what was measured of it."""
        self._asking.close()
        self._process.wait(60)


@cache
def _origin() -> _Origin:
    return _Origin()


def end() -> None:
    """End what forks the program, once nothing is to be started any more."""
    if _origin.cache_info().currsize:
        _origin().end()
        _origin.cache_clear()


def serve(asked: socket.socket) -> None:
    """Fork for each request; return in each fork, with everything as the request wants it."""
    while True:
        data, streams, _flags, _address = socket.recv_fds(asked, 1 << 18, 3)
        if not data:
            sys.exit()
        ours, theirs = os.pipe()
        between = os.fork()
        if not between:
            forked = os.fork()
            if not forked:
                os.close(ours)
                os.close(theirs)
                asked.close()
                _become(json.loads(data), streams)
                return
            os.write(theirs, str(forked).encode())
            os._exit(0)
        for number in (theirs, *streams):
            os.close(number)
        # Once the one between has ended, the fork is the child of who asked.
        os.waitpid(between, 0)
        asked.send(os.read(ours, 64))
        os.close(ours)


def _become(asked: Mapping[str, Any], streams: Sequence[int]) -> None:
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["onrecord", *asked["arguments"]]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(
            open(number, mode, closefd=False),  # noqa: SIM115  # reason: it lives as long as the process
            encoding=old.encoding,
            errors=old.errors,
            line_buffering=number == 2 or os.isatty(number),
        )
        for number, mode, old in (
            (0, "rb", sys.__stdin__),
            (1, "wb", sys.__stdout__),
            (2, "wb", sys.__stderr__),
        )
    )
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # All that a process draws for itself while its modules load: by it a repeated message is known.
    vars(sys.modules["storage.people.repeats"])["_PROCESS"] = secrets.token_hex(8)


if __name__ == "__main__":
    for _name in IMPORTED:
        importlib.import_module(_name)
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(socket.socket(fileno=int(sys.argv[1])))
    from bot.__main__ import main

    main()
