"""Which recipe a product gets when its features change; knows names only, nothing heavy."""

from __future__ import annotations

from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.record import replace

_NO_FEATURES = frozenset(("none", "last", "own_mean", "seasonal_naive", "partial", "ets", "theta"))
_DAYS = 250  # decision times of about a year of trading


def with_features(recipe: Recipe, inputs: Inputs, features: tuple[str, ...]) -> Recipe:
    """The recipe with more features; one that uses none becomes the simplest one that does.

    Returns of many things in the running period are exposures of each to common moves; what is further ahead, or a
    level, is one relation for all.
    """
    after = tuple(dict.fromkeys((*recipe.features, *features)))
    if recipe.estimator not in _NO_FEATURES:
        return replace(recipe, features=after)
    linear = "exposures" if inputs.entities else "pooled"
    return Recipe(
        estimator="har" if inputs.quantity == "volatility" else linear,
        features=after,
        window=0 if inputs.grain else _DAYS,
        coverage=recipe.coverage,
        seed=recipe.seed,
    )
