"""One question for one drift, however many files bring it; and a file that nobody reads is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import reading, rest, wire
from windvane.app.cli.text.run import run as as_text
from windvane.app.cli.text.status import status as status_text
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.app.story.status import StatusReport, status

ODD = "order_id,ordered_on,store_id,weight"


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


def _status(home: Path) -> StatusReport:
    return status(reading.book(home))


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a question open: `orders_2.csv` has `weight` where there was `amount`."""
    place = tmp_path_factory.mktemp("joining") / "here"
    shop.found(place / "files", days=20)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    scaled(place / "files" / "orders_2.csv", first=20)
    assert _run(place / "estate").held
    return place


def scaled(path: Path, *, first: int) -> Path:
    """Three days of orders under another column name, with values that do not go on from those known."""
    shop.orders(path, first=first, days=3, header=ODD)
    header, *lines = path.read_text().splitlines()
    cells = [line.split(",") for line in lines]
    path.write_text("\n".join([header, *(",".join([*c[:3], f"{float(c[3]) * 7:.2f}"]) for c in cells)]) + "\n")
    return path


@pytest.fixture
def home(stage: Path, tmp_path: Path) -> Path:
    shutil.copytree(stage, tmp_path / "here")
    toml = tmp_path / "here" / "estate" / "windvane.toml"
    toml.write_text(toml.read_text().replace(str(stage), str(tmp_path / "here")))
    return toml.parent


def test_later_files_join_the_open_question_and_share_the_no(home: Path) -> None:
    asked = [a.id for a in _status(home).asks]
    rows = _count(home)
    scaled(home.parent / "files" / "orders_3.csv", first=23)
    scaled(home.parent / "files" / "orders_4.csv", first=26)
    report = _run(home)
    assert not report.held and [a.id for a in report.asks] == asked, "no second question"
    told = _status(home).asks
    assert [a.id for a in told] == asked and told[0].title.endswith("(and 2 later deliveries like it)")
    wire.reject(home, asked[0], because="not ours", emit=_quiet)
    report = _run(home)
    assert not report.held and not report.asks and _count(home) == rows, "the no holds for all three"


def test_later_files_share_the_yes(home: Path) -> None:
    asked = _status(home).asks[0]
    rows = _count(home)
    scaled(home.parent / "files" / "orders_3.csv", first=23)
    _run(home)
    wire.approve(home, asked.id, because="it is the amount", option="", emit=_quiet)
    _run(home)
    admitted = shop.rows(20, 3) + shop.rows(23, 3)
    asks = _status(home).asks
    assert _count(home) == rows + admitted, (asks, _count(home), rows, admitted)


def test_another_drift_is_another_question(home: Path) -> None:
    shop.orders(home.parent / "files" / "orders_3.csv", first=23, days=3, header="order_id,day,shop,weight")
    report = _run(home)
    assert len(report.held) == 1 and len(report.asks) == 2


def test_a_file_that_no_source_reads_is_said_until_it_is_gone(home: Path) -> None:
    _run(home)
    book = home.parent / "files" / "returns.csv"
    sheet = home.parent / "files" / "orders_march.xlsx"
    book.write_text("order_id,back\n1,2\n")
    sheet.write_bytes(b"PK\3\4 not really")
    (home.parent / "files" / ".hidden.csv").write_text("x\n")
    for report in (_run(home), _run(home)):
        assert {s.name: s.why for s in report.strays} == {
            str(book): "its name is not one that a source reads",
            str(sheet): "its name ends in `.xlsx`: no source reads such files",
        }
    with opened(home, emit=_quiet) as work:
        assert rest.nothing_new(work.crew, work.heading, unfinished=()), "said again without looking again"
    text = "\n".join(line.text for line in (*as_text(report), *status_text(_status(home))))
    assert text.count(str(book)) == 2 and "fix: add it to a `location`" in text
    lines = len(reading.book(home).entries)
    sheet.unlink()
    book.unlink()
    assert not _run(home).strays and not _status(home).strays
    assert len(reading.book(home).entries) == lines + 2, "one line for each, and no more"
