"""The gain of a change: no accident passes more often than the level says, and what is there is found."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from series import KINDS, losses

from windvane.domain.estimate import Gain
from windvane.domain.record import canonical, decode
from windvane.stack.evidence.longrun import adapted, mean_of
from windvane.stack.evidence.paired import no_worse, paired

REPEATS = 300


def _pvalues(steps: int, seed: int, *, shift: float = 0.0) -> dict[tuple[str, float], list[float]]:
    found = {}
    for kind in KINDS:
        for rho in (0.0, 0.5, 0.8):
            made = losses(seed, kind, rho, steps, REPEATS)
            made = made + shift * made.std()
            found[kind, rho] = [mean_of(made[:, i], adapted).above() for i in range(REPEATS)]
    return found


@pytest.mark.parametrize("steps", [24, 60, 250])
def test_without_a_gain_no_more_pass_than_the_level_says(steps: int) -> None:
    found = _pvalues(steps, seed=steps)
    everything = np.concatenate([np.array(p) for p in found.values()])
    for level in (0.05, 0.01):
        slack = 3 * math.sqrt(level * (1 - level) / len(everything))
        assert (everything <= level).mean() <= level + slack
        most = level + 4 * math.sqrt(level * (1 - level) / REPEATS)
        assert all((np.array(p) <= level).mean() <= most for p in found.values())


def test_a_plain_t_test_would_have_been_fooled() -> None:
    """The same dependent losses without the correction: why it is there."""
    made = losses(7, "normal", 0.8, 250, REPEATS)
    t = made.mean(axis=0) / (made.std(axis=0) / math.sqrt(len(made)))
    assert (t > 1.65).mean() > 0.2


def test_losses_that_wander_for_long_are_read_with_few_degrees_of_freedom() -> None:
    made = losses(17, "normal", 0.93, 200, 2 * REPEATS)
    found = [mean_of(made[:, i]) for i in range(made.shape[1])]
    assert np.mean([m.above() <= 0.05 for m in found]) <= 0.075
    assert np.median([m.effective for m in found]) < 40


def test_a_gain_that_is_there_is_found() -> None:
    """A quarter of the losses' own spread, in 250 steps, at the strict level of a first round."""
    found = _pvalues(250, seed=1, shift=0.25)
    power = {key: float((np.array(p) <= 0.01).mean()) for key, p in found.items()}
    assert power["normal", 0.0] > 0.85 and power["heavy", 0.0] > 0.85
    assert power["normal", 0.5] > 0.3


def test_the_interval_holds_the_true_gain() -> None:
    made = 0.3 + losses(3, "heavy", 0.5, 200, REPEATS)
    inside = sum(low <= 0.3 <= high for low, high in (mean_of(made[:, i]).interval() for i in range(REPEATS)))
    assert inside / REPEATS >= 0.93


def test_positive_is_better_whatever_the_measure() -> None:
    before = np.linspace(1.0, 2.0, 50) + losses(1, "normal", 0.0, 50, 1)[:, 0] * 0.05
    after = before - 0.3 + losses(2, "normal", 0.0, 50, 1)[:, 0] * 0.05
    less_error = paired(before, after, measure="error", better="lower", least=0.1)
    assert less_error.passes and less_error.low <= less_error.gain <= less_error.high
    assert paired(before, after, measure="skill", better="higher").harms
    assert not paired(before, after, measure="error", better="lower", least=0.5).passes, "too small to be worth it"


def test_steps_without_a_value_are_left_out_of_both() -> None:
    before, after = np.array([1.0, math.nan, 3.0, 2.0, 5.0, 1.0]), np.array([0.5, 1.0, math.nan, 1.0, 4.0, 0.0])
    gain = paired(before, after, measure="error", better="lower")
    assert gain.n == 4 and gain.before == pytest.approx(2.25) and gain.after == pytest.approx(1.375)
    with pytest.raises(ValueError, match="same decision times"):
        paired(before, after[1:], measure="error", better="lower")


