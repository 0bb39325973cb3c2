"""What people do while the loop runs by itself: they edit, answer, refuse, pause; their word wins."""

from __future__ import annotations

from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.app.reports import RunReport
from windvane.domain.entry import Steering
from windvane.domain.errors import NeedsPerson, Usage


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built shop."""
    place = tmp_path_factory.mktemp("people")
    shop.found(place / "files", days=40)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    return place / "estate"


def test_an_edit_is_taken_over_and_never_overwritten(home: Path) -> None:
    mart = next((home / "models" / "mart").glob("*total*.sql"))
    mine = mart.read_text().replace("SUM(amount)", "ROUND(SUM(amount), 0)")
    mart.write_text(mine)
    report = _run(home)
    assert [i.title for i in report.releases if "edit" in i.title], report
    assert mart.read_text() == mine
    column = wv.open(home)[f"mart.{mart.stem}"].df().filter(like="total").iloc[:, 0]
    assert (column.astype(float) % 1 == 0).all()
    shop.orders(home.parent / "files" / "orders_2.csv", first=40, days=2)
    _run(home)
    assert mart.read_text() == mine, "a later run leaves it as it is"


def test_an_edit_that_does_not_build_is_said_and_production_stays(home: Path) -> None:
    mart = next((home / "models" / "mart").glob("*total*.sql"))
    good = mart.read_text()
    mart.write_text(good.replace("SELECT\n  store_id,", "SELECT\n  no_such_column,"))
    before = wv.open(home).release
    report = _run(home)
    assert not report.releases and wv.open(home).release == before
    assert any("no_such_column" in i.detail for i in (*report.rejected, *report.held)), report
    assert "no_such_column" in mart.read_text(), "the person's file is theirs"
    mart.write_text(good)
    _run(home)


def test_a_batch_that_contradicts_history_waits_and_the_answer_counts(home: Path) -> None:
    rows = _count(home)
    path = shop.orders(home.parent / "files" / "orders_3.csv", first=42, days=6)
    header, *lines = path.read_text().splitlines()
    big = [",".join([*line.split(",")[:3], f"{float(line.split(',')[3]) * 60:.2f}"]) for line in lines]
    path.write_text("\n".join([header, *big]) + "\n")
    report = _run(home)
    assert report.held and _count(home) == rows, report
    waits = report.held[0].id
    assert not _run(home).held, "it asks once"
    done = wire.approve(home, waits, because="the prices really rose", option="", emit=_quiet)
    assert done.release and _count(home) == rows + shop.rows(42, 6)
    with pytest.raises(Usage, match="does not wait"):
        wire.approve(home, waits, because="", option="", emit=_quiet)


def test_a_refused_batch_stays_out_and_is_not_asked_about_again(home: Path) -> None:
    rows = _count(home)
    shop.orders(home.parent / "files" / "orders_4.csv", first=48, days=3, header="order_id,ordered_on,store_id,weight")
    report = _run(home)
    assert report.held, report
    no = "no, refuse the batch" if "Read" in report.held[0].title else "refuse the batch"
    wire.approve(home, report.held[0].id, because="not ours", option=no, emit=_quiet)
    report = _run(home)
    assert not report.held and not report.asks and _count(home) == rows
    said = [e.body for e in Ledger(home / ".windvane" / "ledger.sqlite").entries() if isinstance(e.body, Steering)]
    assert any(s.act == "reject" and "not ours" in s.because for s in said)


def test_paused_agents_do_nothing(home: Path) -> None:
    wire.pause(home, because="holidays")
    rows = _count(home)
    shop.orders(home.parent / "files" / "orders_5.csv", first=51, days=1)
    with pytest.raises(NeedsPerson, match="paused"):
        _run(home)
    assert _count(home) == rows
    wire.resume(home, because="back")
    _run(home)
    assert _count(home) == rows + shop.rows(51, 1)
