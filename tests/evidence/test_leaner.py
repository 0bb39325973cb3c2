"""Features that a product does not need are dropped, those it needs stay, and the sealed years are no worse."""

from __future__ import annotations

import numpy as np
import pytest

from windvane.domain.estimate import Recipe
from windvane.stack.estimation.backtest import backtest
from windvane.stack.estimation.panel import Panel
from windvane.stack.evidence.leaner import Leaner, leaner
from windvane.stack.evidence.longrun import Array

STEPS, SEALED, WINDOW = 420, 340, 100
BETTER = {"rank_correlation": "higher", "mae": "lower"}


def _panel(seed: int, *, true: int = 2, dead: int = 10, entities: int = 25) -> Panel:
    """Returns that follow `true` common factors; `dead` others look like them and mean nothing."""
    random = np.random.default_rng(seed)
    shape = (STEPS, entities)
    features = {f"true_{i}": np.broadcast_to(random.standard_t(5, (STEPS, 1)), shape) for i in range(true)}
    target = sum(random.normal(1, 0.5, entities) * f for f in features.values()) + 1.5 * random.standard_normal(shape)
    features |= {f"dead_{i}": np.broadcast_to(random.standard_t(5, (STEPS, 1)), shape) for i in range(dead)}
    decided = np.datetime64("2010-01-01", "us") + np.arange(STEPS) * np.timedelta64(86_400_000_000, "us")
    known = np.broadcast_to(np.arange(STEPS)[:, None] + 1, shape).astype(np.int64)
    return Panel(tuple(f"fund {i}" for i in range(entities)), decided, np.asarray(target), known, features)


def _scores(panel: Panel, features: tuple[str, ...], first: int, last: int) -> dict[str, Array]:
    recipe = Recipe(estimator="exposures", features=features, window=WINDOW, coverage=0.0)
    return dict(backtest(panel, recipe, first, last, measures=tuple(BETTER)).per_step)


def _lean(panel: Panel) -> Leaner:
    return leaner(tuple(panel.features), lambda names: _scores(panel, names, WINDOW, SEALED), better=BETTER)


def test_nine_of_ten_dead_features_go_and_the_sealed_years_are_no_worse() -> None:
    dropped = 0
    for seed in (1, 2):
        panel = _panel(seed)
        found = _lean(panel)
        assert {"true_0", "true_1"} <= set(found.kept)
        assert all(g.passes and not g.harms for g in found.gains)
        dropped += len(found.dropped)
        all_of_them = _scores(panel, tuple(panel.features), SEALED, STEPS)
        fewer = _scores(panel, found.kept, SEALED, STEPS)
        assert np.nanmean(fewer["mae"]) <= 1.02 * np.nanmean(all_of_them["mae"])
        assert np.nanmean(fewer["rank_correlation"]) >= np.nanmean(all_of_them["rank_correlation"]) - 0.01
    assert dropped >= 18


def test_features_that_are_all_needed_stay() -> None:
    found = _lean(_panel(3, true=3, dead=0))
    assert found == Leaner(("true_0", "true_1", "true_2"), (), ())


@pytest.mark.parametrize("count", [0, 1])
def test_the_last_feature_stays(count: int) -> None:
    names = tuple(f"f{i}" for i in range(count))
    steady = {"mae": np.ones(50)}
    assert leaner(names, lambda _: steady, better={"mae": "lower"}).kept == names
