"""Linear estimates in two passes: what is far from the first pass, for its entity, is drawn in before the second
learns from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.estimator import parameter
from windvane.stack.estimation.moments import Regression, Shrinkage, design, regression
from windvane.stack.estimation.panel import Array, Panel
from windvane.stack.estimation.robust import drawn_in, size
from windvane.stack.estimation.rolling import release

_USUAL = Shrinkage(slopes=5.0, level=250.0, ridge=1.0)
_FIRST = 10.0  # sizes of the target itself that the first pass believes


@dataclass(frozen=True)
class Linear:
    """A regression with the target it learns from: `target` (T, N), 0 where none, and `near`, the same drawn in for
    the first pass.
    """

    regression: Regression
    target: Array
    near: Array
    width: float

    def grown(self, panel: Panel, features: Sequence[str]) -> Linear:
        """With these features of the panel added, at the cost of their own moments alone."""
        made = self.regression
        for column in design(panel.only(features)):
            made = made.grown(column)
        return replace(self, regression=made)


def start(panel: Panel, recipe: Recipe, usual: Shrinkage = _USUAL) -> Linear:
    """The regression of the recipe on all features of the panel.

    Parameters of the recipe: `slopes`, `level`, `ridge` (see `Shrinkage`; `usual` where not given) and `width`: errors
    beyond so many of their usual size, for their entity, are drawn in before they are learnt from.
    """
    by = Shrinkage(**{name: parameter(recipe, name, value) for name, value in asdict(usual).items()})
    known = release(panel, np.isfinite(panel.target), recipe.window)
    target = np.where(known.valid, panel.target, 0.0)
    return Linear(
        regression=regression(known, design(panel), by),
        target=target,
        near=drawn_in(target, np.zeros_like(target), size(target, known), _FIRST),
        width=parameter(recipe, "width", 5.0),
    )


def exposed(model: Linear) -> Array:
    """Estimates (T, N) with coefficients of each entity, drawn to those of all; NaN before enough is known."""
    fit = model.regression
    return _learnt(model, fit.fitted(fit.shrunk(_second(model, fit.fitted(fit.shrunk(model.near))))))


def alike(model: Linear) -> Array:
    """Estimates (T, N) with the same coefficients for every entity; NaN before enough is known."""
    fit = model.regression
    estimate = fit.fitted(fit.pooled(_second(model, fit.fitted(fit.pooled(model.near)))))
    return _learnt(model, estimate)


def _learnt(model: Linear, estimate: Array) -> Array:
    """Estimates (T, N), NaN until twice as many steps are known as there are coefficients."""
    enough = model.regression.known.steps_known() >= 2 * len(model.regression.columns)
    return np.where(enough, estimate, np.full(model.target.shape, np.nan))


def _second(model: Linear, estimate: Array) -> Array:
    """The target drawn in around the estimate."""
    sizes = size(model.target - estimate, model.regression.known)
    return drawn_in(model.target, estimate, sizes, model.width)
