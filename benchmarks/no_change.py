"""What a run costs when nothing is new: CPU seconds of the whole process. Goals: <= 0.3 on 20 models, <= 2 on 500.

    python -m benchmarks.no_change [--models 20] [--rounds 7]

The estate is built before: a small shop, and models that a person wrote beside those of windvane, up to the number
asked for. Then `windvane run` runs again and again with nothing to do, also first of all after a decision was undone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from benchmarks import sample_shop
from benchmarks.child import windvane

_MODEL = """MODEL (
  name mart.stores_{number:03d},
  kind FULL
);

SELECT
  store_id,
  SUM(amount) + {number} AS amount
FROM core.orders
GROUP BY store_id
"""


def build(root: Path, models: int) -> Path:
    """An estate with that many models, all of them promoted."""
    sample_shop.write(root / "files", rows=20_000)
    sample_shop.found(root, bytecode=root / "bytecode")
    estate = root / "estate"
    own = len(list((estate / "models").rglob("*.sql")))
    for number in range(own, models):
        (estate / "models" / "mart" / f"stores_{number:03d}.sql").write_text(_MODEL.format(number=number))
    if own < models:
        run(root)
    assert len(list((estate / "models").rglob("*.sql"))) == models
    return estate


def run(root: Path) -> tuple[float, dict[str, object]]:
    """CPU seconds of one `windvane run`, and its report."""
    spent = windvane("run", "--json", cwd=root / "estate", bytecode=root / "bytecode")
    return spent.cpu_s, json.loads(spent.out.strip().splitlines()[-1])


def rest(root: Path) -> float:
    """CPU seconds of a run that must find nothing to do."""
    spent, report = run(root)
    assert not report["releases"] and not report["rejected"] and not report["held"], report
    return spent


def main() -> None:
    """Build, rest once to fill the caches, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=20, help="models of the estate")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        estate = build(root, options.models)
        rest(root)
        costs = [rest(root) for _ in range(options.rounds)]
        sample_shop.orders(root / "files" / "orders_0001.csv", first=sample_shop.DAYS, days=2, rows_a_day=50)
        _, report = run(root)
        released = report["releases"]
        assert isinstance(released, list) and released, report
        windvane("undo", released[0]["detail"], "--yes", cwd=estate, bytecode=root / "bytecode")
        after = rest(root)
    print(" ".join(f"{c:.3f}" for c in costs))
    print(f"models={options.models} after_undo_s={after:.3f} goal={0.3 if options.models <= 20 else 2.0}")
    print(f"no_change_cpu_s={statistics.median(costs):.3f}")


if __name__ == "__main__":
    main()
