"""Gradient boosted trees learnt anew from time to time, from rows whose target is known by then, and asked until the
next time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import lightgbm
import numpy as np

from windvane.stack.estimation.panel import Array, Mask, Steps

_KEPT = 64  # models, each a few hundred kilobytes
_GROWN: dict[bytes, lightgbm.Booster] = {}  # by what they were grown from, the oldest first


@dataclass(frozen=True)
class Growth:
    """How trees are grown. `most` rows at most are learnt from (drawn by chance), `least` are needed."""

    objective: str = "regression"
    trees: int = 150
    rate: float = 0.05
    leaves: int = 15
    most: int = 20_000
    least: int = 100
    seed: int = 0


@dataclass(frozen=True)
class Rows:
    """Rows to learn from and to estimate: `x` (rows, p), `y` (rows,), their `step`, and `known`, when `y` may be
    used.
    """

    x: Array
    y: Array
    step: Steps
    known: Steps


def grow(x: Array, y: Array, growth: Growth) -> lightgbm.Booster:
    """A model of `y` by `x`; asked again of the same rows, as when a test goes on to the estimates of all steps, it is
    not grown again.
    """
    key = hashlib.sha256(x.tobytes() + y.tobytes() + repr((x.shape, growth)).encode()).digest()
    if key not in _GROWN:
        while len(_GROWN) >= _KEPT:
            _GROWN.pop(next(iter(_GROWN)))
        _GROWN[key] = _grown(x, y, growth)
    return _GROWN[key]


def _grown(x: Array, y: Array, growth: Growth) -> lightgbm.Booster:
    """On one thread, so that it is the same on every machine load and never slower on busy cores."""
    parameters = {
        "objective": growth.objective,
        "learning_rate": growth.rate,
        "num_leaves": growth.leaves,
        "min_data_in_leaf": int(np.clip(len(y) // 200, 5, 50)),
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "num_threads": 1,
        "seed": growth.seed,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(x, label=y), num_boost_round=growth.trees)


def walked(rows: Rows, refit: int, window: int, growth: Growth) -> Array:
    """Estimates (rows,): every `refit` steps a model of the rows known then (of the last `window` steps, 0: all);
    NaN before the first.
    """
    estimates = np.full(len(rows.y), np.nan)
    usable = np.isfinite(rows.y)
    for start in range(0, int(rows.step.max(initial=-1)) + 1, refit):
        asked = (rows.step >= start) & (rows.step < start + refit)
        past = usable & (rows.known <= start) & (rows.step < start)
        past &= rows.step >= start - window if window else True
        if asked.any() and _enough(rows.y[past], growth):
            learnt = _drawn(past, growth, start)
            estimates[asked] = predicted(grow(rows.x[learnt], rows.y[learnt], growth), rows.x[asked])
    return estimates


def predicted(model: lightgbm.Booster, x: Array) -> Array:
    """What a model says of `x` (rows, p)."""
    return np.asarray(model.predict(x, num_threads=1), dtype=np.float64)


def _enough(y: Array, growth: Growth) -> bool:
    """Whether there are rows enough, of classes at least ten cases each."""
    if growth.objective == "binary" and min(y.sum(), len(y) - y.sum()) < 10:
        return False
    return len(y) >= growth.least


def _drawn(rows: Mask, growth: Growth, start: int) -> Steps:
    """Row numbers, at most `growth.most`."""
    found = np.flatnonzero(rows)
    if len(found) <= growth.most:
        return found
    return np.sort(np.random.default_rng([growth.seed, start]).choice(found, growth.most, replace=False))


def crossed(x: Array, y: Array, growth: Growth, folds: int = 5) -> Array:
    """Estimates (rows,), each by a model that has not seen the row; of classes every fold gets its share."""
    order = np.random.default_rng(growth.seed).permutation(len(y))
    if growth.objective == "binary":
        order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), dtype=np.int64)
    fold[order] = np.arange(len(y)) % folds
    estimates = np.empty(len(y))
    for number in range(folds):
        out = fold == number
        estimates[out] = predicted(grow(x[~out], y[~out], growth), x[out])
    return estimates
