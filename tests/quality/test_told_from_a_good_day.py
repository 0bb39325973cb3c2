"""What a delivery says that no good day says: each check speaks of its fault, and is silent on a day like any other."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspected import Bench, Rows

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.estate import Check, Column, Contract
from windvane.stack.quality.checks import volume
from windvane.stack.quality.ends import ENDS, at_end
from windvane.stack.quality.novelty import novelty
from windvane.stack.quality.prediction import reach, reach_sql
from windvane.stack.quality.suite import suite
from windvane.stack.quality.table import Share

READINGS = Contract(
    relation="core.readings",
    columns=(
        Column(name="id", type="bigint", nullable=False, meaning="identifier"),
        Column(name="site", type="varchar", nullable=False),
        Column(name="code", type="varchar"),
        Column(name="grade", type="varchar"),
        Column(name="rate", type="decimal(18,2)"),
        Column(name="fee", type="decimal(18,2)"),
        Column(name="load", type="decimal(18,2)"),
        Column(name="kilos", type="bigint", meaning="quantity"),
    ),
    key=("id", "site"),
)
SITES = ("EWR", "JFK", "LGA")
GRADES = ("1-URGENT", "2-HIGH", "4-NOT SPECIFIED")
AT = {c.name: i for i, c in enumerate(READINGS.columns)}


def _day(d: int) -> Rows:
    """The readings of one delivery."""
    rng = random.Random(d)
    return [
        (
            d * 1000 + i, rng.choice(SITES), f"C#{rng.randrange(1000, 9999)}", rng.choice(GRADES),
            rng.randrange(11) / 100, rng.randrange(9) / 100, rng.randrange(3000, 4000) / 100, rng.randrange(40, 90),
        )
        for i in range(80 + d % 5)
    ]  # fmt: skip


class Station:
    """Twelve deliveries of about eighty readings; no column says when."""

    def __init__(self) -> None:
        self.bench = Bench(READINGS)
        for d in range(12):
            self.bench.admit(_day(d))
        self.checks = {c.rule: c for c in suite(self.bench.table())}

    def told(self, rule: str, rows: Rows) -> list[str]:
        return self.bench.breaks(self.checks[rule], rows)


@pytest.fixture(scope="module")
def station() -> Station:
    return Station()


def _put(rows: Rows, column: str, change: Callable[[object], object], *, many: int = 9_999) -> Rows:
    """The rows with a column changed in the first `many`."""
    at = AT[column]
    return [(*r[:at], change(r[at]), *r[at + 1 :]) if i < many else r for i, r in enumerate(rows)]


def _times(factor: float) -> Callable[[object], object]:
    return lambda value: float(str(value)) * factor


def _swapped(rows: Rows) -> Rows:
    return [(*r[: AT["rate"]], r[AT["fee"]], r[AT["rate"]], *r[AT["load"] :]) for r in rows]


def _repeated(rows: Rows) -> Rows:
    """Yesterday's readings under today's numbers."""
    return [(new[0], *old[1:]) for new, old in zip(rows, _day(11), strict=False)]


FAULTS: dict[str, tuple[str, Callable[[Rows], Rows], str]] = {
    "a key in other case": ("variants", lambda r: _put(r, "site", lambda v: str(v).lower(), many=2), "2 rows hold"),
    "a slip beside a digit": ("variants", lambda r: _put(r, "grade", lambda _: "1-URGENTT", many=1), "1 rows hold"),
    "a new category in a fifth": ("accepted_values", lambda r: _put(r, "site", lambda _: "MISC", many=20), "20 of 82"),
    "twelve times the load in a part": ("extremes", lambda r: _put(r, "load", _times(12), many=30), "30 of 82"),
    "three times the load in a part": ("extremes", lambda r: _put(r, "load", _times(3), many=30), "30 of 82"),
    "a number that ran over": ("extremes", lambda r: _put(r, "kilos", lambda _: -32768, many=1), "1 values"),
    "a key that ran over": ("extremes", lambda r: _put(r, "id", lambda _: -32768, many=1), "end of what a machine"),
    "rates and fees exchanged": ("crossed", _swapped, "column `fee` holds values of `rate`"),
    "a few empty ones where none was": ("null_share", lambda r: _put(r, "code", lambda _: None, many=6), "is empty"),
    "codes cut short": ("cut_texts", lambda r: _put(r, "code", lambda v: str(v)[:3]), "shorter than any known"),
    "the mean on most rows": ("point_mass", lambda r: _put(r, "load", lambda _: 35.02, many=50), "50 of 82"),
    "a tenth of the rows": ("volume", lambda r: r[:8], "8 rows in a delivery, usual are 82"),
    "nine times the rows": (
        "volume", lambda r: [(i, *r[i % 80][1:]) for i in range(50_000, 50_740)], "740 rows in a delivery",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_a_good_day_is_not(station: Station, fault: str) -> None:
    rule, spoil, said = FAULTS[fault]
    rows = _day(12)
    assert station.told(rule, rows) == []
    told = " ".join(station.told(rule, spoil(rows)))
    assert said in told, told


def test_a_delivery_that_says_what_yesterdays_said_is_told_whatever_its_keys(station: Station) -> None:
    rows = _day(12)
    assert station.told("same_again", rows) == []
    assert "are those of one earlier delivery" in " ".join(station.told("same_again", _repeated(rows)))


BENIGN: dict[str, Callable[[Rows], Rows]] = {
    "a day like any other": lambda r: r,
    "half the rows": lambda r: r[:41],
    "twice the rows": lambda r: [*r, *_day(14)],
    "a new site in a tenth": lambda r: _put(r, "site", lambda _: "PHL", many=8),
    "one empty code": lambda r: _put(r, "code", lambda _: None, many=1),
    "a new rate": lambda r: _put(r, "fee", lambda _: 0.09, many=12),
    "longer codes": lambda r: _put(r, "code", lambda v: f"{v}0"),
    "a load a little above all": lambda r: _put(r, "load", lambda _: 44.0, many=2),
}


@pytest.mark.parametrize("kind", BENIGN)
def test_what_business_does_stops_nothing(station: Station, kind: str) -> None:
    rows = BENIGN[kind](_day(13))
    told = {r: station.bench.breaks(c, rows) for r, c in station.checks.items() if c.severity == "block"}
    assert not any(told.values()), {r: t for r, t in told.items() if t}


def test_numbers_that_count_on_may_pass_the_end_of_a_machines_range() -> None:
    bench = Bench(READINGS)
    for d in range(6):
        bench.admit([(32_000 + 120 * d + i, "JFK", "C#1", "2-HIGH", 0.1, 0.1, 30, 50) for i in range(100)])
    check = next(c for c in suite(bench.table()) if c.rule == "extremes")
    rows: Rows = [(32_720 + i, "JFK", "C#1", "2-HIGH", 0.1, 0.1, 30, 50) for i in range(100)]
    assert bench.breaks(check, rows) == []
    assert bench.breaks(check, [*rows, (2**63 - 1, "JFK", "C#1", "2-HIGH", 0.1, 0.1, 30, 50)])


def _volume(bench: Bench) -> Check:
    (wish,) = volume.wishes(bench.table())
    check = volume.render(bench.table(), Share(wish, alpha=wish.fixed))
    assert check is not None
    return check


def test_the_rest_of_a_whole_delivery_is_no_small_one(station: Station) -> None:
    rows = _day(12)
    batch = station.bench.admit(rows)
    try:
        station.bench.engine.execute("INSERT INTO windvane.arriving VALUES (?)", (batch,))
        station.bench.engine.execute("DELETE FROM core.readings WHERE _batch = ? AND _row <= 74", (batch,))
        assert station.bench.engine.rows(station.checks["volume"].sql) == [], "its first rows were known already"
    finally:
        station.bench.engine.execute("DELETE FROM windvane.arriving")
        station.bench.engine.execute("DELETE FROM core.readings WHERE _batch = ?", (batch,))
        station.bench.sizes.pop()


def test_the_floor_of_a_young_table_moves_with_what_it_learns(station: Station) -> None:
    bench = Bench(READINGS)
    bench.admit(_day(0))
    check = _volume(bench)
    few = _day(20)[:6]
    assert bench.breaks(check, few) == [], "one delivery says nothing of the next"
    for d in range(1, 7):
        bench.admit(_day(d))
    assert bench.breaks(check, few), "the same check, asked when seven are known"
    for n in (9, 300, 20):
        bench.admit(_day(30 + n)[:n])
    assert bench.breaks(check, few) == [], "a table whose deliveries are of any size"


@given(st.lists(st.floats(0, 2), min_size=4, max_size=80), st.floats(1, 1e6))
def test_a_limit_is_never_nearer_than_what_was_seen_twice_over(departures: list[float], usual: float) -> None:
    found = reach(departures, usual)
    assert found >= max(math.log(1.2), 2 * max(departures)) and reach([0.0] * 4, 1e6) >= math.log(3)
    assert reach([*departures, max(departures)], usual) >= 2 * max(departures)
    assert reach(departures[:3], usual) == math.inf


@given(st.lists(st.integers(1, 10_000), min_size=4, max_size=70))
def test_the_limit_of_known_counts_is_finite_and_beyond_their_range(counts: list[int]) -> None:
    engine = Scratch()
    values = ", ".join(f"({n})" for n in counts)
    found = engine.rows(f"SELECT {reach_sql('n', usual='AVG(n)')} FROM (VALUES {values}) AS known(n)")[0][0]
    engine.close()
    assert isinstance(found, float) and math.isfinite(found)
    assert found >= 2 * math.log(max(counts) / min(counts)) - 1e-9


@given(st.sampled_from(ENDS), st.integers(0, 1000), st.integers(0, 1000))
def test_an_end_among_known_values_is_one_of_them(end: int, below: int, above: int) -> None:
    engine = Scratch()
    low, high = (f"CAST('{end + n * 2**48}' AS DOUBLE)" for n in (-below, above))
    inside = engine.rows(f"SELECT {at_end(f'CAST({end} AS DOUBLE)', low, high)}")[0][0]
    apart = engine.rows(f"SELECT {at_end(f'CAST({end} AS DOUBLE)', '1.0', '2.0')}")[0][0]
    engine.close()
    assert (inside, apart) == (False, True)


def test_names_are_always_new_and_categories_never(station: Station) -> None:
    table = station.bench.table()
    names, classes = novelty(table, "code"), novelty(table, "grade")
    assert names.rate > 0.5 and not names.never
    assert classes.rate < 0.01 and classes.never and classes.values == len(GRADES)


def test_a_mean_among_full_gauges_is_told_and_full_gauges_are_not() -> None:
    gauges = Contract(relation="core.gauges", columns=(Column(name="level", type="decimal(18,2)"),))
    bench, rng = Bench(gauges), random.Random(3)

    def day(full: int) -> Rows:
        return [(100.0,) if i < full else (rng.randrange(3000, 9000) / 100,) for i in range(60)]

    for full in (0, 5, 55, 0, 20, 0, 0, 60, 0, 0):
        bench.admit(day(full))
    check = next(c for c in suite(bench.table()) if c.rule == "point_mass")
    assert bench.breaks(check, day(60)) == []
    assert bench.breaks(check, [*day(0)[:20], *[(61.25,)] * 40]) == [
        "column `level`: 40 of 60 arriving rows have one value"
    ]
