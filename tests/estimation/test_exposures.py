"""Linear exposures: exact where nothing is drawn in, right where much is wrong, and cheap to extend by one feature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimation.worlds import market, recipe, scattered
from windvane.stack.estimation.backtest import backtest
from windvane.stack.estimation.candidates import candidates, with_feature
from windvane.stack.estimation.estimator import predict

FREE = {"slopes": 1e-9, "level": 0.0, "ridge": 0.0, "width": 1e9}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), step=st.integers(35, 59), window=st.sampled_from([0, 25]), lag=st.integers(1, 6))
def test_undrawn_it_is_least_squares_on_what_was_known(seed: int, step: int, window: int, lag: int) -> None:
    """Checked against the textbook on the rows of the window that were known, one entity at one step."""
    panel = market(steps=60, entities=3, seed=seed, lag=lag).panel
    estimate = predict(panel, recipe("exposures", "f0", "f1", window=window, **FREE))[step]
    first = step - window if window else 0
    rows = slice(first, step - lag + 1)
    x = np.column_stack([np.ones(panel.steps), panel.features["f0"][:, 0], panel.features["f1"][:, 0]])
    for n in range(3):
        beta = np.linalg.lstsq(x[rows], panel.target[rows, n], rcond=None)[0]
        assert estimate[n] == pytest.approx(x[step] @ beta, rel=1e-4, abs=1e-4)


def test_it_comes_close_to_the_noise_and_ranks_by_exposure() -> None:
    made = market(steps=500, entities=40, noise=0.5)
    found = backtest(made.panel, recipe("exposures", "f0", "f1", window=250), 200, 500)
    unavoidable = 0.5 * np.sqrt(2 / np.pi)
    assert found.value("mae") < 1.03 * unavoidable
    alike = backtest(made.panel, recipe("pooled", "f0", "f1", window=250), 200, 500)
    assert found.value("mae") < 0.8 * alike.value("mae")


def test_jumps_and_repeats_in_the_target_hardly_hurt() -> None:
    """A decimal point lost in 1 % of the values, and 4 % that repeat the level of the day before."""
    made = market(steps=500, entities=40).panel
    chance = np.random.default_rng(3)
    dirty = np.where(chance.random(made.shape) < 0.01, made.target * 1000, made.target)
    dirty = replace(made, target=np.where(chance.random(made.shape) < 0.04, 0.0, dirty))
    honest = predict(made, recipe("exposures", "f0", "f1", window=250))[200:]
    robust = predict(dirty, recipe("exposures", "f0", "f1", window=250))[200:]
    believing = predict(dirty, recipe("exposures", "f0", "f1", window=250, width=1e9))[200:]
    actual = made.target[200:]
    error = [np.abs(actual - e).mean() for e in (honest, robust, believing)]
    assert error[1] < 1.1 * error[0]
    assert error[2] > 1.1 * error[1]


def test_a_new_entity_starts_with_what_holds_for_all() -> None:
    made = market(steps=300, entities=30, seed=4).panel
    target = made.target.copy()
    target[:250, 0] = np.nan
    young = replace(made, target=target, known=np.where(np.isnan(target), made.steps, made.known))
    estimate = predict(young, recipe("exposures", "f0", "f1"))
    alike = predict(young, recipe("pooled", "f0", "f1"))
    assert np.allclose(estimate[250, 0], alike[250, 0], atol=0.02)
    later = np.abs(young.target[280:, 0] - estimate[280:, 0]).mean()
    assert later < np.abs(young.target[280:, 0] - alike[280:, 0]).mean()


def test_features_that_repeat_each_other_do_no_harm() -> None:
    panel = market(steps=300, entities=20).panel
    twice = panel.adding({"again": panel.features["f0"] * 2.0, "nothing": np.zeros((300, 1))})
    alone = backtest(panel, recipe("exposures", "f0", "f1"), 100, 300).value("mae")
    both = backtest(twice, recipe("exposures", "f0", "f1", "again", "nothing"), 100, 300).value("mae")
    assert both == pytest.approx(alone, rel=0.01)


def test_a_feature_that_begins_late_does_no_harm_before_and_helps_after() -> None:
    panel = market(steps=600, entities=20).panel
    late = panel.features["f1"].copy()
    late[:200] = np.nan
    some = panel.adding({"late": late})
    without = backtest(some, recipe("exposures", "f0", window=150), 50, 600, measures=("mae",)).per_step["mae"]
    found = backtest(some, recipe("exposures", "f0", "late", window=150), 50, 600, measures=("mae",)).per_step["mae"]
    assert np.allclose(found[:150], without[:150])
    assert found[300:].mean() < 0.6 * without[300:].mean()


def test_one_absurd_input_is_forgotten() -> None:
    """A feature a million times too large, once: estimates are sane again at the next step."""
    panel = market(steps=300, entities=20).panel
    broken = panel.features["f0"].copy()
    broken[150] *= 1e6
    found = backtest(panel.adding({"f0": broken}), recipe("exposures", "f0", "f1", window=60), 240, 300)
    honest = backtest(panel, recipe("exposures", "f0", "f1", window=60), 240, 300)
    assert found.value("mae") == pytest.approx(honest.value("mae"), rel=1e-3)


@pytest.mark.parametrize("name", ["exposures", "pooled", "har"])
def test_candidates_cost_less_and_are_the_same_to_the_bit(name: str) -> None:
    panel = scattered(7).adding({"c": np.random.default_rng(1).standard_normal((60, 1))})
    base = recipe(name, "a", window=30)
    found = dict(candidates(panel, base, ["b", "own", "c"], (20, 55)))
    assert set(found) == {"b", "own", "c"}
    for feature, result in found.items():
        alone = backtest(panel, with_feature(base, feature), 20, 55)
        assert np.array_equal(result.estimate, alone.estimate, equal_nan=True)
        assert np.array_equal(result.per_step["mae"], alone.per_step["mae"], equal_nan=True)


def test_the_backtest_does_not_look_at_what_comes_after_its_span() -> None:
    panel = scattered(9)
    whole = backtest(panel, recipe("exposures", "a"), 10, 40)
    cut = backtest(panel.between(0, 40), recipe("exposures", "a"), 10, 40)
    assert np.array_equal(whole.estimate, cut.estimate, equal_nan=True)
    assert whole.steps == slice(10, 40)
