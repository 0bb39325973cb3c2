"""Smoothing and other estimators of a series by its own past: each beats the naive one where its idea holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimation.worlds import market, panel, recipe, seasons
from windvane.domain.record import replace as changed
from windvane.stack.estimation.backtest import backtest
from windvane.stack.estimation.estimator import predict
from windvane.stack.estimation.naive import TITLES, naive
from windvane.stack.estimation.panel import Panel


def _error(made: Panel, name: str, first: int = 120, **parameters: float) -> float:
    return backtest(made, recipe(name, **parameters), first, made.steps, measures=("mae",)).value("mae")


def test_a_season_is_followed() -> None:
    made = seasons()
    naive_one, seasonal = _error(made, "last"), _error(made, "seasonal_naive", season=12.0)
    assert seasonal < 0.8 * naive_one
    for name in ("ets", "theta"):
        assert _error(made, name, season=12.0) < 0.75 * seasonal


def test_a_trend_is_followed_over_a_long_lag() -> None:
    """Values are known six steps later: the last one is three units behind."""
    t = np.arange(200)[:, None]
    made = panel(0.5 * t + np.random.default_rng(0).standard_normal((200, 6)), lag=6)
    for name in ("ets", "theta"):
        assert _error(made, name) < 0.6 * _error(made, "last")


def test_noise_around_a_level_is_smoothed() -> None:
    made = panel(5.0 + np.random.default_rng(1).standard_normal((300, 10)))
    for name in ("ets", "theta"):
        assert _error(made, name) < 0.8 * _error(made, "last")


def test_a_random_walk_is_left_where_it_is() -> None:
    made = panel(np.cumsum(np.random.default_rng(2).standard_normal((300, 10)), axis=0))
    for name in ("ets", "theta"):
        assert _error(made, name) < 1.06 * _error(made, "last")


def test_gaps_and_late_values_do_not_stop_it() -> None:
    made = seasons()
    chance = np.random.default_rng(5)
    known = np.minimum(made.known + chance.integers(0, 4, made.shape), made.steps)
    gone = chance.random(made.shape) < 0.2
    holes = replace(made, target=np.where(gone, np.nan, made.target), known=np.where(gone, made.steps, known))
    for name in ("ets", "theta", "seasonal_naive"):
        assert _error(holes, name, season=12.0) < _error(holes, "last")
        assert np.isfinite(predict(holes, recipe(name, season=12.0))[60:]).all()


def test_volatility_follows_short_and_long_averages() -> None:
    """Log-volatility with a fast and a slow part: three spans tell more than the last month."""
    chance = np.random.default_rng(7)
    slow, fast = np.zeros((2, 400, 20))
    for t in range(1, 400):
        slow[t] = 0.98 * slow[t - 1] + 0.08 * chance.standard_normal(20)
        fast[t] = 0.5 * fast[t - 1] + 0.2 * chance.standard_normal(20)
    target = 15.0 * np.exp(slow + fast + 0.15 * chance.standard_normal((400, 20)))
    past = np.concatenate([np.full((1, 20), np.nan), target[:-1]])
    means = {
        f"v{k}": np.array([np.nanmean(past[max(0, t - k + 1) : t + 1], axis=0) for t in range(1, 400)])
        for k in (1, 5, 20)
    }
    made = panel(target[1:], means)
    three = backtest(made, recipe("har", "v1", "v5", "v20"), 100, 399).value("mae")
    one = backtest(made, recipe("har"), 100, 399).value("mae")
    assert three < 0.97 * one
    assert one < 0.95 * _error(made, "last", first=100)
    assert np.nanmin(predict(made, recipe("har", "v1", "v5"))) > 0


def test_trees_find_what_is_no_line() -> None:
    made = market(steps=300, entities=30, noise=0.3).panel
    bent = replace(made, target=made.target + 2.0 * np.sign(made.features["f0"] * made.features["f1"]))
    settings = changed(recipe("boosting", "f0", "f1", trees=60.0), refit=100)
    found = backtest(bent, settings, 200, 300, measures=("mae",)).value("mae")
    line = backtest(bent, recipe("exposures", "f0", "f1"), 200, 300, measures=("mae",)).value("mae")
    assert found < 0.6 * line


def test_the_naive_ones_come_first_with_their_titles() -> None:
    made = market(steps=100).panel
    partial = made.adding({"so_far": made.target * 0.8})
    found = naive(partial, 50, 100, partial=["so_far"], season=5)
    by_name = {f.recipe.estimator: f.value("mae") for f in found}
    assert set(by_name) == {"none", "last", "own_mean", "seasonal_naive", "partial"} == set(TITLES) - {"share"}
    assert by_name["partial"] < 0.3 * by_name["none"]


@pytest.mark.parametrize("name", ["last", "own_mean"])
def test_the_naive_ones_say_nothing_before_a_value_is_known(name: str) -> None:
    made = panel(np.arange(6.0)[:, None], lag=2)
    assert np.isnan(predict(made, recipe(name))[:2]).all()
    expected = [0, 1, 2, 3] if name == "last" else [0, 0.5, 1, 1.5]
    assert np.array_equal(predict(made, recipe(name))[2:, 0], expected)
    assert predict(made, recipe("own_mean", window=2))[5, 0] == 3.0
