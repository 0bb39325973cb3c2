"""A cascade that is killed goes on where it was, and decides nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import fund_world
import pytest

from windvane.app import founding, running
from windvane.app.opening import opened
from windvane.loop.logbook import Logbook

_RUN = """
import sys
from pathlib import Path
from windvane.app import running
running.run(Path(sys.argv[1]), emit=lambda e: None)
"""


@pytest.mark.parametrize("place", ["warehouse.commit:3", "warehouse.committed:3"])
def test_a_kill_around_the_promotion_of_a_round(tmp_path: Path, place: str) -> None:
    home = tmp_path / "estate"
    fund_world.make(tmp_path / "data", days=260)
    founding.init((str(tmp_path / "data"),), fund_world.GOAL, home, emit=lambda _: None, answer="1")
    killed = subprocess.run(
        [sys.executable, "-c", _RUN, str(home)], env={**os.environ, "WINDVANE_CRASH_AT": place}, check=False
    )
    assert killed.returncode == -9
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
