"""A source that delivered and is gone: broken until it is back, also when a run has nothing else to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import reading, rest, wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.app.story import status


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


def _status(home: Path) -> status.StatusReport:
    return status.status(reading.book(home))


def _rests(home: Path) -> bool:
    with opened(home, emit=_quiet) as work:
        return rest.nothing_new(work.crew, work.heading, unfinished=())


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built shop."""
    place = tmp_path_factory.mktemp("missing")
    shop.found(place / "files", days=20)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    return place / "estate"


def test_a_folder_that_moved_is_broken_until_it_is_back(home: Path) -> None:
    files, rows = home.parent / "files", _count(home)
    for elsewhere in ("elsewhere", "again"):
        files.rename(home.parent / elsewhere)
        report = _run(home)
        assert {i.id for i in report.broken} == {"orders", "stores"} and str(files) in report.broken[0].title
        told = _status(home)
        assert told.exit_code == 3 and len(told.broken) == 2 and all(b.about.startswith("I-") for b in told.broken)
        assert str(files) in told.broken[0].title and "no row is lost" in told.broken[0].why
        assert "`windvane.toml`" in told.broken[0].fix
        assert _rests(home), "looking again would find the same"
        assert len(_run(home).broken) == 2, "said by the quick way too"
        assert _status(home).broken == told.broken and _count(home) == rows
        (home.parent / elsewhere).rename(files)
        assert not _rests(home)
        assert not _run(home).broken and _status(home).exit_code == 0 and _count(home) == rows
        assert _rests(home) and not _run(home).broken


def test_one_file_of_several_that_is_gone_is_no_trouble(home: Path) -> None:
    later = shop.orders(home.parent / "files" / "orders_2.csv", first=20, days=1)
    _run(home)
    later.unlink()
    assert not _run(home).broken and _status(home).exit_code == 0
    assert _count(home) == shop.rows(0, 21)


def test_a_database_file_that_is_gone_is_missing_too(tmp_path: Path) -> None:
    place = tmp_path / "shop.db"
    with sqlite3.connect(place) as database:
        database.execute("CREATE TABLE orders (order_id INTEGER PRIMARY KEY, store TEXT, amount REAL)")
        database.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(i, f"s{i % 5}", i / 7) for i in range(1, 300)])
    database.close()
    home = tmp_path / "estate"
    wire.init((str(place),), "Total amount per store", home, emit=_quiet, answer="1")
    _run(home)
    place.rename(tmp_path / "away.db")
    assert [i.id for i in _run(home).broken] == ["orders"]
    assert _status(home).exit_code == 3 and str(place) in _status(home).broken[0].title
    assert _rests(home)
    (tmp_path / "away.db").rename(place)
    assert not _run(home).broken and _status(home).exit_code == 0 and _count(home) == 299
