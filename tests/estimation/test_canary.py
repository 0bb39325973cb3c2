"""No estimate looks ahead: garbage after a decision changes no bit before it, for every estimator, however values
arrive.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.worlds import market, recipe, scattered
from windvane.domain.errors import Usage
from windvane.domain.estimate import Recipe
from windvane.domain.record import replace
from windvane.stack.estimation.backtest import backtest
from windvane.stack.estimation.canary import canary, corrupted
from windvane.stack.estimation.estimator import estimator_named, estimators, predict
from windvane.stack.estimation.intervals import intervals
from windvane.stack.estimation.panel import Array, Panel

QUICK = [n for n in estimators() if n not in ("boosting", "classifier")]


def _recipe(name: str, window: int) -> Recipe:
    features = ("a", "own", "b") if estimator_named(name).needs_features or name == "har" else ()
    return recipe(name, *features, window=window, season=3.0)


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), step=st.integers(0, 59), window=st.sampled_from([0, 1, 7, 30]))
def test_garbage_after_a_decision_changes_no_bit_before_it(name: str, seed: int, step: int, window: int) -> None:
    assert canary(scattered(seed), _recipe(name, window), [step], seed) == 0.0


@pytest.mark.parametrize("name", ["boosting"])
@pytest.mark.parametrize("step", [40, 119, 170])
def test_trees_do_not_look_ahead_either(name: str, step: int) -> None:
    made = market(steps=200, entities=6).panel
    assert canary(made, replace(recipe(name, "f0", "f1", trees=10.0), refit=40), [step]) == 0.0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), step=st.integers(0, 59))
def test_intervals_do_not_look_ahead(seed: int, step: int) -> None:
    def ends(panel: Panel, recipe: Recipe) -> Array:
        return np.concatenate(intervals(panel, predict(panel, recipe), recipe), axis=1)

    with_intervals = recipe("exposures", "a", "b", window=30, coverage=0.5)
    assert canary(scattered(seed), with_intervals, [step], seed, by=ends) == 0.0


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("step", [0, 13, 59])
def test_what_is_estimated_live_is_what_the_backtest_says(name: str, step: int) -> None:
    """A production run sees the panel until now; the backtest sees all of it."""
    panel = scattered(5)
    live = predict(panel.until(step), _recipe(name, 20))[step]
    assert np.array_equal(live, predict(panel, _recipe(name, 20))[step], equal_nan=True)


def test_the_canary_sees_an_estimator_that_looks_ahead() -> None:
    def mean_of_all(panel: Panel, recipe: Recipe) -> Array:
        return np.full(panel.shape, np.nanmean(panel.target))

    def tomorrow(panel: Panel, recipe: Recipe) -> Array:
        return np.roll(panel.features["f0"], -1, axis=0)

    def survivors_only(panel: Panel, recipe: Recipe) -> Array:
        return np.where(np.isfinite(panel.target[-1]), 0.0, np.nan) + np.zeros(panel.shape)

    made = market(steps=80).panel
    for cheat in (mean_of_all, tomorrow, survivors_only):
        assert canary(made, recipe("none"), [10, 50, 78], by=cheat) > 0.0


def test_corruption_leaves_what_is_known_and_nothing_else() -> None:
    panel = scattered(3)
    other = corrupted(panel, 30, 1)
    known = panel.known <= 30
    assert np.array_equal(other.target[known], panel.target[known])
    assert np.array_equal(other.known <= 30, known)
    late = np.isfinite(panel.target) & ~known
    assert not np.any(other.target[late] == panel.target[late])
    for name, values in panel.features.items():
        assert np.array_equal(other.features[name][:31], values[:31], equal_nan=True)
        assert not np.any(other.features[name][31:] == values[31:])


def test_an_estimator_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(Usage, match="unknown estimators `oracle`") as refused:
        backtest(market(steps=30).panel, recipe("oracle"), 10, 30)
    assert "own_mean" in refused.value.why


def test_a_recipe_without_the_features_it_needs_is_refused() -> None:
    with pytest.raises(Usage, match="`exposures` needs features"):
        predict(market(steps=30).panel, recipe("exposures"))
