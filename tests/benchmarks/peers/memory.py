"""How much memory this process has needed at most. Imports next to nothing, so that it costs nothing."""


def peak() -> int:
    """Return the peak resident memory in KiB."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  # reason: pathlib would weigh in
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        # Elsewhere; on Linux this would hold the parent's memory too, from between fork and exec.
        import resource
        import sys

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most // 1024 if sys.platform == "darwin" else most
