"""The share of all cases among the labels known so far: what any probability has to beat."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.rolling import release


class Share:
    """Mean of the known targets of all entities in the window of the recipe."""

    name = "share"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """The same share (T, N) for all at one step, NaN before the first known target."""
        known = release(panel, np.isfinite(panel.target), recipe.window)
        count = known.sums(np.ones(panel.shape)).sum(axis=1, keepdims=True)
        total = known.sums(panel.target).sum(axis=1, keepdims=True)
        share = np.where(count > 0.5, total / np.maximum(count, 1.0), np.nan)
        return np.array(np.broadcast_to(share, panel.shape))


def estimator() -> Estimator:
    """The estimator of this file."""
    return Share()