def test_as_good_but_for_a_margin() -> None:
    before = 1.0 + 0.2 * losses(1, "heavy", 0.3, 300, 1)[:, 0]
    same = before + 0.02 * losses(2, "normal", 0.3, 300, 1)[:, 0]
    assert no_worse(before, same, measure="error", better="lower", margin=0.01).passes
    assert not no_worse(before, same + 0.02, measure="error", better="lower", margin=0.01).passes
    assert not no_worse(before, same, measure="error", better="lower", margin=1e-6).passes, "too strict to be told"


@settings(max_examples=60)
@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.floats(-1e3, 1e3))
def test_any_steps_give_a_gain_that_can_be_kept(steps: list[float], shift: float) -> None:
    gain = paired(steps, [s + shift for s in steps], measure="m", better="higher")
    assert 0.0 <= gain.p <= 1.0 and gain.low <= gain.high and 0 <= gain.effective_n <= gain.n == len(steps)
    assert decode(canonical(gain), Gain) == gain
    assert len(steps) >= 4 or not gain.passes, "nothing can be told from three steps"


def test_steps_that_do_not_hang_together_keep_their_degrees_of_freedom() -> None:
    """Twice the power of the cosines that suit any series, and fooled as rarely also where steps do hang together."""
    random = np.random.default_rng(11)
    free = random.standard_normal((600, 60))
    found = np.mean([mean_of(x + 0.35, adapted).above() <= 0.01 for x in free])
    usual = np.mean([mean_of(x + 0.35).above() <= 0.01 for x in free])
    assert found > 1.4 * usual and found > 0.45
    for rho in (0.0, 0.3, 0.6):
        bound = lfilter([1.0], [1.0, -rho], random.standard_normal((800, 110)))[:, 50:]
        fooled = np.mean([mean_of(x, adapted).above() <= 0.05 for x in bound])
        assert fooled < 0.07, rho


def test_a_gain_that_grows_while_a_model_learns_is_not_taken_for_chance_that_lasts() -> None:
    random = np.random.default_rng(5)
    learnt = 6 * (1 - np.exp(-np.arange(120) / 20))
    found = [mean_of(learnt + random.standard_normal(120), adapted).above() <= 0.01 for _ in range(100)]
    assert np.mean(found) > 0.5
    steps = np.where(np.arange(68) < 17, 0.0, 2.5)
    found = [mean_of(steps + random.standard_normal(68), adapted).above() <= 0.01 for _ in range(100)]
    assert np.mean(found) > 0.5


def test_what_persists_below_noise_shows_in_the_slow_steps() -> None:
    random = np.random.default_rng(6)
    slow = lfilter([1.0], [1.0, -0.9], random.standard_normal((400, 186)))[:, 50:] * math.sqrt(1 - 0.9**2)
    series = slow + random.standard_normal(slow.shape)
    fooled = np.mean([mean_of(x, adapted).above() <= 0.05 for x in series])
    assert fooled < 0.16, "without the slow steps it is one in six"


def test_decision_times_at_which_both_are_equal_tell_nothing_and_count_in_the_mean() -> None:
    random = np.random.default_rng(7)
    after = 1.0 + 0.1 * random.standard_normal(30)
    before = after + 0.1 + 0.05 * random.standard_normal(30)
    nothing = np.zeros(60)
    gain = paired([*nothing, *before], [*nothing, *after], measure="error", better="lower", level=0.01)
    alone = paired(before, after, measure="error", better="lower", level=0.01)
    assert gain.n == 90 and gain.gain == pytest.approx(alone.gain / 3) and gain.low <= gain.gain <= gain.high
    assert gain.passes and gain.p == alone.p and gain.effective_n <= 30
    same = paired(before, before, measure="error", better="lower")
    assert same.gain == 0.0 and same.p == 1.0
