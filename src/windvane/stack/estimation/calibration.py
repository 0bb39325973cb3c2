"""Probabilities that mean what they say, and the threshold that costs least."""

from __future__ import annotations

import numpy as np

from windvane.stack.estimation.panel import Array, Mask, Steps
from windvane.stack.estimation.trees import Rows

_LEAST = 30  # cases of each class before scores are corrected
_PRIOR = 1.0  # weight of "as it is" in the fit


def recalibrated(estimates: Array, rows: Rows, refit: int) -> Array:
    """Probabilities (rows,) corrected, as of each refit, by how often earlier ones came true among labels known by
    then.

    A line on the log odds (Platt, 1999) fitted to estimates that were made before their label was known; it keeps the
    order within a time. As they are until enough labels are known.
    """
    found = estimates.copy()
    usable = np.isfinite(rows.y) & np.isfinite(estimates)
    for start in range(0, int(rows.step.max(initial=-1)) + 1, refit):
        asked = (rows.step >= start) & (rows.step < start + refit)
        past = usable & (rows.known <= start) & (rows.step < start)
        cases = rows.y[past].sum()
        if asked.any() and min(cases, past.sum() - cases) >= _LEAST:
            slope, shift = fitted(estimates[past], rows.y[past])
            found[asked] = _squashed(slope * _odds(estimates[asked]) + shift)
    return found


def fitted(probabilities: Array, labels: Array) -> tuple[float, float]:
    """Slope and shift of the log odds with the largest likelihood, drawn to (1, 0) by one observation; Newton's
    method.
    """
    x = np.column_stack([_odds(probabilities), np.ones(len(labels))])
    start = np.array([1.0, 0.0])
    found = start.copy()
    for _ in range(25):
        p = _squashed(x @ found)
        slope = x.T @ (labels - p) - _PRIOR * (found - start)
        curve = (x * (p * (1 - p))[:, None]).T @ x + _PRIOR * np.eye(2)
        move = np.clip(np.linalg.solve(curve, slope), -1.0, 1.0)
        found = np.array([max(found[0] + move[0], 0.05), found[1] + move[1]])
        if np.abs(move).max() < 1e-9:
            break
    return float(found[0]), float(found[1])


def threshold(alarm: float, miss: float) -> float:
    """The probability from which an alarm costs less than a miss: `alarm` the cost of a false one, `miss` that of a
    case missed.
    """
    return alarm / (alarm + miss)


def cost(labels: Array, probabilities: Array, least: float, *, alarm: float, miss: float) -> float:
    """Mean cost of a case when every probability of at least `least` is an alarm."""
    raised = probabilities >= least
    return float(np.mean(np.where(raised, alarm * (labels < 0.5), miss * (labels > 0.5))))


def reliability(labels: Array, probabilities: Array, bins: int = 10) -> Array:
    """(bins, 3): mean probability, share that came true, and number, in groups of equal size by probability."""
    groups = np.array_split(np.argsort(probabilities, kind="stable"), bins)
    return np.array([(probabilities[g].mean(), labels[g].mean(), len(g)) for g in groups if len(g)])


def calibration_error(labels: Array, probabilities: Array, bins: int = 10) -> float:
    """The mean distance of what came true from what was said, over groups of equal size by probability.

    The expected calibration error (Naeini, Cooper & Hauskrecht, 2015) with groups of equal size.
    """
    groups = reliability(labels, probabilities, bins)
    return float(np.average(np.abs(groups[:, 0] - groups[:, 1]), weights=groups[:, 2]))


def alarmed(probabilities: Array, period: Steps, *, least: float, most: int = 0) -> Mask:
    """Which probabilities (rows,) raise an alarm: at least `least`, of each period the `most` highest (0: all).

    Of equal ones the first come first.
    """
    order = np.lexsort((np.arange(len(period)), -probabilities, period))
    sorted_ = period[order]
    place = np.empty(len(period), dtype=np.int64)
    place[order] = np.arange(len(period)) - np.searchsorted(sorted_, sorted_, side="left")
    enough: Mask = probabilities >= least
    return enough & (place < most) if most else enough


def _odds(probabilities: Array) -> Array:
    inside = np.clip(probabilities, 1e-9, 1 - 1e-9)
    odds: Array = np.log(inside / (1.0 - inside))
    return odds


def _squashed(odds: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -500.0, 500.0)))
