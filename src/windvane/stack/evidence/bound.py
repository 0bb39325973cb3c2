"""What is reachable: how much of a target no estimator can know from the features there are, and what a goal lacks.

Noise: the nearest-neighbour estimate of Evans and Jones, "A proof of the Gamma test" (Proc. Royal Society A 2002),
first by Stefansson, Koncar and Jones (Neural Computing and Applications 1997): the variance of the target between rows
whose features are all but equal, followed to distance zero.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from windvane.stack.evidence.longrun import Array, mean_of
from windvane.stack.evidence.paired import Steps

NEIGHBOURS = 10
_MOST_ROWS = 4000
_BLOCKS = 8


class Noise(NamedTuple):
    """The share of the target's variance that the features cannot explain, 0..1, with a 90 % interval; `rows` used."""

    share: float
    low: float
    high: float
    rows: int

    def correlation(self) -> float:
        """The highest rank correlation of an estimate with such a target, if both are about normal."""
        return 6 / math.pi * math.asin(math.sqrt(1 - self.share) / 2)

    def error(self, spread: float) -> float:
        """The lowest mean absolute error for a target of standard deviation `spread`, if the noise is about normal."""
        return math.sqrt(2 / math.pi * self.share) * spread


def noise(features: Array, target: Array) -> Noise:
    """The noise share of `target` (n,) given `features` (n, k), rows in order of time; those with NaN are left out.

    With fewer than 8 x `NEIGHBOURS` rows nothing is known: the share is 0 to 1. Features that do not matter blur it and
    the share is too high, so give those that an estimator uses. The interval is a jackknife over blocks of time.
    """
    sound = np.isfinite(target) & np.isfinite(features).all(axis=1)
    rows, values = features[sound], target[sound]
    step = max(1, math.ceil(len(rows) / _MOST_ROWS))
    rows, values = rows[::step], values[::step]
    count = len(rows)
    spread = float(values.var()) if count else 0.0
    if count < _BLOCKS * NEIGHBOURS or spread == 0.0 or rows.shape[1] == 0:
        return Noise(1.0, 0.0, 1.0, count)
    scaled = (rows - rows.mean(axis=0)) / np.maximum(rows.std(axis=0), 1e-300)
    whole = _gamma(scaled, values) / spread
    blocks = np.array_split(np.arange(count), _BLOCKS)
    without = [_share(np.delete(scaled, b, axis=0), np.delete(values, b)) for b in blocks]
    error = math.sqrt((_BLOCKS - 1) / _BLOCKS * sum((w - np.mean(without)) ** 2 for w in without))
    half = 1.895 * error  # Student t, 7 degrees of freedom, 95 %
    low, share, high = (min(1.0, max(0.0, v)) for v in (whole - half, whole, whole + half))
    return Noise(share, low, high, count)


def _share(rows: Array, values: Array) -> float:
    return _gamma(rows, values) / max(float(values.var()), 1e-300)


def _gamma(rows: Array, values: Array) -> float:
    """Half the mean squared difference to the k-th neighbour, regressed on the squared distance; its value at zero."""
    from scipy.spatial import cKDTree

    distance, near = cKDTree(rows).query(rows, k=NEIGHBOURS + 1)
    delta = (distance[:, 1:] ** 2).mean(axis=0)
    gamma = ((values[near[:, 1:]] - values[:, None]) ** 2).mean(axis=0) / 2
    if np.ptp(delta) == 0.0:
        return float(gamma.mean())
    slope = float(np.cov(delta, gamma, bias=True)[0, 1] / delta.var())
    return float(max(0.0, gamma.mean() - max(slope, 0.0) * delta.mean()))


class Short(NamedTuple):
    """How far a product is from its goal: `p` is the chance of being seen this far when the goal was met."""

    reached: float
    low: float
    high: float
    goal: float
    p: float
    effective_n: float

    def refuted(self, level: float = 0.05) -> bool:
        """Whether the decision times seen exclude that the goal is met."""
        return self.p <= level


def short_of(steps: Steps, goal: float, *, better: Literal["lower", "higher"]) -> Short:
    """What the per-step values (T,) of a measure reached, against `goal`; NaN left out."""
    seen = np.asarray(steps, dtype=float)
    sign = 1.0 if better == "higher" else -1.0
    mean = mean_of(sign * seen[np.isfinite(seen)])
    low, high = sorted(sign * v for v in mean.interval())
    mirrored = mean._replace(value=-mean.value, skewness=-mean.skewness)
    return Short(sign * mean.value, low, high, goal, mirrored.above(-sign * goal), mean.effective)
