"""Six days of the soak, killed twice in the middle of work: in the end as if nothing had ever happened."""

from __future__ import annotations

from pathlib import Path

import dbos  # noqa: F401  # heavy imports before the forks
import pandas  # noqa: F401
import sqlmesh
import sqlmesh.cli  # noqa: F401
from benchmarks.soak import clean, differences, last_line
from benchmarks.soak_worker import Length, Plan, Worker, founded, told

import windvane.adapters.warehouses.sqlmesh
import windvane.adapters.workflow
import windvane.agents.diagnostician
import windvane.loop.cycle  # noqa: F401
from harness.killing import KILLED, child

FAULTS = ("renamed_column", "cut_file", "null_key", "unit_factor", "changed_file_again")
PLAN = Plan(Length(before=30, days=6, many=30, sources=("orders",)), seed=3, faults=FAULTS)


def test_six_days_with_faults_and_two_kills_end_like_six_good_ones(tmp_path: Path) -> None:
    child(lambda: founded(tmp_path, PLAN))
    for point in (31, 60):  # writes that the process does before it is killed
        assert child(lambda: Worker(tmp_path, PLAN).work(), at=str(point)) == KILLED
        assert len(told(tmp_path)) < PLAN.length.days
    assert child(lambda: Worker(tmp_path, PLAN).work()) == 0
    child(lambda: clean(tmp_path, PLAN, at_once=PLAN.length.days))
    lines = told(tmp_path)
    assert [line.day for line in lines] == list(range(6)) and all(line.right for line in lines), lines
    assert not [line for line in lines if line.wrong], "nothing wrong was ever shown"
    found = differences(tmp_path)
    assert found and not [d for d in found if d.corrupted or d.missing], found
    assert last_line(lines, kills=2, equal=True).startswith("days=6 kills=2 equal=true rss_mb=")
