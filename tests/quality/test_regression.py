"""Numbers that go together: one that was changed on the way lies beside what the others say of it."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from inspected import Bench, Rows

from windvane.domain.estate import Check, Column, Contract
from windvane.stack.quality.suite import suite

FIRST = date(2025, 1, 6)
PARCELS = Contract(
    relation="core.parcels",
    columns=(
        Column(name="id", type="bigint", nullable=False),
        Column(name="day", type="date", nullable=False),
        Column(name="weight", type="decimal(18,2)", meaning="measure"),
        Column(name="volume", type="decimal(18,2)", meaning="measure"),
        Column(name="postage", type="decimal(18,2)", meaning="price"),
    ),
    key=("id",),
    time_column="day",
)


def parcels(number: int, *, factor: float = 1.0, heavier: float = 1.0) -> Rows:
    """A day of sixty: postage by weight and volume, with what a clerk rounds. `factor`: on postage alone."""
    rng = random.Random(number)
    season = 1 + 0.3 * rng.random()
    rows = []
    for i in range(60):
        weight, volume = (heavier * season * rng.uniform(low, high) for low, high in ((1, 20), (5, 60)))
        postage = factor * (3 + 0.9 * weight + 0.2 * volume + rng.gauss(0, 0.4))
        rows.append(
            (number * 100 + i, FIRST + timedelta(days=number), round(weight, 2), round(volume, 2), round(postage, 2))
        )
    return rows


def asked(bench: Bench) -> Check | None:
    return next((c for c in suite(bench.table()) if c.rule == "regression"), None)


@pytest.fixture(scope="module")
def bench() -> Bench:
    made = Bench(PARCELS)
    for number in range(14):
        made.admit(parcels(number))
    return made


def test_a_number_that_the_others_no_longer_tell_is_asked_about(bench: Bench) -> None:
    check = asked(bench)
    assert check is not None and check.severity == "block"
    for number in range(14, 24):
        assert not bench.breaks(check, parcels(number))
    found = " ".join(bench.breaks(check, parcels(24, factor=1.4)))
    assert "column `postage`: 59 of 60" in found and "from what the other numbers of their row say" in found


def test_heavier_parcels_that_cost_more_are_as_ever(bench: Bench) -> None:
    check = asked(bench)
    assert check is not None
    assert not bench.breaks(check, parcels(30, heavier=1.3)), "all three moved along the line"
    assert not bench.breaks(check, parcels(31, factor=1.4)[:9]), "of nine rows nothing is told"


def test_trends_that_only_ran_together_are_no_line() -> None:
    walks = Bench(PARCELS)
    rng = random.Random(3)
    levels = [10.0, 30.0, 20.0]
    for number in range(14):
        levels = [v + rng.gauss(1.0, 2.0) for v in levels]
        walks.admit([
            (number * 100 + i, FIRST + timedelta(days=number), *(round(v + rng.gauss(0, 0.1), 2) for v in levels))
            for i in range(60)
        ])  # fmt: skip
    assert asked(walks) is None


def test_few_rows_or_deliveries_tell_no_line() -> None:
    young = Bench(PARCELS)
    for number in range(5):
        young.admit(parcels(number))
    assert asked(young) is None
