"""A part that is always there and does not come is told, unless it is so few things that it may be absent for once."""

from __future__ import annotations

import random

import pytest
from inspected import Bench, Rows

from windvane.domain.estate import Column, Contract
from windvane.stack.quality.suite import suite

LINES = Contract(
    relation="core.lines",
    columns=(
        Column(name="id", type="bigint", nullable=False),
        Column(name="day", type="date", nullable=False),
        Column(name="country", type="varchar"),
    ),
    key=("id",),
    time_column="day",
    cadence="day",
)
SHARES = {"US": 0.5, "CA": 0.2, "FR": 0.15, "DE": 0.15}


class Shop:
    """Days of about 240 lines; those of one order stand together, or in the order of their countries."""

    def __init__(self, *, per_order: int, ordered: bool = False) -> None:
        self._rng = random.Random(7)
        self._per_order, self._ordered = per_order, ordered
        self._next = 0
        self._bench = Bench(LINES)
        for number in range(12):
            self._bench.admit(self.day(number))

    def day(self, number: int, *, without: str = "") -> Rows:
        orders = self._rng.choices(list(SHARES), list(SHARES.values()), k=240 // self._per_order)
        countries = [c for c in orders for _ in range(self._per_order) if c != without]
        if self._ordered:
            countries.sort()
        self._next += len(countries)
        return [(self._next + i, f"2025-03-{number + 1:02d}", c) for i, c in enumerate(countries)]

    def told(self, without: str = "") -> str:
        check = next(c for c in suite(self._bench.table()) if c.rule == "segments")
        return " ".join(self._bench.breaks(check, self.day(13, without=without)))


@pytest.mark.parametrize("ordered", [False, True])
def test_a_part_of_many_things_that_does_not_come_is_told(ordered: bool) -> None:
    shop = Shop(per_order=1, ordered=ordered)
    assert shop.told() == ""
    assert "1 of its usual values" in shop.told(without="DE"), "36 lines are 36 orders"


def test_lines_that_come_together_bear_less_witness() -> None:
    shop = Shop(per_order=6)
    assert shop.told(without="DE") == "", "36 lines are 6 orders: of 400 days one is without"
    assert "1 of its usual values" in shop.told(without="US"), "120 lines are 20 orders"
