"""Exponential smoothing of level, damped trend and additive season."""

from __future__ import annotations

from itertools import product

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator, parameter
from windvane.stack.estimation.online import smoothed
from windvane.stack.estimation.panel import Array, Panel, Steps

_LEVELS = (0.05, 0.15, 0.3, 0.6, 0.9)  # weights of a new value in the level
_TRENDS = ((0.0, 1.0), (0.1, 0.9), (0.1, 0.98))  # weight in the trend, relative to the level's, and damping
_SEASON = 0.2  # weight in the season


class Ets:
    """Holt-Winters with damped trend (Gardner & McKenzie, 1985); of 15 settings the one with the least past error is
    asked.

    Parameter `season`: steps of a season, 1 for none.
    """

    name = "ets"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N), NaN before the first known value."""
        return smoothed(panel, HoltWinters(panel.shape[1], int(parameter(recipe, "season", 1.0))))


class HoltWinters:
    """Level, trend and season of all settings (see `online.Smoother`)."""

    def __init__(self, entities: int, season: int) -> None:
        settings = np.array([(a, a * b, phi) for a, (b, phi) in product(_LEVELS, _TRENDS)])
        self.alpha, self.beta, self.phi = settings.T[:, :, None]
        shape = (len(settings), entities)
        self.level, self.trend = np.full(shape, np.nan), np.zeros(shape)
        self.season = np.zeros((max(season, 1), *shape))

    def ahead(self, gap: Steps, step: int) -> Array:
        """Level, damped trend and season (K, N)."""
        ahead: Array = self._grown(gap) + self.season[step % len(self.season)]
        return ahead

    def learn(self, values: Array, gap: Steps, step: int) -> None:
        """Take in one value of each entity."""
        phase = step % len(self.season)
        some = np.isfinite(values)
        expected = np.where(np.isfinite(self.level), self._grown(gap), values - self.season[phase])
        off = np.where(some, values - self.season[phase] - expected, 0.0)
        damped = np.power(self.phi, gap) * self.trend
        self.level = np.where(some, expected + self.alpha * off, self.level)
        self.trend = np.where(some, damped + self.beta * off, self.trend)
        if len(self.season) > 1:
            self.season[phase] += _SEASON * (1.0 - self.alpha) * off

    def _grown(self, gap: Steps) -> Array:
        """The level `gap` steps on."""
        total = np.where(
            self.phi < 1.0, self.phi * (1.0 - np.power(self.phi, gap)) / np.maximum(1.0 - self.phi, 1e-9), gap
        )
        return self.level + total * self.trend


def estimator() -> Estimator:
    """The estimator of this file."""
    return Ets()
