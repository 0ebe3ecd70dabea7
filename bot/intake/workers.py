"""What a worker process of intake is given and bound to: no secret, little memory, no file to write."""

from __future__ import annotations

import contextlib
import os

# All of the environment that a worker is given: no token is among it. Threads reserve memory, and one does.
_PASSED = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG", "LC_ALL")
_SET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


def environment() -> dict[str, str]:
    """Return the environment that a worker is started with."""
    return {name: os.environ[name] for name in _PASSED if name in os.environ} | _SET


def bind_this_process(memory: int, seconds: int | None = None) -> None:
    """Ask the system to end this process once it takes too much; where it cannot, time alone is bounded.

    `memory` is in bytes of addresses: libraries reserve more than they use. `seconds` are of the processor.
    """
    with contextlib.suppress(ImportError):
        import resource

        limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: 0}
        if seconds is not None:
            limits[resource.RLIMIT_CPU] = seconds
        for kind, most in limits.items():
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))
