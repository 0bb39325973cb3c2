"""Killed anywhere, a run resumes to the same rows, one promotion, one ledger line."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import dbos  # noqa: F401  # heavy imports before the forks
import pytest
import shop
import sqlmesh  # noqa: F401

import windvane as wv
from harness.killing import child, points, sweep
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.domain.entry import Decided, Promoted

EVERY = int(os.environ.get("WINDVANE_KILL_EVERY", "13"))


def _run(home: Path) -> None:
    wire.run(home / "estate", emit=lambda _: None)


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """A shop that is founded and not yet built."""
    shop.found(tmp_path / "here" / "files", days=20)

    def init() -> None:
        report = wire.init((str(tmp_path / "here" / "files"),), shop.GOAL, tmp_path / "here" / "estate",
                           emit=lambda _: None, answer=None)  # fmt: skip
        assert report.question is None

    child(init)
    shutil.copytree(tmp_path / "here", tmp_path / "template")
    return tmp_path


def _fresh(stage: Path) -> None:
    shutil.rmtree(stage / "here" / "estate")
    shutil.copytree(stage / "template" / "estate", stage / "here" / "estate")


def _check(home: Path, rows: int) -> None:
    estate = wv.open(home / "estate")
    assert estate.sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0] == rows
    assert estate.sql("SELECT COUNT(*) AS n, COUNT(DISTINCT order_id) AS d FROM core.orders").df().d[0] == rows
    ledger = Ledger(home / "estate" / ".windvane" / "ledger.sqlite")
    assert ledger.verify() == ()
    entries = list(ledger.entries())
    promoted = Counter(e.body.release.plan for e in entries if isinstance(e.body, Promoted))
    decided = Counter(e.body.decision.plan for e in entries if isinstance(e.body, Decided))
    assert set(promoted.values()) == {1} and set(decided.values()) == {1}, (promoted, decided)
    assert len(promoted) == 2, "layers and product, once each"
    assert not list((home / "estate").glob("*/**/.*.windvane")), "no half-written file is left"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_first_build_survives_kills(stage: Path) -> None:
    home = stage / "here"
    names = points(lambda: _run(home), lambda: _fresh(stage))
    assert len(names) > 40, names
    kills = sweep(lambda: _run(home), lambda _: _check(home, shop.rows(0, 20)), lambda: _fresh(stage), every=EVERY)
    assert kills >= len(names) // EVERY
