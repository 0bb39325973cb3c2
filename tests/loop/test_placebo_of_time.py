"""What time alone decides passes a shuffle in blocks: its placebo is drawn by lot, and does not stop a real gain."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from windvane.domain.change import Put
from windvane.domain.estate import Product
from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.goal import Goal
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import placebos, proving
from windvane.loop.aims import Aim
from windvane.loop.estimating import Case
from windvane.loop.proving import Bench
from windvane.stack.estimation.panel import Array, panel_of
from windvane.stack.evidence import placebo
from windvane.stack.evidence.windows import Window
from windvane.stack.transform.calendar import WEEKDAYS

STEPS, LEVEL = 441, 0.0025  # 441 days: blocks of 21 days, three whole weeks each
DAYS = np.datetime64("2022-01-02", "us") + np.arange(STEPS).astype("timedelta64[D]")  # a Sunday
INPUTS = Inputs(relation="core.flow", entities=("sensor",), time="day", value="flow", quantity="value", horizon=1)
PRODUCT = Product(
    name="p", kind="forecast", relation="mart.p", goal=Goal(sentence="p"), inputs=INPUTS,
    recipe=Recipe(estimator="own_mean"),
)  # fmt: skip
MAE = Aim(measure="mae", better="lower", said="error")


def _weekly(seed: int) -> Array:
    profile = np.array([0.0, 8.0, 9.0, 7.0, 9.0, 8.0, 1.0])
    return profile[np.arange(STEPS) % 7] + np.random.default_rng(seed).normal(0, 1, STEPS)


def _bench(target: Array, features: dict[str, Array]) -> Bench:
    rows = {"sensor": np.full(STEPS, "s"), "decided_at": DAYS, "target": target,
            "known_at": DAYS + np.timedelta64(1, "D"), **features}  # fmt: skip
    panel = panel_of(rows, ("sensor",), tuple(features))
    case = Case("p", INPUTS, pa.table({}), panel, (MAE,), Window(first=0, stop=STEPS), None, STEPS // 3)
    assert PRODUCT.recipe is not None
    return Bench(PRODUCT, case, case.test(replace(PRODUCT.recipe, coverage=0.0)))


def _plan(features: tuple[str, ...], **inputs: tuple[str, ...]) -> Plan:
    recipe = Recipe(estimator="pooled", features=features)
    after = replace(PRODUCT, inputs=replace(INPUTS, **inputs), recipe=recipe)
    return Plan(incident="", proposer="architect", title="x", base="", rationale="", changes=(Put(asset=after),))


def _of_week() -> dict[str, Array]:
    return {name: (np.arange(STEPS) % 7 == n).astype(float) for n, name in enumerate(WEEKDAYS)}


def _both(seed: int, features: dict[str, Array], plan: Plan) -> tuple[proving.Tested, proving.Tested]:
    made = _bench(_weekly(seed), features)
    (best,) = proving.tested(made, [plan], level=LEVEL)
    return best, placebos.of_features(made, best, level=LEVEL)


@pytest.mark.parametrize("seed", range(8))
def test_the_weekday_of_a_weekly_sensor_gets_through_and_its_placebo_does_not(seed: int) -> None:
    best, fake = _both(seed, _of_week(), _plan(WEEKDAYS, calendar=WEEKDAYS))
    assert best.gains[0].passes and best.gains[0].gain > 0.5 * best.gains[0].before
    assert fake.plan.title.startswith("Placebo") and not fake.gains[0].passes and fake.gains[0].p > 0.05


def test_in_blocks_the_weekday_would_stay_a_weekday(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this is about: shuffled as other features are, it passes, and the round would count for nothing."""
    in_blocks = {n: placebo.placebo(v[:, None], seed=0) for n, v in _of_week().items()}
    monkeypatch.setattr(placebos, "elsewhere", lambda *_: in_blocks)
    _, fake = _both(0, _of_week(), _plan(WEEKDAYS, calendar=WEEKDAYS))
    assert fake.gains[0].passes


def test_a_table_that_only_repeats_the_week_is_found_by_its_values() -> None:
    best, fake = _both(1, {"shift_plan": _of_week()["sunday"] + 2 * _of_week()["saturday"]}, _plan(("shift_plan",)))
    assert best.gains[0].passes and not fake.gains[0].passes


def test_what_has_a_cycle_and_what_has_none() -> None:
    chance = np.random.default_rng(0)
    assert placebo.cycle((np.arange(300) % 7).astype(float)) == 7
    late = np.delete((np.arange(300) % 5).astype(float), 40)
    assert placebo.cycle(late) == 5, "one day off moves the week once"
    assert placebo.cycle(chance.normal(size=300)) == 0
    assert placebo.cycle(np.cumsum(chance.normal(size=300))) == 0
    assert placebo.cycle((np.arange(300) > 150).astype(float)) == 0, "a change that came once"
    assert placebo.cycle(np.ones((300, 2))) == placebo.cycle(np.ones(1)) == 0


def test_one_lot_for_the_whole_calendar_so_that_each_day_is_still_one_day() -> None:
    drawn = placebo.elsewhere(_of_week(), WEEKDAYS)
    assert np.array_equal(sum(drawn.values()), np.ones(STEPS))
    assert not np.array_equal(drawn["monday"], _of_week()["monday"])
    noise = np.random.default_rng(1).normal(size=STEPS)
    kept = placebo.elsewhere({"oil": noise, "gone": None}, ())
    assert list(kept) == ["oil"] and np.array_equal(kept["oil"], placebo.placebo(noise, seed=0))
