"""A pass that was started ahead: imports what passes need, then waits on standard input for the word to begin."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

_HEAVY = (
    "windvane.app.running",
    "windvane.app.cli.commands.run",
    "windvane.loop.cycle",
    "windvane.adapters.warehouses.sqlmesh.builder",
    "windvane.adapters.warehouses.sqlmesh.transition",
    "windvane.adapters.warehouses.scratch",
    "windvane.adapters.heading.writing",
    "windvane.adapters.workflow.executor",
)
_PACKS = ("windvane.stack.products", "windvane.remedies", "windvane.stack.sources", "windvane.loop.diagnosis.stories")


def main(words: list[str]) -> int:
    """Run the command `words` when told; end at once when the one who could tell is gone.

    Nothing of the estate is read, opened or locked before the word: the pass finds it as it is then.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal reaches all; whoever waits is told otherwise
    _warm()
    told = sys.stdin.buffer.readline()
    if told != b"go\n":
        return 0
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    from windvane.app.cli.program import run

    return run(words)


def _warm() -> None:
    """Import; what is missing or broken is met again by the pass, which tells it properly."""
    from windvane.domain.registry import load, names

    with suppress(Exception):
        for name in _HEAVY:
            import_module(name)
        for pack in _PACKS:
            for name in names(pack):
                load(pack, name)
        _ask()


def _ask() -> None:
    """The first parameter that DuckDB is given makes it import pandas and more; in memory, in no file."""
    from windvane.adapters.warehouses.scratch import Scratch
    from windvane.domain.ports import Resources

    with TemporaryDirectory() as folder:
        engine = Scratch(Path(folder), Resources())
        engine.rows("SELECT ?", (1,))
        engine.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
