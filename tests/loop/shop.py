"""A small shop whose files tests found estates on: deterministic, clean unless a test breaks it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2026, 1, 1)
GOAL = "Total amount per store and day"


def found(folder: Path, *, days: int = 60) -> Path:
    """Write `orders_1.csv` with `days` days of orders and `stores.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    stores = "store_id,city,opened_on\n" + "".join(
        f"{n},{city},2020-0{n}-15\n" for n, city in enumerate(["Bern", "Genf", "Chur", "Thun", "Zug"], 1)
    )
    (folder / "stores.csv").write_text(stores)
    orders(folder / "orders_1.csv", first=0, days=days)
    return folder


def orders(path: Path, *, first: int, days: int, header: str = "order_id,ordered_on,store_id,amount") -> Path:
    """Orders of `days` days, from day number `first` on; the same numbers give the same rows."""
    lines = [header]
    for day in range(first, first + days):
        lines += _day(day)
    path.write_text("\n".join(lines) + "\n")
    return path


def _day(day: int) -> list[str]:
    source = random.Random(day)
    when = FIRST + timedelta(days=day)
    count = 20 + source.randrange(6)
    return [
        f"{1_000_000 + day * 100 + n},{when.isoformat()},{1 + n % 5},{source.lognormvariate(3, 0.4):.2f}"
        for n in range(count)
    ]


def rows(first: int, days: int) -> int:
    """How many orders those days have."""
    return sum(len(_day(day)) for day in range(first, first + days))
