"""Prices go on where new rows begin; a factor on all of them is seen, and a benign day is left alone."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta

import pytest
from inspected import Bench, market, prices, rows_of

from windvane.domain.estate import Check, Column, Contract
from windvane.stack.quality.budget import TOTAL
from windvane.stack.quality.suite import suite


def _continuity(bench: Bench, **more: object) -> Check:
    return next(c for c in suite(bench.table(**more)) if c.rule == "continuity")


@pytest.mark.parametrize("tickers", [5, 20])
def test_eight_percent_on_all_prices_is_seen_and_ordinary_days_pass(tickers: int) -> None:
    days = market(tickers=tickers, days=1520, seed=11)
    bench = Bench(prices())
    bench.admit([r for day, values in days[:1500] for r in rows_of(day, values)])
    check = _continuity(bench)

    seen = [bench.breaks(check, rows_of(day, values, times=1.08)) for day, values in days[1500:1501]]
    assert "factor 1.0" in seen[0][0]
    assert f"median of {tickers} series" in seen[0][0]
    assert bench.breaks(check, rows_of(*days[1500])) == []
    assert "against 1,494 known steps" in check.why


def test_power_and_false_alarms_over_many_days() -> None:
    """Each of 80 later days arrives once as it is and once times 1.08 after a history that grows by that day."""
    caught = stopped = 0
    for seed in (1, 2):
        days = market(tickers=5, days=1540, seed=seed)
        bench = Bench(prices())
        bench.admit([r for day, values in days[:1500] for r in rows_of(day, values)])
        check = _continuity(bench)
        for day, values in days[1500:]:
            stopped += bool(bench.breaks(check, rows_of(day, values)))
            caught += bool(bench.breaks(check, rows_of(day, values, times=1.08)))
            bench.admit(rows_of(day, values))
    assert stopped <= 2  # bound 0.3 % of 80, and room for chance (P < 0.002)
    assert caught >= 68


def test_a_crash_like_those_in_history_is_within_the_limit() -> None:
    """Wild times widen the limit: after weeks of large moves, one more of them is benign."""
    days = market(tickers=5, days=1500, seed=5)
    bench = Bench(prices())
    wild = [1.0]
    for i in range(1, 1500):
        wild.append(wild[-1] * ((0.88 if i % 2 else 1 / 0.88) if i % 300 > 290 else 1.0))
    rows = [r for (day, values), f in zip(days, wild, strict=True) for r in rows_of(day, values, times=f)]
    bench.admit(rows)
    check = _continuity(bench)
    day = date(2019, 10, 2)
    assert bench.breaks(check, rows_of(day, days[-1][1], times=wild[-1] * 0.88)) == []
    assert check.false_alarm_bound <= TOTAL


def test_one_split_among_twenty_series_is_no_jump_of_all() -> None:
    days = market(tickers=20, days=401, seed=7)
    bench = Bench(prices())
    bench.admit([r for day, values in days[:400] for r in rows_of(day, values)])
    day, values = days[400]
    halved = [values[0] / 2, *values[1:]]
    assert bench.breaks(_continuity(bench), rows_of(day, halved)) == []


def test_one_column_of_several_is_enough() -> None:
    days = market(tickers=6, days=801, seed=9)
    bench = Bench(prices(measures=("open", "close")))

    def both(day: date, values: list[float], times: float = 1.0) -> list[tuple[object, ...]]:
        return [(f"T{i}", day, v * 1.001, v * times) for i, v in enumerate(values)]

    bench.admit([r for day, values in days[:800] for r in both(day, values)])
    check = _continuity(bench)
    assert bench.breaks(check, both(*days[800])) == []
    told = bench.breaks(check, both(*days[800], times=1.12))
    assert len(told) == 1
    assert "`close`" in told[0]


def test_a_flip_of_sign_is_beyond_every_limit() -> None:
    days = market(tickers=5, days=301, seed=4)
    bench = Bench(prices())
    bench.admit([r for day, values in days[:300] for r in rows_of(day, values)])
    told = bench.breaks(_continuity(bench), rows_of(*days[300], times=-1.0))
    assert told == ["column `close`: 5 of 5 arriving values are not positive, all known ones are"]


def test_deliveries_of_a_part_are_compared_with_that_part() -> None:
    """Five funds and twenty stocks in one relation: a factor on the funds alone is a jump of all funds."""
    contract = prices()
    contract = Contract(
        relation=contract.relation,
        columns=(Column(name="origin", type="varchar"), *contract.columns),
        key=contract.key,
        time_column="day",
    )
    days = market(tickers=25, days=801, seed=21)
    bench = Bench(contract)
    parts = {"fund": slice(0, 5), "stock": slice(5, 25)}

    def rows(part: str, day: date, values: list[float], times: float = 1.0) -> list[tuple[object, ...]]:
        return [(part, f"{part}{t}", *rest) for t, *rest in rows_of(day, values[parts[part]], times=times)]

    for part in parts:
        bench.admit([r for day, values in days[:800] for r in rows(part, day, values)])
    check = _continuity(bench, segment="origin")
    assert bench.breaks(check, rows("fund", *days[800])) == []
    assert "median of 5 series" in bench.breaks(check, rows("fund", *days[800], times=1.08))[0]


def test_a_wide_table_is_read_as_one_series_per_column() -> None:
    contract = Contract(
        relation="core.wide",
        columns=(Column(name="day", type="date"), *(Column(name=f"f{i}", type="double") for i in range(5))),
        key=("day",),
        time_column="day",
    )
    days = market(tickers=5, days=801, seed=13)
    bench = Bench(contract)
    bench.admit([(day, *values) for day, values in days[:800]])
    check = _continuity(bench)
    day, values = days[800]
    assert bench.breaks(check, [(day, *values)]) == []
    assert "median of 5 series" in bench.breaks(check, [(day, *(v * 1.1 for v in values))])[0]


def test_without_series_the_level_of_a_delivery_is_compared() -> None:
    contract = Contract(
        relation="core.parcels",
        columns=(Column(name="id", type="bigint"), Column(name="weight", type="double")),
        key=("id",),
    )
    bench = Bench(contract)
    for b in range(60):
        bench.admit([(b * 100 + i, 5.0 + 0.05 * ((b * 37 + i * 13) % 41)) for i in range(100)])
    check = _continuity(bench)
    fresh = [(9000 + i, 5.0 + 0.05 * ((i * 13) % 41)) for i in range(100)]
    assert bench.breaks(check, fresh) == []
    assert "factor 2.2" in bench.breaks(check, [(i, w * 2.2046) for i, w in fresh])[0]


def test_nothing_known_means_nothing_to_say() -> None:
    """The first transition brings all rows at once: no seam, no alarm."""
    days = market(tickers=5, days=400, seed=2)
    bench = Bench(prices())
    rows = [r for day, values in days for r in rows_of(day, values)]
    bench.admit(rows)
    checks = suite(bench.table())
    empty = Bench(prices())
    assert {c.rule for c in checks} >= {"continuity", "volume", "freshness", "not_null", "unique", "range"}
    for check in checks:
        assert empty.breaks(check, rows) == [], check.rule


def test_a_daily_rhythm_is_no_jump_whatever_the_hour_deliveries_end() -> None:
    """Each day has its own level, and every delivery begins at midnight: the steps of that hour are what is usual."""
    contract = Contract(
        relation="core.sensors",
        columns=(
            Column(name="sensor", type="varchar"),
            Column(name="hour", type="timestamp"),
            Column(name="celsius", type="double"),
        ),
        key=("sensor", "hour"),
        time_column="hour",
    )
    rng = random.Random(6)

    def day(d: int, plus: float = 0.0) -> list[tuple[object, ...]]:
        begin, level = datetime(2024, 1, 1) + timedelta(days=d), 20 + rng.gauss(0, 3) + plus
        return [
            (f"s{i}", begin + timedelta(hours=h), level + i + math.sin(h / 24 * 2 * math.pi) + rng.gauss(0, 0.1))
            for h in range(24)
            for i in range(3)
        ]

    bench = Bench(contract)
    bench.admit([r for d in range(200) for r in day(d)])
    check = _continuity(bench)
    stopped = 0
    for d in range(200, 240):
        stopped += bool(bench.breaks(check, day(d)))
        bench.admit(day(d))
    assert stopped == 0
    assert bench.breaks(check, day(240, plus=80))


def _unkeyed() -> Contract:
    """Rates of currencies and days whose key nobody is sure of."""
    return Contract(
        relation="core.rates",
        columns=(
            Column(name="currency", type="varchar"),
            Column(name="day", type="date"),
            Column(name="rate", type="double"),
        ),
        time_column="day",
    )


def test_without_a_sure_key_rows_of_one_moment_are_no_series() -> None:
    """Each day brings rates from 0.1 to 100 in any order; a day without one of them is no jump of anything."""
    rng = random.Random(3)
    levels = {"GBP": 0.1, "USD": 1.1, "DKK": 7.5, "JPY": 100.0}

    def day(d: int, *, but: str = "", times: float = 1.0) -> list[tuple[object, ...]]:
        when = date(2024, 1, 1) + timedelta(days=d)
        rows = [(c, when, v * math.exp(rng.gauss(0, 0.002)) * times) for c, v in levels.items() if c != but]
        return rng.sample(rows, len(rows))

    bench = Bench(_unkeyed())
    for d in range(60):
        bench.admit(day(d))
    steps = ("continuity", "distribution", "extremes")
    checks = [c for c in suite(bench.table()) if c.rule in steps and c.severity == "block"]
    assert all(not bench.breaks(c, day(60, but=but)) for c in checks for but in levels)
    assert any(bench.breaks(c, day(60, times=100)) for c in checks), "a change of all of them is seen all the same"


def test_without_a_sure_key_moments_of_one_row_are_a_series() -> None:
    bench = Bench(_unkeyed())
    rng = random.Random(4)
    walk = [100.0]
    for _ in range(500):
        walk.append(walk[-1] * math.exp(rng.gauss(0, 0.002)))
    begin = date(2020, 1, 1)
    bench.admit([("EUR", begin + timedelta(days=d), v) for d, v in enumerate(walk[:-1])])
    check = _continuity(bench)
    day = begin + timedelta(days=500)
    assert bench.breaks(check, [("EUR", day, walk[-1])]) == []
    assert bench.breaks(check, [("EUR", day, walk[-1] * 2)])
    crowd = [("EUR", day, walk[-1] * 2), ("USD", day, walk[-1]), ("DKK", day, walk[-1] * 7)]
    assert bench.breaks(check, crowd) == [], "which of them goes on is not known"


def test_versions_of_a_row_have_no_order() -> None:
    """Two versions of each row, one of them half as large again: the check says the same whichever comes first."""
    days = market(tickers=5, days=301, seed=8)
    bench = Bench(prices())
    bench.admit([r for day, values in days[:300] for r in rows_of(day, values)])
    check = _continuity(bench)
    twice = [*rows_of(*days[300]), *rows_of(*days[300], times=1.5)]
    told = bench.breaks(check, twice)
    assert told and told == bench.breaks(check, twice[::-1])
