"""Many proposals over many rounds: chance does not get through, and the sealed window is opened once."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from series import Array, losses

from windvane.domain.errors import Usage
from windvane.domain.record import canonical, decode
from windvane.stack.evidence.paired import paired
from windvane.stack.evidence.placebo import order, placebo
from windvane.stack.evidence.several import best, corrected, several
from windvane.stack.evidence.wealth import Wealth
from windvane.stack.evidence.windows import Seal, split

Pvalues = st.lists(st.floats(0.0, 1.0), max_size=30)


def _chance_round(random: np.random.Generator, left: Array) -> list[Array]:
    """Absolute errors after 20 corrections by features that mean nothing, some of which last for weeks."""
    features = losses(int(random.integers(1 << 30)), "heavy", float(random.uniform(0, 0.8)), len(left), 20)
    return list(np.abs(left[:, None] - 0.03 * features / features.std(axis=0)).T)


def test_what_helps_only_by_chance_is_rejected_in_95_of_100_repeats() -> None:
    """The best of 20 chance proposals looks better in nearly every repeat; over five rounds it hardly ever passes."""
    fooled, tempting = 0, 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        left = losses(seed, "heavy", 0.3, 260, 1)[:, 0]
        error, wealth = np.abs(left), Wealth()
        for _ in range(5):
            tried = _chance_round(random, left)
            level = wealth.level
            gains = corrected([[paired(error, t, measure="error", better="lower")] for t in tried], level=level)
            tempting += any(g.gain > 0 for (g,) in gains)
            wealth = wealth.after(best(gains))
        fooled += bool(wealth.discoveries)
    assert tempting > 450, "taking the best of each round would have been fooled nearly always"
    assert fooled <= 5


def test_a_real_gain_gets_through_the_same_rounds() -> None:
    found = 0
    for seed in range(40):
        before = 1.0 + np.abs(losses(seed, "heavy", 0.3, 260, 1)[:, 0])
        noise = losses(seed + 1000, "normal", 0.0, 260, 20) * 0.3
        tried = [before + noise[:, i] - (0.15 if i == 7 else 0.0) for i in range(20)]
        wealth = Wealth()
        gains = corrected([[paired(before, t, measure="error", better="lower")] for t in tried], level=wealth.level)
        winners = [i for i, (g,) in enumerate(gains) if g.passes]
        found += winners == [7]
    assert found >= 38


def test_a_placebo_is_rejected_where_the_real_feature_passes() -> None:
    random = np.random.default_rng(5)
    real = np.cumsum(random.standard_normal(300)) * 0.1 + random.standard_normal(300)
    target = 0.5 * real + random.standard_normal(300)
    plain = np.abs(target)
    for seed in range(5):
        shuffled = placebo(real, seed=seed)
        assert sorted(shuffled) == sorted(real)
        assert abs(np.corrcoef(shuffled, target)[0, 1]) < 0.25 < np.corrcoef(real, target)[0, 1]
        with_it = paired(plain, np.abs(target - 0.5 * shuffled), measure="error", better="lower", level=0.01)
        assert not with_it.passes
    assert paired(plain, np.abs(target - 0.5 * real), measure="error", better="lower", level=0.01).passes


@given(st.integers(0, 400), st.integers(0, 50))
def test_a_placebo_keeps_all_steps_and_few_in_place(steps: int, seed: int) -> None:
    where = order(steps, seed=seed)
    assert sorted(where) == list(range(steps))
    if steps >= 36:
        assert (where == np.arange(steps)).mean() < 0.5


@given(Pvalues)
def test_holm_is_never_bolder_than_each_and_never_shyer_than_bonferroni(pvalues: list[float]) -> None:
    adjusted = several(pvalues)
    assert all(p <= a <= min(1.0, len(pvalues) * p) for p, a in zip(pvalues, adjusted, strict=True))
    ranked = sorted(zip(pvalues, adjusted, strict=True))
    assert all(a <= b for (_, a), (_, b) in pairwise(ranked))


@given(st.integers(1, 300))
def test_without_a_discovery_all_rounds_together_spend_at_most_the_start(rounds: int) -> None:
    wealth, spent = Wealth(), 0.0
    for _ in range(rounds):
        spent += wealth.level
        wealth = wealth.after(1.0)
    assert 0 < spent <= wealth.start and decode(canonical(wealth), Wealth) == wealth


def test_a_discovery_earns_and_the_share_of_false_ones_stays_small() -> None:
    hungry = Wealth().after(1.0).after(1.0)
    assert hungry.after(0.0).level > hungry.after(1.0).level
    random = np.random.default_rng(11)
    shares = []
    for _ in range(300):
        wealth, false = Wealth(), 0
        for _ in range(40):
            real = random.random() < 0.3
            p = random.random() ** (12 if real else 1)
            found = p <= wealth.level
            false += found and not real
            wealth = wealth.after(p)
        shares.append(false / max(1, len(wealth.discoveries)))
    assert np.mean(shares) <= 0.05 + 3 * np.std(shares) / math.sqrt(len(shares))


DAYS = tuple(datetime(2004, 1, 1) + timedelta(days=7 * n) for n in range(600))


def test_years_for_deciding_and_years_for_reporting() -> None:
    found = split(DAYS, decide="2005:2010", report="2011:2012", overlap=3)
    decided, sealed = DAYS[found.develop.steps], DAYS[found.sealed.steps]
    assert (decided[0].year, sealed[0].year, sealed[-1].year) == (2005, 2011, 2012)
    assert found.develop.stop == found.sealed.first - 3, "targets of development end before the sealed window begins"
    assert split(DAYS, decide="2005-03:2010-12-24").develop.ends.startswith("2010-12")


@pytest.mark.parametrize(
    ("decide", "report", "code"),
    [("2005:2010", "2010:2012", "windows.overlap"), ("1990:1991", "", "windows.empty"), ("soon", "", "windows.span")],
)
def test_windows_that_cannot_be(decide: str, report: str, code: str) -> None:
    with pytest.raises(Usage) as error:
        split(DAYS, decide=decide, report=report)
    assert error.value.code == code


@given(st.integers(8, 600), st.integers(0, 2))
def test_the_windows_never_share_a_step(count: int, overlap: int) -> None:
    found = split(DAYS[:count], overlap=overlap)
    assert found.develop.stop + overlap <= found.sealed.first and found.sealed.stop == count


def test_the_seal_is_broken_once() -> None:
    seal = Seal(product="funds", window=split(DAYS).sealed).open("D-7")
    assert seal.open("D-7") == seal
    with pytest.raises(Usage, match="opened before") as error:
        seal.open("D-9")
    assert "D-7" in error.value.why
