"""What landing costs: CPU of land + screen against bare read_csv into a table, and memory for a file above the limit.

    python -m benchmarks.landing [--rows 1000000] [--repeat 3]

Both sides read the same generated file (20 columns) in one process, in turns, imports excluded. The second part lands a
file larger than the memory limit, with one bad line, in a process of its own and prints by how much that process grew.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import Cast, Delivery
from windvane.domain.estate import Source
from windvane.domain.ports import Resources
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.landing.screen import Screened, screen

LIMIT_MB = 256
_CHUNK = 250_000


def generate(path: Path, rows: int, *, seed: int = 1) -> None:
    """Write `rows` x 20: a key, six integers, six prices, a date, a time, five words; the same for the same seed."""
    random = np.random.default_rng(seed)
    with path.open("wb") as file:
        for start in range(0, rows, _CHUNK):
            count = min(_CHUNK, rows - start)
            options = pcsv.WriteOptions(include_header=start == 0, quoting_style="needed")
            pcsv.write_csv(_chunk(start, count, random), file, options)


def _chunk(start: int, count: int, random: np.random.Generator) -> pa.Table:
    day, second = np.datetime64("2015-01-01"), np.datetime64("2015-01-01T00:00:00")
    columns: dict[str, object] = {"id": np.arange(start, start + count)}
    columns |= {f"n{i}": random.integers(0, 10 ** (i + 2), count) for i in range(6)}
    columns |= {f"p{i}": [f"{x:.2f}" for x in random.normal(100, 30, count)] for i in range(6)}
    columns["day"] = (day + random.integers(0, 3000, count)).astype(str)
    columns["at"] = np.char.replace((second + random.integers(0, 10**8, count)).astype(str), "T", " ")
    columns |= {
        f"w{i}": random.choice(["alpha", "beta", "gamma, delta", "épsilon", f"zeta-{i}"], count) for i in range(5)
    }
    return pa.table(columns)


def casts() -> tuple[Cast, ...]:
    """The types of the generated columns."""
    kinds = {"n": "bigint", "p": "decimal(18,2)", "w": "varchar"}
    made = [Cast(name="id", text='"id"', type="bigint")]
    made += [Cast(name=f"{k}{i}", text=f'"{k}{i}"', type=kinds[k]) for k in kinds for i in range(5 if k == "w" else 6)]
    made += [Cast(name="day", text='"day"', type="date"), Cast(name="at", text='"at"', type="timestamp")]
    return tuple(made)


def ours(file: Path, root: Path, engine: Scratch) -> Screened:
    """Land and screen one file into a fresh estate folder."""
    source = Source(name="bench", connector="files", location=str(file))
    delivery = Delivery(source="bench", name=file.name)
    batch = land(source, delivery, file, store=RawStore(root), engine=engine, seq=1)
    return screen(batch, casts(), root=root, engine=engine, key=("id",))


def bare(file: Path, engine: Scratch) -> None:
    """What a person would type."""
    engine.execute(f"CREATE OR REPLACE TABLE bare AS SELECT * FROM read_csv('{file}')")


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call, all threads."""
    began = time.process_time()
    work()
    return time.process_time() - began


def compare(file: Path, folder: Path, repeat: int) -> float:
    """The median ratio of CPU seconds, in turns."""
    engine = Scratch(resources=Resources(memory_mb=2048, threads=2))
    warm = folder / "warm.csv"
    generate(warm, 1000)
    ours(warm, folder / "warm", engine)  # loads modules
    bare(warm, engine)
    ratios = []
    for turn in range(repeat):
        theirs = cpu(lambda: bare(file, engine))
        mine = cpu(lambda turn=turn: ours(file, folder / f"estate{turn}", engine))
        print(f"turn {turn + 1}: read_csv {theirs:.2f} CPU s, land + screen {mine:.2f} CPU s, {mine / theirs:.2f}x")
        ratios.append(mine / theirs)
    engine.close()
    return statistics.median(ratios)


def peak_mb() -> int:
    """The most memory this process ever held, in MB; `getrusage` would count its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


def within_limit(file: Path, folder: Path) -> None:
    """Land a file above the memory limit, with one bad line, in this process, and print how much it grew."""
    engine = Scratch(resources=Resources(memory_mb=LIMIT_MB, threads=2))
    small = folder / "small.csv"
    generate(small, 1000)
    ours(small, folder / "small", engine)
    before = peak_mb()
    batch = ours(file, folder / "large", engine).batch
    grown = peak_mb() - before
    size = file.stat().st_size >> 20
    print(
        f"memory: a file of {size} MB under a limit of {LIMIT_MB} MB grew the process by {grown} MB; "
        f"{batch.rows_read:,} rows read = {batch.accepted:,} accepted + {batch.quarantined:,} quarantined"
    )


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.within is not None:
            within_limit(asked.within, folder)
            return
        file = folder / "generated.csv"
        generate(file, asked.rows)
        ratio = compare(file, folder, asked.repeat)
        large = folder / "large.csv"
        generate(large, asked.rows * 2)
        with large.open("ab") as more:
            more.write(b'"torn","line\n')
        subprocess.run([sys.executable, "-m", "benchmarks.landing", "--within", str(large)], check=True)
    print(f"ratio={ratio:.2f}")


if __name__ == "__main__":
    main()
