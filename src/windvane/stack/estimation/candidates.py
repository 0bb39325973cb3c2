"""Many single added features, each backtested: the moments of what is there already are made once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from windvane.domain.estimate import Recipe
from windvane.domain.record import replace
from windvane.stack.estimation.backtest import USUAL, Backtest, backtest, judged
from windvane.stack.estimation.linear import alike, exposed, start
from windvane.stack.estimation.panel import Panel

_LINEAR = {"exposures": exposed, "pooled": alike}


def candidates(
    panel: Panel, recipe: Recipe, names: Sequence[str], span: tuple[int, int], measures: Sequence[str] = USUAL
) -> Iterator[tuple[str, Backtest]]:
    """For each name the backtest of the recipe with that feature of the panel added last, as `backtest` would give it,
    to the bit.

    `span` is (first, last), the steps first <= t < last. For the linear estimators a candidate costs its own moments
    alone.
    """
    first, last = span
    fit = _LINEAR.get(recipe.estimator)
    if fit is None:
        for name in names:
            yield name, backtest(panel, with_feature(recipe, name), first, last, measures=measures)
        return
    seen = panel.between(0, last)
    shared = start(seen.only(recipe.features), recipe)
    for name in names:
        estimate = fit(shared.grown(seen, [name]))
        yield name, judged(seen, with_feature(recipe, name), estimate, first, measures)


def with_feature(recipe: Recipe, name: str) -> Recipe:
    """The recipe with one feature more."""
    return replace(recipe, features=(*recipe.features, name))
