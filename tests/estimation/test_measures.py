"""Scores agree with the libraries that define them, and their intervals hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn import metrics

from windvane.domain.errors import Usage
from windvane.stack.estimation.measures import (
    better,
    interval_scores,
    measures,
    pooled_score,
    score,
    summary,
)

REFERENCE = {
    "mae": metrics.mean_absolute_error,
    "rmse": metrics.root_mean_squared_error,
    "mape": metrics.mean_absolute_percentage_error,
    "rank_correlation": lambda a, e: spearmanr(a, e).statistic,
}
CLASSES = {
    "auc": metrics.roc_auc_score,
    "average_precision": metrics.average_precision_score,
    "brier": metrics.brier_score_loss,
    "log_loss": metrics.log_loss,
}


@pytest.mark.parametrize("name", REFERENCE)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), ties=st.booleans())
def test_numbers_are_scored_as_the_reference_does(name: str, seed: int, ties: bool) -> None:
    chance = np.random.default_rng(seed)
    actual, estimate = chance.standard_normal((2, 1, 30)) + 9
    if ties:
        actual, estimate = np.round(actual), np.round(estimate)
    assert score(name, actual, estimate)[0] == pytest.approx(REFERENCE[name](actual[0], estimate[0]))


@pytest.mark.parametrize("name", CLASSES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), ties=st.booleans())
def test_classes_are_scored_as_the_reference_does(name: str, seed: int, ties: bool) -> None:
    chance = np.random.default_rng(seed)
    actual = (np.arange(40) % 4 == 0).astype(float)
    estimate = chance.random(40)
    estimate = 0.05 + 0.9 * (np.round(estimate, 1) if ties else estimate)
    assert pooled_score(name, actual, estimate) == pytest.approx(CLASSES[name](actual, estimate))


def test_missing_values_are_left_out_and_empty_steps_are_not_scored() -> None:
    actual = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])
    estimate = np.array([[2.0, 5.0, np.nan], [1.0, 1.0, 1.0]])
    assert np.array_equal(score("mae", actual, estimate), [1.0, np.nan], equal_nan=True)
    assert np.isnan(score("rank_correlation", actual, estimate)).all()
    assert np.isnan(pooled_score("auc", np.ones(5), np.arange(5.0)))


def test_equal_estimates_rank_nothing() -> None:
    assert np.isnan(score("rank_correlation", np.arange(4.0)[None], np.zeros((1, 4))))[0]


def test_the_interval_of_a_mean_allows_for_autocorrelation() -> None:
    """Over many repeats the interval holds the true mean about as often as it says, for steps that hang together."""
    chance, held = np.random.default_rng(0), 0
    for _ in range(300):
        noise = chance.standard_normal(420)
        steps = np.convolve(noise, np.ones(4), "valid")[:400]
        found = summary("mae", steps)
        assert found.low is not None and found.high is not None
        held += found.low <= 0.0 <= found.high
    assert 0.86 <= held / 300 <= 0.98  # without allowing for it: 0.67


def test_the_mean_of_root_mean_squares_is_that_of_all_steps() -> None:
    errors = np.random.default_rng(1).standard_normal((50, 8))
    found = summary("rmse", score("rmse", errors, np.zeros_like(errors)))
    assert found.value == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert summary("mae", np.array([np.nan])).n == 0


def test_intervals_are_scored_by_their_ends() -> None:
    actual = np.array([[0.0, 2.0, np.nan]])
    found = interval_scores(actual, np.full((1, 3), -1.0), np.full((1, 3), 1.0), 0.8)
    assert found["coverage"][0] == 0.5
    assert found["width"][0] == 2.0
    low = metrics.mean_pinball_loss([0.0, 2.0], [-1.0, -1.0], alpha=0.1)
    high = metrics.mean_pinball_loss([0.0, 2.0], [1.0, 1.0], alpha=0.9)
    assert found["pinball"][0] == pytest.approx((low + high) / 2)


def test_every_measure_says_which_way_is_better() -> None:
    assert {better(name) for name in measures()} == {"higher", "lower"}
    with pytest.raises(Usage, match="unknown measure `r2`"):
        better("r2")
