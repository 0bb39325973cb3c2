"""Five ways in which an estimate may know too much are planted, all are caught; honest features are left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimation.worlds import DAY, market
from windvane.stack.estimation.leaks import future_stamps, leaks, restated, survivors
from windvane.stack.estimation.panel import Array, Panel

WORLD = market(steps=300, entities=12, noise=0.3, seed=1).panel
CHANCE = np.random.default_rng(0)


def _rolling(values: Array, width: int) -> Array:
    sums = np.cumsum(values, axis=0)
    return np.concatenate([np.full((width, values.shape[1]), np.nan), sums[width:] - sums[:-width]]) / width


def _decaying(values: Array) -> Array:
    made = np.zeros_like(values)
    for t in range(1, len(values)):
        made[t] = 0.2 * values[t] + 0.8 * made[t - 1]
    return made


def _before(values: Array) -> Array:
    return np.concatenate([np.full((1, values.shape[1]), np.nan), values[:-1]])


TARGET = WORLD.target
LEVEL = 100 * np.exp(np.cumsum(TARGET / 100, axis=0))
TWINS = {
    "in percent": TARGET * 100,
    "rounded": np.round(TARGET, 2),
    "with the other sign and an offset": 7 - TARGET,
    "with one value in fifty wrong": np.where(CHANCE.random(TARGET.shape) < 0.02, 99.0, TARGET),
    "nearly": TARGET * (1 + 0.01 * CHANCE.standard_normal(TARGET.shape)),
}
INSIDE = {
    "the level of the same evening": LEVEL,
    "a mean of five days with today's": _rolling(TARGET, 5),
    "a mean of twenty days with today's": _rolling(TARGET, 20),
    "a decaying mean with today's": _decaying(TARGET),
    "the mean of all entities of today": TARGET.mean(axis=1, keepdims=True),
}
HONEST = {
    "yesterday's": _before(TARGET),
    "yesterday's level": _before(LEVEL),
    "a mean of the five days before": _before(_rolling(TARGET, 5)),
    "a strong driver": WORLD.features["f0"],
    "two thirds of it": TARGET + 0.5 * np.std(TARGET) * CHANCE.standard_normal(TARGET.shape),
    "nineteen twentieths of it": TARGET + 0.06 * np.std(TARGET) * CHANCE.standard_normal(TARGET.shape),
    "chance": CHANCE.standard_normal(TARGET.shape),
    "a constant": np.ones((300, 1)),
    "mostly missing": np.where(CHANCE.random(TARGET.shape) < 0.95, np.nan, 1.0),
}


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_of_the_target_is_refused(name: str) -> None:
    found = leaks(WORLD.only(["f0"]).adding({name: TWINS[name]}))
    assert [(leak.kind, leak.feature) for leak in found] == [("twin", name)]
    assert "up to scale" in found[0].why


@pytest.mark.parametrize("name", INSIDE)
def test_a_feature_with_the_target_inside_is_refused(name: str) -> None:
    found = leaks(WORLD.only(["f0"]).adding({name: INSIDE[name]}))
    assert [(leak.kind, leak.feature) for leak in found] == [("target_inside", name)]


def test_honest_features_are_left_alone() -> None:
    assert leaks(WORLD.adding(HONEST)) == ()


def test_a_twin_that_comes_at_the_honest_lag_is_no_leak_when_the_target_is_slow() -> None:
    """A volatility that hardly changes: yesterday's is nearly today's, and may be used."""
    slow = np.exp(np.cumsum(0.01 * CHANCE.standard_normal(TARGET.shape), axis=0))
    panel = replace(WORLD, target=slow, features={"before": _before(slow), "today": slow * 250**0.5})
    assert [(leak.kind, leak.feature) for leak in leaks(panel)] == [("twin", "today")]


def test_a_twin_of_a_class_is_refused() -> None:
    target = (TARGET > 1.5).astype(float)
    panel = replace(WORLD, target=target, features={"code": 3 - target, "driver": WORLD.features["f0"]})
    assert [(leak.kind, leak.feature) for leak in leaks(panel)] == [("twin", "code")]


def test_a_value_from_the_future_is_refused_by_its_stamp() -> None:
    decided = np.datetime64("2024-01-01T16:00", "us") + np.arange(5) * DAY
    never = np.full(5, np.datetime64("NaT"), dtype="datetime64[us]")
    late = decided - np.timedelta64(1, "h")
    late[3] = decided[3] + np.timedelta64(1, "m")
    found = future_stamps(decided, {"honest": decided, "index": late, "missing": never})
    assert [(leak.kind, leak.feature) for leak in found] == [("future_stamp", "index")]
    assert "1 of 5 values came after the decision, as at 2024-01-04T16:00" in found[0].why


def test_a_restated_value_is_refused() -> None:
    """What the table says today is not what had been delivered at the decision."""
    then = WORLD.only(["f0", "f1"])
    corrected = then.features["f1"].copy()
    corrected[40, 2] += 0.5
    found = restated(replace(then, features={**then.features, "f1": corrected}), then)
    assert [(leak.kind, leak.feature) for leak in found] == [("restated", "f1")]
    assert "`e002`" in found[0].why and "1 values" in found[0].why
    assert restated(then, then) == ()


def _ended(panel: Panel) -> dict[str, np.datetime64]:
    """Every third entity ended in the first half."""
    return {name: panel.decided[120 if n % 3 == 0 else -1] for n, name in enumerate(panel.entities)}


def test_a_universe_of_survivors_is_refused() -> None:
    seen = _ended(WORLD)
    alive = WORLD.of([n for n in range(12) if n % 3])
    assert survivors(WORLD, seen) == ()
    (leak,) = survivors(alive, seen)
    assert leak.kind == "survivors"
    assert "4 of 4 entities" in leak.why and "`e000`" in leak.why


def test_a_sample_of_the_universe_is_no_survivorship() -> None:
    """Half of those that ended and half of those that live: chosen, but not for having lived."""
    assert survivors(WORLD.of(list(range(6))), _ended(WORLD)) == ()
