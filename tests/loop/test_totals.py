"""Invoices and their lines come on the same day: what one says of the other is looked at before either is shown."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate on twelve days of both."""
    home = tmp_path_factory.mktemp("totals")
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


class Shop:
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


def test_both_sides_of_a_day_come_in_by_one_decision_although_a_customer_moved(built: Path, tmp_path: Path) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path), day(12)
    moved = [r | {"postal_code": "3999"} if r["customer"] == invoices[0]["customer"] else r for r in invoices]
    report = shop.arrives(invoices=moved, lines=lines)
    assert not report.asks and len(report.releases) == 1, report
    assert (len(shop.shown("invoices")), len(shop.shown("lines"))) == (len(invoices), len(lines))


def test_totals_that_never_were_wait_with_their_lines_until_they_come_corrected(built: Path, tmp_path: Path) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path), day(12)
    report = shop.arrives(invoices=dearer(invoices, "total", 1.1166), lines=lines)
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert "`total` of core.invoices is the sum of `price` x `pieces`" in str(report.asks[0])
    assert "orphans" in str(report.asks[1])
    write(shop.home / "files" / "invoices_13.csv", day(13)[0])
    wire.run(shop.home / "estate", emit=quiet)
    assert {r["invoice_id"][:3] for r in shop.shown("invoices")} == {"113"}, "alone nothing contradicts them"
    late = day(13)[1]
    write(shop.home / "files" / "lines_13.csv", late)
    assert not shop.arrives(invoices=invoices).asks, "lines that come a day later are no alarm either"
    assert len(shop.shown("lines")) == len(lines) + len(late)


def test_where_nothing_tells_which_side_is_off_both_wait_and_one_that_comes_corrected_brings_both(
    built: Path, tmp_path: Path
) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path), day(12)
    mixed = [a | {"price": b["price"]} for a, b in zip(lines, [*lines[7:], *lines[:7]], strict=True)]
    report = shop.arrives(invoices=invoices, lines=mixed)
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert all("reconciliation" in str(a) for a in report.asks)
    assert not shop.shown("invoices") and not shop.shown("lines")
    assert not shop.arrives(lines=lines).asks
    assert (len(shop.shown("invoices")), len(shop.shown("lines"))) == (len(invoices), len(lines))


def test_totals_wait_while_no_line_of_their_day_can_be_read(built: Path, tmp_path: Path) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path), day(12)
    report = shop.arrives(invoices=invoices, lines=[r | {"price": f"{r['price']} {r['price']}"} for r in lines])
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert not shop.shown("invoices")
    assert not shop.arrives(lines=lines).asks
    assert (len(shop.shown("invoices")), len(shop.shown("lines"))) == (len(invoices), len(lines))


def test_invoices_that_only_their_lines_know_of_are_missed_before_the_day_is_shown(built: Path, tmp_path: Path) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path), day(12)
    report = shop.arrives(invoices=invoices[4:], lines=lines)
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert all("4 rows that should be among those that arrive in `core.invoices`" in str(a) for a in report.asks)
    assert not shop.shown("invoices")
    assert not shop.arrives(invoices=invoices).asks
    assert (len(shop.shown("invoices")), len(shop.shown("lines"))) == (len(invoices), len(lines))


@pytest.mark.parametrize("spelling", ["%d-%b-%Y", "%Y/%m/%d"])
def test_lines_that_no_one_can_read_come_in_with_their_totals_by_the_repair_that_makes_both_agree(
    built: Path, tmp_path: Path, spelling: str
) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path / "one"), day(12)
    respelled = [r | {"sold_on": f"{date.fromisoformat(r['sold_on']):{spelling}}"} for r in lines]
    report = shop.arrives(invoices=invoices, lines=respelled)
    assert not report.asks and [r.title for r in report.releases] == [f"Read `sold_on` as `date:{spelling}` in lines"]
    assert (len(shop.shown("invoices")), len(shop.shown("lines"))) == (len(invoices), len(lines))
    shop = Shop(built, tmp_path / "two")
    report = shop.arrives(invoices=dearer(invoices, "total", 1.1166), lines=respelled)
    assert report.asks and not shop.shown("invoices"), "read, they contradict their totals"


def test_prices_that_never_were_wait_alone_unless_totals_were_made_from_them(built: Path, tmp_path: Path) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path / "one"), day(12)
    report = shop.arrives(invoices=invoices, lines=dearer(lines, "price", 0.93))
    assert [a.title for a in report.asks] == ["Admit lines as delivered"]
    assert len(shop.shown("invoices")) == len(invoices) and not shop.shown("lines")
    shop = Shop(built, tmp_path / "two")
    lines = [r | {"price": "7.20"} for r in lines]
    sums: dict[str, float] = {}
    for r in lines:
        sums[r["invoice_id"]] = sums.get(r["invoice_id"], 0.0) + 7.2 * int(r["pieces"])
    report = shop.arrives(invoices=[r | {"total": f"{sums[r['invoice_id']]:.2f}"} for r in invoices], lines=lines)
    assert ["core.lines.point_mass" in str(a) for a in report.asks] == [True, True]
    assert not shop.shown("invoices"), report


def test_codes_without_their_noughts_are_what_their_owner_always_had(built: Path, tmp_path: Path) -> None:
    shop, (invoices, lines) = Shop(built, tmp_path), day(12)
    bare = [r | {"postal_code": r["postal_code"].lstrip("0")} for r in invoices]
    assert bare != invoices
    report = shop.arrives(invoices=bare, lines=lines)
    assert not report.asks and len(report.healed) == 1, report
    assert [r["postal_code"] for r in shop.shown("invoices")] == [r["postal_code"] for r in invoices]
