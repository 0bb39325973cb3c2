"""Rolling-origin backtests: a recipe is estimated as of each decision time and scored against what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windvane.domain.estimate import Recipe, Score
from windvane.stack.estimation.estimator import predict
from windvane.stack.estimation.intervals import intervals
from windvane.stack.estimation.measures import interval_scores, score, summary
from windvane.stack.estimation.panel import Array, Panel

USUAL = ("rank_correlation", "mae", "rmse", "bias")


@dataclass(frozen=True)
class Backtest:
    """Estimates of the steps `steps` of a panel, and how well they did.

    `estimate`, `low`, `high`, `actual` are (steps, N); `per_step` holds for every measure the scores (steps,), NaN
    where nothing was known; `summary` their means with intervals.
    """

    recipe: Recipe
    steps: slice
    actual: Array
    estimate: Array
    low: Array
    high: Array
    per_step: Mapping[str, Array]
    summary: tuple[Score, ...]

    def value(self, measure: str) -> float:
        """The mean score of a measure. Raises `KeyError` when it was not asked for."""
        return {s.measure: s.value for s in self.summary}[measure]


def backtest(panel: Panel, recipe: Recipe, first: int, last: int, *, measures: Sequence[str] = USUAL) -> Backtest:
    """The backtest of steps `first` <= t < `last`; steps before are learnt from, steps from `last` on are not looked
    at.

    With `coverage` 0 in the recipe no intervals are made (they are then NaN).
    """
    seen = panel.between(0, last)
    return judged(seen, recipe, predict(seen, recipe), first, measures)


def judged(panel: Panel, recipe: Recipe, estimate: Array, first: int, measures: Sequence[str] = USUAL) -> Backtest:
    """The backtest of estimates (T, N) that are there already, scored from step `first` on."""
    low, high = intervals(panel, estimate, recipe)
    part = slice(first, panel.steps)
    actual = panel.target[part]
    per_step = {name: score(name, actual, estimate[part]) for name in measures}
    if recipe.coverage:
        per_step |= interval_scores(actual, low[part], high[part], recipe.coverage)
    return Backtest(
        recipe=recipe,
        steps=part,
        actual=actual,
        estimate=estimate[part],
        low=low[part],
        high=high[part],
        per_step=per_step,
        summary=tuple(summary(name, values) for name, values in per_step.items()),
    )
