"""Which recipe a product gets when its features change; knows names only, nothing heavy."""

from __future__ import annotations

from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.record import replace

_NO_FEATURES = frozenset(("none", "last", "own_mean", "seasonal_naive", "partial", "ets", "theta"))
_LEARNT_ANEW = 20  # decision times between two models of a class
_DAYS = 250  # decision times of about a year of trading


_SPANS = {"day": (1, 7, 28), "business_day": (1, 5, 22), "week": (1, 4, 13), "month": (1, 3, 12), "quarter": (1, 4)}


def spans(cadence: str) -> tuple[int, ...]:
    """Rows over which an entity's own values are put together: the last one, a usual and a long span."""
    return _SPANS.get(cadence, (1, 5, 20))


def grounded(recipe: Recipe, inputs: Inputs, cadence: str) -> Inputs:
    """The inputs with the entity's own past, where a recipe that uses it all is to be replaced by one of features."""
    if recipe.estimator not in _NO_FEATURES or inputs.quantity != "value" or inputs.windows:
        return inputs
    return replace(inputs, windows=spans(cadence))


def with_features(recipe: Recipe, inputs: Inputs, features: tuple[str, ...]) -> Recipe:
    """The recipe with more features; one that uses none becomes the simplest one that does.

    Returns of many things in the running period are exposures of each to common moves; what is further ahead, or a
    level, is one relation for all.
    """
    after = tuple(dict.fromkeys((*recipe.features, *features)))
    if inputs.labels is not None:
        return replace(recipe, estimator="classifier", features=after, refit=_LEARNT_ANEW, coverage=0.0)
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
