"""How well estimates did: scores per decision time, and their mean with an interval that allows for autocorrelation."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from windvane.domain.errors import Usage
from windvane.domain.estimate import Score
from windvane.stack.estimation.panel import Array, Mask

Better = Literal["higher", "lower"]
_CASES = 10.0  # of a block of decision times, on average; one that lasts several times in its column counts once
_BLOCKS = 12  # at least, where there are as many decision times


@dataclass(frozen=True)
class Measure:
    """A score of one decision time from its actual and estimated values (both finite, of one length)."""

    of: Callable[[Array, Array], float]
    better: Better
    least: int = 1  # values a decision time needs to be scored
    pooled: bool = False  # of several decision times together: cases are rare, and a day with one or none says little


def measures() -> tuple[str, ...]:
    """Names of the measures there are."""
    return tuple(_MEASURES)


def better(measure: str) -> Better:
    """Whether a higher or a lower score is better; for `bias`, the closer to zero."""
    return _measure(measure).better


def score(measure: str, actual: Array, estimate: Array) -> Array:
    """The score (T,) of each step, NaN where fewer values are known than the measure needs. Raises `Usage`.

    The order of rare cases is scored for blocks of steps, at the last step of each.
    """
    chosen = _measure(measure)
    both = np.isfinite(actual) & np.isfinite(estimate)
    if chosen.pooled and len(actual) > 1:
        return _by_block(chosen, actual, estimate, both)
    rows = zip(actual, estimate, both, strict=True)
    return np.array([chosen.of(a[ok], e[ok]) if ok.sum() >= chosen.least else np.nan for a, e, ok in rows])


def _by_block(chosen: Measure, actual: Array, estimate: Array, both: Mask) -> Array:
    """Scores of blocks of steps that hold `_CASES` cases on average, at the last step of each; at least `_BLOCKS`.

    Blocks follow from the actual values alone, so two estimates are scored on the same ones. A machine that fails
    within 30 days does so on 30 days in a row: that is one case, and days of it tell what one day tells.
    """
    steps = len(actual)
    cases = float(_begun(actual > 0.5).sum())
    many = int(min(max(cases // _CASES, _BLOCKS), steps))
    ends = np.unique(np.linspace(0, steps, many + 1).astype(int))
    found = np.full(steps, np.nan)
    for first, stop in itertools.pairwise(ends):
        ok = both[first:stop]
        if ok.sum() >= chosen.least:
            found[stop - 1] = chosen.of(actual[first:stop][ok], estimate[first:stop][ok])
    return found


def _begun(cases: Mask) -> Mask:
    """Cases (T, N) that were none at the step before."""
    begun = cases.copy()
    begun[1:] &= ~cases[:-1]
    return begun


def pooled_score(measure: str, actual: Array, estimate: Array) -> float:
    """The score of all values at once, NaN when there are too few."""
    return float(score(measure, actual.reshape(1, -1), estimate.reshape(1, -1))[0])


def interval_scores(actual: Array, low: Array, high: Array, coverage: float) -> dict[str, Array]:
    """Scores (T,) of intervals: `coverage` (share inside), `width` (mean), `pinball` (mean of both ends)."""
    known = np.isfinite(actual) & np.isfinite(low) & np.isfinite(high)
    inside = np.where(known, (actual >= low) & (actual <= high), np.nan)
    tail = (1.0 - coverage) / 2.0
    ends = (_pinball(actual, low, tail) + _pinball(actual, high, 1.0 - tail)) / 2.0
    wide = {"coverage": inside, "width": np.where(known, high - low, np.nan), "pinball": np.where(known, ends, np.nan)}
    return {name: _row_means(values) for name, values in wide.items()}


def summary(measure: str, per_step: Array, unit: str = "") -> Score:
    """The mean over the scored steps with its 95 % interval.

    Newey-West variance with the automatic bandwidth 4 (n / 100)^(2/9) (Newey & West, 1987, 1994). `rmse` is the root
    of the mean square.
    """
    scored = per_step[np.isfinite(per_step)]
    if not len(scored):
        return Score(measure=measure, value=float("nan"), n=0, unit=unit)
    values = np.square(scored) if measure == "rmse" else scored
    ends = values.mean() + np.array([0.0, -1.96, 1.96]) * _standard_error(values)
    ends = np.sqrt(np.maximum(ends, 0.0)) if measure == "rmse" else ends
    value, low, high = map(float, ends)
    return Score(measure=measure, value=value, n=len(scored), low=low, high=high, unit=unit)


def _standard_error(values: Array) -> float:
    n = len(values)
    off = values - values.mean()
    variance = float(off @ off) / n
    lags = min(int(4 * (n / 100) ** (2 / 9)), n - 1)
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1)) * float(off[lag:] @ off[:-lag]) / n
    return float(np.sqrt(max(variance, 0.0) / n))


def _rank_correlation(actual: Array, estimate: Array) -> float:
    """Spearman's, ties by mean rank; NaN where all estimates or all actual values are equal."""
    a, e = _ranks(actual), _ranks(estimate)
    a, e = a - a.mean(), e - e.mean()
    norm = float(np.sqrt((a @ a) * (e @ e)))
    return float(a @ e) / norm if norm > 0 else float("nan")


