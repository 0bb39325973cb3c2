"""Scores of two tests on what both have: rows, targets, and decision times at which there was something to compare."""

from __future__ import annotations

import numpy as np

from windvane.stack.estimation.backtest import Backtest
from windvane.stack.estimation.measures import score
from windvane.stack.estimation.panel import Array, Panel


def on_same_rows(one: tuple[Panel, Backtest], other: tuple[Panel, Backtest], measure: str) -> tuple[Array, Array]:
    """Scores (T,) on the decision times, entities and targets that both have.

    A target that one of them leaves out is scored for neither: what is left out must not look like a gain.
    """
    (mine, first), (theirs, second) = one, other
    when = (mine.decided[first.steps], theirs.decided[second.steps])
    who = (np.array(mine.entities), np.array(theirs.entities))
    _, i, j = np.intersect1d(*when, assume_unique=True, return_indices=True)
    _, m, n = np.intersect1d(*who, assume_unique=True, return_indices=True)
    places = (np.ix_(i, m), np.ix_(j, n))
    actual = first.actual[places[0]], second.actual[places[1]]
    same = np.where(np.isclose(*actual, rtol=1e-9, atol=0.0), actual[0], np.nan)
    return score(measure, same, first.estimate[places[0]]), score(measure, same, second.estimate[places[1]])


def once_learnt(first: Backtest, second: Backtest, plain: Backtest, measure: str) -> tuple[Array, Array]:
    """Scores (T,) of two tests of a class on the decision times at which the second one had learnt something.

    Before, it says to the bit what `plain` says, the share of cases: that tells nothing of what it learns from. Whether
    it has learnt is known when it estimates, so leaving those times out favours neither.
    """
    same = (second.estimate == plain.estimate) | ~np.isfinite(second.estimate)
    silent = same.all(axis=1, keepdims=True)
    if silent.all() or not silent.any():
        return first.per_step[measure], second.per_step[measure]
    one, other = (np.where(silent, np.nan, t.estimate) for t in (first, second))
    return score(measure, second.actual, one), score(measure, second.actual, other)
