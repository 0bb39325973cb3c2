"""Deliveries of about twenty rows, one for each thing on one day: what earlier days did is no news, the rest is."""

from __future__ import annotations

import random

from inspected import Bench, Rows

from windvane.domain.estate import Column, Contract
from windvane.stack.quality.suite import suite

REGIONS = 21
CHANGES = Contract(
    relation="core.changes",
    columns=(
        Column(name="region", type="varchar", nullable=False),
        Column(name="day", type="date", nullable=False),
        Column(name="change", type="bigint", meaning="quantity"),
        Column(name="total", type="bigint", meaning="quantity"),
    ),
    key=("region", "day"),
    time_column="day",
    cadence="day",
)


def _day(number: int, *, falling: float, still: int = 2) -> Rows:
    """Changes in every region, of which a share falls and a few are none at all; totals are above zero."""
    rng = random.Random(number)
    signs = [0] * still + [-1 if rng.random() < falling else 1 for _ in range(REGIONS - still)]
    return [
        (f"R{i:02d}", f"2021-{1 + number // 28:02d}-{1 + number % 28:02d}", s * rng.randint(1, 300), 900 + number)
        for i, s in enumerate(signs)
    ]


def _told(bench: Bench, rows: Rows, *, rule: str = "sign_share") -> str:
    check = next(c for c in suite(bench.table()) if c.rule == rule)
    return " ".join(bench.breaks(check, rows))


def test_a_day_on_which_all_fall_after_days_on_which_nearly_all_fell_is_no_question() -> None:
    """A few regions without a change leave fewer rows than a share is usually taken of: they count all the same."""
    bench = Bench(CHANGES)
    for number in range(60):
        bench.admit(_day(number, falling=0.0 if number < 40 else 0.045 * (number - 39)))
    assert _told(bench, _day(60, falling=1.0, still=0)) == ""


def test_signs_that_turn_in_a_small_delivery_are_told() -> None:
    bench = Bench(CHANGES)
    for number in range(60):
        bench.admit(_day(number, falling=0.1))
    turned = [(*r[:3], -int(str(r[3]))) for r in _day(60, falling=0.1)]
    assert "column `total` is below zero: 21 of 21" in _told(bench, turned)
    assert "column `change` is below zero" in _told(bench, _day(61, falling=1.0, still=0))


def _dated(rows: Rows, *, day: int) -> Rows:
    return [(r[0], f"2021-03-{day:02d}", *r[2:]) for r in rows]


def test_dates_that_count_on_from_row_to_row_are_told_and_days_that_come_late_together_are_not() -> None:
    bench = Bench(CHANGES)
    for number in range(12):
        bench.admit(_day(number, falling=0.5))
    rows = _day(12, falling=0.5)
    counted_on = [_dated([row], day=1 + i)[0] for i, row in enumerate(rows)]
    assert "21 rows of one delivery lie on 21 days, usual are 21 on one" in _told(bench, counted_on, rule="scattered")
    late = [row for day in range(12, 17) for row in _day(day, falling=0.5)]
    assert _told(bench, late, rule="scattered") == ""
    assert _told(bench, rows[:6], rule="scattered") == ""


def test_numbers_that_stand_still_are_told_until_most_of_them_do_so_anyway() -> None:
    bench = Bench(CHANGES)
    lively = [_day(number, falling=0.5, still=0) for number in range(40)]
    for rows in lively[:30]:
        bench.admit(rows)
    check = next(c for c in suite(bench.table()) if c.rule == "frozen")
    stuck = [(*old[:1], new[1], *old[2:]) for old, new in zip(lively[29], lively[30], strict=True)]
    assert "21 of 21 arriving numbers" in " ".join(bench.breaks(check, stuck))
    assert bench.breaks(check, lively[30]) == []
    for n in range(31, 36):  # a quiet season: fewer and fewer regions report a change
        before = lively[n - 1]
        lively[n] = [
            (*o[:1], w[1], *(o if i % 4 else w)[2:]) for i, (o, w) in enumerate(zip(before, lively[n], strict=True))
        ]
        bench.admit(lively[n])
    quiet = [(*old[:1], new[1], *old[2:]) for old, new in zip(lively[35], lively[36], strict=True)]
    assert bench.breaks(check, quiet) == []
