"""What the benchmarks print: plain tables, and findings that stand beside their goals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured ratio beside its goal; `reached` is None where there is none."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None


def at_least(what: str, ratio: float, goal: float, note: str = "") -> Finding:
    """Return the finding for a ratio that should be no smaller than the goal."""
    return Finding(what, figure(ratio), f"at least {figure(goal)}{note}", ratio >= goal)


def at_most(what: str, ratio: float, goal: float) -> Finding:
    """Return the finding for a ratio that should be no larger than the goal."""
    return Finding(what, figure(ratio), f"at most {figure(goal)}", ratio <= goal)


def figure(ratio: float) -> str:
    """Return a ratio with as many digits as tell something."""
    return f"{ratio:.3f}" if ratio < 0.2 else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def heading(text: str) -> None:
    """Print a heading."""
    print(f"\n{text}\n{'=' * len(text)}", flush=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their columns, figures to the right."""
    lines = [list(columns), *map(list, rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    for number, line in enumerate(lines):
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(flush=True)


def summary(findings: Sequence[Finding]) -> None:
    """Print all findings, those that miss their goal easy to see."""
    heading("Summary")
    verdicts = {True: "yes", False: "NO", None: "-"}
    table(
        ("what", "measured", "goal", "reached"),
        [(item.what, item.measured, item.goal or "-", verdicts[item.reached]) for item in findings],
    )
