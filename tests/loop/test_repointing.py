"""A vendor gives files another name, or another folder: the estate reads on, and is not fooled by copies."""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

import windvane as wv
from windvane.app import wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.domain.decision import Decision
from windvane.loop.logbook import Logbook

FIRST = date(2024, 3, 1)


def _day(number: int, *, level: float = 20.0) -> str:
    rng = random.Random(number)
    rows = [
        f"{number * 100 + i},{FIRST + timedelta(days=number)},{rng.choice('ABC')},{rng.gauss(level, 2):.2f}"
        for i in range(40 + number % 4)
    ]
    return "\n".join(("sale,sold_on,shop,price", *rows)) + "\n"


def _quiet(_: object) -> None:
    pass


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate on twelve deliveries."""
    home = tmp_path_factory.mktemp("moved")
    (home / "in" / "shop").mkdir(parents=True)
    for number in range(12):
        (home / "in" / "shop" / f"sales_{number:02d}.csv").write_text(_day(number))
    wire.init((str(home / "in" / "shop"),), "Total price per shop", home / "estate", emit=_quiet, answer="1")
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


def _days(home: Path) -> set[str]:
    return {str(r[0]) for r in wv.open(home / "estate").sql("SELECT DISTINCT sold_on FROM core.sales").rows()}


def _decisions(home: Path) -> list[tuple[str, Decision]]:
    with opened(home / "estate", emit=_quiet) as work:
        book = Logbook(work.crew.ledger)
        return [(book.plans[d.plan].proposer, d) for d in book.decisions.values()]


def _told(home: Path) -> list[str]:
    return [f"{d.verdict.outcome} {d.title}" for proposer, d in _decisions(home) if proposer == "repoint"]


def test_files_under_another_name_are_read_on(home: Path) -> None:
    (home / "in" / "shop" / "ExportSales-2024-03-13.csv").write_text(_day(12))
    _run(home)
    assert str(FIRST + timedelta(days=12)) in _days(home)
    assert len(_told(home)) == 1 and _told(home)[0].startswith("promote Read sales from"), _told(home)
    (home / "in" / "shop" / "ExportSales-2024-03-14.csv").write_text(_day(13))
    report = _run(home)
    assert str(FIRST + timedelta(days=13)) in _days(home) and not report.asks, "the new name is known now"
    assert len(_told(home)) == 1


def test_files_in_another_folder_are_read_on(home: Path) -> None:
    (home / "in" / "shop").rename(home / "in" / "store")
    (home / "in" / "store" / "sales_12.csv").write_text(_day(12))
    _run(home)
    assert str(FIRST + timedelta(days=12)) in _days(home), _told(home)
    with opened(home / "estate", emit=_quiet) as work:
        assert len(Logbook(work.crew.ledger).visible()) == 13, "what was read before is not read again"


def test_a_copy_of_what_is_known_and_rows_that_do_not_go_on_are_left_alone(home: Path) -> None:
    (home / "in" / "shop" / "backup of sales.csv").write_text(_day(11))
    _run(home)
    assert not _told(home) or _told(home)[0].startswith("reject"), _told(home)
    (home / "in" / "shop" / "backup of sales.csv").unlink()
    (home / "in" / "shop" / "other shop.csv").write_text(_day(12, level=2000.0))
    _run(home)
    assert len(_days(home)) == 12 and not [t for t in _told(home) if t.startswith("promote")], _told(home)
    with opened(home / "estate", emit=_quiet) as work:
        assert not Logbook(work.crew.ledger).pending()
