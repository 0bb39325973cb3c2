"""Whether cost grows no faster than data: CPU of `init` and `run` on n and on 10 n rows. Goal: ratio <= 11.

    python -m benchmarks.scale [--rows 100000] [--files 1]

Both are whole processes, imports included. With --files the orders come in that many files.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import sample_shop


def spent(root: Path, *, rows: int, files: int) -> float:
    """CPU seconds of an estate on `rows` rows, from files to published relations."""
    place = root / f"{rows}"
    sample_shop.write(place / "files", rows=rows, files=files)
    return sample_shop.found(place, bytecode=root / "bytecode")


def main() -> None:
    """Build on a little data to fill the caches, then on n and 10 n rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="n; the other side has ten times as many")
    parser.add_argument("--files", type=int, default=1, help="files that the orders come in, on both sides")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        spent(root, rows=4_000, files=1)
        small = spent(root, rows=options.rows, files=options.files)
        print(f"{options.rows:>12,} rows {small:7.2f} CPU s")
        large = spent(root, rows=10 * options.rows, files=options.files)
        print(f"{10 * options.rows:>12,} rows {large:7.2f} CPU s")
    print(f"files={options.files} goal=11")
    print(f"ratio={large / small:.2f}")


if __name__ == "__main__":
    main()
