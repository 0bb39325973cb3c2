"""The probability of a class whose labels come late: boosted trees, corrected by how often earlier probabilities
came true.
"""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.domain.record import replace
from windvane.stack.estimation.calibration import recalibrated
from windvane.stack.estimation.estimator import Estimator, parameter
from windvane.stack.estimation.estimators.own_mean import OwnMean
from windvane.stack.estimation.estimators.share import Share
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.trees import Growth, Rows, walked

_REFIT = 30.0  # steps between two models where the recipe does not say


class Classifier:
    """Targets are 1 and 0; a label is learnt from once it is known, whatever the delay.

    LightGBM (Ke et al., 2017) on the features, if there are, and the entity's own known share of cases. Parameter
    `trees`; `refit` of the recipe, 30 where that is 1.
    """

    name = "classifier"
    needs_features = False

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Probabilities (T, N); the share of all cases known so far until there are enough to learn from."""
        own = OwnMean().predict(panel, recipe)
        step = np.broadcast_to(np.arange(panel.steps)[:, None], panel.shape)
        rows = Rows(
            x=np.column_stack([v.ravel() for v in (*panel.features.values(), own)]),
            y=panel.target.ravel(),
            step=step.ravel(),
            known=panel.known.ravel(),
        )
        growth = Growth(objective="binary", trees=int(parameter(recipe, "trees", 150.0)), seed=recipe.seed)
        refit = recipe.refit if recipe.refit > 1 else int(_REFIT)
        found = recalibrated(walked(rows, refit, recipe.window, growth), rows, refit).reshape(panel.shape)
        return np.where(np.isfinite(found), found, Share().predict(panel, replace(recipe, window=0)))


def estimator() -> Estimator:
    """The estimator of this file."""
    return Classifier()
