"""Bad input ends in a clear error or a quarantine with the reason; nothing is lost and nothing is half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.app import wire
from windvane.domain.errors import NeedsPerson, TryAgain, Usage, WindvaneError


def _quiet(_: object) -> None:
    pass


def _init(place: Path, goal: str = shop.GOAL) -> None:
    wire.init((str(place / "files"),), goal, place / "estate", emit=_quiet, answer=None)


def _cli(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "WINDVANE_DEBUG": ""}
    command = [sys.executable, "-m", "windvane", *words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built shop."""
    place = tmp_path_factory.mktemp("bad")
    shop.found(place / "files", days=30)
    _init(place)
    wire.run(place / "estate", emit=_quiet)
    return place


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


def test_no_files(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    with pytest.raises(WindvaneError) as caught:
        _init(tmp_path)
    assert caught.value.why and caught.value.fix
    assert not (tmp_path / "estate").exists(), "nothing is half done"


def test_odd_files_are_strays_and_the_rest_is_read(tmp_path: Path) -> None:
    files = shop.found(tmp_path / "files", days=20)
    (files / "empty.csv").write_text("")
    (files / "header_only.csv").write_text("a,b,c\n")
    (files / "page.csv").write_text("<!DOCTYPE html><html><body>Not found</body></html>\n")
    report = wire.init((str(files),), shop.GOAL, tmp_path / "estate", emit=_quiet, answer=None)
    strays = {Path(s.name).name: s for s in report.strays}
    assert {"empty.csv", "header_only.csv", "page.csv"} <= set(strays)
    assert all(s.why for s in strays.values())
    assert {"orders", "stores"} <= {s.name for s in report.sources}


def test_a_goal_that_the_data_cannot_serve(tmp_path: Path) -> None:
    shop.found(tmp_path / "files", days=20)
    with pytest.raises(NeedsPerson) as caught:
        _init(tmp_path, goal="Average blood pressure per patient and week")
    assert caught.value.exit_code == 4 and caught.value.why
    assert not (tmp_path / "estate").exists()


def test_an_estate_is_never_written_over(built: Path) -> None:
    with pytest.raises(Usage, match="estate already"):
        _init(built)


def test_bad_rows_go_to_quarantine_with_the_reason_and_every_row_is_counted(built: Path) -> None:
    home, rows = built / "estate", _count(built / "estate")
    path = shop.orders(built / "files" / "orders_2.csv", first=30, days=12)
    lines = path.read_text().splitlines()
    lines[5] = lines[5].rsplit(",", 1)[0] + ",thirty"
    lines.insert(9, lines[8])
    path.write_text("\n".join(lines) + "\n")
    report = wire.run(home, emit=_quiet)
    whole = shop.rows(30, 12)
    assert (report.rows_read, report.rows_quarantined, report.rows_suppressed) == (whole + 1, 1, 1), report
    assert report.rows_read == report.rows_accepted + report.rows_quarantined + report.rows_suppressed
    assert _count(home) == rows + whole - 1
    told = _cli("quarantine", "--json", cwd=home)
    assert told.returncode == 0 and "orders_2.csv" in told.stdout


def test_an_html_page_among_the_deliveries_is_not_read(built: Path) -> None:
    home, rows = built / "estate", _count(built / "estate")
    (built / "files" / "orders_3.csv").write_text("<html><body><h1>503 Service Unavailable</h1></body></html>\n")
    wire.run(home, emit=_quiet)
    assert _count(home) == rows
    said = _cli("status", "--json", cwd=home)
    assert "orders_3.csv" in said.stdout and said.returncode == 3, said.stdout
    (built / "files" / "orders_3.csv").unlink()


def test_a_typo_in_the_heading(built: Path) -> None:
    heading = built / "estate" / "windvane.toml"
    good = heading.read_text()
    heading.write_text(good.replace("[sources.orders]\nconnector", "[sources.orders]\nconector"))
    told = _cli("run", "--json", cwd=built / "estate")
    error = json.loads(told.stdout.splitlines()[-1])
    assert told.returncode == 2 and "connector" in error["fix"] + error["why"], error
    heading.write_text(good)


def test_two_runs_at_once(built: Path) -> None:
    from windvane.adapters.warehouses.sqlmesh import open_warehouse

    shop.orders(built / "files" / "orders_4.csv", first=42, days=1)
    with open_warehouse(built / "estate"):
        told = _cli("run", cwd=built / "estate")
        assert told.returncode == TryAgain.exit_code and str(os.getpid()) in told.stderr, told.stderr
        assert _cli("status", cwd=built / "estate").returncode in (0, 3, 4), "reading goes on"
    assert "Traceback" not in told.stderr


def test_hostile_names_are_inert(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    name = "o'r\"d ers; DROP TABLE x -- \N{ROCKET}.csv"
    header = 'id,"select","a ""quoted"" col","; drop table y",\N{ROCKET},day'
    rows = [f"{n},x{n % 3},{n * 2},z,{n / 2},2026-01-{1 + n % 28:02d}" for n in range(60)]
    (files / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    wire.init((str(files),), "Every row", tmp_path / "estate", emit=_quiet, answer="1")
    wire.run(tmp_path / "estate", emit=_quiet)
    estate = wv.open(tmp_path / "estate")
    core = next(r for r in estate.relations if r.startswith("core."))
    assert len(estate[core].df()) == 60
