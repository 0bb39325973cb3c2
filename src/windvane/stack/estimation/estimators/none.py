"""No estimate at all: zero, what any estimate has to beat."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.panel import Array, Panel


class NoEstimate:
    """Zero everywhere."""

    name = "none"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:  # noqa: ARG002
        """Zeros (T, N)."""
        return np.zeros(panel.shape)


def estimator() -> Estimator:
    """The estimator of this file."""
    return NoEstimate()
