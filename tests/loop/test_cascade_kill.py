"""A cascade that is killed goes on where it was, and decides nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import fund_world
import pytest
import sales_world

import windvane
from windvane.app import founding, reading, running
from windvane.app.opening import opened
from windvane.domain.entry import Landed
from windvane.loop.logbook import Logbook

_RUN = """
import sys
from pathlib import Path
from windvane.app import running
running.run(Path(sys.argv[1]), emit=lambda e: None)
"""


def _killed(home: Path, place: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(home)], env={**os.environ, "WINDVANE_CRASH_AT": place}, check=False
    )
    return done.returncode == -9


def test_an_archive_whose_backfill_was_killed_after_its_commit_is_not_landed_again(tmp_path: Path) -> None:
    home = tmp_path / "estate"
    sales_world.with_archive(tmp_path, recent=130)
    goal = "Forecast tomorrow's units of each shop, mean absolute error at most 8.7"
    founding.init((str(tmp_path / "inbox"),), goal, home, emit=lambda _: None, answer="1")
    assert _killed(home, "warehouse.committed:4")
    assert not any(r.startswith("Backfill ") for r in _promoted(home)), "the ledger does not know of it yet"
    running.run(home, emit=lambda _: None)
    assert sum(t.startswith("Backfill ") for t in _promoted(home)) == 1
    landed = [e.body.batch.delivery for e in reading.book(home).entries if isinstance(e.body, Landed)]
    assert sum(name.endswith("sales_old.csv") for name in landed) == 1
    assert windvane.open(home).sql("SELECT COUNT(*) FROM core.sales").rows() == [(8 * sales_world.DAYS,)]
    assert not running.run(home, emit=lambda _: None).releases, "what was backfilled is known"


def _promoted(home: Path) -> list[str]:
    return [d.title for d in reading.book(home).decisions.values() if d.verdict.outcome == "promote"]


@pytest.mark.parametrize("place", ["warehouse.commit:3", "warehouse.committed:3"])
def test_a_kill_around_the_promotion_of_a_round(tmp_path: Path, place: str) -> None:
    home = tmp_path / "estate"
    fund_world.make(tmp_path / "data", days=260)
    founding.init((str(tmp_path / "data"),), fund_world.GOAL, home, emit=lambda _: None, answer="1")
    assert _killed(home, place)
    running.run(home, emit=lambda _: None)
    with opened(home, emit=lambda _: None) as work:
        book = Logbook(work.crew.ledger)
        titles = [d.title for d in book.decisions.values()]
        rounds, promoted = book.rounds, [d.title for d in book.decisions.values() if d.verdict.outcome == "promote"]
        commits = work.crew.warehouse().committed()
    assert len(titles) == len(set(titles)), "nothing is decided twice"
    assert sum("broad_index" in t for t in promoted) == 1
    assert [r.round for r in rounds if not r.end] == [1] and rounds[-1].end == "met"
    assert len({c.plan for c in commits}) == len(commits) == 3
