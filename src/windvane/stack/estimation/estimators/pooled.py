"""One ridge regression over all entities."""

from __future__ import annotations

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.linear import alike, start
from windvane.stack.estimation.panel import Array, Panel


class Pooled:
    """The same coefficients for every entity, learnt anew at every step on the window of the recipe."""

    name = "pooled"
    needs_features = True

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N), NaN before enough is known."""
        return alike(start(panel, recipe))


def estimator() -> Estimator:
    """The estimator of this file."""
    return Pooled()
