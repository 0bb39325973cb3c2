"""The last known value of the same season."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator, parameter
from windvane.stack.estimation.online import smoothed
from windvane.stack.estimation.panel import Array, Panel, Steps


class SeasonalNaive:
    """Parameter `season`: steps of a season (1: the last known value)."""

    name = "seasonal_naive"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N), NaN before the first value of that season."""
        return smoothed(panel, Seasons(panel.shape[1], int(parameter(recipe, "season", 1.0))))


class Seasons:
    """The last value of every phase of the season (see `online.Smoother`)."""

    def __init__(self, entities: int, season: int) -> None:
        self.values = np.full((max(season, 1), entities), np.nan)

    def ahead(self, gap: Steps, step: int) -> Array:  # noqa: ARG002
        """The value of the phase of `step` (1, N)."""
        found: Array = self.values[step % len(self.values)][None]
        return found

    def learn(self, values: Array, gap: Steps, step: int) -> None:  # noqa: ARG002
        """Keep the values of this phase."""
        phase = step % len(self.values)
        self.values[phase] = np.where(np.isfinite(values), values, self.values[phase])


def estimator() -> Estimator:
    """The estimator of this file."""
    return SeasonalNaive()
