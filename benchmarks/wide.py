"""What a table of 300 columns costs to understand: CPU seconds of the scout, and how many findings it makes.

    python -m benchmarks.wide [--columns 300] [--rows 5000]

Two files are generated: `survey`, as wide as asked for, with codes, answers on scales, amounts, dates, flags and free
text, and `sites`, a small table that a column of the survey refers to. Landing and profiles are counted too, imports
are not. The reference, the key and every type must be found.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from windvane.adapters.warehouses.scratch import Scratch
from windvane.agents.scout import agent
from windvane.domain.batch import Batch, Delivery
from windvane.domain.estate import Estate, Source
from windvane.domain.finding import Finding
from windvane.domain.ports import Resources, Scene
from windvane.domain.record import replace
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.quality.profile import profile

SITES = 40
_CITIES = ("Oslo", "Paris", "Rome", "Lima", "Cairo", "Delhi", "Perth", "Quito")


def survey(rows: int, columns: int, *, seed: int = 1) -> dict[str, list[str]]:
    """Column by column, the same for the same seed."""
    chance = np.random.default_rng(seed)
    made: dict[str, list[str]] = {"respondent_id": [str(10_000 + i) for i in range(rows)]}
    made["site_code"] = [f"S{n:03}" for n in chance.integers(1, SITES + 1, rows)]
    kinds = (
        lambda: [str(n) for n in chance.integers(1, 6, rows)],
        lambda: [f"{x:.2f}" for x in chance.lognormal(3, 1, rows)],
        lambda: list(chance.choice(["yes", "no"], rows)),
        lambda: [str(n) for n in chance.integers(0, 400, rows)],
        lambda: list(chance.choice(["low", "medium", "high", "none"], rows)),
        lambda: [str(d) for d in np.datetime64("2023-01-01") + chance.integers(0, 365, rows)],
        lambda: [
            f"said {a} on the way and again {b} when it began to rain" for a, b in chance.integers(0, 99, (rows, 2))
        ],
        lambda: list(chance.choice(_CITIES, rows)),
    )
    while len(made) < columns:
        made[f"q{len(made):03}"] = kinds[len(made) % len(kinds)]()
    return made


def sites() -> dict[str, list[str]]:
    """The table that `site_code` refers to."""
    codes = [f"S{n:03}" for n in range(1, SITES + 1)]
    city = [_CITIES[i % 8] for i in range(SITES)]
    return {"site_code": codes, "city": city, "beds": [str(20 + 7 * i) for i in range(SITES)]}


def write(path: Path, table: dict[str, list[str]]) -> Path:
    """The table as CSV."""
    lines = [",".join(table), *(",".join(row) for row in zip(*table.values(), strict=True))]
    path.write_text("\n".join([*lines, ""]))
    return path


def batch_of(file: Path, root: Path, engine: Scratch) -> Batch:
    """A file as sensing lands it."""
    source = Source(name=file.stem, connector="files", location=str(file))
    made = land(source, Delivery(source=file.stem, name=file.name), file, store=RawStore(root), engine=engine, seq=1)
    return replace(made, profile=profile(engine, (root / made.path,), made.columns))


def understood(files: list[Path], root: Path, engine: Scratch) -> tuple[Finding, ...]:
    """What the scout finds about files."""
    batches = tuple(batch_of(f, root, engine) for f in files)
    return agent().look(Scene(root=root, estate=Estate(name="wide"), batches=batches, scratch=engine))


def main() -> None:
    """Once on a small table, to load modules, then on the wide one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--columns", type=int, default=300)
    parser.add_argument("--rows", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        engine = Scratch(root / "spill", Resources())
        few = write(root / "few.csv", survey(200, 12))
        understood([few], root / "few", engine)
        files = [write(root / "survey.csv", survey(options.rows, options.columns)), write(root / "sites.csv", sites())]
        began = time.process_time()
        found = understood(files, root / "wide", engine)
        spent = time.process_time() - began
        engine.close()
    said = {(f.subject, f.claim, f.value): f.confidence for f in found}
    assert said["survey", "key", "respondent_id"] > 0.9
    assert said["survey.site_code", "reference", "sites.site_code"] > 0.9
    assert sum(f.claim == "type" for f in found) == options.columns + 3
    print(", ".join(f"{n} {claim}" for claim, n in Counter(f.claim for f in found).most_common()))
    print(f"columns={options.columns} rows={options.rows} findings={len(found)} cpu_s={spent:.1f}")


if __name__ == "__main__":
    main()
