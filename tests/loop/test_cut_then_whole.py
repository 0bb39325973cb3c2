"""A file that was cut and comes again whole: in the end readers see the whole of it, once, and no one is asked."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

import windvane as wv
from windvane.app import wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.loop.logbook import Logbook

HEADER = "shelf,thing,weight"
THINGS = ("bolt", "nut", "screw", "washer", "pin")


def _lines(number: int) -> list[str]:
    """The stock of one delivery: no key, and nothing that says when."""
    rng = random.Random(number)
    return [
        f"{rng.randrange(90)},{rng.choice(THINGS)},{rng.randrange(1000, 2000) / 100:.2f}"
        for _ in range(60 + number % 5)
    ]


def _write(home: Path, number: int, lines: list[str], *, end: str = "\n") -> None:
    (home / "files").mkdir(parents=True, exist_ok=True)
    (home / "files" / f"stock_{number:02d}.csv").write_text("\n".join([HEADER, *lines]) + end)


def _quiet(_: object) -> None:
    pass


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate on ten deliveries."""
    home = tmp_path_factory.mktemp("cut")
    for number in range(10):
        _write(home, number, _lines(number))
    wire.init((str(home / "files"),), "Total weight per thing", home / "estate", emit=_quiet, answer="1")
    wire.run(home / "estate", emit=_quiet)
    return home


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(built, tmp_path / "home")
    heading = tmp_path / "home" / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(built), str(tmp_path / "home")))
    return tmp_path / "home"


def _run(home: Path) -> RunReport:
    return wire.run(home / "estate", emit=_quiet)


def _last(home: Path) -> str:
    """The title of the last decision."""
    with opened(home / "estate", emit=_quiet) as work:
        return list(Logbook(work.crew.ledger).decisions.values())[-1].title


def _seen(home: Path) -> list[tuple[str, ...]]:
    rows = wv.open(home / "estate").sql("SELECT shelf, thing, weight FROM core.stock").rows()
    return sorted(tuple(map(str, r)) for r in rows)


def _expected(*deliveries: list[str]) -> list[tuple[str, ...]]:
    before = [line for number in range(10) for line in _lines(number)]
    return sorted(tuple(line.split(",")) for line in [*before, *(v for d in deliveries for v in d)])


def test_the_whole_file_takes_the_place_of_its_beginning(home: Path) -> None:
    lines = _lines(10)
    _write(home, 10, [*lines[:50], lines[50][:-1]])
    _run(home)
    assert _seen(home) != _expected(), "the part passes as a small day"
    _write(home, 10, lines)
    report = _run(home)
    assert not report.asks, report
    assert _seen(home) == _expected(lines), "each row once, the one that was cut in the middle too"
    assert "in the place of the part that came first" in _last(home)


def test_a_file_that_grows_by_a_delivery_is_no_cut_one(home: Path) -> None:
    _write(home, 10, _lines(10))
    _run(home)
    _write(home, 10, [*_lines(10), *_lines(11)])
    report = _run(home)
    assert not report.asks and _seen(home) == _expected(_lines(10), _lines(11))
    assert "in the place" not in _last(home), "its new rows are a delivery of their own"


def test_a_file_that_comes_again_with_other_rows_among_the_known_is_asked_about(home: Path) -> None:
    _write(home, 10, _lines(10)[:50])
    _run(home)
    _write(home, 10, [*_lines(12)[:20], *_lines(10)[20:]])
    report = _run(home)
    assert report.asks, "rows are gone that were there: a person must say which is right"
    assert _seen(home) == _expected(_lines(10)[:50])


def test_a_file_that_stops_inside_its_last_line_waits_and_the_whole_one_comes_in(home: Path) -> None:
    lines = _lines(10)
    _write(home, 10, lines[:50], end="")
    report = _run(home)
    assert report.asks and _seen(home) == _expected(), "it has no end, and fewer rows than all before"
    assert "stops inside its last line after 50 rows" in report.asks[0].detail
    _write(home, 10, lines)
    assert not _run(home).asks and _seen(home) == _expected(lines)
    _write(home, 11, _lines(11)[:50], end="")
    assert _run(home).asks and _seen(home) == _expected(lines), "one cut file does not make the next usual"


def test_a_whole_day_without_the_end_of_its_last_line_is_a_day(home: Path) -> None:
    _write(home, 10, _lines(10), end="")
    assert not _run(home).asks and _seen(home) == _expected(_lines(10))


def test_a_file_of_which_no_row_can_be_read_is_told_and_kept(home: Path) -> None:
    """Each line has a cell too many: nothing is admitted, all of it is in quarantine, and a person hears of it."""
    _write(home, 10, [f"{line},x" for line in _lines(10)])
    report = _run(home)
    assert _seen(home) == _expected()
    with opened(home / "estate", emit=_quiet) as work:
        batch = list(Logbook(work.crew.ledger).landed.values())[-1]
        told = [s for i in Logbook(work.crew.ledger).incidents.values() for s in i.signals if s.kind == "unreadable"]
    assert (batch.accepted, batch.quarantined) == (0, len(_lines(10)))
    assert len(told) == 1 and "not one of its 60 rows can be read" in told[0].observed, report
