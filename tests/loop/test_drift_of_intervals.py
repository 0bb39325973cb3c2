"""Intervals that do not hold what they did are a drift of their own, also where the error stays as it was."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from windvane.domain.estate import Product
from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.goal import Goal
from windvane.loop import drifting
from windvane.loop.aims import INTERVAL, Aim
from windvane.loop.estimating import Case, Made
from windvane.stack.estimation.panel import panel_of
from windvane.stack.evidence.windows import Window

STEPS, TESTED, SHOPS = 500, 300, 4
INPUTS = Inputs(relation="core.x", entities=("shop",), time="day", value="v", quantity="value")
PRODUCT = Product(
    name="p", kind="forecast", relation="mart.p", goal=Goal(sentence="p"), recipe=Recipe(estimator="none")
)


def _case(noise: np.ndarray, *, aims: tuple[Aim, ...] = ()) -> tuple[Case, Made]:
    days = np.datetime64("2020-01-01", "us") + np.arange(STEPS).astype("timedelta64[D]")
    decided = np.repeat(days, SHOPS)
    rows = {
        "shop": np.tile([f"s{n}" for n in range(SHOPS)], STEPS),
        "decided_at": decided,
        "target": noise.ravel(),
        "known_at": decided + np.timedelta64(1, "D"),
    }
    panel = panel_of(rows, ("shop",), ())
    window = Window(first=0, stop=TESTED)
    mae = Aim(measure="mae", better="lower", said="error")
    case = Case("p", INPUTS, pa.table({}), panel, (mae, *aims), window, None, 0)
    nothing = np.zeros(panel.shape)
    return case, Made(nothing, nothing - 1.645, nothing + 1.645, None)  # type: ignore[arg-type]


def _drifts(noise: np.ndarray) -> list[drifting.Drift]:
    case, made = _case(noise)
    steps = drifting.Split(slice(0, TESTED), slice(TESTED, STEPS), slice(TESTED, STEPS))
    return list(drifting.drifts(PRODUCT, case, made, steps))


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (STEPS, SHOPS))


def test_as_before_is_no_drift() -> None:
    assert sum(bool(_drifts(_noise(s))) for s in range(20)) <= 1


def test_errors_as_large_on_average_but_more_often_far_off_are_a_drift_of_the_intervals() -> None:
    noise = _noise(1)
    far = np.random.default_rng(2).random((STEPS - TESTED, SHOPS)) < 0.3
    noise[TESTED:] = np.where(far, 2.0 * np.sign(noise[TESTED:]), 0.28 * np.sign(noise[TESTED:]))
    found = _drifts(noise)
    assert [d.about for d in found] == ["coverage"]
    assert found[0].since >= TESTED and "promised" in found[0].why


def test_larger_errors_are_a_drift_of_accuracy_told_with_the_day() -> None:
    noise = _noise(3)
    noise[TESTED:] *= 2
    first = _drifts(noise)[0]
    assert first.about == "accuracy" and "since 2020-10-" in first.why


def test_after_a_drift_of_intervals_versions_are_compared_by_them_too() -> None:
    case, _ = _case(_noise(4), aims=(INTERVAL,))
    assert case.held and "pinball" not in case.measures
    test = case.test(Recipe(estimator="own_mean"))
    assert np.isfinite(test.per_step["pinball"]).any()
