"""A planted cause of a shortfall comes first among the hypotheses; the others are ruled out with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from estimation.worlds import Market, market, panel, recipe
from windvane.domain.estimate import Recipe
from windvane.domain.incident import Hypothesis
from windvane.stack.estimation.backtest import backtest
from windvane.stack.estimation.causes import Case
from windvane.stack.estimation.panel import Panel
from windvane.stack.estimation.shortfall import shortfall


def _asked(made: Panel, used: Recipe, goal: float = 0.05, first: int = 150, **known: object) -> dict[str, Hypothesis]:
    """Hypotheses by cause, in their order."""
    result = backtest(made, used, first, made.steps, measures=("mae", "rank_correlation"))
    case = Case(panel=made, result=result, measure="mae", goal=goal, **known)  # type: ignore[arg-type]
    return {h.cause: h for h in shortfall(case)}


def _world(**changes: float) -> Market:
    return market(steps=400, entities=25, seed=2, **changes)  # type: ignore[arg-type]


def test_a_driver_at_hand_that_is_not_used_is_named() -> None:
    found = _asked(_world().panel, recipe("exposures", "f0"))
    assert next(iter(found)) == "missing_drivers"
    assert any("`f1`" in said for said in found["missing_drivers"].evidence)


def test_a_driver_that_nobody_has_shows_in_errors_that_move_together() -> None:
    found = _asked(_world().panel.only(["f0"]), recipe("exposures", "f0"))
    assert next(iter(found)) == "missing_drivers"
    assert "moves together" in found["missing_drivers"].evidence[0]


def test_inputs_of_yesterday_are_seen() -> None:
    made = _world().panel
    late = {name: np.roll(values, 1, axis=0) for name, values in made.features.items()}
    found = _asked(replace(made, features=late), recipe("exposures", "f0", "f1"))
    assert next(iter(found)) == "stale_inputs"


def test_inputs_that_are_often_missing_are_said() -> None:
    made = _world().panel
    gaps = np.where(np.random.default_rng(1).random((400, 1)) < 0.3, np.nan, made.features["f1"])
    found = _asked(made.adding({"f1": gaps}), recipe("exposures", "f0", "f1"))
    assert any("missing at 3" in said for said in found["stale_inputs"].evidence)
    assert found["stale_inputs"].probability > 0.5


def test_errors_at_flagged_rows_speak_for_cleaning() -> None:
    made = _world().panel
    bad = np.random.default_rng(4).random(made.shape) < 0.02
    dirty = replace(made, target=np.where(bad, made.target + 40.0, made.target))
    found = _asked(dirty, recipe("exposures", "f0", "f1"), flags=bad)
    assert next(iter(found)) == "dirty_inputs"
    assert "2.2% of the rows" in found["dirty_inputs"].evidence[0]


def test_jumps_that_turn_back_speak_for_cleaning_without_flags() -> None:
    made = _world().panel
    jumps = np.zeros(made.shape)
    for step in range(155, 399, 11):
        jumps[step, step % 25], jumps[step + 1, step % 25] = 300.0, -300.0
    found = _asked(replace(made, target=made.target + jumps), recipe("exposures", "f0", "f1"))
    assert next(iter(found)) == "dirty_inputs"


def test_a_feature_joined_to_the_wrong_entity_is_seen() -> None:
    chance = np.random.default_rng(6)
    own = chance.standard_normal((400, 25))
    made = panel(own + 0.3 * chance.standard_normal(own.shape), {"own": np.roll(own, 1, axis=1)})
    found = _asked(made, recipe("exposures", "own"))
    assert next(iter(found)) == "wrong_join"
    right = _asked(panel(made.target, {"own": own}), recipe("exposures", "own"))
    assert right["wrong_join"].ruled_out_by


def test_a_relation_that_turned_speaks_for_forgetting() -> None:
    made = _world()
    turned = np.where(np.arange(400)[:, None] < 260, 1.0, -1.0)
    found = _asked(replace(made.panel, target=made.panel.target * turned), recipe("exposures", "f0", "f1"))
    assert next(iter(found)) == "unstable_relation"


def test_little_history_is_said() -> None:
    made = market(steps=70, entities=25, drivers=5, seed=3).panel
    found = _asked(made, recipe("exposures", *(f"f{i}" for i in range(5))), first=20)
    assert found["too_little_history"].probability > 0.3
    assert found["too_little_history"].evidence


def test_a_finer_grain_is_a_cause_only_where_there_is_one() -> None:
    made = _world().panel
    assert _asked(made, recipe("last"))["wrong_grain"].ruled_out_by
    assert "`core.prices`" in _asked(made, recipe("last"), finer="core.prices")["wrong_grain"].evidence[0]


def test_noise_is_named_when_nothing_else_is_left() -> None:
    found = _asked(_world(noise=1.0).panel, recipe("exposures", "f0", "f1"), goal=0.5)
    assert next(iter(found)) == "irreducible_noise"
    others = [h for cause, h in found.items() if cause != "irreducible_noise"]
    assert all(h.ruled_out_by for h in others)
    assert found["irreducible_noise"].probability > 0.8


def test_a_goal_within_reach_is_not_noise() -> None:
    found = _asked(_world(noise=0.1).panel, recipe("exposures", "f0", "f1"), goal=0.5)
    assert found["irreducible_noise"].ruled_out_by
