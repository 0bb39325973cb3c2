"""A version that does worse is found soon, one that is as good hardly ever, whenever one looks."""

from __future__ import annotations

import numpy as np
import pytest

from windvane.stack.evidence.betting import FEWEST, worse_so_far


def _losses(seed: int, worse: float, steps: int = 300) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    shared = chance.normal(0, 1, steps)
    made = [np.abs(shared + 0.3 * chance.normal(0, 1, steps)) for _ in range(2)]
    return made[0], made[1] + worse


def test_as_good_is_sent_back_in_less_than_five_of_a_hundred() -> None:
    assert sum(worse_so_far(*_losses(s, 0.0), better="lower").p <= 0.05 for s in range(400)) <= 20


def test_clearly_worse_is_found_within_weeks() -> None:
    found = [worse_so_far(*_losses(s, 0.4, steps=60), better="lower") for s in range(50)]
    assert sum(b.p <= 0.01 for b in found) >= 45


def test_a_steady_loss_is_told_as_soon_as_anything_is_and_one_wild_step_never() -> None:
    steady = worse_so_far(np.ones(20), np.full(20, 2.0), better="lower")
    assert steady.p < 0.01 and steady.steps >= FEWEST
    wild = np.ones(40)
    wild[20] = 1e6
    assert worse_so_far(np.ones(40), wild, better="lower").p > 0.4


def test_higher_may_be_better_steps_without_a_value_are_left_out_and_few_tell_nothing() -> None:
    high, low = np.full(20, 0.6), np.full(20, 0.4)
    low[3] = np.nan
    assert worse_so_far(high, low, better="higher").p < 0.01 < worse_so_far(low, high, better="higher").p
    assert worse_so_far(high[:8], low[:8], better="higher").p == 1.0
    with pytest.raises(ValueError, match="not the same decision times"):
        worse_so_far(high, low[1:], better="lower")
