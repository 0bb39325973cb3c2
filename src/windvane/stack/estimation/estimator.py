"""The port of estimators, and how one is found by its name."""

from __future__ import annotations

from typing import Protocol, cast

from windvane.domain.errors import Usage
from windvane.domain.estimate import Recipe
from windvane.domain.registry import load, names
from windvane.stack.estimation.panel import Array, Panel

_PACKAGE = f"{__package__}.estimators"


class Estimator(Protocol):
    """Estimates a panel at every step from what was known at that step."""

    name: str
    needs_features: bool

    def predict(self, panel: Panel, recipe: Recipe) -> Array:
        """Estimates (T, N); the row `t` uses targets with `known <= t` and features of steps <= t, nothing else.

        NaN where nothing can be said yet. The panel holds the features of the recipe alone.
        """
        ...


def estimators() -> tuple[str, ...]:
    """Names of the estimators there are."""
    return names(_PACKAGE)


def estimator_named(name: str) -> Estimator:
    """The estimator of that name. Raises `Usage` (`extension.unknown`)."""
    return cast(Estimator, load(_PACKAGE, name).estimator())


def predict(panel: Panel, recipe: Recipe) -> Array:
    """Estimates (T, N) of a recipe. Raises `Usage` when the estimator needs features and the recipe names none."""
    chosen = estimator_named(recipe.estimator)
    if chosen.needs_features and not recipe.features:
        raise Usage(
            f"estimator `{recipe.estimator}` needs features",
            code="estimate.needs_features",
            why="the recipe names none",
            fix="name features of the input relation, or choose `own_mean` or `last`",
        )
    return chosen.predict(panel.only(recipe.features), recipe)


def parameter(recipe: Recipe, name: str, default: float) -> float:
    """A parameter of the recipe."""
    return dict(recipe.parameters).get(name, default)
