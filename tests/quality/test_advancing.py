"""Days go on with keys or deliveries: new rows with days of years ago are asked about, late ones are not."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from inspected import Bench, Rows

from windvane.domain.estate import Check, Column, Contract
from windvane.stack.quality.suite import suite

FIRST = date(2018, 1, 1)


def contract(kind: str, *, time: str = "date", relation: str = "core.invoices", named: str = "day") -> Contract:
    """A thing a row, whose key is a number or a word; `named`: the column that is said to be its time."""
    return Contract(
        relation=relation,
        columns=(Column(name="id", type=kind, nullable=False), Column(name="day", type=time, nullable=False)),
        key=("id",),
        time_column=named,
    )


def month(number: int, *, kind: str, back: int = 0) -> Rows:
    """Twelve rows of one delivery on scattered days of a month; the last lie up to `back` days behind."""
    rng = random.Random(number)
    days = sorted(FIRST + timedelta(days=30 * number + rng.randrange(30)) for _ in range(12))
    named = [number * 100 + i for i in range(12)]
    rng.shuffle(days[-4:])
    return [
        (n if kind == "bigint" else f"{random.Random(n).getrandbits(40):x}", d - timedelta(days=back))
        for n, d in zip(named, days, strict=True)
    ]


def built(kind: str) -> Bench:
    bench = Bench(contract(kind))
    for number in range(40):
        bench.admit(month(number, kind=kind))
    return bench


def check(bench: Bench) -> Check | None:
    return next((c for c in suite(bench.table()) if c.rule == "advancing"), None)


@pytest.mark.parametrize("kind", ["bigint", "varchar"])
def test_a_delivery_of_years_ago_under_new_keys_is_asked_about_and_a_late_one_is_not(kind: str) -> None:
    bench = built(kind)
    made = check(bench)
    assert made is not None
    assert not bench.breaks(made, month(40, kind=kind))
    assert not bench.breaks(made, month(40, kind=kind, back=20))
    assert "12 of 12 new rows have days long before" in bench.breaks(made, month(40, kind=kind, back=800))[0]
    assert not bench.breaks(made, [*month(40, kind=kind), *month(41, kind=kind, back=900)[:3]]), "a few may be late"


def test_where_no_time_is_named_the_only_date_tells_it() -> None:
    bench = Bench(contract("bigint", named=""))
    for number in range(40):
        bench.admit(month(number, kind="bigint"))
    made = check(bench)
    assert made is not None
    assert not bench.breaks(made, month(40, kind="bigint", back=20))
    assert "12 of 12 new rows" in bench.breaks(made, month(40, kind="bigint", back=800))[0]


def test_old_keys_may_have_old_days_and_without_an_order_there_is_nothing_to_ask() -> None:
    bench = built("bigint")
    made = check(bench)
    assert made is not None
    forgotten = [(n - 4_000 - 90_000, d) for n, d in month(40, kind="bigint", back=2_000)]
    assert not bench.breaks(made, forgotten), "older things that were forgotten have older keys"
    mixed = Bench(contract("bigint"))
    order = list(range(40))
    random.Random(1).shuffle(order)
    for at, number in enumerate(order):
        mixed.admit([(10_000 * at + n, d) for n, d in month(number, kind="bigint")])
    assert check(mixed) is None


def test_a_day_of_which_all_rows_come_hours_early_is_another_zone_though_only_two_hours_are_new() -> None:
    def flights(number: int, turn: int = 0) -> Rows:
        rng = random.Random(f"{number} {turn}")
        on = datetime(2025, 1, 1) + timedelta(days=number)
        drawn = rng.choices(range(10, 24), [9, 8, 7, 5, 4, 4, 4, 5, 6, 7, 7, 5, 2, 1], k=150)
        return [(number * 1000 + i, on.replace(hour=(h + turn) % 24)) for i, h in enumerate(drawn)]

    bench = Bench(contract("bigint", time="timestamp", relation="core.flights"))
    for number in range(11):
        bench.admit(flights(number))
    made = next(c for c in suite(bench.table()) if c.rule == "hours")
    assert "turned by 22" in bench.breaks(made, flights(12, -2))[0]
    assert not [n for n in range(20, 40) if bench.breaks(made, flights(n))]
    assert not bench.breaks(made, flights(12)[:20]), "a day with few rows"
