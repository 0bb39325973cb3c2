"""What things keep: one may move, many do not at once; a code without its noughts is no move."""

from __future__ import annotations

import random

import pytest
from inspected import Bench, Rows

from windvane.domain.estate import Check, Column, Contract
from windvane.domain.record import replace
from windvane.stack.quality.changing import attributes
from windvane.stack.quality.checks import attributes as rule
from windvane.stack.quality.surge import ALPHA
from windvane.stack.quality.table import Share, Table

ORDERS = Contract(
    relation="core.orders",
    columns=(
        Column(name="order_id", type="bigint"),
        Column(name="customer", type="varchar"),
        Column(name="postal_code", type="varchar"),
        Column(name="city", type="varchar"),
    ),
    key=("order_id",),
)
PEOPLE = 60


class Town:
    """Customers who order now and then; `moves` is the chance that one has moved since their last order."""

    def __init__(self, *, moves: float = 0.0, seed: int = 3) -> None:
        self.rng = random.Random(seed)
        self.moves = moves
        self.codes = {f"c{i}": self._code() for i in range(PEOPLE)}
        self.orders = 0

    def _code(self) -> str:
        return f"{self.rng.randrange(100, 99_999):0{self.rng.choice((4, 5))}d}"

    def day(self, many: int = 30) -> Rows:
        """Orders of one day."""
        rows: Rows = []
        for customer in self.rng.sample(sorted(self.codes), many):
            if self.rng.random() < self.moves:
                self.codes[customer] = self._code()
            self.orders += 1
            rows.append((self.orders, customer, self.codes[customer], f"city {int(customer[1:]) % 9}"))
        return rows


def known(town: Town, days: int = 10) -> tuple[Bench, Check]:
    bench = Bench(ORDERS)
    for _ in range(days):
        bench.admit(town.day())
    return bench, check(table(bench))


def table(bench: Bench) -> Table:
    return bench.table(decided=(("postal_code", "customer"), ("city", "customer")))


def check(seen: Table) -> Check:
    (wish,) = rule.wishes(seen)
    return rule.render(seen, Share(wish, alpha=ALPHA))


def changed(rows: Rows, many: int, code: str) -> Rows:
    return [(o, c, f"{code}{o}" if i < many else p, t) for i, (o, c, p, t) in enumerate(rows)]


def test_a_day_like_any_other_is_left_alone() -> None:
    bench, made = known(town := Town())
    assert bench.breaks(made, town.day()) == []


def test_one_customer_moves_and_half_of_all_do_not_at_once() -> None:
    bench, made = known(town := Town())
    day = town.day()
    assert bench.breaks(made, changed(day, 1, "9")) == []
    (told,) = bench.breaks(made, changed(day, 15, "9"))
    assert told == "column `postal_code`: 15 of 29 `customer` come with another than they had, or with two"


def test_where_customers_always_moved_now_and_then_a_few_more_are_no_news() -> None:
    bench, made = known(town := Town(moves=0.03))
    assert "times another" in made.why
    assert [bench.breaks(made, town.day()) for _ in range(10)] == [[]] * 10


def test_what_changes_all_the_time_is_kept_by_nobody() -> None:
    bench = Bench(ORDERS)
    town = Town(moves=0.5)
    for _ in range(10):
        bench.admit(town.day())
    assert [a.column for a in attributes(table(bench))] == ["city"]


def test_what_is_measured_is_not_kept_as_all_fees_may_rise_in_a_day() -> None:
    bench = Bench(replace(ORDERS, columns=(*ORDERS.columns[:3], Column(name="city", type="bigint"))))
    town = Town()
    for _ in range(10):
        bench.admit([(o, c, p, int(str(c)[1:])) for o, c, p, _ in town.day()])
    assert [a.column for a in attributes(table(bench))] == ["postal_code"]


def test_two_that_are_equally_many_are_not_the_same_thing() -> None:
    bench = Bench(
        replace(ORDERS, columns=(ORDERS.columns[0], Column(name="customer", type="bigint"), *ORDERS.columns[2:]))
    )
    town = Town()
    for _ in range(10):
        bench.admit([(o, int(str(c)[1:]), p, t) for o, c, p, t in town.day()])
    assert attributes(table(bench)) == ()


def test_one_code_without_its_noughts_is_enough() -> None:
    town = Town()
    town.codes["c7"] = "00123"
    bench, made = known(town)
    day = [r for r in town.day(PEOPLE) if r[1] == "c7"] + town.day(10)
    bare: Rows = [(o, c, str(p).lstrip("0") if c == "c7" else p, t) for o, c, p, t in day]
    (told,) = bench.breaks(made, bare)
    assert told == "column `postal_code`: 1 `customer` come with the code that they had, without its leading noughts"


def test_codes_that_came_in_both_spellings_before_are_habit() -> None:
    town = Town()
    town.codes["c7"] = "00123"
    bench = Bench(ORDERS)
    for i in range(10):
        bench.admit([(o, c, "123" if c == "c7" and i % 5 == 0 else p, t) for o, c, p, t in town.day(PEOPLE)])
    made = check(table(bench))
    assert bench.breaks(made, [(9_999, "c7", "123", "city 7")]) == []


def test_two_codes_for_one_customer_within_a_delivery_count_though_nobody_is_known() -> None:
    bench, made = known(Town())
    new: Rows = [(10_000 + i, f"n{i // 2}", f"{i:05d}", f"city {i // 2 % 9}") for i in range(40)]
    (told,) = bench.breaks(made, new)
    assert told.startswith("column `postal_code`: 20 of 20 `customer`")
    same: Rows = [(10_000 + i, f"n{i // 2}", f"{i // 2:05d}", f"city {i // 2 % 9}") for i in range(40)]
    assert bench.breaks(made, same) == []


@pytest.mark.parametrize("days", [0, 1])
def test_nothing_is_learnt_from_customers_seen_once(days: int) -> None:
    bench = Bench(ORDERS)
    for _ in range(days):
        bench.admit(Town().day())
    assert rule.wishes(table(bench)) == ()
