"""What somebody tries in the first hour: takes a product back, throws the published files away, runs again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

import windvane as wv
from windvane.adapters.warehouses.scratch import Scratch
from windvane.app import reading, wire
from windvane.app.reports import RunReport
from windvane.app.story import holdings
from windvane.domain.batch import ColumnProfile, Profile
from windvane.domain.record import replace
from windvane.stack.quality.drift import match_columns
from windvane.stack.quality.drift.seam import Seam, agreement
from windvane.stack.quality.grammar import decide


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate of one file."""
    place = tmp_path_factory.mktemp("first hour")
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
    lines = [f"{day},S{store},{store * 7 + n % 13}.25" for n, day in enumerate(days) for store in range(3)]
    (place / "sales.csv").write_text("\n".join(["day,store,amount", *lines]) + "\n")
    wire.init((str(place / "sales.csv"),), "Total amount per store", place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    return place / "estate"


def test_published_files_that_are_gone_come_back(home: Path) -> None:
    before = wv.open(home)
    total = before.sql("SELECT SUM(amount) FROM core.sales").rows()
    shutil.rmtree(home / ".windvane" / "published")
    _run(home)
    assert wv.open(home).release == before.release
    assert wv.open(home).sql("SELECT SUM(amount) FROM core.sales").rows() == total


def test_a_product_that_a_person_took_back_is_not_built_again(home: Path) -> None:
    (product,) = holdings.products(reading.book(home))
    back = wire.undo(home, product.decision, because="not what I meant", emit=_quiet)
    for _ in range(2):
        report = _run(home)
        assert not report.releases and not report.products, report
        assert "mart.total_amount_by_store" not in wv.open(home).relations
    wire.undo(home, back.decision, because="it was", emit=_quiet)
    assert wv.open(home)["mart.total_amount_by_store"].arrow().num_rows == 3


def test_rows_are_compared_by_a_key_that_is_one() -> None:
    """Without the region a day is no key: joined all the same, one pair in five would be equal."""
    values = [(f"2026-01-{1 + n // 5:02d}", n % 5, n) for n in range(50)]
    rows = ", ".join(f"('{day}', {region}, {value})" for day, region, value in values)
    side = f"(SELECT * FROM (VALUES {rows}) AS v(day, region, value)) AS side"
    engine = Scratch()
    by_region = Seam(engine=engine, known=side, arriving=side, entities=("region",), time="day")
    assert agreement(by_region, "value", "value") == (50, 1.0)
    by_day = Seam(engine=engine, known=side, arriving=side, time="day")
    assert agreement(by_day, "value", "value")[0] == 0


@pytest.mark.parametrize(
    ("texts", "kind"),
    [(("0", "1"), "bigint"), (("1",), "bigint"), (("0.99", "1.99"), "decimal(18,2)"), (("2020-02-24",), "date")],
)
def test_few_texts_in_many_rows_are_what_they_look_like(texts: tuple[str, ...], kind: str) -> None:
    """A failure flag, a constant quantity, two prices, and the first day of a feed are not kept as text."""
    often, seldom = (decide(dict.fromkeys(texts, rows), name="x") for rows in (1000, 2))
    assert often.type == seldom.type == kind
    assert often.confidence >= 0.8 > seldom.confidence


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is a thing of Linux")
@pytest.mark.parametrize("shape", [(), ("--json",)])
def test_output_that_cannot_be_written_is_no_traceback(home: Path, shape: tuple[str, ...]) -> None:
    call = [sys.executable, "-m", "windvane", "status", "--estate", str(home), *shape]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_a_word_less_in_the_name_decides_nothing_beside_another_new_column() -> None:
    """Italy, March 2020: `nuovi_attualmente_positivi` went on as `variazione_totale_positivi`, beside a new count."""
    old, count, change = ("nuovi_attualmente_positivi", "nuovi_positivi", "variazione_totale_positivi")
    known, alone, both = (_numbers(names) for names in ((old,), (count,), (count, change)))
    assert [m.new for m in match_columns(known, alone) if m.identifiable] == [count]
    (found,) = match_columns(known, both)
    assert not found.identifiable, found
    assert change in found.held_by


def _numbers(names: tuple[str, ...]) -> Profile:
    values = tuple(float(q) for q in (0, 4, 19, 60, 240))
    column = ColumnProfile(name="", type="bigint", grammar="integer", distinct=200, quantiles=values)
    return Profile(rows=420, columns=tuple(replace(column, name=name) for name in names))
