"""Volatility from its own averages over short, middle and long times, on the scale of logarithms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.linear import exposed, start
from windvane.stack.estimation.moments import Shrinkage
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.rolling import last_known

_USUAL = Shrinkage(slopes=50.0, level=20.0, ridge=1.0)
_MOST = 50.0  # no volatility has a larger logarithm


class Har:
    """A heterogeneous autoregression (Corsi, 2009), log on log, coefficients drawn to those of all entities.

    The features of the recipe are past volatilities over several spans or what drives them, each positive; the last
    known target is one of them always. The estimate is the median: least absolute error. Parameters: those of
    `linear.start`, `slopes` 50 and `level` 20 where not given.
    """

    name = "har"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N), positive; NaN before enough is known."""
        features = {**panel.features, "last known": last_known(panel)}
        logs = replace(panel, target=_log(panel.target), features={k: _log(v) for k, v in features.items()})
        logs = replace(logs, known=np.where(np.isfinite(logs.target), panel.known, panel.steps))
        estimate = np.exp(np.clip(exposed(start(logs, recipe, _USUAL)), -_MOST, _MOST))
        return np.where(np.isfinite(last_known(logs)), estimate, np.nan)


def _log(values: Array) -> Array:
    positive = values > 0
    return np.log(np.where(positive, values, 1.0)) + np.where(positive, 0.0, np.nan)


def estimator() -> Estimator:
    """The estimator of this file."""
    return Har()
