"""The warehouse file is damaged or gone: the next run makes it again from raw, row for row, and decides nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.domain import crash
from windvane.domain.entry import Decided, Note
from windvane.domain.errors import Unhealthy


def _quiet(_: object) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("damage")
    shop.found(place / "files", days=20)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    wire.run(place / "estate", emit=_quiet)
    return place


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    """The estate, built, with the files where its heading says they are."""
    shutil.copytree(built / "estate", tmp_path / "estate")
    files = shutil.copytree(built / "files", tmp_path / "files")
    heading = tmp_path / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(built / "files"), str(files)))
    return tmp_path


def _warehouse(place: Path) -> Path:
    return place / "estate" / ".windvane" / "warehouse.duckdb"


def _header_overwritten(place: Path) -> None:
    with _warehouse(place).open("r+b") as file:
        file.write(b"\xff" * 512)


def _cut_off(place: Path) -> None:
    os.truncate(_warehouse(place), 20_000)


def _emptied(place: Path) -> None:
    os.truncate(_warehouse(place), 0)


def _removed(place: Path) -> None:
    _warehouse(place).unlink()


def _bit_rot(place: Path) -> None:
    """Every block of data is damaged, the header is not: it opens, and what reads it finds out."""
    size = _warehouse(place).stat().st_size
    with _warehouse(place).open("r+b") as file:
        for at in range(3 * 4096 + 100, size, 262_144):
            file.seek(at)
            file.write(b"\x5a" * 64)


def _next_day(place: Path) -> RunReport:
    shop.orders(place / "files" / "orders_2.csv", first=20, days=1)
    return wire.run(place / "estate", emit=_quiet)


@pytest.mark.parametrize("harm", [_header_overwritten, _cut_off, _emptied, _removed, _bit_rot])
def test_a_damaged_warehouse_is_made_again_and_the_day_goes_on(place: Path, harm: Callable[[Path], None]) -> None:
    before = _decisions(place)
    harm(place)
    report = _next_day(place)
    assert report.rows_accepted == shop.rows(20, 1) and not report.broken
    estate = wv.open(place / "estate")
    assert estate.sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0] == shop.rows(0, 21)
    after = _decisions(place)
    assert after[: len(before)] == before and len(after) == len(before) + 1, "only the new day was decided"
    notes = [b for b in _bodies(place) if isinstance(b, Note) and b.what == "rebuilt"]
    assert len(notes) == 1 and "every published relation is as before" in notes[0].detail


def test_what_was_decided_before_the_damage_can_still_be_undone(place: Path) -> None:
    report = _next_day(place)
    _removed(place)
    shop.orders(place / "files" / "orders_3.csv", first=21, days=1)
    wire.run(place / "estate", emit=_quiet)
    wire.undo(place / "estate", report.releases[0].detail, because="to see", emit=_quiet)
    estate = wv.open(place / "estate")
    assert estate.sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0] == shop.rows(0, 20) + shop.rows(21, 1)


def test_a_kill_while_it_is_made_again_only_delays_it(place: Path) -> None:
    _removed(place)
    shop.orders(place / "files" / "orders_2.csv", first=20, days=1)

    command = [sys.executable, "-m", "windvane", "run", "--estate", str(place / "estate")]
    killed = subprocess.run(command, env=os.environ | {crash.AT: "warehouse.commit:1"}, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    wire.run(place / "estate", emit=_quiet)
    assert wv.open(place / "estate").sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0] == shop.rows(0, 21)
    lost = [b for b in _bodies(place) if isinstance(b, Note) and b.what == "rebuilt"]
    assert len(lost) == 1


def test_raw_that_lost_rows_is_no_replacement_and_readers_keep_what_they_see(place: Path) -> None:
    _removed(place)
    text = next(iter((place / "estate" / ".windvane" / "raw" / "text").glob("orders*.parquet")))
    shutil.copy(next(iter((place / "estate" / ".windvane" / "raw" / "text").glob("stores*.parquet"))), text)
    with pytest.raises(Unhealthy) as caught:
        _next_day(place)
    assert caught.value.code == "warehouse.lost" and "restore" in caught.value.fix
    assert wv.open(place / "estate").sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0] == shop.rows(0, 20)
    with opened(place / "estate", emit=_quiet) as work:
        assert not work.crew.warehouse().committed(), "nothing half made stays"


def _decisions(place: Path) -> list[str]:
    return [b.decision.id for b in _bodies(place) if isinstance(b, Decided)]


def _bodies(place: Path) -> list[object]:
    ledger = Ledger(place / "estate" / ".windvane" / "ledger.sqlite")
    try:
        return [e.body for e in ledger.entries()]
    finally:
        ledger.close()
