"""What a build costs through windvane against the same SQL straight in DuckDB: CPU seconds, imports excluded.

Both sides build 20 tables from the same Parquet of text into a new file, and run the same checks; windvane adds its
transaction, environments, audits, conservation and the row that decides. Goal: ratio <= 1.3.

    python -m benchmarks.autonomy_cost [--rows 1000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.cost_estate import checks, first_plan, generate, promote, queries
from windvane.adapters.warehouses.sqlmesh import open_warehouse, write_project
from windvane.domain.batch import Batch


def straight(root: Path, batches: tuple[Batch, ...]) -> float:
    """CPU seconds of the SQL alone."""
    file = root / "straight.duckdb"
    file.unlink(missing_ok=True)
    started = time.process_time()
    with duckdb.connect(str(file), config={"threads": 2, "memory_limit": "2048MB"}) as connection:
        connection.execute("CREATE SCHEMA src; CREATE SCHEMA staging; CREATE SCHEMA core; CREATE SCHEMA mart")
        for batch in batches:
            source = f"read_parquet(['{root / batch.path}'], union_by_name := true)"
            connection.execute(f"CREATE VIEW src.{batch.source} AS SELECT * FROM {source}")
        for name, sql in queries().items():
            connection.execute(f"CREATE TABLE {name} AS {sql}")
        for check in checks():
            assert not connection.execute(check.sql).fetchall()
    return time.process_time() - started


def through(root: Path, batches: tuple[Batch, ...]) -> float:
    """CPU seconds of a transition that builds, checks and commits the same, in an estate of its own."""
    with tempfile.TemporaryDirectory() as folder:
        estate = Path(folder)
        (estate / ".windvane").mkdir()
        (estate / ".windvane" / "raw").symlink_to(root / ".windvane" / "raw")
        write_project(estate, [])
        started = time.process_time()
        with open_warehouse(estate) as warehouse:
            trial, _ = warehouse.transition(first_plan(batches), decision="D-1", judge=promote)
            assert trial.models_built == len(queries()), trial
        return time.process_time() - started


def main() -> None:
    """Interleave both sides and compare their medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each of the three sources")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        warm = root / "warm"
        warm.mkdir()
        through(warm, generate(warm, 1000))  # imports, and what SQLMesh loads on first use
        batches = generate(root, options.rows)
        alone, ours = [], []
        for number in range(options.rounds):
            alone.append(straight(root, batches))
            ours.append(through(root, batches))
            print(f"round {number + 1}: straight {alone[-1]:.2f} s, windvane {ours[-1]:.2f} s")
    print(f"models={len(queries())} rows=3x{options.rows} checks={len(checks())} goal=1.3")
    print(f"ratio={statistics.median(ours) / statistics.median(alone):.3f}")


if __name__ == "__main__":
    main()
