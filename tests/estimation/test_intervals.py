"""Intervals hold the share they promise, in calm and storm, for each entity, and promise nothing before they can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimation.worlds import Market, market, panel, recipe
from windvane.stack.estimation.backtest import backtest


def _coverage(made: Market, coverage: float, estimator: str = "exposures") -> np.ndarray:
    features = ("f0", "f1") if estimator == "exposures" else ()
    found = backtest(made.panel, recipe(estimator, *features, window=200, coverage=coverage), 200, made.panel.steps)
    return found.per_step["coverage"]


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.98])
def test_the_promised_share_is_inside(coverage: float) -> None:
    assert _coverage(market(steps=500), coverage).mean() == pytest.approx(coverage, abs=0.012)


def test_entities_that_are_noisier_get_wider_intervals() -> None:
    made = market(steps=600, entities=20)
    noisy = made.panel.target + np.linspace(0, 3, 20) * np.random.default_rng(2).standard_normal(made.panel.shape)
    found = backtest(
        replace(made.panel, target=noisy), recipe("exposures", "f0", "f1", window=200, coverage=0.9), 200, 600
    )
    inside = ((found.actual >= found.low) & (found.actual <= found.high)).mean(axis=0)
    assert inside.min() > 0.84
    assert inside.max() < 0.96
    width = (found.high - found.low).mean(axis=0)
    assert width[-1] > 3 * width[0]


def test_a_storm_is_answered_within_weeks() -> None:
    """Errors treble from one day to the next: coverage returns, which one fixed quantile would not do for a year."""
    made = market(steps=500, entities=30)
    storm = np.where(np.arange(500) >= 300, 3.0, 1.0)[:, None]
    factors = made.panel.target - 0.5 * 0  # the drivers stay, only what nothing tells grows
    noise = np.random.default_rng(5).standard_normal(made.panel.shape)
    stormy = replace(made, panel=replace(made.panel, target=factors + storm * noise))
    inside = _coverage(stormy, 0.9)
    assert inside[100:103].mean() < 0.75  # it could not know
    assert inside[130:].mean() > 0.87


def test_skewed_errors_get_skewed_intervals() -> None:
    chance = np.random.default_rng(0)
    found = backtest(panel(chance.exponential(size=(400, 20))), recipe("own_mean", coverage=0.8), 100, 400)
    below, above = (found.actual < found.low).mean(), (found.actual > found.high).mean()
    assert below == pytest.approx(0.1, abs=0.02)
    assert above == pytest.approx(0.1, abs=0.02)


def test_a_single_series_is_covered_too() -> None:
    made = panel(np.random.default_rng(3).standard_normal((900, 1)))
    found = backtest(made, recipe("own_mean", coverage=0.9), 200, 900)
    assert np.nanmean(found.per_step["coverage"]) == pytest.approx(0.9, abs=0.03)


def test_nothing_is_promised_before_there_are_errors_enough() -> None:
    made = panel(np.random.default_rng(4).standard_normal((60, 1)))
    found = backtest(made, recipe("own_mean", coverage=0.9), 0, 60)
    first = int(np.flatnonzero(np.isfinite(found.low[:, 0]))[0])
    assert 19 <= first <= 22  # 19 errors are needed for a tail of 5 %
    assert np.isnan(backtest(made, recipe("own_mean"), 0, 60).low).all()
