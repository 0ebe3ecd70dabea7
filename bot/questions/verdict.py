"""The verdict on an answer: on record, close, or not on record. Pure.

Small logistic models, one for questions in the story's language and one for others, each with vectors and
without, turn a few numbers into the chance that one of the first facts answers. weights.json holds them and
their thresholds; `python -m tests.fitting DATA` fits them anew. What they reach stands in
tests/benchmarks/README.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path


class Verdict(Enum):
    """What the bot says of its own answer."""

    ON_RECORD = "on record"
    CLOSE = "close"
    NOT_ON_RECORD = "not on record"


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model: a weight for each feature, scaled by its mean and deviation, and two thresholds.

    Of languages that it was fitted on, each has a lower threshold of its own: cosines differ by language.
    """

    bias: float
    weights: Mapping[str, tuple[float, float, float]]
    close_from: float
    sure_from: float
    close_in: Mapping[str, float] = field(default_factory=dict)

    def chance(self, features: Mapping[str, float]) -> float:
        """Return the chance that the best facts answer, from 0 to 1."""
        total = self.bias + sum(
            weight * (features[name] - mean) / deviation
            for name, (weight, mean, deviation) in self.weights.items()
        )
        return 1.0 / (1.0 + math.exp(-max(min(total, 50.0), -50.0)))

    def verdict(self, features: Mapping[str, float], language: str = "") -> Verdict:
        """Return what may be said of an answer with such features, to a question in a language."""
        chance = self.chance(features)
        if chance < self.close_in.get(language, self.close_from):
            return Verdict.NOT_ON_RECORD
        return Verdict.ON_RECORD if chance >= self.sure_from else Verdict.CLOSE


def model(*, own: bool, meant: bool) -> Model:
    """Return the model for questions in the story's own language or another, with vectors or without."""
    return _models()[f"{'own' if own else 'other'}, {'meaning' if meant else 'words'}"]


@cache
def _models() -> dict[str, Model]:
    data = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    return {
        name: Model(
            each["bias"],
            {feature: tuple(numbers) for feature, numbers in each["weights"].items()},
            each["close_from"],
            each["sure_from"],
            each.get("close_in", {}),
        )
        for name, each in data.items()
    }
