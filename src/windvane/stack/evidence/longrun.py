"""The mean of a series that depends on its own past: its error, its degrees of freedom, its effective length.

Equal-weighted cosine estimator of the long-run variance with Student critical values: Mueller, "HAC corrections for
strongly autocorrelated time series" (JBES 2014); Lazarus, Lewis, Stock and Watson, "HAR inference: recommendations for
practice" (JBES 2018). How many cosines: 0.4 T^(2/3) as they recommend, and fewer where a first-order autoregression
(the plug-in of Andrews, Econometrica 1991) says that the bias of the variance would exceed `BIAS`.

`adapted` lets the series itself say how many, four for ten steps at most: the autoregression is taken to be one
standard error stronger than it looks, and what its spectrum says that the cosines miss of the variance at frequency
zero is put back (the recolouring of Andrews and Monahan, Econometrica 1992), so that more of them can be used. Of all
of them and, where steps seem to hang together at all, of their slowest quarter the larger variance counts: what
persists below noise shows there.
Steps that do not hang together, such as forecasts whose horizons do not overlap, thus keep their degrees of freedom,
and a gain that grows while a model learns is not taken for chance that lasts. `benchmarks.evidence` shows how often
it is fooled, and how often it finds what is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Array = NDArray[np.float64]
FEWEST = 4  # steps below which nothing can be told
BIAS = 0.05  # relative bias of the long-run variance that is accepted
MOST = 0.4  # cosines for each step, with `adapted`
MENDED = 1.0  # relative bias of the long-run variance up to which it is put back, with `adapted`
_SLOW = 4  # the slowest quarter of the cosines is asked apart
_SLOWEST = 3  # at least


class Mean(NamedTuple):
    """A mean with its standard error; `freedom` are degrees of freedom of the t distribution, `effective` <= `n`."""

    value: float
    error: float
    freedom: int
    n: int
    effective: float
    skewness: float

    def above(self, limit: float = 0.0) -> float:
        """p-value of "the mean is at most `limit`", the more careful of plain and skewness-corrected t.

        The correction is the monotone transformation of Hall (JRSS-B 1992), the successor of Johnson (JASA 1978).
        """
        if self.n < FEWEST:
            return 1.0
        if self.error == 0.0:
            return 0.5**self.n if self.value > limit else 1.0
        t = (self.value - limit) / self.error
        tilt = self.skewness / np.sqrt(max(self.effective, 1.0))
        bent = t + tilt * (t * t / 3 + 1 / 6) + tilt * tilt * t**3 / 27
        return float(stdtr(self.freedom, -min(t, bent)))

    def interval(self, coverage: float = 0.95) -> tuple[float, float]:
        """Two-sided interval of the mean."""
        if self.n < FEWEST or self.error == 0.0:
            return self.value - self.error, self.value + self.error
        half = float(stdtrit(self.freedom, (1 + coverage) / 2)) * self.error
        return self.value - half, self.value + half


class Spread(NamedTuple):
    """The long-run variance of centred steps, and from how many cosines."""

    variance: float
    cosines: int


def cosines(around: Array) -> Spread:
    """The long-run variance of centred steps (T,), for series that are looked at again and again as they grow."""
    n = len(around)
    count = _within(BIAS, n, 0.4 * n ** (2 / 3), _autocorrelation(around))
    return Spread(_long_run(around, count), count)


def adapted(around: Array) -> Spread:
    """The same by as many cosines as the steps (T,), centred, allow: one test of a series not looked at before."""
    n = len(around)
    seems = _autocorrelation(around)
    rho = min(0.97, seems + float(np.sqrt(max(1.0 - seems * seems, 0.0) / n)))
    count = _within(MENDED, n, MOST * n, rho)
    slow = max(min(count, _SLOWEST), count // _SLOW) if seems > 0 else count
    return Spread(max(_long_run(around, part) / _seen(part, n, rho) for part in (slow, count)), count)


def mean_of(steps: Array, spread_of: Callable[[Array], Spread] = cosines) -> Mean:
    """The mean of `steps` (T,), in order of time, without NaN. With fewer than `FEWEST` the error is their spread.

    `spread_of` says how far centred steps move their mean: `cosines` or `adapted`.
    """
    n = len(steps)
    if n == 0:
        return Mean(0.0, 0.0, 0, 0, 0.0, 0.0)
    value = float(steps.mean())
    scale = float(np.abs(steps).max())
    around = (steps - value) / scale if scale > 0 else np.zeros(n)
    spread = float(np.sqrt((around**2).mean()))
    if n < FEWEST or spread <= 1e-12:
        error = float(np.ptp(steps)) if n < FEWEST else 0.0
        return Mean(value, error, 0, n, float(n), 0.0)
    variance, count = spread_of(around)
    effective = float(min(n, n * spread**2 / variance))
    skewness = float(((around / spread) ** 3).mean())
    return Mean(value, scale * float(np.sqrt(variance / n)), count - 1, n, effective, skewness)


def _autocorrelation(around: Array) -> float:
    n = len(around)
    past = float(around[1:] @ around[:-1] / max(float(around @ around), 1e-300))
    return min(0.97, past + (1 + 3 * max(past, 0.0)) / n)  # Kendall's correction of the small-sample bias


def _within(bias: float, n: int, most: float, rho: float) -> int:
    """How many cosines, at least 2, an autoregression allows before the variance is off by a share `bias`."""
    if rho > 0:
        curvature = 2 * rho / (1 - rho) ** 2
        most = min(most, n * float(np.sqrt(6 * bias / (np.pi**2 * curvature))))
    return max(2, int(most))


def _seen(count: int, n: int, rho: float) -> float:
    """The share of the variance at frequency zero that `count` cosines see of an autoregression; 1 without one."""
    if rho <= 0:
        return 1.0
    at = np.pi * np.arange(1, count + 1) / n
    return float((1 / (1 + 2 * rho * (1 - np.cos(at)) / (1 - rho) ** 2)).mean())


def _long_run(around: Array, count: int) -> float:
    n = len(around)
    at = (np.arange(n) + 0.5) / n
    waves = np.cos(np.pi * np.outer(np.arange(1, count + 1), at))
    squares = 2 / n * (waves @ around) ** 2
    return float(max(squares.mean(), 1e-300))
