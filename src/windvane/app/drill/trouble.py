"""Makes the trouble that befalls the machine while a case is played, and lets it pass after the first wave."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from windvane.domain.crash import AT
from windvane.domain.fault import Trouble

Pass = Callable[[], None]
_LEAST_MB = 64  # the least that an estate may be given


class Machine:
    """What runs an estate; trouble may take its place."""

    def __init__(self) -> None:
        self.passes: list[Pass] = []
        self.killed_at = 0  # the point of the program at which the next run is killed

    def recover(self) -> None:
        """The trouble is over."""
        while self.passes:
            self.passes.pop()()


@contextmanager
def made(estate: Path, files: Path, troubles: tuple[Trouble, ...]) -> Iterator[Machine]:
    """A machine in trouble, until `recover` is called."""
    machine = Machine()
    for trouble in troubles:
        _KINDS[trouble.kind](machine, estate, files, trouble.about)
    try:
        yield machine
    finally:
        machine.recover()


def run_killed(estate: Path, point: int) -> None:
    """A run in a process of its own that is killed at a point; one that has fewer points ends by itself."""
    here = os.pathsep.join(p for p in sys.path if p)
    environment = os.environ | {AT: str(point), "PYTHONPATH": here}
    subprocess.run(
        [sys.executable, "-m", "windvane", "run", "--json"],
        cwd=estate,
        env=environment,
        capture_output=True,
        check=False,
    )


def _gone(machine: Machine, estate: Path, files: Path, about: str) -> None:
    """The folder of the sources cannot be reached."""
    del estate, about
    away = files.with_name("away")
    files.rename(away)

    def back() -> None:
        if files.exists():
            for path in files.iterdir():
                path.replace(away / path.name)
            files.rmdir()
        away.rename(files)

    machine.passes.append(back)


def _memory(machine: Machine, estate: Path, files: Path, about: str) -> None:
    """The engine may use hardly any memory."""
    del files, about
    heading = estate / "windvane.toml"
    before = heading.read_text("utf-8")
    heading.write_text(re.sub(r"(?m)^memory_mb.*\n", "", before) + f"\n[engine]\nmemory_mb = {_LEAST_MB}\n", "utf-8")

    def back() -> None:
        heading.write_text(before, "utf-8")

    machine.passes.append(back)


def _lock(machine: Machine, estate: Path, files: Path, about: str) -> None:
    """Somebody else holds the estate."""
    del files, about
    handle = (estate / ".windvane" / "lock").open("a+")
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    machine.passes.append(handle.close)


def _kill(machine: Machine, estate: Path, files: Path, about: str) -> None:
    """The run is killed at a point of the program."""
    del estate, files
    machine.killed_at = int(about)

    def over() -> None:
        machine.killed_at = 0

    machine.passes.append(over)


def _bits(machine: Machine, estate: Path, files: Path, about: str) -> None:
    """Bytes in the middle of the warehouse's file are others; that does not pass."""
    del machine, files, about
    path = estate / ".windvane" / "warehouse.duckdb"
    size = path.stat().st_size
    with path.open("r+b") as handle:
        for place in (size // 3, size // 2):
            handle.seek(place)
            handle.write(b"\xa5" * 512)


def _deleted(machine: Machine, estate: Path, files: Path, about: str) -> None:
    """The files whose names begin like the source are gone for good."""
    del machine, estate
    for path in files.glob(f"{about}*"):
        path.unlink()


_KINDS: dict[str, Callable[[Machine, Path, Path, str], None]] = {
    "gone": _gone, "memory": _memory, "lock": _lock, "kill": _kill, "bits": _bits, "deleted": _deleted,
}  # fmt: skip
