"""A person works on the estate with their own tools: what they did is noticed, on record, and taken as their will."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import reading, rest, wire
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.app.story.status import status
from windvane.domain.entry import Entry, Promoted, Steering
from windvane.domain.errors import NeedsPerson
from windvane.loop import steer

MART = "mart.total_amount_per_store_and_day"


def _quiet(_: object) -> None:
    pass


def _run(home: Path) -> RunReport:
    return wire.run(home, emit=_quiet)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("byhand") / "here"
    shop.found(place / "files", days=20)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    _run(place / "estate")
    return place


@pytest.fixture
def home(stage: Path, tmp_path: Path) -> Path:
    """A built shop of one's own."""
    shutil.copytree(stage, tmp_path / "here")
    toml = tmp_path / "here" / "estate" / "windvane.toml"
    toml.write_text(toml.read_text().replace(str(stage), str(tmp_path / "here")))
    return toml.parent


def _rests(home: Path) -> bool:
    with opened(home, emit=_quiet) as work:
        return rest.nothing_new(work.crew, work.heading, unfinished=())


def _entries(home: Path) -> list[Entry]:
    ledger = Ledger(home / ".windvane" / "ledger.sqlite")
    found = list(ledger.entries())
    ledger.close()
    return found


def _by_hand(home: Path) -> list[Entry]:
    return [e for e in _entries(home) if isinstance(e.body, Steering) and e.body.about == "production"]


def _mart(home: Path) -> Path:
    return next((home / "models" / "mart").glob("*total*.sql"))


def _sqlmesh(home: Path, *more: str) -> None:
    """`sqlmesh plan` in the estate folder, in a process of its own, as a person would."""
    words = ["plan", "--auto-apply", "--no-prompts", "--skip-tests", *more]
    script = f"from sqlmesh.cli.main import cli\ncli({words!r}, standalone_mode=False)\n"
    settings = {"MAX_FORK_WORKERS": "1", "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=home, env={**os.environ, **settings}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_plan_by_hand_is_taken_as_the_persons_will(home: Path) -> None:
    _run(home)
    assert _rests(home)
    mart = _mart(home)
    mine = mart.read_text().replace("SUM(amount)", "ROUND(SUM(amount), 0)")
    mart.write_text(mine)
    _sqlmesh(home)
    assert not _rests(home)
    report = _run(home)
    assert not report.held and not report.rejected and len(report.releases) == 1, report
    lines, told = _entries(home), _by_hand(home)
    assert len(told) == 1 and mart.stem in told[0].body.detail and told[0].actor == "person"
    assert told[0].seq < max(e.seq for e in lines if isinstance(e.body, Promoted)), "said before it was taken over"
    assert mart.read_text() == mine
    totals = wv.open(home)[f"mart.{mart.stem}"].df().filter(like="total").iloc[:, 0].astype(float)
    assert (totals % 1 == 0).all()
    _run(home)
    assert _rests(home) and [e for e in _entries(home) if e.seq > lines[-1].seq and e.step == "promote"] == []
    shop.orders(home.parent / "files" / "orders_2.csv", first=20, days=2)
    assert _run(home).releases and mart.read_text() == mine


def test_rows_computed_anew_by_hand_are_published(home: Path) -> None:
    _run(home)
    _sqlmesh(home, "--restate-model", f"mart.{_mart(home).stem}")
    assert not _rests(home), "the file of the warehouse is not as windvane left it"
    killed = {**os.environ, "WINDVANE_CRASH_AT": "warehouse.hand:1"}  # just before it is taken over
    words = [sys.executable, "-m", "windvane", "run", "--estate", str(home)]
    assert subprocess.run(words, env=killed, capture_output=True, check=False).returncode == -9
    assert len(_by_hand(home)) == 1, "on record before it is taken over"
    report = _run(home)
    assert [i.title for i in report.releases] == ["Take over what was planned by hand"], report
    assert len(_by_hand(home)) == 1, "and once, also after a kill"
    assert not _run(home).releases and _rests(home)


def test_a_deleted_product_is_retired_and_not_built_again(home: Path) -> None:
    product = next((home / "products").glob("*.yaml"))
    text = product.read_bytes()
    product.unlink()
    report = _run(home)
    assert [i.title for i in report.releases] == [f"Retire product {product.name.split('.')[0]}"], report
    shop.orders(home.parent / "files" / "orders_2.csv", first=20, days=2)
    late = _run(home)
    assert len(late.releases) == 1 and not late.rejected and not product.exists(), "the goal is there; nobody asked"
    assert _rests(home) or not _run(home).releases
    wire.undo(home, report.releases[0].detail, because="needed after all", emit=_quiet)
    assert product.read_bytes() == text


def test_a_deleted_model_that_is_needed_is_a_question_once(home: Path) -> None:
    core = home / "models" / "core" / "orders.sql"
    rows = wv.open(home).sql("SELECT COUNT(*) FROM core.orders").rows()
    core.unlink()
    report = _run(home)
    assert len(report.held) == 1 and "reads `core.orders`" in report.held[0].detail, report
    assert "product" in report.held[0].detail and not report.releases
    again = _run(home)
    assert not again.held and not core.exists(), "asked once, and not written again"
    assert [a.id for a in status(reading.book(home)).asks] == [report.held[0].id]
    assert wv.open(home).sql("SELECT COUNT(*) FROM core.orders").rows() == rows, "readers keep what they have"
    done = wire.approve(home, report.held[0].id, because="", option="retire these too", emit=_quiet)
    assert MART.partition(".")[2] not in " ".join(wv.open(home).relations) and not _mart_files(home)
    assert not _run(home).releases and not core.exists()
    wire.undo(home, done.decision, because="", emit=_quiet)
    assert core.exists() and wv.open(home).sql("SELECT COUNT(*) FROM core.orders").rows() == rows


def _mart_files(home: Path) -> list[Path]:
    return list((home / "models" / "mart").glob("*total*.sql"))


def test_an_answer_that_the_file_comes_back_is_kept(home: Path) -> None:
    core = home / "models" / "core" / "orders.sql"
    text = core.read_text()
    core.unlink()
    asked = _run(home).held[0].id
    wire.reject(home, asked, because="a slip", emit=_quiet)
    report = _run(home)
    assert not report.held and not report.asks and not core.exists(), "windvane does not write it unasked"
    core.write_text(text)
    assert not _run(home).releases and _rests(home)


def test_a_pause_outlives_everything_that_is_not_a_line(home: Path) -> None:
    wire.pause(home, because="holidays")
    with sqlite3.connect(home / ".windvane" / "ledger.sqlite") as file:
        file.execute("DELETE FROM facts")  # what a power cut may take
    file.close()
    with pytest.raises(NeedsPerson, match="paused"):
        _run(home)
    with opened(home, emit=_quiet) as work:
        assert steer.paused(work.crew) == "holidays"
    assert status(reading.book(home)).paused
    wire.resume(home, because="back")
    with opened(home, emit=_quiet) as work:
        assert steer.paused(work.crew) == ""
