"""What watching costs: the share of a day's pass that profiles and checks take. Goal: <= 10 % on a table of 1M rows.

    python -m benchmarks.watching [--rows 1000000] [--rounds 3] [--days 1]

Two copies of an estate over a table of that many rows get the same delivery, one day of orders. In one the loop runs
as it is; in the other no delivery is profiled and no contract holds a check, so that all else is the same: landing,
screen, transaction, models, publication. Whole processes, CPU seconds; their order is turned round from round to round.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks import sample_shop
from benchmarks.child import python
from windvane.app.opening import opened
from windvane.domain.change import Put
from windvane.domain.estate import Contract
from windvane.domain.event import Event
from windvane.domain.record import replace

SIDES = ("watched", "bare")


def bared(estate: Path) -> int:
    """Take every check out of the contracts of an estate; how many there were."""
    with opened(estate, emit=_quiet) as work:
        contracts = [a for a in work.crew.folder.read().assets if isinstance(a, Contract) and a.checks]
        work.crew.folder.write(tuple(Put(asset=replace(c, checks=())) for c in contracts))
        work.crew.folder.settle()
        return sum(len(c.checks) for c in contracts)


def run_bare(estate: Path) -> None:
    """One pass that looks at nothing: deliveries get no profile."""
    from windvane.app import running
    from windvane.loop import arrive

    arrive.profile = lambda *_: None  # type: ignore[assignment, attr-defined]
    running.run(estate, emit=_quiet)


def _quiet(event: Event) -> None:
    """Say nothing."""


def day(root: Path, number: int, *, rows: int, days: int) -> dict[str, float]:
    """CPU seconds of the pass over one more delivery, by side."""
    found = {}
    for side in SIDES if number % 2 else SIDES[::-1]:
        path = root / side / "files" / f"orders_{1000 + number}.csv"
        first = sample_shop.DAYS + days * number
        sample_shop.orders(path, first=first, days=days, rows_a_day=rows // sample_shop.DAYS)
        words = ("-m", "windvane", "run") if side == "watched" else ("-m", "benchmarks.watching", "--bare", ".")
        here = root / side / "estate"
        found[side] = python(*words, cwd=here, bytecode=root / "bytecode").cpu_s
    return found


def main() -> None:
    """Build once, copy, let one day after the other arrive in both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table")
    parser.add_argument("--rounds", type=int, default=3, help="deliveries")
    parser.add_argument("--days", type=int, default=1, help="days in each")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        run_bare(options.bare)
        return
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)  # processes run in the estates
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "watched").mkdir()
        sample_shop.write(root / "watched" / "files", rows=options.rows)
        sample_shop.found(root / "watched", bytecode=root / "bytecode")
        _copied(root)
        checks = bared(root / "bare" / "estate")
        found = [day(root, n, rows=options.rows, days=options.days) for n in range(options.rounds + 1)]
        for n, spent in enumerate(found):
            told = "to warm up" if n == 0 else f"delivery {n}"
            print(f"{told}: {spent['watched']:.2f} CPU s watched, {spent['bare']:.2f} with none of it")
    ours, bare = (statistics.median(f[s] for f in found[1:]) for s in SIDES)
    print(f"rows={options.rows} arriving={options.days * (options.rows // sample_shop.DAYS)} checks={checks} goal=0.10")
    print(f"watched_cpu_s={ours:.2f} bare_cpu_s={bare:.2f} share={(ours - bare) / ours:.3f}")


def _copied(root: Path) -> None:
    shutil.copytree(root / "watched", root / "bare")
    heading = root / "bare" / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(root / "watched"), str(root / "bare")))


if __name__ == "__main__":
    main()
