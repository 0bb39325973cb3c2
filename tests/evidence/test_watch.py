"""A product in use: the worse retrain is rolled back, drift is noticed, and quiet stays quiet."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from series import losses

from windvane.stack.evidence.bound import noise, short_of
from windvane.stack.evidence.watch import contest, coverage, worse

REPEATS = 100


def _contests(difference: float, rho: float, seed: int) -> Counter[str]:
    current = 2.0 + losses(seed, "heavy", rho, 400, REPEATS)
    retrained = current + difference + 0.4 * losses(seed + 1, "clustered", rho, 400, REPEATS)
    fates = (contest(current[:, i], retrained[:, i], measure="error", better="lower").fate for i in range(REPEATS))
    return Counter(fates)


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_equal_versions_are_left_as_they_are(rho: float) -> None:
    assert _contests(0.0, rho, seed=3)["keep"] >= 90


def test_a_worse_retrain_is_rolled_back_and_a_better_one_replaces() -> None:
    assert _contests(0.3, 0.3, seed=5)["roll back"] >= 95
    assert _contests(-0.3, 0.3, seed=7)["replace"] >= 95


def test_the_first_look_that_tells_decides_for_good() -> None:
    current = 2.0 + losses(1, "normal", 0.0, 300, 1)[:, 0]
    retrained = current + 0.5 + 0.2 * losses(2, "normal", 0.0, 300, 1)[:, 0]
    first = contest(current, retrained, measure="error", better="lower")
    assert first.fate == "roll back" and first.steps < 60 and first.gain.gain < 0 and first.gain.harms
    later = np.concatenate([retrained[: first.steps], current[first.steps :] - 5.0])
    assert contest(current, later, measure="error", better="lower").fate == "roll back"
    assert contest(current[:8], retrained[:8], measure="error", better="lower").fate == "keep"


@pytest.mark.parametrize("kind", ["heavy", "clustered"])
def test_accuracy_that_stays_as_it_was_raises_hardly_any_alarm(kind: str) -> None:
    made = np.abs(losses(9, kind, 0.5, 650, REPEATS))
    raised = sum(worse(made[:400, i], made[400:, i], better="lower").raised for i in range(REPEATS))
    assert raised <= 10  # five by chance, of 100 times 250 steps


def test_errors_that_grow_are_noticed_with_the_time_they_began() -> None:
    made = np.abs(losses(13, "heavy", 0.3, 700, 50))
    made[500:] *= 1.8
    alarms = [worse(made[:400, i], made[400:, i], better="lower") for i in range(50)]
    assert sum(a.raised for a in alarms) >= 45
    assert 60 <= np.median([a.since for a in alarms if a.raised]) <= 180
    falling = [worse(-made[:400, i], -made[400:, i], better="higher") for i in range(50)]
    assert [a.at for a in falling] == [a.at for a in alarms], "the same for measures of which more is better"


def test_intervals_that_hold_what_they_promise_are_left_alone_and_others_are_not() -> None:
    random = np.random.default_rng(17)
    quiet = [coverage(random.binomial(20, 0.9, 250) / 20, 0.9).raised for _ in range(REPEATS)]
    assert sum(quiet) <= 5
    narrow = [
        coverage(np.r_[random.binomial(20, 0.9, 60), random.binomial(20, 0.78, 120)] / 20, 0.9) for _ in range(50)
    ]
    wide = [coverage(random.binomial(20, 0.985, 250) / 20, 0.9) for _ in range(50)]
    assert sum(a.raised for a in narrow) >= 48 and all(a.at >= 55 for a in narrow if a.raised)
    assert sum(a.raised for a in wide) >= 48
    assert "90.0% promised" in wide[0].why


def test_too_little_past_is_silence_and_a_wrong_share_an_error() -> None:
    assert not worse([1.0] * 19, [100.0] * 100, better="lower").raised
    with pytest.raises(ValueError, match="between 0 and 1"):
        coverage([1.0], 90.0)


def test_what_no_estimator_can_know_is_about_the_noise_that_was_put_in() -> None:
    random = np.random.default_rng(23)
    features = random.standard_normal((3000, 2))
    signal = np.sin(features[:, 0]) + 0.5 * features[:, 1]
    for sigma in (0.3, 1.0):
        target = signal + sigma * random.standard_normal(3000)
        true = sigma**2 / target.var()
        found = noise(features, target)
        assert found.low - 0.05 <= true <= found.high + 0.05 and abs(found.share - true) < 0.08
    assert noise(features, random.standard_normal(3000)).share > 0.9
    assert noise(features[:20], signal[:20]) == (1.0, 0.0, 1.0, 20), "nothing is known from twenty rows"


def test_a_goal_out_of_reach_is_refuted_and_one_that_is_met_hardly_ever() -> None:
    skill = 0.13 + 0.3 * losses(29, "normal", 0.2, 150, REPEATS)
    told = [short_of(skill[:, i], 0.20, better="higher") for i in range(REPEATS)]
    assert sum(t.refuted() for t in told) >= 60 and all(t.low <= t.reached <= t.high for t in told)
    met = sum(short_of(skill[:, i], 0.13, better="higher").refuted() for i in range(REPEATS))
    assert met <= 12
    error = short_of(1.0 - skill[:, 0], 0.5, better="lower")
    assert error.refuted() and error.reached > 0.5
