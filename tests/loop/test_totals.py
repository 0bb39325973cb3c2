"""Invoices and their lines come on the same day: what one says of the other is looked at before either is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from till import Till, build, day, dearer, made_from, quiet, write

from windvane.app import wire


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("totals"))


def test_both_sides_of_a_day_come_in_by_one_decision_although_a_customer_moved(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    moved = [r | {"postal_code": "3999"} if r["customer"] == invoices[0]["customer"] else r for r in invoices]
    report = till.arrives(invoices=moved, lines=lines)
    assert not report.asks and len(report.releases) == 1, report
    assert (len(till.shown("invoices")), len(till.shown("lines"))) == (len(invoices), len(lines))


def test_totals_that_never_were_wait_with_their_lines_until_they_come_corrected(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    report = till.arrives(invoices=dearer(invoices, "total", 1.1166), lines=lines)
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert "`total` of core.invoices is the sum of `price` x `pieces`" in str(report.asks[0])
    assert "orphans" in str(report.asks[1])
    write(till.home / "files" / "invoices_13.csv", day(13)[0])
    wire.run(till.home / "estate", emit=quiet)
    assert {r["invoice_id"][:3] for r in till.shown("invoices")} == {"113"}, "alone nothing contradicts them"
    late = day(13)[1]
    write(till.home / "files" / "lines_13.csv", late)
    assert not till.arrives(invoices=invoices).asks, "lines that come a day later are no alarm either"
    assert len(till.shown("lines")) == len(lines) + len(late)


def test_where_nothing_tells_which_side_is_off_both_wait_and_one_that_comes_corrected_brings_both(
    built: Path, tmp_path: Path
) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    mixed = [a | {"price": b["price"]} for a, b in zip(lines, [*lines[7:], *lines[:7]], strict=True)]
    report = till.arrives(invoices=invoices, lines=mixed)
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert all("reconciliation" in str(a) for a in report.asks)
    assert not till.shown("invoices") and not till.shown("lines")
    assert not till.arrives(lines=lines).asks
    assert (len(till.shown("invoices")), len(till.shown("lines"))) == (len(invoices), len(lines))


def test_totals_wait_while_no_line_of_their_day_can_be_read(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    report = till.arrives(invoices=invoices, lines=[r | {"price": f"{r['price']} {r['price']}"} for r in lines])
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert not till.shown("invoices")
    assert not till.arrives(lines=lines).asks
    assert (len(till.shown("invoices")), len(till.shown("lines"))) == (len(invoices), len(lines))


def test_invoices_that_only_their_lines_know_of_are_missed_before_the_day_is_shown(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    report = till.arrives(invoices=invoices[4:], lines=lines)
    assert [a.title for a in report.asks] == ["Admit invoices as delivered", "Admit lines as delivered"]
    assert all("4 rows that should be among those that arrive in `core.invoices`" in str(a) for a in report.asks)
    assert not till.shown("invoices")
    assert not till.arrives(invoices=invoices).asks
    assert (len(till.shown("invoices")), len(till.shown("lines"))) == (len(invoices), len(lines))


@pytest.mark.parametrize("spelling", ["%d-%b-%Y", "%Y/%m/%d"])
def test_lines_that_no_one_can_read_come_in_with_their_totals_by_the_repair_that_makes_both_agree(
    built: Path, tmp_path: Path, spelling: str
) -> None:
    till, (invoices, lines) = Till(built, tmp_path / "one"), day(12)
    respelled = [r | {"sold_on": f"{date.fromisoformat(r['sold_on']):{spelling}}"} for r in lines]
    report = till.arrives(invoices=invoices, lines=respelled)
    assert not report.asks and [r.title for r in report.releases] == [f"Read `sold_on` as `date:{spelling}` in lines"]
    assert (len(till.shown("invoices")), len(till.shown("lines"))) == (len(invoices), len(lines))
    till = Till(built, tmp_path / "two")
    report = till.arrives(invoices=dearer(invoices, "total", 1.1166), lines=respelled)
    assert report.asks and not till.shown("invoices"), "read, they contradict their totals"


def test_prices_that_never_were_wait_alone_unless_totals_were_made_from_them(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path / "one"), day(12)
    report = till.arrives(invoices=invoices, lines=dearer(lines, "price", 0.93))
    assert [a.title for a in report.asks] == ["Admit lines as delivered"]
    assert len(till.shown("invoices")) == len(invoices) and not till.shown("lines")
    till = Till(built, tmp_path / "two")
    lines = [r | {"price": "7.20"} for r in lines]
    report = till.arrives(invoices=made_from(invoices, lines), lines=lines)
    assert ["core.lines.point_mass" in str(a) for a in report.asks] == [True, True]
    assert not till.shown("invoices"), report


def test_codes_without_their_noughts_are_what_their_owner_always_had(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    bare = [r | {"postal_code": r["postal_code"].lstrip("0")} for r in invoices]
    assert bare != invoices
    report = till.arrives(invoices=bare, lines=lines)
    assert not report.asks and len(report.healed) == 1, report
    assert [r["postal_code"] for r in till.shown("invoices")] == [r["postal_code"] for r in invoices]
