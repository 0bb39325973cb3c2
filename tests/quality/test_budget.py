"""The false-alarm budget: bounds sum to at most the total, whatever is wished for, and limits keep their word."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windvane.stack.quality.budget import LEAST, MOST_STRETCH, TOTAL, split
from windvane.stack.quality.conformal import limit, median, three_of
from windvane.stack.quality.table import Wish

WISHES = st.builds(
    lambda rule, weight, past, fixed: Wish(rule, weight=weight, past=past, fixed=0.0 if weight else fixed),
    rule=st.text("abcdefgh", min_size=1, max_size=4),
    weight=st.sampled_from([0.0, 0.5, 1.0, 2.0, 6.0]),
    past=st.integers(0, 100_000),
    fixed=st.floats(0, 1),
)


@given(st.lists(WISHES, max_size=12, unique=True), st.floats(1e-5, 0.1))
def test_blocking_bounds_never_exceed_the_total(wishes: list[Wish], total: float) -> None:
    shares = split(wishes, total=total)
    assert sum(s.alpha for s in shares if s.severity == "block") <= total * (1 + 1e-9)
    assert all(s.wish in wishes for s in shares)


@given(st.lists(WISHES, max_size=12, unique=True))
def test_what_is_kept_rests_on_enough_cases(wishes: list[Wish]) -> None:
    for share in split(wishes):
        if share.wish.weight > 0:
            assert share.wish.past >= LEAST
            assert 1 / (share.alpha * (share.wish.past + 1)) <= MOST_STRETCH**2 * 1.000001


def test_the_weakest_is_dropped_first_and_gives_its_part_to_the_others() -> None:
    strong, weak = Wish("continuity", weight=6, past=2000), Wish("volume", weight=2, past=5)
    assert [(s.wish.rule, s.alpha) for s in split([strong, weak])] == [("continuity", TOTAL)]


def test_a_rule_of_three_that_costs_too_much_only_warns() -> None:
    found = {
        s.wish.rule: s.severity
        for s in split([Wish("references", fixed=0.03), Wish("unique"), Wish("cheap", fixed=0.001)])
    }
    assert found == {"references": "warn", "unique": "block", "cheap": "block"}


@settings(max_examples=60)
@given(st.integers(1, 400), st.sampled_from([0.001, 0.01, 0.05]), st.integers(0, 10_000))
def test_a_limit_falls_with_alpha_and_never_below_what_it_must(n: int, alpha: float, seed: int) -> None:
    rng = random.Random(seed)
    past = [abs(rng.gauss(0, 1)) for _ in range(n)]
    found = limit(past, alpha)
    assert found.bound <= alpha + 1e-12
    assert limit(past, alpha / 2).value >= found.value
    if alpha * (n + 1) >= 1:
        assert sum(p > found.value for p in past) < alpha * (n + 1)


@pytest.mark.parametrize(("n", "alpha"), [(400, 0.01), (60, 0.005)])
def test_benign_values_exceed_a_limit_no_more_often_than_promised(n: int, alpha: float) -> None:
    """Fat tails (Student, 3 degrees of freedom), 4,000 times: also where the limit is stretched beyond the past."""
    rng = random.Random(5)

    def draw() -> float:
        return abs(rng.gauss(0, 1)) / (rng.gammavariate(1.5, 1 / 1.5)) ** 0.5

    fired = sum(draw() > limit([draw() for _ in range(n)], alpha).value for _ in range(4000))
    assert fired / 4000 <= alpha + 3 * (alpha / 4000) ** 0.5


def test_small_things() -> None:
    assert three_of(0) == 1.0
    assert three_of(300) == 0.01
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5
    with pytest.raises(ValueError, match="known values"):
        limit([], 0.01)
