"""Linear exposures of each entity to features, learnt on a rolling window and drawn to the cross-section, robust to
outliers.
"""

from __future__ import annotations

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.linear import exposed, start
from windvane.stack.estimation.panel import Array, Panel


class Exposures:
    """One regression per entity and step; the parameters of the recipe are those of `linear.start`."""

    name = "exposures"
    needs_features = True

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N), NaN before enough is known."""
        return exposed(start(panel, recipe))


def estimator() -> Estimator:
    """The estimator of this file."""
    return Exposures()
