"""Logistic regression with an L2 penalty, by Newton's method: few features, so nothing larger is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

STEPS = 50


def scaled(rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return the means and deviations of columns; a column that never changes has deviation 1."""
    deviation = rows.std(axis=0)
    return rows.mean(axis=0), np.where(deviation > 1e-9, deviation, 1.0)


def fitted(rows: Numbers, right: Numbers, weights: Numbers, penalty: float = 1.0) -> Numbers:
    """Return the bias and the weight of each scaled column that make the outcomes likeliest."""
    columns = np.column_stack([np.ones(len(rows)), rows])
    ridge = np.diag([0.0, *[penalty] * rows.shape[1]])
    found = np.zeros(columns.shape[1])
    for _step in range(STEPS):
        chance = chances(columns, found)
        slope = columns.T @ (weights * (right - chance)) - ridge @ found
        curve = (columns * (weights * chance * (1 - chance))[:, None]).T @ columns + ridge
        change = np.linalg.solve(curve, slope)
        found += change
        if np.abs(change).max() < 1e-8:
            break
    return found


def chances(columns: Numbers, found: Numbers) -> Numbers:
    """Return the chance of each row; the first column is of ones."""
    return 1.0 / (1.0 + np.exp(-np.clip(columns @ found, -50, 50)))
