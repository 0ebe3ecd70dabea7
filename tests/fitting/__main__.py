"""Fit the verdict's weights on development data, print what they reach, and write bot/questions/weights.json.

    python -m tests.fitting DATA [--check]

Each reported chance comes from a fit that saw nothing of its article. With --check nothing is written.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.questions import verdict
from storage.domain.language.detection import LANGUAGES
from storage.search import embedding
from tests.benchmarks import places
from tests.fitting.asked import questions
from tests.fitting.logistic import chances, fitted, scaled
from tests.fitting.rows import Row, record_of, rows

if TYPE_CHECKING:
    from tests.fitting.logistic import Numbers

WEIGHTS = Path(verdict.__file__).with_name("weights.json")
COMMON = ("words", "mean_coverage", "runs", "length", "gap_second", "gap_fifth")
FEATURES = {True: (*COMMON, "score", "meaning", "standing_out", "mean"), False: (*COMMON, "most_words")}
# At most so many of the questions whose answer is on record are denied it: in the own language and in others;
# and of the development stories.
DENIED, DENIED_OF_STORIES = {True: 0.03, False: 0.05}, 0.05
# Of a language that is read and asked so often, a little less: other articles differ.
DENIED_OF_LANGUAGE, OFTEN = 0.04, 400
# Of the answers told as such so many are to be right; a little more than promised, for other stories differ.
RIGHT, RIGHT_OF_STORIES = 0.91, 0.85
FEWEST_SURE = 10
FOLDS = 6
# The development story is of another kind than the articles, and nearer to what is asked in chats.
OF_STORIES = 5.0


async def collect(folder: Path) -> list[Row]:
    """Return the rows of all questions, found with vectors and without."""
    found: list[Row] = []
    for load in (embedding.load, None):
        with places.scratch() as scratch:
            async with record_of(folder, scratch, load, print) as record:
                found += [row async for row in rows(record, questions(folder))]
                print(f"{len(found)} rows", flush=True)
    return found


def fit(found: Sequence[Row], *, own: bool, meant: bool) -> dict[str, Any]:
    """Return a model of some rows, and print what it reaches on articles that it has not seen."""
    names = FEATURES[meant]
    columns = np.array([[row.features[name] for name in names] for row in found])
    right = np.array([float(row.right) for row in found])
    weights = np.array([OF_STORIES if row.asked.setting == "story" else 1.0 for row in found])
    mean, deviation = scaled(columns)
    columns = (columns - mean) / deviation
    unseen = _unseen(found, columns, right, weights)
    close, sure = _close_from(found, unseen, DENIED[own]), _sure_from(found, unseen)
    close_in = {} if own or not meant else _close_in(found, unseen)
    _report(found, unseen, close, sure)
    print("  close from, by language:", close_in)
    bias, *slopes = fitted(columns, right, weights)
    return {
        "bias": round(bias, 4),
        "close_from": round(close, 4),
        "sure_from": round(sure, 4),
        **({"close_in": close_in} if close_in else {}),
        "weights": {
            name: [round(float(number), 4) for number in numbers]
            for name, *numbers in zip(names, slopes, mean, deviation, strict=True)
        },
    }


def _unseen(found: Sequence[Row], columns: Numbers, right: Numbers, weights: Numbers) -> Numbers:
    """Return the chance of each row by a fit that saw none of its group."""
    groups = sorted({row.asked.group for row in found})
    fold = {group: number % FOLDS for number, group in enumerate(groups)}
    folds = np.array([fold[row.asked.group] for row in found])
    chance = np.zeros(len(found))
    for number in range(FOLDS):
        out = folds == number
        model = fitted(columns[~out], right[~out], weights[~out])
        chance[out] = chances(np.column_stack([np.ones(out.sum()), columns[out]]), model)
    return chance


def _close_from(found: Sequence[Row], chance: Numbers, denied: float) -> float:
    """Return the threshold with which no setting denies more of its questions than is allowed."""
    needed = []
    for setting in sorted({row.asked.setting for row in found if row.on_record}):
        held = np.array([row.on_record and row.setting == setting for row in found])
        allowed = DENIED_OF_STORIES if setting == "story" else denied
        needed.append(float(np.quantile(chance[held], allowed)))
    return min(needed)


def _close_in(found: Sequence[Row], chance: Numbers) -> dict[str, float]:
    """Return a threshold for each other language that is read, by what it denies in each setting."""
    kept: dict[str, float] = {}
    for language in LANGUAGES:
        held = np.array([row.on_record and row.asked.language == language for row in found])
        settings = {row.setting for row, is_held in zip(found, held, strict=True) if is_held}
        if held.sum() >= OFTEN:
            needed = [
                float(np.quantile(chance[held & _in(found, setting)], DENIED_OF_LANGUAGE))
                for setting in settings
                if setting != "story"
            ]
            kept[language] = round(min(needed), 4)
    return kept


def _in(found: Sequence[Row], setting: str) -> Any:
    return np.array([row.setting == setting for row in found])


def _sure_from(found: Sequence[Row], chance: Numbers) -> float:
    """Return the lowest threshold from which enough answers are right in each setting."""
    right = np.array([row.right for row in found])
    asked = np.array([row.asked.on_record == row.on_record for row in found])
    needed = []
    for size, share in (("whole", RIGHT), ("small", RIGHT), ("story", RIGHT_OF_STORIES)):
        # As they were asked: questions with and without an answer, as many as there are of each.
        held = asked & np.array([row.asked.setting.startswith(size) for row in found])
        order = np.argsort(-chance[held])
        shares = np.cumsum(right[held][order]) / np.arange(1, held.sum() + 1)
        enough = np.flatnonzero((shares >= share) & (np.arange(len(shares)) >= FEWEST_SURE))
        if len(enough):
            needed.append(float(chance[held][order][enough[-1]]))
    return max(needed, default=0.99)


def _report(found: Sequence[Row], chance: Numbers, close: float, sure: float) -> None:
    print(f"  close from {close:.3f}, sure from {sure:.3f}")
    print("  setting                        asked  in 5  denied  refused  sure: right, reach")
    for setting in sorted({row.setting for row in found}):
        held = [at for at, row in enumerate(found) if row.setting == setting]
        on, off = ([at for at in held if found[at].on_record is held_] for held_ in (True, False))
        told = [at for at in held if chance[at] >= sure]
        figures = (
            _share(found[at].rank is not None and found[at].rank < 5 for at in on),
            _share(chance[at] < close for at in on),
            _share(chance[at] < close for at in off),
            _share(found[at].right for at in told),
            _share(at in set(told) and found[at].right for at in on),
        )
        print(f"  {setting:30} {len(held):5}  {'  '.join(figures)}")


def _share(told: Any) -> str:
    told = list(told)
    return f"{sum(told) / len(told):5.3f}" if told else "    -"


def main() -> None:
    """Fit, report, and write the weights."""
    folder = Path(sys.argv[1])
    found = asyncio.run(collect(folder))
    models = {}
    for own in (True, False):
        for meant in (True, False):
            name = f"{'own' if own else 'other'}, {'meaning' if meant else 'words'}"
            print(name)
            chosen = [row for row in found if (row.own, row.meant) == (own, meant)]
            models[name] = fit(chosen, own=own, meant=meant)
    if "--check" not in sys.argv:
        WEIGHTS.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
        print(f"written to {WEIGHTS.name}")


if __name__ == "__main__":
    main()
