"""The mean of each entity's own known history."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.rolling import release


class OwnMean:
    """Mean of the known targets in the window of the recipe."""

    name = "own_mean"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Means (T, N), NaN before the first known target."""
        known = release(panel, np.isfinite(panel.target), recipe.window)
        count = known.sums(np.ones(panel.shape))
        total = known.sums(panel.target)
        return np.where(count > 0.5, total / np.maximum(count, 1.0), np.nan)


def estimator() -> Estimator:
    """The estimator of this file."""
    return OwnMean()
