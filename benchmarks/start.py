"""CPU of the command line before any work: `python -m benchmarks.start` (goals: help 50 ms, any command 150 ms)."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.child import python

ROUNDS = 15
CALLS = {"help": ["--help"], "why_help": ["why", "--help"], "version": ["--version"], "start": ["status"]}


def main() -> None:
    """Print the median of each call, and last the figures with their goals."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "windvane.toml").write_text('name = "empty"\n')
        _fill(folder)
        found = {name: median(words, folder) for name, words in CALLS.items()}
        found["python"] = median(None, folder)
    for name, spent in found.items():
        print(f"{name:<9} {spent:6.1f} ms CPU")
    print(f"help_ms={found['help']:.1f} start_ms={found['start']:.1f}")


def median(words: list[str] | None, folder: Path) -> float:
    """Median CPU ms of a process, user and system; without words that of the interpreter alone."""
    run(words, folder)  # the first one writes the bytecode, as an installation does
    return statistics.median(run(words, folder) for _ in range(ROUNDS))


def run(words: list[str] | None, folder: Path) -> float:
    """CPU ms of one process."""
    call = ["-c", "pass"] if words is None else ["-m", "windvane", *words]
    return python(*call, cwd=folder, bytecode=folder / "bytecode").cpu_s * 1000


def _fill(folder: Path) -> None:
    """A ledger with one line, so that `status` opens it."""
    from windvane.adapters.ledger import Ledger
    from windvane.domain.entry import Steering

    (folder / ".windvane").mkdir()
    ledger = Ledger(folder / ".windvane" / "ledger.sqlite")
    ledger.append(actor="person", step="steer", key="init", body=Steering(act="init"))
    ledger.close()


if __name__ == "__main__":
    main()
