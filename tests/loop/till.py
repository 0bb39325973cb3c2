"""A shop whose invoices and lines come day by day: totals are sums of lines, as their vendor makes them."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import windvane as wv
from windvane.app import wire
from windvane.app.reports import RunReport

Row = dict[str, str]
CITIES = ("Bern", "Genf", "Chur", "Basel", "Zug", "Thun", "Biel")
PEOPLE = {f"K{n:03d}": f"{random.Random(n).choice(('0', '')) + str(1_200 + 67 * n)}" for n in range(40)}
PRICES = (4.5, 7.2, 12.9, 3.1, 8.85)
FIRST = date(2025, 3, 3)


def day(number: int) -> tuple[list[Row], list[Row]]:
    """Invoices and lines of one day: a few prices, so that totals come again too."""
    rng, on = random.Random(number), (FIRST + timedelta(days=number)).isoformat()
    invoices, lines = [], []
    for i in range(24 + number % 5):
        invoice, customer = 10_000 + number * 100 + i, rng.choice(sorted(PEOPLE))
        total = 0.0
        for place in range(rng.choice((1, 2, 2, 3))):
            price, pieces = rng.choice(PRICES), rng.choice((1, 1, 2))
            total += price * pieces
            cells = (invoice * 10 + place, invoice, on, f"{price:.2f}", pieces)
            lines.append(
                dict(zip(("line_id", "invoice_id", "sold_on", "price", "pieces"), map(str, cells), strict=True))
            )
        known = (invoice, on, customer, PEOPLE[customer], CITIES[int(customer[1:]) % 7], f"{total:.2f}")
        names = ("invoice_id", "invoiced_on", "customer", "postal_code", "city", "total")
        invoices.append(dict(zip(names, map(str, known), strict=True)))
    return invoices, lines


def write(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def build(home: Path) -> Path:
    """An estate on twelve days of both."""
    (home / "files").mkdir()
    for number in range(12):
        for name, rows in zip(("invoices", "lines"), day(number), strict=True):
            write(home / "files" / f"{name}_{number:02d}.csv", rows)
    report = wire.init((str(home / "files"),), "Total total per city", home / "estate", emit=quiet, answer="1")
    assert report.question is None, report.question
    wire.run(home / "estate", emit=quiet)
    return home


def quiet(_: object) -> None:
    pass


class Till:
    """A copy of the estate in which something arrives."""

    def __init__(self, built: Path, place: Path) -> None:
        self.home = place / "shop"
        shutil.copytree(built, self.home)
        heading = self.home / "estate" / "windvane.toml"
        heading.write_text(heading.read_text().replace(str(built), str(self.home)))

    def arrives(self, **files: Sequence[Row]) -> RunReport:
        """The report of the run in which these files come, as of day 12."""
        for name, rows in files.items():
            write(self.home / "files" / f"{name}_12.csv", rows)
        return wire.run(self.home / "estate", emit=quiet)

    def shown(self, name: str) -> list[Row]:
        """What readers see of day 12."""
        key = f"{name[:-1]}_id"
        limit = 11_200 if name == "invoices" else 112_000
        found = wv.open(self.home / "estate").sql(f"SELECT * FROM core.{name} WHERE {key} >= {limit} ORDER BY {key}")
        return [{k: str(v) for k, v in row.items()} for row in found.arrow().to_pylist()]


def dearer(rows: list[Row], column: str, factor: float) -> list[Row]:
    return [r | {column: f"{float(r[column]) * factor:.2f}"} for r in rows]


def made_from(invoices: list[Row], lines: list[Row]) -> list[Row]:
    """The invoices with totals made from `lines`."""
    sums: dict[str, float] = {}
    for r in lines:
        sums[r["invoice_id"]] = sums.get(r["invoice_id"], 0.0) + float(r["price"]) * int(r["pieces"])
    return [r | {"total": f"{sums[r['invoice_id']]:.2f}"} for r in invoices]
