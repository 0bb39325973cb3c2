"""Cheap statistics before a trial: how much of the errors a candidate could explain, and what that would gain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from windvane.stack.estimation.measures import better
from windvane.stack.estimation.panel import Array

_ENTITIES = 60  # those with most values are looked at
_FEW = 20  # values of an entity beside one for each feature, below which it tells nothing


def explained(errors: Array, features: Sequence[Array]) -> float:
    """Share of the variance of errors (T, N) that the features, each (T, N), explain as of the same steps.

    Least squares for each entity, adjusted for the number of features (Theil 1961); the mean over entities, weighted
    with the variance of their errors. Errors far out are drawn in: one bad day must not tell what a feature is worth.
    """
    count = np.isfinite(errors).sum(axis=0)
    chosen = np.argsort(-count, kind="stable")[:_ENTITIES]
    found = [_of_entity(errors[:, n], [f[:, n] for f in features]) for n in chosen]
    whole = sum(variance for _, variance in found)
    return max(0.0, sum(share * variance for share, variance in found) / whole) if whole > 0 else 0.0


def gain_of(measure: str, before: float, share: float) -> float:
    """What a measure would gain if this share of the variance of its errors were explained; positive is better.

    Errors shrink as the root of what is left; a correlation r leaves 1 - r^2, of which the share is taken.
    """
    share = min(max(share, 0.0), 1.0)
    if better(measure) == "lower":
        return before * (1.0 - float(np.sqrt(1.0 - share)))
    start = before if before == before else 0.0
    return float(np.sqrt(min(1.0, start * start + share * (1.0 - start * start)))) - max(start, 0.0)


def _of_entity(errors: Array, features: Sequence[Array]) -> tuple[float, float]:
    """(share explained, variance) of one entity."""
    rows = np.isfinite(errors)
    for feature in features:
        rows &= np.isfinite(feature)
    n, k = int(rows.sum()), len(features)
    if n < _FEW + k:
        return 0.0, 0.0
    target = _drawn_in(errors[rows])
    target = target - target.mean()
    columns = np.column_stack([_standard(f[rows]) for f in features])
    left = target - columns @ np.linalg.lstsq(columns, target, rcond=None)[0]
    variance = float(target @ target) / n
    if variance <= 0:
        return 0.0, 0.0
    return 1.0 - float(left @ left) / n / variance * (n - 1) / (n - k - 1), variance


def _standard(values: Array) -> Array:
    off = _drawn_in(values)
    off = off - off.mean()
    spread = off.std()
    return off / spread if spread > 0 else np.zeros_like(off)


def _drawn_in(values: Array) -> Array:
    """No further from the median than four times the usual distance."""
    middle = float(np.median(values))
    usual = float(np.median(np.abs(values - middle))) * 1.4826
    return np.clip(values, middle - 4 * usual, middle + 4 * usual) if usual > 0 else values