def _ranks(values: Array) -> Array:
    """1 for the smallest; equal values share their mean rank."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    after = np.append(first[1:], len(values))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((first + after + 1) / 2.0, after - first)
    return ranks


def _mae(actual: Array, estimate: Array) -> float:
    return float(np.abs(actual - estimate).mean())


def _rmse(actual: Array, estimate: Array) -> float:
    return float(np.sqrt(np.square(actual - estimate).mean()))


def _mape(actual: Array, estimate: Array) -> float:
    """Mean of |error| / |actual| where the actual value is not zero, as a share."""
    some = actual != 0
    return float(np.abs((actual[some] - estimate[some]) / actual[some]).mean()) if some.any() else float("nan")


def _bias(actual: Array, estimate: Array) -> float:
    """Mean of estimate - actual."""
    return float((estimate - actual).mean())


def _auc(actual: Array, estimate: Array) -> float:
    """Probability that a case of the class is ranked above one that is not, ties half."""
    cases = actual > 0.5
    ones, others = int(cases.sum()), int((~cases).sum())
    if not ones or not others:
        return float("nan")
    return float((_ranks(estimate)[cases].sum() - ones * (ones + 1) / 2) / (ones * others))


def _average_precision(actual: Array, estimate: Array) -> float:
    """Mean precision over the recall steps, equal estimates taken together (as in scikit-learn)."""
    cases = actual > 0.5
    if not cases.any():
        return float("nan")
    order = np.argsort(-estimate, kind="stable")
    found = np.cumsum(cases[order])
    last = np.append(np.diff(estimate[order]) != 0, True)
    precision = found[last] / (np.flatnonzero(last) + 1)
    return float((np.diff(found[last], prepend=0) * precision).sum() / cases.sum())


def _brier(actual: Array, estimate: Array) -> float:
    return float(np.square(actual - estimate).mean())


def _log_loss(actual: Array, estimate: Array) -> float:
    p = np.clip(estimate, 1e-15, 1 - 1e-15)
    return float(-(actual * np.log(p) + (1 - actual) * np.log(1 - p)).mean())


def _pinball(actual: Array, quantile: Array, level: float) -> Array:
    off = actual - quantile
    return np.maximum(level * off, (level - 1.0) * off)


def _row_means(values: Array) -> Array:
    count = np.isfinite(values).sum(axis=1)
    return np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)


def _measure(name: str) -> Measure:
    if name not in _MEASURES:
        raise Usage(
            f"unknown measure `{name}`",
            code="estimate.measure",
            why=f"there are: {', '.join(_MEASURES)}",
            fix="name one",
        )
    return _MEASURES[name]


_MEASURES = {
    "rank_correlation": Measure(_rank_correlation, "higher", 3),
    "mae": Measure(_mae, "lower"),
    "rmse": Measure(_rmse, "lower"),
    "mape": Measure(_mape, "lower"),
    "bias": Measure(_bias, "lower"),
    "auc": Measure(_auc, "higher", 2, pooled=True),
    "average_precision": Measure(_average_precision, "higher", 2, pooled=True),
    "brier": Measure(_brier, "lower"),
    "log_loss": Measure(_log_loss, "lower"),
}
