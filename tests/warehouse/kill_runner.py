"""Kills a process at every named point of a transition, a trial and a publication, then lets another one carry on.

SQLMesh is imported and warmed up once; each scenario runs in forked children. Prints one JSON line per point.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from pathlib import Path

from estate_kit import FIRST, MART, build, careful, closes, fresh, land, plan, promote

from windvane.adapters.warehouses.released import Released
from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse
from windvane.domain import crash
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put
from windvane.domain.estate import Model
from windvane.domain.plan import Plan


def work(warehouse: SqlmeshWarehouse, tried: Plan, both: Plan) -> None:
    """What is killed and done again: a trial, a promotion of models and data, a publication."""
    warehouse.try_out(tried)
    warehouse.transition(both, decision="D-2", judge=careful)
    warehouse.publish(release="R-2")


def state(root: Path) -> dict[str, object]:
    """What readers of the warehouse and of the release see."""
    with open_warehouse(root) as warehouse:
        ask = warehouse.reader().rows
        return {
            "closes": closes(warehouse),
            "commits": [c.decision for c in warehouse.committed()],
            "batches": len(warehouse.admitted()["prices"]),
            "arriving": len(ask("FROM windvane.arriving")),
            "released": sorted(map(str, Released(root).rows("FROM mart.closes"))),
            "trials": len(ask("SELECT 1 FROM duckdb_views() WHERE schema_name LIKE '%trial%'")),
        }


def forked(root: Path, plans: tuple[Plan, Plan], *, at: str, log: Path | None = None) -> int:
    """Do the work in a child that dies at `at`; its wait status."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        os.environ["WINDVANE_CRASH_AT"] = at
        os.environ["WINDVANE_CRASH_LOG"] = str(log or "")
        crash.arm()
        with open_warehouse(root) as warehouse:
            work(warehouse, *plans)
        os._exit(0)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        os._exit(1)


def prepare(home: Path) -> tuple[Path, Batch, tuple[Plan, Plan]]:
    """An estate with one release, and the plans that will be killed."""
    root = home / "estate"
    root.mkdir(parents=True)
    first = land(root, FIRST, seq=1)
    second = land(root, [("1999-02-01", "AA", "8"), ("2027-02-01", "CC", "4")], seq=2)
    changed = Model(name="mart.closes", text=MART.replace("SUM(c.close)", "MAX(c.close)"))
    with fresh(root) as warehouse:
        warehouse.transition(build(first), decision="D-1", judge=promote)
        warehouse.publish(release="R-1")
        warehouse.try_out(plan(Put(asset=Model(name="mart.warm", text=MART.replace("mart.closes", "mart.warm")))))
    return root, second, (plan(Put(asset=changed), title="try"), plan(Put(asset=changed), Admit(batch=second)))


def main(home: Path) -> None:
    """Every point once, by its name at its last passing."""
    root, _, plans = prepare(home)
    log = home / "points.log"
    copy = home / "all"
    shutil.copytree(root, copy)
    assert forked(copy, plans, at="", log=log) == 0
    before, done = state(root), state(copy)
    print(json.dumps({"point": "none", "before": before, "done": done}), flush=True)
    points = log.read_text().split()
    for name in dict.fromkeys(points):
        shutil.rmtree(copy)
        shutil.copytree(root, copy)
        status = forked(copy, plans, at=f"{name}:{points.count(name)}")
        left = state(copy)
        again = forked(copy, plans, at="")
        told = {"point": name, "status": status, "left": left, "again": again, "after": state(copy)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
