"""A small shop as days of deliveries, for tests of faults and of the drill itself."""

from __future__ import annotations

import random
from datetime import date, timedelta

from windvane.app.drill.given import Given
from windvane.domain.fault import Shape, Trait, World
from windvane.domain.table import Table

CITIES = ("Zürich", "Lyon", "Köln", "Bern", "Paris", "Bonn")
LANDS = ("Schweiz", "France", "Deutschland")
COLUMNS = ("order_id", "ordered_on", "shop_id", "city", "land", "product", "quantity", "unit_price", "amount", "rebate")


def day(number: int, *, rows: int = 60) -> Table:
    """The orders of one delivery."""
    rng = random.Random(number)
    made = []
    for n in range(rows):
        quantity, price = rng.randrange(1, 9), rng.randrange(150, 9000)
        when = date(2026, 1, 1) + timedelta(days=3 * number + int(3 * (n / rows) ** 0.9))
        shop = rng.randrange(len(CITIES))
        made.append(
            (
                str(100_000 + number * rows + n), when.isoformat(), str(shop + 1), CITIES[shop], LANDS[shop % 3],
                f"Thing {rng.randrange(30)} <{rng.choice('abc')}>", str(quantity), f"{price / 100:.2f}",
                f"{quantity * price / 100:.2f}", f"0.{rng.randrange(5, 30):02d}",
            )
        )  # fmt: skip
    return Table(source="orders", file=f"orders_{number:03d}.csv", columns=COLUMNS, rows=tuple(made))


def shops() -> Table:
    """The shops that orders refer to."""
    rows = tuple((str(n + 1), city, f"Street {n + 7}") for n, city in enumerate(CITIES))
    return Table(source="shops", file="shops.csv", columns=("shop_id", "town", "street"), rows=rows)


def given(*, days: int = 12, rows: int = 60) -> Given:
    """`days` deliveries that were, and one to come."""
    history = tuple(day(n, rows=rows) for n in range(1, days + 1))
    arriving = (day(days + 1, rows=rows),)
    return Given("shop", "Total amount per city and month", (shops(), *history), arriving)


def world(*, days: int = 12, rows: int = 120) -> World:
    """The same, with what is known of the columns."""
    kinds = ("integer", "date", "integer", "text", "text", "text", "integer", "number", "number", "number")
    traits = tuple(
        Trait(name=c, kind=k, key=c == "order_id", refers="shops.shop_id" if c == "shop_id" else "")  # type: ignore[arg-type]
        for c, k in zip(COLUMNS, kinds, strict=True)
    )
    names = (Trait(name="shop_id", kind="integer", key=True), Trait(name="town", kind="text"))
    known = given(days=days, rows=rows)
    return World(
        target="orders",
        arriving=known.arriving,
        history=known.history,
        shapes=(Shape(source="orders", traits=traits), Shape(source="shops", traits=names)),
    )
