"""The estimates that cost nothing, scored first: a goal that one of them meets needs no more."""

from __future__ import annotations

from collections.abc import Sequence

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.backtest import USUAL, Backtest, backtest
from windvane.stack.estimation.panel import Panel

OF_CLASSES = ("average_precision", "auc", "brier", "mae")
TITLES = {
    "none": "no estimate (zero)",
    "last": "the last known value",
    "own_mean": "the mean of its own history",
    "share": "the share of cases so far",
    "seasonal_naive": "the value one season ago",
    "partial": "what is known of it already",
}


def naive(
    panel: Panel,
    first: int,
    last: int,
    *,
    partial: Sequence[str] = (),
    season: int = 1,
    measures: Sequence[str] = USUAL,
) -> tuple[Backtest, ...]:
    """Backtests of every naive estimator on steps `first` <= t < `last`, without intervals, titles in `TITLES`.

    `partial` names features that are the target's own partial values. `seasonal_naive` is left out where its season is
    none.
    """
    recipes = [Recipe(estimator=name, coverage=0.0) for name in ("none", "last", "own_mean")]
    if season > 1:
        recipes.append(Recipe(estimator="seasonal_naive", coverage=0.0, parameters=(("season", float(season)),)))
    recipes += [Recipe(estimator="partial", features=(name,), coverage=0.0) for name in partial]
    return tuple(backtest(panel, recipe, first, last, measures=measures) for recipe in recipes)


def naive_classes(panel: Panel, first: int, last: int, names: Sequence[str]) -> tuple[Backtest, ...]:
    """The same of probabilities of a class: `names` of estimators, those that make sense for its rows."""
    recipes = (Recipe(estimator=name, coverage=0.0) for name in names)
    return tuple(backtest(panel, recipe, first, last, measures=OF_CLASSES) for recipe in recipes)
