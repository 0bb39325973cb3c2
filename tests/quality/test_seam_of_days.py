"""Deliveries of several days: a day left out, or the rest of one, where one delivery ended and the next begins."""

from __future__ import annotations

import random
from datetime import date, timedelta

from inspected import Bench, Rows

from windvane.domain.estate import Check, Column, Contract
from windvane.stack.quality.suite import suite

FIRST = date(2024, 1, 1)
FLIGHTS = Contract(
    relation="core.flights",
    columns=(Column(name="id", type="bigint", nullable=False), Column(name="day", type="date", nullable=False)),
    key=("id",),
    time_column="day",
)


def days(first: int, many: int, *, seed: int, rows: int = 40) -> Rows:
    """About `rows` rows on each of some days, by chance."""
    rng = random.Random(seed)
    found: Rows = []
    for d in range(first, first + many):
        count = sum(rng.random() < 0.1 for _ in range(10 * rows))
        found += [(d * 1000 + i, FIRST + timedelta(days=d)) for i in range(count)]
    return found


def known(*, split: int) -> Bench:
    """Ten deliveries of four days; each ends `split` rows after midnight."""
    bench, rest = Bench(FLIGHTS), days(0, 1, seed=0)
    for number in range(10):
        rows = days(1 + 4 * number, 4, seed=number + 1)
        last = [r for r in rows if r[1] == rows[-1][1]]
        cut = len(rows) - len(last) + split if split else len(rows)
        bench.admit([*rest, *rows[:cut]])
        rest = rows[cut:]
    bench.rest = rest  # type: ignore[attr-defined]
    return bench


def check(bench: Bench, rule: str) -> Check:
    return next(c for c in suite(bench.table()) if c.rule == rule)


def test_a_day_left_out_between_two_deliveries_is_missed_where_none_ever_was() -> None:
    bench = known(split=0)
    freshness = check(bench, "freshness")
    assert not bench.breaks(freshness, days(41, 4, seed=50))
    assert "1 days are left out" in "".join(bench.breaks(freshness, days(42, 4, seed=50)))
    bench.engine.execute("INSERT INTO windvane.waiting VALUES ('flights', 'day', DATE '2024-02-11')")
    assert date(2024, 2, 11) == FIRST + timedelta(days=41)
    waiting = next(c for c in suite(bench.table(upstream=("staging.flights",))) if c.rule == "freshness")
    assert not bench.breaks(waiting, days(42, 4, seed=50)), "rows of that day wait for a person: it is not missing"


def test_the_rest_of_a_day_that_does_not_come_is_missed_and_days_with_fewer_rows_by_chance_are_not() -> None:
    bench = known(split=6)
    thin, rest = check(bench, "thin_days"), bench.rest  # type: ignore[attr-defined]
    assert not bench.breaks(thin, [*rest, *days(41, 4, seed=50)])
    assert "1 days are over with fewer than" in bench.breaks(thin, days(41, 4, seed=50))[0]
    assert not [n for n in range(60, 90) if bench.breaks(thin, [*rest, *days(41, 4, seed=n)])]
    assert not bench.breaks(thin, [*rest, *days(41, 3, seed=51), *days(44, 1, seed=52)[:3]]), "the last is not over"


def test_of_days_with_a_rhythm_nothing_is_said() -> None:
    bench = Bench(FLIGHTS)
    for week in range(12):
        bench.admit([r for d in range(7) for r in days(7 * week + d, 1, seed=7 * week + d, rows=5 if d > 4 else 60)])
    assert "thin_days" not in {c.rule for c in suite(bench.table())}
