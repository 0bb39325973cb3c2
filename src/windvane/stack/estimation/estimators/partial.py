"""The target's own partial values: what of it is there at the decision time, taken as it is."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.rolling import last_known


class Partial:
    """The first feature of the recipe as the estimate; where it is missing, the last known target."""

    name = "partial"
    needs_features = True

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N)."""
        part = panel.features[recipe.features[0]]
        return np.where(np.isfinite(part), part, last_known(panel))


def estimator() -> Estimator:
    """The estimator of this file."""
    return Partial()
