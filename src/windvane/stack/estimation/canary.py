"""The canary of look-ahead: everything after a decision time is garbage, and the estimates up to it must stay equal
to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import predict
from windvane.stack.estimation.panel import Array, Panel


def corrupted(panel: Panel, step: int, seed: int) -> Panel:
    """The panel with garbage in place of everything that is not known at `step`.

    Garbage are numbers of every size, missing values and, for targets not known yet, other times at which they become
    known.
    """
    chance = np.random.default_rng([seed, step])
    unknown = panel.known > step
    later = chance.integers(step + 1, panel.steps + 1, panel.shape)
    after = np.arange(panel.steps)[:, None] > step
    return replace(
        panel,
        target=np.where(unknown, _garbage(chance, panel.shape), panel.target),
        known=np.where(unknown, later, panel.known),
        features={name: np.where(after, _garbage(chance, panel.shape), v) for name, v in panel.features.items()},
    )


def canary(
    panel: Panel, recipe: Recipe, steps: Sequence[int], seed: int = 0, by: Callable[[Panel, Recipe], Array] = predict
) -> float:
    """The largest change of an estimate up to any of `steps` when everything after that step is garbage; must be 0.0.

    `by` makes the estimates. An estimate that appears or disappears is a change of infinite size.
    """
    honest = by(panel, recipe)
    return max((_change(honest, by(corrupted(panel, s, seed), recipe), s) for s in steps), default=0.0)


def _change(honest: Array, other: Array, step: int) -> float:
    a, b = honest[: step + 1], other[: step + 1]
    if np.array_equal(a, b, equal_nan=True):
        return 0.0
    with np.errstate(invalid="ignore"):
        change = np.nan_to_num(np.abs(a - b), nan=np.inf, posinf=np.inf)
    return float(np.max(np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, change)))


def _garbage(chance: np.random.Generator, shape: tuple[int, int]) -> Array:
    values = chance.standard_normal(shape) * 10.0 ** chance.uniform(-6, 9, shape)
    return np.where(chance.random(shape) < 0.1, np.nan, values)
