"""Gradient boosted trees over all entities, on what linear exposures leave."""

from __future__ import annotations

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import Estimator, parameter
from windvane.stack.estimation.estimators.own_mean import OwnMean
from windvane.stack.estimation.linear import exposed, start
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.robust import drawn_in, size
from windvane.stack.estimation.rolling import last_known, release
from windvane.stack.estimation.trees import Growth, Rows, walked

_REFIT = 42.0  # steps between two models where the recipe does not say


class Boosting:
    """LightGBM (Ke et al., 2017) on the features, the last known target and the own mean.

    It learns what the linear exposures leave, since trees cannot follow a line beyond what they have seen; until it
    has enough to learn from, the linear estimate is the answer. Parameter `trees`; `refit` of the recipe, 42 where
    that is 1.
    """

    name = "boosting"
    needs_features = True

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N)."""
        linear = exposed(start(panel, recipe))
        left = panel.target - linear
        known = release(panel, np.isfinite(left), recipe.window)
        left = drawn_in(left, np.zeros_like(left), size(np.where(known.valid, left, 0.0), known), 5.0)
        rows = self._rows(panel, recipe, left)
        growth = Growth(trees=int(parameter(recipe, "trees", 150.0)), seed=recipe.seed)
        refit = recipe.refit if recipe.refit > 1 else int(_REFIT)
        return linear + np.nan_to_num(walked(rows, refit, recipe.window, growth).reshape(panel.shape))

    def _rows(self, panel: Panel, recipe: Recipe, left: Array) -> Rows:
        past = [last_known(panel), OwnMean().predict(panel, recipe)]
        step = np.broadcast_to(np.arange(panel.steps)[:, None], panel.shape)
        return Rows(
            x=np.column_stack([v.ravel() for v in (*panel.features.values(), *past)]),
            y=left.ravel(),
            step=step.ravel(),
            known=panel.known.ravel(),
        )


def estimator() -> Estimator:
    """The estimator of this file."""
    return Boosting()
