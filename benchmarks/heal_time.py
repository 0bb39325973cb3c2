"""How long healing takes: from the start of `windvane run` to the healed publication. Goal: <= 5 s on 1M rows.

    python -m benchmarks.heal_time [--rows 1000000] [--rounds 3]

An estate over a table of that many rows is built; then the orders of another 20 days arrive with a column renamed. A
whole process `windvane run` heals it: its wall seconds up to the swap of the manifest that readers see.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import sample_shop
from benchmarks.child import Spent, windvane

DAYS = 20
RENAMED = ("order_amount", "amount_value", "amt", "amount_of_order")


def heal(root: Path, number: int, *, rows: int) -> tuple[float, Spent]:
    """Wall seconds from the start of a run to the published healing, and what the whole process took."""
    header = tuple(RENAMED[number - 1] if name == "amount" else name for name in sample_shop.HEADER)
    first = sample_shop.DAYS + DAYS * (number - 1)
    path = root / "files" / f"orders_{1000 + number}.csv"
    sample_shop.orders(path, first=first, days=DAYS, rows_a_day=rows // sample_shop.DAYS, header=header)
    began = time.time()
    spent = windvane("run", "--json", cwd=root / "estate", bytecode=root / "bytecode")
    report = json.loads(spent.out.strip().splitlines()[-1])
    assert len(report["healed"]) == 1, report
    manifest = root / "estate" / ".windvane" / "published" / "manifest.json"
    return manifest.stat().st_mtime - began, spent


def main() -> None:
    """Build once, then let one renamed delivery after the other arrive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, len(RENAMED) + 1), help="renamed deliveries")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sample_shop.write(root / "files", rows=options.rows)
        sample_shop.found(root, bytecode=root / "bytecode")
        healed = []
        for number in range(1, options.rounds + 1):
            seconds, spent = heal(root, number, rows=options.rows)
            healed.append(seconds)
            print(f"delivery {number}: healed after {seconds:.2f} s; the process took {spent.wall_s:.2f} s, "
                  f"{spent.cpu_s:.2f} CPU s")  # fmt: skip
    print(f"rows={options.rows} arriving={DAYS * (options.rows // sample_shop.DAYS)} goal=5")
    print(f"heal_s={statistics.median(healed):.2f}")


if __name__ == "__main__":
    main()
