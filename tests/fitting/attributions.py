"""Fit how sure drafts are on development articles, and write bot/intake/finding/weights.json.

    python -m tests.fitting.attributions DATA [--check]

DATA holds attribution-dev: text/NAME.txt and attributions/NAME_*.ann (brat). Each reported chance comes
from a fit that saw nothing of its article. With --check nothing is written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.intake.finding import tiers
from tests.benchmarks.intake import Judged, judged
from tests.fitting.logistic import chances, fitted

if TYPE_CHECKING:
    from tests.fitting.logistic import Numbers

FOLDS = 7
# Of the confident drafts so many are to be right with their speaker. Those whose speaker is not sure are left
# out after that, which makes it more.
RIGHT = 0.925
# Of those whose speaker is to be checked so many are to be said there as drafted.
SAID = 0.88
FEWEST = 50
PENALTY = 2.0


def main() -> None:
    """Fit, report, and write the weights."""
    found = judged(Path(sys.argv[1]) / "attribution-dev")
    names = sorted({name for each in found for name in each.grounds})
    columns = np.array([[float(name in each.grounds) for name in names] for each in found])
    outcomes = {
        "found": np.array([float(each.said) for each in found]),
        "found with speaker": np.array([float(each.right) for each in found]),
    }
    models: dict[str, dict[str, float]] = {}
    unseen = {}
    for model, right in outcomes.items():
        unseen[model] = _unseen(found, columns, right)
        bias, *slopes = fitted(columns, right, np.ones(len(found)), PENALTY)
        models[model] = {"bias": round(float(bias), 3)} | {
            name: round(float(slope), 3) for name, slope in zip(names, slopes, strict=True)
        }
    confident = _from(unseen["found with speaker"], outcomes["found with speaker"], RIGHT)
    sure = unseen["found with speaker"] >= confident
    rest = _from(unseen["found"][~sure], outcomes["found"][~sure], SAID)
    models["limits"] = {"confident": round(confident, 3), "check the speaker": round(rest, 3)}
    checked = ~sure & (unseen["found"] >= rest)
    for name, held in (("confident", sure), ("check the speaker", checked), ("possible", ~sure & ~checked)):
        said, right = (outcomes[each][held].mean() for each in ("found", "found with speaker"))
        print(f"{name:18} share {held.mean():.3f}  said there {said:.3f}  with speaker {right:.3f}")
    if "--check" not in sys.argv:
        tiers.WEIGHTS.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
        print(f"written to {tiers.WEIGHTS.name}")


def _unseen(found: Sequence[Judged], columns: Numbers, right: Numbers) -> Numbers:
    """Return the chance of each draft by a fit that saw none of its article."""
    articles = {name: number for number, name in enumerate(dict.fromkeys(each.article for each in found))}
    folds = np.array([articles[each.article] % FOLDS for each in found])
    chance = np.zeros(len(found))
    for number in range(FOLDS):
        out = folds == number
        model = fitted(columns[~out], right[~out], np.ones((~out).sum()), PENALTY)
        chance[out] = chances(np.column_stack([np.ones(out.sum()), columns[out]]), model)
    return chance


def _from(chance: Numbers, right: Numbers, share: float) -> float:
    """Return the lowest chance from which on enough are right."""
    order = np.argsort(-chance)
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((shares >= share) & (np.arange(len(shares)) >= FEWEST))
    return float(chance[order][enough[-1]]) if len(enough) else 0.99


if __name__ == "__main__":
    main()
