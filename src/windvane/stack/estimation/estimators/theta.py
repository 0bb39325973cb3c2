"""The theta method: a smoothed level with half of the trend of the whole history."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator, parameter
from windvane.stack.estimation.online import smoothed
from windvane.stack.estimation.panel import Array, Panel, Steps

_LEVELS = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9])[:, None]  # weights of a new value in the level


class Theta:
    """Assimakopoulos & Nikolopoulos (2000), as smoothing with drift (Hyndman & Billah, 2003).

    Parameter `season`: steps of a season, 1 for none; a season is the mean distance of its phase from the mean of all.
    """

    name = "theta"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N), NaN before the first known value."""
        return smoothed(panel, Drifting(panel.shape[1], int(parameter(recipe, "season", 1.0))))


class Drifting:
    """Level, sums for the trend line, and means of phases (see `online.Smoother`)."""

    def __init__(self, entities: int, season: int) -> None:
        self.level = np.full((len(_LEVELS), entities), np.nan)
        self.sums = np.zeros((5, entities))  # of 1, t, t t, y, t y
        self.phases = np.zeros((max(season, 1), 2, entities))  # of y, 1

    def ahead(self, gap: Steps, step: int) -> Array:
        """Level, half the trend, season (K, N)."""
        return self.level + (gap - 1 + 1 / _LEVELS) * self._drift() + self._season(step)

    def learn(self, values: Array, gap: Steps, step: int) -> None:
        """Take in one value of each entity."""
        some = np.isfinite(values)
        value = np.where(some, values, 0.0)
        plain = value - self._season(step)
        self.phases[step % len(self.phases)] += np.where(some, [value, np.ones_like(value)], 0.0)
        ones = np.where(some, 1.0, 0.0)
        self.sums += np.array([ones, ones * step, ones * step * step, ones * plain, ones * step * plain])
        weight = 1.0 - np.power(1.0 - _LEVELS, np.maximum(gap, 1))
        before = np.where(np.isfinite(self.level), self.level, plain)
        self.level = np.where(some, before + weight * (plain - before), self.level)

    def _drift(self) -> Array:
        """Half the slope of the least squares line (N,), zero for fewer than five values."""
        n, t, tt, y, ty = self.sums
        spread = n * tt - t * t
        return np.divide(n * ty - t * y, 2.0 * spread, out=np.zeros_like(n), where=(spread > 0) & (n >= 5))

    def _season(self, step: int) -> Array:
        if len(self.phases) == 1:
            return np.zeros(self.phases.shape[2])
        totals, counts = self.phases.sum(axis=0)
        total, count = self.phases[step % len(self.phases)]
        mean = totals / np.maximum(counts, 1.0)
        return np.where(count >= 2, total / np.maximum(count, 1.0) - mean, 0.0)


def estimator() -> Estimator:
    """The estimator of this file."""
    return Theta()
