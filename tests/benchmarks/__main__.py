"""Run the benchmarks and print what they find: `python -m tests.benchmarks [name ...] [--quick]`."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import (
    answering,
    asking,
    broadcasting,
    claims,
    completing,
    discord_broadcasting,
    discord_completing,
    drawing,
    entering,
    fanning,
    histories,
    hooking,
    importing,
    intake,
    meaning,
    moderating,
    naming,
    places,
    postgres,
    queries,
    questions,
    replies,
    searching,
    spellings,
    startup,
    web,
)
from tests.benchmarks.report import Finding, summary
from tests.benchmarks.sizes import FULL, QUICK, Sizes

BENCHMARKS: dict[str, Callable[[Sizes], list[Finding]]] = {
    "startup": startup.measure,
    "answering": answering.measure,
    "queries": queries.measure,
    "searching": searching.measure,
    "completing": completing.measure,
    "naming": naming.measure,
    "meaning": meaning.measure,
    "asking": asking.measure,
    "importing": importing.measure,
    "moderating": moderating.measure,
    "entering": entering.measure,
    "histories": histories.measure,
    "broadcasting": broadcasting.measure,
    "fanning": fanning.measure,
    "webhooks": hooking.measure,
    "discord-broadcasting": discord_broadcasting.measure,
    "discord-completing": discord_completing.measure,
    "web": web.measure,
    "postgres": postgres.measure,
    "pictures": drawing.measure,
}
# Those that need data, by the folder of it.
OF_FOLDERS: dict[str, tuple[str, Callable[[Path, Sizes], list[Finding]]]] = {
    "questions": ("questions-dev", lambda folder, _sizes: questions.measure(folder.parent)),
    "replies": ("stories-dev", lambda folder, _sizes: replies.measure(folder)),
    "claims": ("claims-dev", lambda folder, _sizes: claims.measure(folder)),
    "spellings": ("spellings", spellings.measure),
    "intake": ("attribution-dev", lambda folder, _sizes: intake.measure(folder)),
}


def main() -> None:
    """Run the benchmarks that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    # Checked by hand: argparse holds an empty list against the choices.
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join((*BENCHMARKS, *OF_FOLDERS)))
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that all works")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="real data: its questions-dev, claims-dev, attribution-dev, spellings",
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - {*BENCHMARKS, *OF_FOLDERS}:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    names = asked.names or [*BENCHMARKS, *OF_FOLDERS]
    sizes = QUICK if asked.quick else FULL
    began = time.monotonic()
    findings = [finding for name in names if name in BENCHMARKS for finding in BENCHMARKS[name](sizes)]
    for name, (subfolder, measure) in OF_FOLDERS.items():
        folder = _data(asked.data) / subfolder
        if name in names and folder.is_dir():
            findings += measure(folder, sizes)
        elif name in asked.names:
            parser.error(f"there is no {folder}: name its parent folder with --data")
    summary(findings)
    print(f"{time.monotonic() - began:.0f} seconds in all, ratios of one run on {os.cpu_count()} cores")


def _data(given: Path | None) -> Path:
    named = os.environ.get("DATA", "")
    return given or (Path(named) if named else places.ROOT.parent / "shared" / "data")


if __name__ == "__main__":
    main()
