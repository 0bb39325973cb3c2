"""What trying one changed model among 20 costs: CPU seconds of the whole trial, imports excluded. Goal: <= 1.0.

python -m benchmarks.trial_cost [--rows 1000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.cost_estate import first_plan, generate, model, promote, queries
from windvane.adapters.warehouses.sqlmesh import open_warehouse, write_project
from windvane.domain.change import Put
from windvane.domain.plan import Plan, Probe


def changed(number: int) -> Plan:
    """One mart computed another way; a different one each time, so that nothing is reused."""
    name = "mart.orders_by_store"
    sql = queries()[name].replace("SUM(c.amount) AS", f"SUM(c.amount) + {number} AS")
    return Plan(
        incident="I-2",
        proposer="benchmark",
        title=f"change {number}",
        base="0",
        changes=(Put(asset=model(name, sql)),),
        rationale="benchmark",
        probes=(Probe(name="amount", sql=f"SELECT sum(amount) FROM {name}"),),
    )


def main() -> None:
    """Build once, then try one change after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each of the three sources")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        batches = generate(root, options.rows)
        write_project(root, [])
        with open_warehouse(root) as warehouse:
            warehouse.transition(first_plan(batches), decision="D-1", judge=promote)
            for number in range(1, options.rounds + 1):
                started = time.process_time()
                trial = warehouse.try_out(changed(number))
                costs.append(time.process_time() - started)
                assert not trial.failures, trial.failures
                print(f"trial {number}: {costs[-1]:.2f} CPU s, models built {trial.models_built}")
    print(f"models={len(queries())} rows=3x{options.rows} goal=1.0")
    print(f"trial_cpu_s={statistics.median(costs):.3f}")


if __name__ == "__main__":
    main()
